"""Is a project ready for a new Python: the answer for people, on one screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from rich.cells import cell_len
from rich.text import Text

from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.text.violations_text import draw_incomplete
from wheelcheck.reports.values.readiness_values import (
    Bump,
    Readiness,
    ReadyCell,
    ReadyPackage,
    ReadyPython,
    ReadyStatus,
)
from wheelcheck.reports.wording.marks import to_ascii
from wheelcheck.reports.wording.phrases import all_of, clean, counted, listing

__all__ = ["render_constraints", "render_readiness"]

_T = TypeVar("_T")

_MIN_WIDTH, _MAX_WIDTH = 60, 200
_MOST_PASTED = 6
_MOST_NAMED = 12
_MOST_REASONS = 8

_SIGNS: dict[ReadyStatus, tuple[str, str]] = {
    "ready": ("·", "green"),
    "bump": ("↑", "cyan"),
    "partly": ("◐", "yellow"),
    "held-back": ("▲", "bold yellow"),
    "waiting": ("✗", "bold red"),
    "source": ("○", "dim"),
    "unknown": ("?", "bold magenta"),
    "not-required": ("–", "dim"),
}
_LEGEND: dict[ReadyStatus, str] = {
    "ready": "ready as it is",
    "bump": "ready from this release on",
    "partly": "no release has wheels on every platform",
    "held-back": "does not go with the others",
    "waiting": "no release has a wheel",
    "source": "built from its sdist, now as then",
    "unknown": "could not be judged",
}
_BLOCKING = ("waiting", "partly", "held-back", "unknown")


def render_readiness(
    answer: Readiness,
    *,
    width: int = 100,
    colour: bool = False,
    ascii_only: bool = False,
    every: bool = False,
) -> str:
    """The answer as lines of at most `width` columns, held between 60 and 200.

    With `every`, packages that are ready get a row, too: with the first release that has wheels.
    """
    page = TextPage(max(_MIN_WIDTH, min(width, _MAX_WIDTH)), colour=colour)
    for labels, template in _alike((p.python, _headline(answer, p)) for p in answer.pythons):
        page.prose(Text(template.format(f"Python {' and '.join(labels)}"), "bold"))
    draw_incomplete(page, sum(each.severity == "error" for each in answer.problems))
    rows = [package for package in answer.packages if every or _shown(package)]
    if rows:
        page.line()
        _table(page, answer, rows)
    _rest(page, answer, rows)
    _reasons(page, answer)
    _others(page, answer)
    for labels, change in _alike((p.python, _change(p)) for p in answer.pythons):
        _what_to_do(page, change, labels if len(answer.pythons) > 1 else [])
    _judged(page, answer)
    text = page.text()
    return to_ascii(text).replace("↑", "^").replace("◐", "%") if ascii_only else text


def render_constraints(answer: Readiness) -> str:
    """The bumps of every new Python as a constraint file."""
    lines: list[str] = []
    for python in answer.pythons:
        lines.append(f"# for Python {python.python}, made together")
        lines += [f"{bump.package}=={bump.after}" for bump in python.bumps]
    return "\n".join([*lines, ""])


def _alike(pairs: Iterable[tuple[str, _T]]) -> Iterator[tuple[list[str], _T]]:
    """What is said of several Pythons in the same words, once."""
    groups: dict[_T, list[str]] = {}
    for label, words in pairs:
        groups.setdefault(words, []).append(label)
    for words, labels in groups.items():
        yield labels, words


def _headline(answer: Readiness, python: ReadyPython) -> str:
    """The answer for a Python, with ``{}`` in the place of its name."""
    label, on = python.python, [package.on[python.python] for package in answer.packages]
    number = sum(cell.status != "not-required" for cell in on)
    packages = all_of(number, "package")
    if python.refused:
        return f"Not ready for {{}}: {_braced(python.refused)}."
    if not number:
        return "Nothing was found to judge for {}."
    if python.ready:
        return f"Ready for {{}} as it is: {packages}."
    parts = list(_blocking(answer, label, number))
    if not parts:
        bumps = counted(len(python.bumps), "bump")
        return f"Ready for {{}} after {bumps}: then {packages} can be installed."
    parts += [f"{len(python.bumps)} must be bumped"] if python.bumps else []
    return f"Not ready for {{}}: {_braced(', '.join(parts))}."


def _braced(text: str) -> str:
    return clean(text).replace("{", "{{").replace("}", "}}")


def _blocking(answer: Readiness, label: str, number: int) -> Iterator[str]:
    """``3 of 161 packages have no release with a wheel yet (h5py, numba, psutil)``."""
    of_all = f" of {counted(number, 'package')}"
    for status, singular, plural in (
        ("waiting", "has no release with a wheel yet", "have no release with a wheel yet"),
        ("partly", "has wheels on some platforms alone", "have wheels on some platforms alone"),
        ("held-back", "is held back by others", "are held back by others"),
        ("unknown", "could not be judged", "could not be judged"),
    ):
        names = [p.name for p in answer.packages if p.on[label].status == status]
        if names:
            verb = singular if len(names) == 1 else plural
            yield f"{len(names)}{of_all} {verb} ({listing(list(map(clean, names)), 4)})"
            of_all = ""


def _shown(package: ReadyPackage) -> bool:
    return any(
        cell.status not in {"ready", "source", "not-required"} for cell in package.on.values()
    )


def _table(page: TextPage, answer: Readiness, rows: Sequence[ReadyPackage]) -> None:
    labels = [python.python for python in answer.pythons]
    header = ["", "now", *labels]
    body = [
        [
            Text(clean(package.name), "bold"),
            Text(clean(package.current or "–")),
            *(_cell(package, package.on[label]) for label in labels),
        ]
        for package in rows
    ]
    lines = [[Text(title, "dim") for title in header], *body]
    widths = [max(line[i].cell_len for line in lines) for i in range(len(header))]
    for line in lines:
        row = Text()
        for text, width in zip(line, widths, strict=True):
            padded = text.copy()
            padded.pad_right(width + 2 - text.cell_len)
            row.append_text(padded)
        row.truncate(page.width, overflow="ellipsis")
        page.line(row)


def _cell(package: ReadyPackage, cell: ReadyCell) -> Text:
    sign, style = _SIGNS[cell.status]
    since = f" ({cell.since})" if cell.since else ""
    words = {
        "bump": f"{cell.version}{since if cell.first else ''}",
        "ready": f"from {cell.first}{since}" if cell.first else "pure" if package.pure else "",
        "waiting": "no release yet",
        "partly": f"not on {listing(list(cell.missing), 2)}",
        "held-back": f"{cell.first or ''} held back",
        "unknown": "not judged",
        "source": "sdist",
        "not-required": "",
    }[cell.status]
    if cell.pre_release:
        words = f"{cell.pre_release} alone"
    return Text.assemble((sign, style), f" {words}" if words else "")


def _rest(page: TextPage, answer: Readiness, rows: Sequence[ReadyPackage]) -> None:
    """The packages without a row, and what the signs mean."""
    shown = {package.name for package in rows}
    rest = [package for package in answer.packages if package.name not in shown]
    source = _with_status(rest, "source")
    ready = [name for name in _with_status(rest, "ready") if name not in source]
    if ready and shown:
        is_ready = f"{counted(len(ready), 'package')} {'is' if len(ready) == 1 else 'are'} ready"
        page.prose(f"+ {is_ready}: {_names(ready)}", hang=2)
    if source:
        page.prose(f"+ built from their sdists, now as then: {_names(source)}", hang=2)
    _legend(page, rows)


def _legend(page: TextPage, rows: Sequence[ReadyPackage]) -> None:
    """Explain the signs that occur."""
    statuses = {cell.status for package in rows for cell in package.on.values()}
    legend = [f"{_SIGNS[each][0]} {_LEGEND[each]}" for each in _LEGEND if each in statuses]
    if legend:
        page.line()
        page.prose(Text("   ".join(legend), "dim"))


def _with_status(packages: Iterable[ReadyPackage], status: str) -> list[str]:
    """The names of packages that have a status on some Python."""
    return [
        package.name
        for package in packages
        if any(cell.status == status for cell in package.on.values())
    ]


def _names(names: Iterable[str], most: int = 7) -> str:
    return listing(list(map(clean, names)), most)


def _reasons(page: TextPage, answer: Readiness) -> None:
    """Why packages are not ready, each once for all Pythons that share the reason."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for python in answer.pythons:
        for package in answer.packages:
            cell = package.on[python.python]
            if cell.status in _BLOCKING:
                reasons.setdefault((package.name, cell.reason), []).append(python.python)
    if not reasons:
        return
    page.heading("What is waited for")
    for (name, reason), pythons in list(reasons.items())[:_MOST_REASONS]:
        which = f" ({', '.join(pythons)})" if len(answer.pythons) > 1 else ""
        why = clean(reason).removeprefix("no release has a wheel; ")
        page.prose(Text.assemble((clean(name), "bold"), f"{which}: {why}"), hang=2)
    left = len(reasons) - _MOST_REASONS
    if left > 0:
        page.prose(Text(f"and {left} more: --format json has them", "dim"))


