"""The strictest policy that still installs, for people."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from rich.text import Text

from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.text.violations_text import draw_incomplete
from wheelcheck.reports.values.binary_policy_values import BinaryPolicy, BuildException, PolicyFile
from wheelcheck.reports.wording.marks import to_ascii
from wheelcheck.reports.wording.phrases import clean, counted, listing

__all__ = ["render_binary_policy"]

_MIN_WIDTH, _MAX_WIDTH = 60, 200
_TITLES = {"pip": "For pip", "uv": "For uv", "poetry": "For Poetry"}
_KINDS = {"pure": "pure, no compiler", "compiled": "compiles", "unknown": "may compile"}


def render_binary_policy(
    policy: BinaryPolicy, *, width: int = 100, colour: bool = False, ascii_only: bool = False
) -> str:
    """The policy as lines of at most `width` columns, held between 60 and 200.

    Lines to paste are never wrapped.
    """
    page = TextPage(max(_MIN_WIDTH, min(width, _MAX_WIDTH)), colour=colour)
    page.prose(Text(_headline(policy), "bold"))
    draw_incomplete(page, sum(each.severity == "error" for each in policy.problems))
    if policy.exceptions:
        page.heading("Exceptions")
    for exception in policy.exceptions:
        _exception(page, exception, policy)
    _failing_builds(page, policy)
    if policy.fallbacks:
        page.heading(
            "Older releases that pip and uv take without a word (--keep-versions prevents it)"
        )
    for fallback in policy.fallbacks:
        where = _where(fallback.targets, policy)
        line = Text.assemble((clean(fallback.package), "bold"))
        line.append(f" {clean(fallback.under)} instead of {clean(fallback.without)}{where}: ")
        page.prose(line.append(clean(fallback.reason)), hang=2)
    if policy.direct:
        page.heading("Built in spite of it by pip; uv needs an exception, or refuses")
    for line_ in policy.direct:
        page.prose(f"{clean(line_.where)}: {clean(line_.text)} ({line_.what})", hang=2)
    if policy.fails:
        page.heading("Nothing installs, with or without a policy")
    for target, why in policy.fails.items():
        page.prose(Text.assemble((clean(target), "bold"), f": {clean(why)}"), hang=2)
    for file in policy.files:
        _file(page, file, policy)
    _judged(page, policy)
    text = page.text()
    return to_ascii(text) if ascii_only else text


def _headline(policy: BinaryPolicy) -> str:
    working = len(policy.targets) - len(policy.fails)
    if not working:
        return "No policy installs it: nothing installs on these targets at all."
    packages = counted(policy.packages, "package")
    names = [clean(each.package) for each in policy.exceptions]
    with_what = f" with {counted(len(names), 'exception')} ({listing(names, 5)})" if names else ""
    text = f"--only-binary :all:{with_what}"
    failing = {target for build in policy.failing_builds for target in build.targets}
    if len(failing) == working:
        return f"{text} does not install: {_failing_words(policy)}."
    text += f" installs {packages}"
    if not names:
        text += f" as {'a wheel' if policy.packages == 1 else 'wheels'}, without an exception"
    return "; ".join((text, *_reservations(policy, failing))) + "."


def _reservations(policy: BinaryPolicy, failing: Collection[str]) -> Iterator[str]:
    """What the headline adds: older releases, what is built in any case, targets that fail."""
    older = len({fallback.package for fallback in policy.fallbacks})
    if older:
        yield f"{counted(older, 'package')} in an older release"
    if policy.direct:
        yield f"{counted(len(policy.direct), 'line')} built in spite of it"
    if failing:
        yield f"on {_some(sorted(failing))} {_failing_words(policy)}"
    if policy.fails:
        yield f"nothing installs on {_some(list(policy.fails))}"


def _failing_words(policy: BinaryPolicy) -> str:
    names = sorted({clean(build.package) for build in policy.failing_builds})
    shown = listing(names, 4)
    return f"the build of {shown} fails" if len(names) == 1 else f"the builds of {shown} fail"


def _some(targets: Sequence[str]) -> str:
    return listing(list(map(clean, targets)), 3)


def _exception(page: TextPage, exception: BuildException, policy: BinaryPolicy) -> None:
    label = f"{exception.package} {exception.version or ''}".strip()
    line = Text.assemble((clean(label), "bold"), f": {_KINDS[exception.kind]}")
    line.append(", your own --no-binary" if exception.own else "")
    line.append(f", to build {clean(exception.builds_for)}" if exception.builds_for else "")
    line.append(_where(exception.targets, policy))
    line.append(f": {clean(exception.reason)}")
    page.prose(line, hang=2)
    if exception.wheel_elsewhere:
        names = listing(list(map(clean, exception.wheel_elsewhere)), 3)
        page.prose(Text(f"comes as a wheel on {names}", "dim"), indent=2)


def _failing_builds(page: TextPage, policy: BinaryPolicy) -> None:
    if policy.failing_builds:
        page.heading("Builds that fail")
    for build in policy.failing_builds:
        label = f"{build.package} {build.version or ''}".strip()
        line = Text.assemble(("✗", "bold red"), " ", (clean(label), "bold"))
        where = _where(build.targets, policy)
        page.prose(line.append(f"{where}: {clean(build.reason)}"), hang=2)


def _where(targets: Sequence[str], policy: BinaryPolicy) -> str:
    if len(targets) == len(policy.targets) - len(policy.fails):
        return ""
    return f" on {_some(targets)}"


def _file(page: TextPage, file: PolicyFile, policy: BinaryPolicy) -> None:
    page.heading(f"{_TITLES[file.tool]}{_where(file.targets, policy)}")
    for line in file.lines:
        page.line(Text(clean(line), "cyan"))
    for note in file.notes:
        page.prose(Text(note, "dim"), hang=2)


def _judged(page: TextPage, policy: BinaryPolicy) -> None:
    if policy.problems:
        page.heading("Problems")
    for problem in policy.problems:
        name = f"{clean(problem.package or problem.where or '')}: ".removeprefix(": ")
        page.prose(f"? {name}{clean(problem.message)} [{clean(problem.code)}]", hang=2)
    page.heading("What was judged")
    page.prose(f"read     {listing(list(map(clean, policy.inputs)), 4)}", hang=9)
    index = f"as of {clean(policy.as_of)}" if policy.as_of else "as it is now"
    page.prose(f"index    {index}", hang=9)
    page.prose(f"targets  {listing(list(map(clean, policy.targets)), 6)}", hang=9)
