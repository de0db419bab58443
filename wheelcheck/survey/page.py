"""The page of a survey: which share of an index comes as wheels, where, and since when."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np

from wheelcheck.reports.html.markup import Markup, element, joined
from wheelcheck.reports.html.page_frame import asset, framed, script_of
from wheelcheck.reports.html.pool import SCRIPT_ESCAPES
from wheelcheck.survey.day import DayOfSurvey
from wheelcheck.survey.releases.file_names import Integers

__all__ = ["render_page"]

_MOST_PROJECTS = 20_000
_MISSING_SHOWN = 50
_SCRIPTS = ("dom", "theme", "survey")


def render_page(days: Sequence[DayOfSurvey], weights: Mapping[str, float] | None = None) -> str:
    """One self-contained page on the newest of `days` (oldest first), with the course of all.

    `weights` (project → downloads, say) order the projects and weigh the shares. The page lists
    the first 20,000 projects; the shares are of all.
    """
    newest = days[-1]
    order = _order(newest, weights)
    listed = order[:_MOST_PROJECTS]
    body = joined(
        _answer(newest, weights),
        _shares(newest, weights),
        _course(days, weights),
        _search(len(listed), len(newest.projects)),
        _missing(weights is not None),
    )
    return framed(
        title=joined(f"Wheels of {len(newest.projects):,} projects on {newest.day}"),
        about=joined(f"survey of {newest.day} · {len(newest.projects):,} projects"),
        body=body,
        data=_data(newest, listed, weights),
        style=asset("page.css") + asset("survey.css"),
        script=script_of(*_SCRIPTS),
    )


def _order(day: DayOfSurvey, weights: Mapping[str, float] | None) -> Integers:
    """Projects by weight, the heaviest first, then by name."""
    if weights is None:
        return np.arange(len(day.projects))
    weigh = np.array([weights.get(project, 0.0) for project in day.projects])
    return np.argsort(-weigh, kind="stable")


def _answer(day: DayOfSurvey, weights: Mapping[str, float] | None) -> Markup:
    shares = day.shares(weights)
    if not shares:
        return element("h1", "No project was surveyed.", id="headline")
    best, worst = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    of = "of all downloads" if weights else f"of {len(day.projects):,} projects"
    sentence = f"{_percent(shares[best])} {of} come as wheels on {best}"
    if shares[worst] != shares[best]:
        sentence += f", {_percent(shares[worst])} on {worst}"
    return element("h1", f"{sentence}.", id="headline")


def _shares(day: DayOfSurvey, weights: Mapping[str, float] | None) -> Markup:
    """A table with a bar in each row: it reads without the bars as well."""
    plain = day.shares()
    weighted = day.shares(weights) if weights else {}
    heads = ["Target", "Projects with a wheel", *(["By downloads"] if weighted else [])]
    rows = [
        element(
            "tr",
            element("th", target, scope="row"),
            _bar(plain[target]),
            _bar(weighted[target]) if weighted else None,
        )
        for target in day.targets
    ]
    table = element(
        "table",
        element("thead", element("tr", [element("th", head, scope="col") for head in heads])),
        element("tbody", rows),
        class_="shares",
    )
    return _section(
        "shares",
        "Share with a wheel",
        _scrolling(table, "Table of shares"),
    )


def _bar(share: float) -> Markup:
    bar = element("progress", max="1", value=f"{share:.4f}", aria_hidden="true")
    return element("td", element("span", _percent(share)), " ", bar)


def _course(days: Sequence[DayOfSurvey], weights: Mapping[str, float] | None) -> Markup | None:
    """How the shares went over time: a row a day, a column a target that all days have."""
    if len(days) < 2:  # noqa: PLR2004 (a course has a beginning and an end)
        return None
    targets = [target for target in days[-1].targets if all(target in d.targets for d in days)]
    head = element("tr", [element("th", text, scope="col") for text in ("Day", *targets)])
    rows = []
    for day in days:
        shares = day.shares(weights)
        cells = [element("td", _percent(shares[target])) for target in targets]
        rows.append(element("tr", element("th", str(day.day), scope="row"), cells))
    table = element("table", element("thead", head), element("tbody", rows))
    return _section(
        "course",
        "Over time",
        _scrolling(table, "Table of days"),
    )


def _search(listed: int, projects: int) -> Markup:
    bound = "" if listed == projects else f" (the first {listed:,} of {projects:,})"
    label = element("label", f"Name of a project{bound}", for_="name")
    box = element("input", id="name", type="search", autocomplete="off", spellcheck="false")
    hint = element("noscript", element("p", "The search needs the page's script."))
    result = element("div", id="found", aria_live="polite")
    return _section("search", "Look a project up", element("p", label, " ", box), hint, result)


def _missing(weighed: bool) -> Markup:  # noqa: FBT001 (one caller)
    which = "Most downloaded projects" if weighed else "Projects"
    label = element("label", "Target", for_="target")
    choice = element("p", label, " ", element("select", id="target"))
    hint = element("noscript", element("p", "The list needs the page's script."))
    return _section(
        "missing", f"{which} without a wheel", choice, hint, element("ol", id="without")
    )


def _section(name: str, heading: str, *content: Markup | None) -> Markup:
    title = element("h2", heading, id=f"{name}-title")
    return element("section", title, content, id=name, aria_labelledby=f"{name}-title")


def _scrolling(table: Markup, label: str) -> Markup:
    """A table that may be wider than a phone: it scrolls by itself, by keyboard as well."""
    return element("div", table, class_="scroll", tabindex="0", role="region", aria_label=label)


def _percent(share: float) -> str:
    return f"{share * 100:.1f}\N{NO-BREAK SPACE}%"


def _data(day: DayOfSurvey, listed: Integers, weights: Mapping[str, float] | None) -> str:
    """What the script looks up: one text of letters, a letter for each project and target."""
    data: dict[str, object] = {
        "day": str(day.day),
        "targets": day.targets,
        "projects": [day.projects[row] for row in listed.tolist()],
        "versions": [day.versions[row] for row in listed.tolist()],
        "letters": day.letters[listed].tobytes().decode("ascii"),
        "weighed": weights is not None,
        "shown": _MISSING_SHOWN,
    }
    if day.since is not None:
        data["since"] = [_runs(row) for row in day.since[listed].tolist()]
        data["sinceVersions"] = day.since_versions
    return json.dumps(data, separators=(",", ":")).translate(SCRIPT_ESCAPES)


def _runs(numbers: list[int]) -> list[int]:
    """A row of numbers as ``[number, times, …]``: targets mostly agree."""
    return [part for number, same in groupby(numbers) for part in (number, len(list(same)))]
