"""The report as Markdown: a comment on a pull request, folded where it is long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from wheelcheck.reports.markdown_escapes import code, fenced, text, verbatim
from wheelcheck.reports.values.advice_values import Advice
from wheelcheck.reports.values.build_values import Commands
from wheelcheck.reports.values.cost_values import Bill
from wheelcheck.reports.values.dockerfile_values import JudgedDockerfile
from wheelcheck.reports.values.report import Package, Problem, Report
from wheelcheck.reports.wording.cost_phrases import (
    MULTI_STAGE,
    PEAK_MEMORY,
    SINGLE_STAGE,
    WALL_TIME,
    BillNumber,
    at_least,
    memory_words,
)
from wheelcheck.reports.wording.dockerfile_phrases import (
    SIGNS,
    diffs,
    fate,
    nothing_found,
    step_notes,
    to_change,
    worst_first,
)
from wheelcheck.reports.wording.grid import mark_on
from wheelcheck.reports.wording.headline import headline
from wheelcheck.reports.wording.lost_phrases import LOST_TITLE, lost_words
from wheelcheck.reports.wording.marks import LOAD_MARKS, mark_of
from wheelcheck.reports.wording.phrases import counted, listing
from wheelcheck.reports.wording.quantities import size
from wheelcheck.reports.wording.reasons import (
    Reason,
    not_loading,
    reasons,
    remarks_beside,
    rows_of,
    skews,
)
from wheelcheck.reports.wording.refusal_phrases import open_errors, refusal_words, refusals
from wheelcheck.reports.wording.report_phrases import (
    folded,
    index_moment,
    inputs,
    label,
    obstacles,
    reason_words,
    skew_words,
    version_words,
)
from wheelcheck.reports.wording.target_names import Places
from wheelcheck.reports.wording.violation_phrases import broken_rules

__all__ = ["render_markdown"]

_MOST_COLUMNS = 6
_DIFF_SHARE = 20
_TOO_LONG = "Too long to be shown here: see --format text."


@dataclass(frozen=True, slots=True)
class _Room:
    """So many rows of each table or list are shown, and so many characters of each text."""

    rows: int
    characters: int


_ROOMS = (_Room(100, 1_000), _Room(40, 400), _Room(12, 200), _Room(4, 80))


def render_markdown(report: Report, *, limit: int = 65_000) -> str:
    """A GitHub-flavoured comment of at most `limit` characters (GitHub takes 65,536).

    Rows are left out, and said to be, where it would be longer. What comes from files and indexes
    is text: it mentions nobody, links nowhere and is no markup.
    """
    for room in _ROOMS:
        text = "\n\n".join(filter(None, _parts(report, room))) + "\n"
        if len(text) <= limit:
            return text
    return f"{_answer(report, _Room(0, limit // 16))}\n"


def _parts(report: Report, room: _Room) -> Iterator[str]:
    places = Places(report.targets)
    yield _answer(report, room)
    yield _violations(report, room)
    yield _refusals(report, room)
    if len(report.targets) <= _MOST_COLUMNS:
        yield _matrix(report, room)
        yield _folded("Why", _reason_list(report, places, room))
    else:
        yield _reason_table(report, places, room)
        yield _rest(report, rows_of(report), room)
    yield _lost(report, places, room)
    yield _bills(report, places, room)
    if report.dockerfile:
        yield _dockerfile(report.dockerfile, room)
        yield from _corrections(report.dockerfile, room)
    yield _advice(report, places, room)
    yield _folded("To build it all the same", _builds(report, places, room))
    yield _folded(
        "Versions that differ between targets",
        _bullets((text(skew_words(skew, places), room.characters) for skew in skews(report)), room),
    )
    yield _problems(report, places, room)
    yield f"<sub>{text(f'read {inputs(report)} · index {index_moment(report.as_of)}', 500)}</sub>"


def _answer(report: Report, room: _Room) -> str:
    answer = f"**{text(headline(report), max(room.characters, 300))}**"
    broken = fate(report.dockerfile) if report.dockerfile else ""
    if broken:
        answer += f"\n\n> [!CAUTION]\n> {text(broken, room.characters)}"
    errors = open_errors(report)
    if errors:
        answer += (
            f"\n\n> [!WARNING]\n> This answer is incomplete: see {counted(errors, 'problem')}."
        )
    return answer


def _lost(report: Report, places: Places, room: _Room) -> str:
    words = (
        text(f"{package}: {what}", room.characters) for package, what in lost_words(report, places)
    )
    bullets = _bullets(words, room)
    return f"#### {LOST_TITLE}\n\n{bullets}" if bullets else ""


def _violations(report: Report, room: _Room) -> str:
    lines = [
        f"**{text(broken.rule)}**: {text(broken.message, room.characters)}"
        for broken in broken_rules(report)
    ]
    return f"#### The policy is violated\n\n{_bullets(lines, room)}" if lines else ""


def _refusals(report: Report, room: _Room) -> str:
    """What is refused as a whole, each with the line to paste."""
    items = []
    for refusal, names in refusals(report)[: room.rows]:
        place = f"{code(refusal.where, room.characters)}: " if refusal.where else ""
        words = text(refusal_words(report, refusal, names), room.characters)
        items.append(f"✗ {place}{words} {code(refusal.code)}")
        items.append(text(refusal.mend, room.characters))
        items.append(fenced(refusal.paste[: room.characters]) if refusal.paste else "")
    return "\n\n".join(filter(None, ["#### Refused" if items else "", *items]))


def _matrix(report: Report, room: _Room) -> str:
    rows = rows_of(report)
    if not rows or not report.targets:
        return _rest(report, rows, room)
    names = [code(target.name, room.characters) for target in report.targets]
    table = _table(["Package", *names], [_matrix_row(report, row, room) for row in rows], room)
    return "\n\n".join(filter(None, [table, _rest(report, rows, room)]))


def _matrix_row(report: Report, package: Package, room: _Room) -> list[str]:
    cells = [f"**{text(package.name, room.characters)}** {text(version_words(package))}"]
    for target in report.targets:
        mark = mark_on(package, target.name)
        fine = mark.sign in "·–"
        cells.append(f"{mark.sign} {mark.word}" if fine else f"{mark.sign} **{mark.word}**")
    return cells


def _rest(report: Report, rows: Sequence[Package], room: _Room) -> str:
    names, where = folded(report, rows)
    if not names:
        return ""
    verb = "comes as a wheel" if len(names) == 1 else "come as wheels"
    sentence = " ".join(filter(None, (counted(len(names), "package"), verb, where)))
    return _folded(f"· {sentence}", text(listing(names, room.rows * 4), room.characters * 10))


def _reason_table(report: Report, places: Places, room: _Room) -> str:
    rows = [
        [
            f"{mark_of(reason.cell).sign} {mark_of(reason.cell).word}",
            f"**{text(_labels(report, reason), room.characters)}**",
            text(places.describe(reason.targets), room.characters),
            text(reason_words(places, reason), room.characters),
        ]
        for reason in reasons(report)
    ]
    table = _table(["", "Packages", "Where", "Why"], rows, room)
    lines = _bullets(_not_loading(report, places, room), room)
    return "\n\n".join(filter(None, [table, lines]))


def _reason_list(report: Report, places: Places, room: _Room) -> str:
    lines = [
        f"{mark_of(reason.cell).sign} **{text(_labels(report, reason), room.characters)}** on "
        f"{text(places.describe(reason.targets), room.characters)}: "
        f"{text(reason_words(places, reason), room.characters)}"
        for reason in reasons(report)
    ]
    return _bullets([*lines, *_not_loading(report, places, room)], room)


def _not_loading(report: Report, places: Places, room: _Room) -> Iterator[str]:
    for found in not_loading(report):
        name = text(label(report, found.package, found.targets), room.characters)
        where = text(places.describe(found.targets), room.characters)
        why = text(found.reason, room.characters)
        yield f"{LOAD_MARKS[found.status].sign} **{name}** on {where}: {why}"


def _labels(report: Report, reason: Reason) -> str:
    return listing([label(report, name, reason.targets) for name in reason.packages], 12)


def _bills(report: Report, places: Places, room: _Room) -> str:
    groups: dict[Bill, list[str]] = {}
    for target in report.targets:
        if target.bill:
            groups.setdefault(target.bill, []).append(target.name)
    heads = ["Target", "Source builds", "Time to install", "Peak memory", "Download", "Image"]
    rows = [
        [text(places.describe(on), room.characters), _number(bill), *_bill(bill)]
        for bill, on in groups.items()
    ]
    return _table(heads, rows, room)


def _number(bill: Bill) -> str:
    return f"{bill.builds}, **fails**" if bill.failing else str(bill.builds)


def _bill(bill: Bill) -> Iterator[str]:
    def shown(number: BillNumber) -> str:
        return number.phrase([bill]) or "–"

    yield shown(WALL_TIME)
    too_much = memory_words(bill)
    peak = shown(PEAK_MEMORY)
    yield f"{peak}, **{too_much}**" if too_much else peak
    yield "–" if bill.download_bytes is None else size(bill.download_bytes)
    multi = f", multi-stage {shown(MULTI_STAGE)}" if MULTI_STAGE.of(bill) else ""
    yield at_least([bill]) + shown(SINGLE_STAGE) + multi


def _dockerfile(dockerfile: JudgedDockerfile, room: _Room) -> str:
    lines = [
        f"{SIGNS[finding.severity]} **line {finding.line}** "
        f"({text(finding.stage, room.characters)}): "
        f"{text('; '.join([finding.message, *to_change(finding)]), room.characters)} "
        f"{code(finding.code)}"
        for finding in worst_first(dockerfile)
    ]
    lines = lines or [nothing_found(dockerfile)]
    lines += [text(note, room.characters) for note in step_notes(dockerfile)]
    return (
        f"#### What is found in {text(dockerfile.name, room.characters)}\n\n{_bullets(lines, room)}"
    )


def _corrections(dockerfile: JudgedDockerfile, room: _Room) -> Iterator[str]:
    """Diffs whole or not at all: a part of one could not be applied."""
    for diff in diffs(dockerfile):
        fits = sum(map(len, diff.lines)) <= room.characters * _DIFF_SHARE
        block = verbatim(diff.lines, "diff") if fits else _TOO_LONG
        yield _folded(diff.title, block)
    left = _bullets((text(remark, room.characters) for remark in dockerfile.remarks), room)
    yield f"Left to do by hand:\n\n{left}" if left else ""


def _advice(report: Report, places: Places, room: _Room) -> str:
    items = [_advice_item(advice, places, room) for advice in report.advice[: min(room.rows, 5)]]
    return "\n\n".join(["#### What to do instead", *items]) if items else ""


def _advice_item(advice: Advice, places: Places, room: _Room) -> str:
    head = f"**{text(advice.title, room.characters)}** for {text(places.describe(advice.targets))}"
    caveat = f"\n\nMind: {text(advice.caveat, room.characters)}" if advice.caveat else ""
    change = fenced("\n".join(line[: room.characters] for line in advice.change[: room.rows]))
    return f"{head}\n\n{change}\n\n{text(advice.evidence, room.characters)}{caveat}"


def _builds(report: Report, places: Places, room: _Room) -> str:
    groups: dict[Commands, list[str]] = {}
    for plan in report.builds:
        if plan.commands:
            groups.setdefault(plan.commands, []).append(plan.target)
    parts = []
    for commands, on in list(groups.items())[: room.rows]:
        lines = [
            f"{command[:2_000]}  # {when}"
            for command, when in (
                (commands.build, "before"),
                (commands.remove, "after"),
                (commands.run, "to run it"),
            )
            if command
        ]
        if lines:
            parts.append(f"{text(places.describe(on), room.characters)}:")
            parts.append(fenced("\n".join(lines), "sh"))
    stops = [
        f"{'✗' if found[0].fatal else '!'} **{text(name)}** "
        f"{'fails' if found[0].fatal else 'may fail'} on {text(places.describe(on))}: "
        + text("; ".join(problem.message for problem in found), room.characters)
        for name, on, found in obstacles(report)
    ]
    return "\n\n".join([*parts, *([_bullets(stops, room)] if stops else [])])


def _problems(report: Report, places: Places, room: _Room) -> str:
    lines = [_problem(problem, places, room) for problem in remarks_beside(report)]
    if report.complete:
        return _folded("Remarks", _bullets(lines, room))
    return f"#### Problems\n\n{_bullets(lines, room)}"


def _problem(problem: Problem, places: Places, room: _Room) -> str:
    subject = problem.where or problem.package
    on = f" (on {text(places.describe(problem.targets))})" if problem.targets else ""
    subject_text = f"{code(subject, room.characters)}: " if subject else ""
    return f"{subject_text}{text(problem.message, room.characters)}{on} {code(problem.code)}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], room: _Room) -> str:
    if not rows:
        return ""
    shown = [heads, ["---"] * len(heads), *rows[: room.rows]]
    text = "\n".join(f"| {' | '.join(cells)} |" for cells in shown)
    left = len(rows) - room.rows
    return f"{text}\n\nand {counted(left, 'more row')}" if left > 0 else text


def _bullets(lines: Iterable[str], room: _Room) -> str:
    parts = [f"- {line}" for line in lines]
    left = len(parts) - room.rows
    more = [f"- and {left} more"] if left > 0 else []
    return "\n".join([*parts[: room.rows], *more])


def _folded(title: str, body: str) -> str:
    if not body:
        return ""
    return f"<details><summary>{text(title)}</summary>\n\n{body}\n\n</details>"
