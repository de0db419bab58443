"""The whole reasoning for one package, for people."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.cells import cell_len
from rich.text import Text

from wheelcheck.reports.text.builds_text import draw_plan
from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.values.build_values import BuildPlan, Evidence, SourceEvidence
from wheelcheck.reports.values.explanation_values import (
    ExplainedCandidate,
    ExplainedFile,
    Explanation,
    TargetExplanation,
)
from wheelcheck.reports.wording.marks import MARKS, mark_of, to_ascii
from wheelcheck.reports.wording.phrases import clean, counted, listing

__all__ = ["render_explanation"]

_MIN_WIDTH, _MAX_WIDTH = 60, 200
_MOST_FILES = 8
_HANG = 4
_MOST_VERSIONS = 4
_MOST_ALIKE = 3
_MOST_TAGS = 6
_COMMAND_LINE = "--package"
"""`requested_by` of the requirement that is being explained: its reader has just written it."""


def render_explanation(
    explanation: Explanation, *, width: int = 100, colour: bool = False, ascii_only: bool = False
) -> str:
    """Write the explanation as lines of at most `width` columns, held between 60 and 200.

    Commands to paste are never wrapped.
    """
    page = TextPage(max(_MIN_WIDTH, min(width, _MAX_WIDTH)), colour=colour)
    for number, explained in enumerate(explanation.on):
        if number:
            page.line()
            page.line("─" * page.width)
        _draw(page, explanation.package, explained)
    if explanation.problems:
        page.heading("Problems")
    for problem in explanation.problems:
        page.prose(f"? {clean(problem.message)} [{clean(problem.code)}]", hang=2)
    text = page.text()
    return to_ascii(text) if ascii_only else text


def _draw(page: TextPage, package: str, explanation: TargetExplanation) -> None:
    cell, mark = explanation.cell, mark_of(explanation.cell)
    name = clean(f"{package} {cell.version or ''}".strip())
    head = Text.assemble((mark.sign, mark.style), " ", (name, "bold"), " on ")
    head.append(clean(explanation.target.name), style="bold")
    head.append(f": {mark.meaning}")
    page.prose(head, hang=2)
    page.prose(clean(cell.reason), indent=2)
    _draw_fate(page, package, explanation)
    if asking := [requester for requester in cell.requested_by if requester != _COMMAND_LINE]:
        text = listing(list(map(clean, asking)), 8)
        page.prose(Text(f"requested by {text}", "dim"), indent=2, hang=2)
    if explanation.candidates:
        page.heading("Releases, from the newest")
        _draw_candidates(page, explanation.candidates)
    page.heading("Tags and files")
    shown = ", ".join(explanation.tags[:_MOST_TAGS])
    page.prose(
        f"An installer there accepts {explanation.tags_in_all} tags, best first: {shown}, …", hang=2
    )
    _draw_files(page, explanation.files)
    if explanation.evidence:
        page.heading(f"Does building it compile? Evidence: {explanation.evidence.confidence}")
        _draw_evidence(page, explanation.evidence)
    if explanation.plan:
        page.heading(f"Building it, with {explanation.plan.installer}")
        draw_plan(page, explanation.plan)
        _draw_constraints(page, explanation.plan)


def _draw_fate(page: TextPage, package: str, explanation: TargetExplanation) -> None:
    """Say at once where the build of the package itself is known to fail."""
    builds = explanation.plan.builds if explanation.plan else ()
    for build in builds:
        if build.top_level and build.name == package and build.fails:
            page.prose(Text("its build fails: see below", "bold red"), indent=2)


def _draw_candidates(page: TextPage, candidates: Iterable[ExplainedCandidate]) -> None:
    """One line for releases in a row that are passed over for the same reason."""
    for (why, chosen), group in groupby(
        candidates, key=lambda candidate: (candidate.why, candidate.chosen)
    ):
        members = list(group)
        names = [clean(candidate.version) for candidate in members]
        if len(names) > _MOST_VERSIONS:
            label = f"{names[0]} … {names[-1]} ({len(names)})"
        else:
            label = ", ".join(names)
        when = f" ({members[0].uploaded})" if chosen and members[0].uploaded else ""
        line = Text.assemble(("→ " if chosen else "  "), (label, "bold" if chosen else ""))
        reason = clean(why).removeprefix(f"{_COMMAND_LINE} requires ")
        reason = f"you ask for {reason}" if reason != clean(why) else reason
        line.append(f"{when}: {reason}", style="" if chosen else "dim")
        page.prose(line, hang=4)


def _draw_files(page: TextPage, files: tuple[ExplainedFile, ...]) -> None:
    for file in files[:_MOST_FILES]:
        sign = ("· ", "green") if file.fits else ("✗ ", "red")
        name, why = clean(file.file), clean(file.why or "")
        line = Text.assemble(sign, f"{name}:" if why else name)
        if cell_len(name) + len(sign[0]) >= page.width - _HANG:  # a name is never torn apart
            page.line(line)
            if why:
                page.prose(Text(why, "dim"), indent=_HANG)
            continue
        page.prose(line.append(f" {why}", style="dim") if why else line, hang=_HANG)
    left = len(files) - _MOST_FILES
    if left > 0:
        page.prose(Text(f"and {counted(left, 'more file')}, less near", "dim"))


def _draw_evidence(page: TextPage, evidence: SourceEvidence) -> None:
    """A line for each piece; of a code that many files share, the first few."""
    by_code: dict[str, list[Evidence]] = {}
    for piece in evidence.evidence:
        by_code.setdefault(piece.code, []).append(piece)
    for code, pieces in by_code.items():
        for piece in pieces[:_MOST_ALIKE]:
            line = Text.assemble((clean(piece.where), "bold"), f": {clean(piece.meaning)}")
            line.append(f" ({clean(piece.detail)})" if piece.detail else "")
            line.append(f" [{clean(code)}]", style="dim")
            page.prose(line, hang=2)
        left = pieces[_MOST_ALIKE:]
        if left:
            places = list(dict.fromkeys(clean(piece.where) for piece in left))
            text = f"and {len(left)} more in {listing(places, 4)} [{clean(code)}]"
            page.prose(Text(text, "dim"), hang=2)
    mark = MARKS[evidence.verdict]
    page.prose(Text.assemble("so it ", (mark.meaning, "bold"), f": {clean(evidence.reason)}"))
    if evidence.optional_extensions:
        page.prose("Where there is a compiler, its optional extension modules are compiled.")


def _draw_constraints(page: TextPage, plan: BuildPlan) -> None:
    """The files that keep build requirements out that are too new for an sdist."""
    for build in plan.builds:
        if build.constraints:
            page.heading(f"Build constraints for {clean(build.label)}")
            page.line(Text("for pip --build-constraint, or PIP_CONSTRAINT before pip 25.3", "dim"))
            for line in build.constraints.splitlines():
                page.line(Text(clean(line), "cyan"))
