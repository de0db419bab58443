"""The answer in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.report import Package, Report
from wheelcheck.reports.values.target_values import Refusal
from wheelcheck.reports.wording.cost_phrases import cost_words
from wheelcheck.reports.wording.load_phrases import load_words
from wheelcheck.reports.wording.phrases import all_of, clean, counted, listing
from wheelcheck.reports.wording.reasons import unloadable
from wheelcheck.reports.wording.target_names import Places

__all__ = ["headline", "refused_words"]

_MOST_CLAUSES = 3
_WORDINGS: Mapping[Verdict, str] = {
    Verdict.UNAVAILABLE: "cannot be installed",
    Verdict.SOURCE_NATIVE: "compile~ from source",
    Verdict.SOURCE_UNKNOWN: "build~ from source, perhaps compiling",
    Verdict.SOURCE_PURE: "build~ from source without a compiler",
    Verdict.UNKNOWN: "could not be judged",
}
"""What is said of each verdict that means trouble, the worst first."""
_WHERE_BUILDS_FAIL = {**_WORDINGS, Verdict.SOURCE_PURE: "{are} built from source"}
"""The same where some build fails: then it is not said that one simply builds."""
_Outcome = tuple[tuple[str, ...], ...]  # names per verdict of _WORDINGS


def headline(report: Report) -> str:
    """What a reader must know if they read nothing else, on one line of plain text.

    Targets with the same outcome share a clause, the worst first; where there are more than three
    outcomes, the sum over all targets is given instead.
    """
    return _about_steps(report, _about_targets(report))


def _about_steps(report: Report, sentence: str) -> str:
    """The sentence, and where the Dockerfile passes over a step that fails."""
    tolerated = [target.name for target in report.targets if target.fails and target.tolerated]
    if not tolerated:
        return sentence
    where = Places(report.targets).describe(tolerated)
    return f"{sentence} The Dockerfile goes on where it fails on {where}."


def _about_targets(report: Report) -> str:
    alone = _about_all(report)
    if alone:
        return alone
    places = Places(report.targets)
    refused = _refused_clauses(report, places)
    targets = [target.name for target in report.targets if not target.refusals]
    broken = unloadable(report)
    clauses, at_end = _groups(report, targets, broken), ""
    if len(clauses) + len(refused) > _MOST_CLAUSES:
        clauses = _groups(report, targets, ())
        loads = load_words(broken, targets, _required(report, targets), "")
        at_end = f"somewhere {loads}" if loads else ""
    if len(clauses) + len(refused) > _MOST_CLAUSES:
        return _sentence("; ".join(filter(None, [*refused, _overall(report, clauses), at_end])))
    worst_first = sorted(clauses.items(), key=_goodness)
    parts = [
        f"on {places.describe(names)} {_outcome_words(report, outcome, names, short=i > 0)}"
        + (f"; {loads}" if loads else "")
        for i, ((outcome, loads), names) in enumerate(worst_first)
    ]
    return _sentence("; ".join(filter(None, [*refused, *parts, at_end])))


def _goodness(group: tuple[tuple[_Outcome, str], list[str]]) -> list[int]:
    """A key that sorts groups of targets worst first: by verdicts, then by what does not load."""
    (outcome, loads), _ = group
    return [*(-len(names) for names in outcome), -bool(loads)]


def _groups(
    report: Report, targets: Iterable[str], broken: Sequence[Package]
) -> dict[tuple[_Outcome, str], list[str]]:
    """The targets by outcome and by the words on those of the `broken` wheels that they have."""
    found: dict[tuple[_Outcome, str], list[str]] = {}
    for name in targets:
        loads = load_words(broken, [name], _required(report, [name])) if broken else ""
        found.setdefault((_outcome(report, [name]), loads), []).append(name)
    return found


def _about_all(report: Report) -> str:
    """The sentence where no target differs from the others; "" where there is more to say."""
    refusals = {target.refusals for target in report.targets}
    if not report.targets:
        of_steps = report.dockerfile is not None
        why = "no step of the Dockerfile could be" if of_steps else "no target was given"
        return f"Nothing was judged: {why}."
    if len(refusals) == 1 and report.targets[0].refusals:
        return _sentence(refused_words(report.targets[0].refusals))
    if report.packages or refusals != {()}:
        return ""
    if _in_conflict(report, [summary.name for summary in report.targets]):
        return "The requirements conflict: nothing can be installed."
    if not report.complete:
        return "Nothing could be judged."
    return "Nothing to install: no requirement applies to these targets."


def _refused_clauses(report: Report, places: Places) -> list[str]:
    """A clause for the targets on which the whole input is refused; the reason, if it is one."""
    clauses: dict[str, list[str]] = {}
    for target in report.targets:
        if target.refusals:
            clauses.setdefault(refused_words(target.refusals), []).append(target.name)
    if len(clauses) > 1:
        names = [name for each in clauses.values() for name in each]
        return [f"on {places.describe(names)} the whole input is refused"]
    return [f"on {places.describe(names)} {words}" for words, names in clauses.items()]


def refused_words(refusals: Sequence[Refusal]) -> str:
    """Who refuses the whole input and why, as a clause."""
    first, *others = refusals
    more = f", and for {counted(len(others), 'more reason')}" if others else ""
    place = f"{clean(first.where)}: " if first.where else ""
    return f"refused by {clean(first.installer)}: {place}{clean(first.message)}{more}"


def _outcome_words(
    report: Report, outcome: _Outcome, targets: Sequence[str], *, short: bool
) -> str:
    """What happens on these targets and costs there; a list before the costs is in brackets."""
    if _in_conflict(report, targets):
        return "the requirements conflict, and nothing can be installed"
    unavailable, *_, unknown = outcome
    failing = "" if unavailable or unknown else _failing_words(report, targets)
    wordings = _WHERE_BUILDS_FAIL if failing else _WORDINGS
    clause = _clause(outcome, _required(report, targets), wordings, short=short)
    if unknown and not unavailable:
        return clause
    words, colon, names = clause.partition(": ")
    bracketed = f"{words} ({names})" if colon else clause
    if unavailable:
        return f"the installation fails: {bracketed}"
    if failing:  # what fails has no cost
        return f"{bracketed}, and {failing}"
    cost = cost_words([t.bill for t in report.targets if t.name in targets and t.bill])
    return f"{bracketed}: {cost}" if cost else clause


def _in_conflict(report: Report, targets: Sequence[str]) -> bool:
    """Whether the requirements cannot be met together on any of these targets."""
    lost = {
        name
        for problem in report.problems
        if problem.code == "version-conflict"
        for name in problem.targets
    }
    return bool(targets) and lost.issuperset(targets)


def _failing_words(report: Report, targets: Sequence[str]) -> str:
    """Whose own builds are known to fail on which of these targets; "" where none does."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for target in targets:
        names = tuple(sorted(map(clean, report.failing_builds(target))))
        groups.setdefault(names, []).append(target)
    everywhere = () not in groups
    groups.pop((), None)
    if not groups:
        return ""
    if len(groups) > _MOST_CLAUSES:
        return f"somewhere {_fail(sorted({name for names in groups for name in names}))}"
    if everywhere and len(groups) == 1:
        return _fail(next(iter(groups)))
    places = Places(report.targets)
    return ", and ".join(
        f"{_fail(names)} on {places.describe(where)}" for names, where in groups.items()
    )