class _Change(NamedTuple):
    """What to change for a Python."""

    bumps: tuple[Bump, ...]
    paste: tuple[str, ...]
    set_aside: tuple[str, ...]
    conflict: str | None


def _change(python: ReadyPython) -> _Change:
    return _Change(python.bumps, python.paste, python.set_aside, python.conflict)


def _what_to_do(page: TextPage, change: _Change, labels: Sequence[str]) -> None:
    """The bumps, all together; `labels` names the Pythons where there are several."""
    which = f" for Python {' and '.join(labels)}" if labels else ""
    if change.conflict:
        page.heading(f"No versions go together{which}")
        page.prose(clean(change.conflict), hang=2)
    if not change.bumps:
        return
    page.heading(f"To be ready{which}" if labels else "What to do")
    commands = [line for line in change.paste if " " in line]
    for line in commands or list(_pasted(change)):
        page.line(Text(clean(line), "cyan"))
    if not commands and len(change.bumps) > _MOST_PASTED:
        page.prose("the versions above, all together: --format constraints writes them")
    for words in _about(change):
        page.prose(words, hang=2)


def _about(change: _Change) -> Iterator[str]:
    """What to know of the bumps."""
    majors = [f"{bump.package} {bump.after}" for bump in change.bumps if bump.new_major]
    if majors:
        yield f"new major versions: {_names(majors, _MOST_NAMED)}"
    others = [bump.package for bump in change.bumps if bump.why == "others"]
    if others:
        yield f"only to go with the others: {_names(others, _MOST_NAMED)}"
    if change.set_aside:
        yield f"made without regard to {_names(change.set_aside, 4)}, which no release is ready of"


