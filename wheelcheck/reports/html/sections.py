"""The page's parts in words: the answer, why, advice, obstacles, versions, problems, facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wheelcheck.reports.html.markup import EMPTY, Markup, element, joined
from wheelcheck.reports.values.advice_values import Advice
from wheelcheck.reports.values.report import Problem, Report
from wheelcheck.reports.wording.cost_phrases import saved_words
from wheelcheck.reports.wording.dockerfile_phrases import fate
from wheelcheck.reports.wording.headline import headline
from wheelcheck.reports.wording.lost_phrases import LOST_TITLE, lost_words
from wheelcheck.reports.wording.marks import LOAD_MARKS, ground_of, mark_of
from wheelcheck.reports.wording.phrases import counted, listing
from wheelcheck.reports.wording.reasons import (
    NotLoading,
    Reason,
    not_loading,
    reasons,
    remarks_beside,
    skews,
)
from wheelcheck.reports.wording.refusal_phrases import open_errors, refusal_words, refusals
from wheelcheck.reports.wording.report_phrases import (
    askers,
    index_moment,
    inputs,
    label,
    obstacles,
    outcome_words,
    reason_words,
    skew_words,
    target_words,
)
from wheelcheck.reports.wording.target_names import Places
from wheelcheck.reports.wording.violation_phrases import broken_rules

__all__ = [
    "advice_section",
    "answer",
    "facts_section",
    "listed",
    "lost_section",
    "obstacles_section",
    "problems_section",
    "refusals_section",
    "section",
    "skews_section",
    "violations_section",
    "why_section",
]

_MOST_OPEN = 8
_MOST_NAMES = 12
_LONG = 150


def answer(report: Report) -> Markup:
    """The headline, and a warning where a Dockerfile fails or this is not the whole answer."""
    words = fate(report.dockerfile) if report.dockerfile else ""
    broken = None
    if words:
        broken = element("p", element("a", f"✗ {words}", href="#dockerfile"), class_="broken")
    errors = open_errors(report)
    warning = None
    if errors:
        link = element("a", counted(errors, "problem"), href="#problems")
        words = joined("? This answer is incomplete: see the ", link, " below.")
        warning = element("p", words, class_="incomplete")
    return joined(_headline(report), broken, warning)


def _headline(report: Report) -> Markup:
    words = headline(report)
    return element("h1", words, id="headline", class_="long" if len(words) > _LONG else None)


def why_section(report: Report, places: Places) -> Markup:
    """The distinct reasons, worst first; beyond the first few folded."""
    found = [_reason(report, places, reason) for reason in reasons(report)]
    found += [_not_loading(report, places, item) for item in not_loading(report)]
    return section("why", "Why", listed(found, "more reason", "reasons"))


def _reason(report: Report, places: Places, reason: Reason) -> Markup:
    mark, kind = mark_of(reason.cell), f"sign {ground_of(reason.cell).value}"
    labels = [label(report, name, reason.targets) for name in reason.packages]
    head = element(
        "p",
        element("span", mark.sign, class_=kind, aria_hidden="true"),
        " ",
        element("b", listing(labels, _MOST_NAMES)),
        f" {outcome_words(reason)} on {places.describe(reason.targets)}",
        element("span", _requested_from(report, reason), class_="version"),
    )
    return element("li", head, element("p", reason_words(places, reason)))


def _not_loading(report: Report, places: Places, found: NotLoading) -> Markup:
    mark = LOAD_MARKS[found.status]
    head = element(
        "p",
        element("span", mark.sign, class_="sign wheel", aria_hidden="true"),
        " ",
        element("b", label(report, found.package, found.targets)),
        f" {mark.meaning} on {places.describe(found.targets)}",
    )
    return element("li", head, element("p", found.reason))


def _requested_from(report: Report, reason: Reason) -> str:
    if len(reason.packages) > 1 or not reason.cell.requested_by:
        return ""
    names = {package.name for package in report.packages}
    lines, packages = askers(names, reason.cell.requested_by)
    parts = [f"requested in {listing(lines, 3)}"] if lines else []
    parts += [f"needed by {listing(packages, 3)}"] if packages else []
    return ", " + ", ".join(parts)


def lost_section(report: Report, places: Places) -> Markup:
    """Releases that lost wheels, are half uploaded, or wait for a cooldown to end."""
    items = [
        element("li", element("p", element("b", package), f": {words}"))
        for package, words in lost_words(report, places)
    ]
    return section("lost", LOST_TITLE, listed(items, "more release", "releases"))


def advice_section(report: Report, places: Places) -> Markup:
    """Advice, the most helpful first: what to change, what that does, its caveat."""
    items = [_advice_item(advice, places) for advice in report.advice]
    return section("advice", "What to do instead", listed(items, "more way", "ways"))


def _advice_item(advice: Advice, places: Places) -> Markup:
    saved = saved_words(advice)
    head = element(
        "p",
        element("b", advice.title),
        f" for {places.describe(advice.targets)}",
        element("span", f", {saved}", class_="good") if saved else None,
    )
    change = element(
        "pre", "\n".join(advice.change), tabindex="0", role="group", aria_label="Change"
    )
    caveat = element("p", f"Mind: {advice.caveat}") if advice.caveat else None
    return element(
        "li", head, change if advice.change else None, element("p", advice.evidence), caveat
    )


def violations_section(report: Report) -> Markup:
    """Where the report breaks the user's policy."""
    items = [
        element("li", element("b", "✗ "), f"{broken.message} ", element("code", broken.rule))
        for broken in broken_rules(report)
    ]
    return section("policy", "The policy is violated", listed(items, "more way", "plain"))