def _fail(names: Sequence[str]) -> str:
    noun = "build" if len(names) == 1 else "builds"
    return f"the {noun} of {listing(names, 4)} {_conjugated('fail~', names)}"


def _outcome(report: Report, targets: Iterable[str]) -> _Outcome:
    absent = {name: report.not_found(name) for name in targets}
    found: dict[Verdict, list[str]] = {verdict: [] for verdict in _WORDINGS}
    for package in report.packages:
        here = {
            Verdict.UNAVAILABLE if package.name in absent[name] else cell.verdict
            for name, cell in package.on.items()
            if name in absent
        }
        for verdict in here & found.keys():
            found[verdict].append(clean(package.name))
    return tuple(tuple(sorted(names)) for names in found.values())


def _required(report: Report, targets: Sequence[str]) -> int:
    """How many packages the installer meets on these targets (the most, where they differ)."""
    return max(
        (
            sum(
                target in package.on and package.on[target].verdict is not Verdict.NOT_REQUIRED
                for package in report.packages
            )
            for target in targets
        ),
        default=0,
    )


def _clause(outcome: _Outcome, total: int, wordings: Mapping[Verdict, str], *, short: bool) -> str:
    if not any(outcome):
        return _all_wheels(total, short=short)
    unknown = outcome[-1]
    if len(unknown) == total:
        return "nothing could be judged"
    parts = [(names, say) for names, say in zip(outcome, wordings.values(), strict=True) if names]
    if total == 1:
        return f"the only package {_conjugated(parts[0][1], [''])}"
    whole = f" of {total}" + ("" if short else " packages")
    if len(parts) == 1:
        names, say = parts[0]
        return f"{len(names)}{whole} {_conjugated(say, names)}: {listing(names)}"
    words = []
    for names, say in parts:
        words.append(f"{len(names)}{whole} {_conjugated(say, names)} ({listing(names, 4)})")
        whole = ""
    return ", ".join(words)


def _conjugated(text: str, names: Sequence[str]) -> str:
    ending, verb = ("s", "is") if len(names) == 1 else ("", "are")
    return text.replace("~", ending).replace("{are}", verb)


def _all_wheels(total: int, *, short: bool) -> str:
    if total == 1:
        return "the only package comes as a wheel"
    every = all_of(total, "package")
    return f"{every.removesuffix(' packages') if short else every} come as wheels"


def _overall(report: Report, groups: dict[tuple[_Outcome, str], list[str]]) -> str:
    total = sum(map(len, groups.values()))
    fine = [name for (outcome, _), names in groups.items() if not any(outcome) for name in names]
    trouble = [name for names in groups.values() for name in names if name not in fine]
    somewhere = _clause(_outcome(report, trouble), len(report.packages), _WORDINGS, short=False)
    if not fine:
        return f"somewhere on {total} targets {somewhere}; no target gets wheels alone"
    where = Places(report.targets).describe(fine)
    return (
        f"somewhere on {len(trouble)} of {total} targets {somewhere}; "
        f"on {where} everything comes as wheels"
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
