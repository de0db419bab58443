"""The page's parts in words: the answer, why, advice, obstacles, versions, problems, facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wheelcheck.reports.headline import headline
from wheelcheck.reports.html.markup import EMPTY, Markup, element, joined
from wheelcheck.reports.marks import MARKS
from wheelcheck.reports.model import Problem, Report
from wheelcheck.reports.phrases import counted, listing
from wheelcheck.reports.places import Places
from wheelcheck.reports.telling import (
    askers,
    index_moment,
    inputs,
    label,
    obstacles,
    reason_words,
    skew_words,
    target_words,
)
from wheelcheck.reports.why import Reason, reasons, skews

__all__ = [
    "answer",
    "facts_section",
    "obstacles_section",
    "problems_section",
    "skews_section",
    "why_section",
]

_MOST_OPEN = 8
_MOST_NAMES = 12
_LONG = 150


def answer(report: Report) -> Markup:
    """The headline, and a warning where it is not the whole answer."""
    errors = sum(problem.severity == "error" for problem in report.problems)
    warning = None
    if errors:
        link = element("a", counted(errors, "problem"), href="#problems")
        words = joined("? This answer is incomplete: see the ", link, " below.")
        warning = element("p", words, class_="incomplete")
    return joined(_headline(report), warning)


def _headline(report: Report) -> Markup:
    words = headline(report)
    return element("h1", words, id="headline", class_="long" if len(words) > _LONG else None)


def why_section(report: Report, places: Places) -> Markup:
    """The distinct reasons, worst first; beyond the first few folded."""
    found = [_reason(report, places, reason) for reason in reasons(report)]
    return _section("why", "Why", _listed(found, "more reason", "reasons"))


def _reason(report: Report, places: Places, reason: Reason) -> Markup:
    mark = MARKS[reason.verdict]
    labels = [label(report, name, reason.targets) for name in reason.packages]
    head = element(
        "p",
        element("span", mark.sign, class_=f"sign {reason.verdict.value}", aria_hidden="true"),
        " ",
        element("b", listing(labels, _MOST_NAMES)),
        f" {_verb(mark.word, len(labels))} on {places.describe(reason.targets)}",
        element("span", _asked(report, reason), class_="version"),
    )
    return element("li", head, element("p", reason_words(places, reason)))


def _verb(word: str, number: int) -> str:
    """The mark's word as what packages do: ``compile``, ``have no file``."""
    many = {
        "no file": ("cannot be installed", "cannot be installed"),
        "compiles": ("compiles", "compile"),
        "unknown": ("could not be judged", "could not be judged"),
        "builds": ("builds", "build"),
    }
    return many.get(word, (word, word))[number > 1]


def _asked(report: Report, reason: Reason) -> str:
    if len(reason.packages) > 1 or not reason.cell.requested_by:
        return ""
    names = {package.name for package in report.packages}
    lines, packages = askers(names, reason.cell.requested_by)
    told = [f"asked for in {listing(lines, 3)}"] if lines else []
    told += [f"needed by {listing(packages, 3)}"] if packages else []
    return ", " + ", ".join(told)


def obstacles_section(report: Report, places: Places) -> Markup:
    """What may stop a build, certain failures first, each with its source."""
    items = []
    for name, targets, found in obstacles(report):
        fatal = found[0].fatal
        head = element(
            "p",
            element("span", "✗" if fatal else "!", class_="sign", aria_hidden="true"),
            " ",
            element("b", f"{name} {'fails' if fatal else 'may fail'}"),
            f" on {places.describe(targets)}",
        )
        told = [
            element("p", f"{one.message} ", element("span", one.source, class_="version"))
            for one in found
        ]
        items.append(element("li", head, told))
    return _section(
        "obstacles", "What may stop a build", _listed(items, "more obstacle", "reasons")
    )


def skews_section(report: Report, places: Places) -> Markup:
    """Versions that differ between targets."""
    items = [element("li", skew_words(skew, places)) for skew in skews(report)]
    return _section(
        "versions", "Versions that differ between targets", _listed(items, "more group", "plain")
    )


def problems_section(report: Report, places: Places) -> Markup:
    """What could not be judged, errors first, or what a reader must know."""
    ordered = sorted(report.problems, key=lambda problem: problem.severity)
    items = [_problem(problem, places) for problem in ordered]
    title = "Remarks" if report.complete else "Problems"
    return _section("problems", title, _listed(items, "more", "plain"))


def _problem(problem: Problem, places: Places) -> Markup:
    subject = problem.where or problem.package
    on = f" (on {places.describe(problem.targets)})" if problem.targets else ""
    return element(
        "li",
        element("b", "? " if problem.severity == "error" else "! "),
        element("b", f"{subject}: ") if subject else None,
        f"{problem.message}{on} ",
        element("code", problem.code),
    )


def facts_section(report: Report, places: Places) -> Markup:
    """What the answer rests on: inputs, index, targets and their notes."""
    facts: list[tuple[str, Iterable[str]]] = [
        ("Read", [inputs(report)]),
        ("Index", [index_moment(report.as_of)]),
    ]
    notes: dict[str, list[str]] = {}
    for target in report.targets:
        for note in target.notes:
            notes.setdefault(note, []).append(target.name)
    facts += [("Note", [f"{places.describe(on)}: {note}"]) for note, on in notes.items()]
    rows = [(element("dt", name), [element("dd", one) for one in words]) for name, words in facts]
    targets = [
        element("tr", element("th", target.name, scope="row"), element("td", target_words(target)))
        for target in report.targets
    ]
    table = element("table", element("tbody", targets))
    box = element("div", table, class_="scroll", tabindex="0", role="group", aria_label="Targets")
    folded = element("details", element("summary", counted(len(targets), "target")), box)
    return _section("facts", "What was judged", [element("dl", rows), folded])


def _listed(items: Sequence[Markup], more: str, kind: str) -> list[Markup]:
    """A list, of which all but the first few are folded."""
    if not items:
        return []
    first, rest = items[:_MOST_OPEN], items[_MOST_OPEN:]
    parts = [element("ul", first, class_=kind)]
    if rest:
        told = element("summary", f"and {counted(len(rest), more)}")
        parts.append(element("details", told, element("ul", rest, class_=kind)))
    return parts


def _section(name: str, title: str, body: Sequence[Markup]) -> Markup:
    if not body:
        return EMPTY
    heading = element("h2", title, id=f"{name}-title")
    return element("section", heading, body, id=name, aria_labelledby=f"{name}-title")