def refusals_section(report: Report) -> Markup:
    """What an installer refuses as a whole, each with what to write instead."""
    items = []
    for refusal, names in refusals(report):
        head = element(
            "p",
            element("span", "✗", class_="sign unavailable", aria_hidden="true"),
            " ",
            element("b", f"{refusal.where}: ") if refusal.where else None,
            f"{refusal_words(report, refusal, names)} ",
            element("code", refusal.code),
        )
        mend = element("p", refusal.mend) if refusal.mend else None
        paste = None
        if refusal.paste:
            paste = element(
                "pre", refusal.paste, tabindex="0", role="group", aria_label="Line to paste"
            )
        items.append(element("li", head, mend, paste))
    return section("refused", "Refused", listed(items, "more refusal", "reasons"))


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
        parts = [
            element("p", f"{problem.message} ", element("span", problem.source, class_="version"))
            for problem in found
        ]
        items.append(element("li", head, parts))
    return section("obstacles", "What may stop a build", listed(items, "more obstacle", "reasons"))


def skews_section(report: Report, places: Places) -> Markup:
    """Versions that differ between targets."""
    items = [element("li", skew_words(skew, places)) for skew in skews(report)]
    return section(
        "versions", "Versions that differ between targets", listed(items, "more group", "plain")
    )


def problems_section(report: Report, places: Places) -> Markup:
    """What could not be judged, errors first, or what a reader must know."""
    items = [_problem(problem, places) for problem in remarks_beside(report)]
    title = "Remarks" if report.complete else "Problems"
    return section("problems", title, listed(items, "more", "plain"))


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
    rows = [(element("dt", name), [element("dd", word) for word in words]) for name, words in facts]
    targets = [
        element("tr", element("th", target.name, scope="row"), element("td", target_words(target)))
        for target in report.targets
    ]
    table = element("table", element("tbody", targets))
    box = element("div", table, class_="scroll", tabindex="0", role="group", aria_label="Targets")
    folded = element("details", element("summary", counted(len(targets), "target")), box)
    return section("facts", "What was judged", [element("dl", rows), folded])


def listed(items: Sequence[Markup], more: str, kind: str) -> list[Markup]:
    """A list, of which all but the first few are folded; nothing where there are no items."""
    if not items:
        return []
    first, rest = items[:_MOST_OPEN], items[_MOST_OPEN:]
    parts = [element("ul", first, class_=kind)]
    if rest:
        summary = element("summary", f"and {counted(len(rest), more)}")
        parts.append(element("details", summary, element("ul", rest, class_=kind)))
    return parts


def section(name: str, title: str, body: Sequence[Markup]) -> Markup:
    """A part of the page with its heading; nothing where it would be empty."""
    if not body:
        return EMPTY
    heading = element("h2", title, id=f"{name}-title")
    return element("section", heading, body, id=name, aria_labelledby=f"{name}-title")