def _pasted(change: _Change) -> Iterator[str]:
    if len(change.bumps) > _MOST_PASTED:
        return
    for bump in change.bumps:
        lines = [line for line in bump.where if ":" in line]
        where = f"  # {', '.join(lines)}" if lines else ""
        yield f"{bump.package}=={bump.after}{where}"


def _others(page: TextPage, answer: Readiness) -> None:
    """Since when others have had their wheels, where some are waited for."""
    parts = []
    for python in answer.pythons:
        waiting = any(p.on[python.python].status in _BLOCKING for p in answer.packages)
        if python.others is not None and waiting:
            others = python.others
            verb = "has wheels" if others.packages == 1 else "have wheels"
            parts.append(
                f"{others.packages} {verb} made for {python.python}, from {others.first_day} "
                f"({clean(others.first)}) to {others.last_day} ({clean(others.last)})"
            )
    if parts:
        page.prose(f"Of the other compiled packages {'; '.join(parts)}.")


def _judged(page: TextPage, answer: Readiness) -> None:
    if answer.problems:
        page.heading("Problems")
    for problem in answer.problems[:_MOST_REASONS]:
        name = f"{clean(problem.package or problem.where or '')}: ".removeprefix(": ")
        page.prose(f"? {name}{clean(problem.message)} [{clean(problem.code)}]", hang=2)
    page.heading("What was judged")
    rows = [
        ("read", listing(list(map(clean, answer.inputs)), 4)),
        ("index", f"as of {clean(answer.as_of)}" if answer.as_of else "as it is now"),
        ("now", f"pins and locks as they are; else what Python {answer.present} gets"),
        *(_platforms(answer)),
    ]
    label = max(cell_len(name) for name, _ in rows) + 2
    for name, words in rows:
        page.prose(f"{name:<{label}}{words}", hang=label)


def _platforms(answer: Readiness) -> Iterator[tuple[str, str]]:
    by_platforms: dict[tuple[str, ...], list[str]] = {}
    for python in answer.pythons:
        by_platforms.setdefault(python.platforms, []).append(python.python)
    for platforms, pythons in by_platforms.items():
        which = "" if len(by_platforms) == 1 else f"{', '.join(pythons)}: "
        yield "platforms", which + ", ".join(map(clean, platforms))
