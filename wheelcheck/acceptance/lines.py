"""Lines that some installers read and others refuse: constraints, URLs, requirements of old.

What an installer reads depends on its release (`installers/rules.csv`), and it reads every line
before it evaluates a marker: one such line refuses the whole input.
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.utils import canonicalize_name

from wheelcheck.acceptance.input_refusal import InputRefusal
from wheelcheck.installers import Installer, Rule, first_release
from wheelcheck.requirements.requirement_set import RequirementLine, Requirements
from wheelcheck.resolution import Resolution

__all__ = ["line_refusals"]


def line_refusals(requirements: Requirements, resolution: Resolution) -> Iterator[InputRefusal]:
    """Yield what the installer of a resolution's target refuses single lines for.

    Args:
        requirements: what was read.
        resolution: what would be installed; it says which extras are requested.
    """
    installer = resolution.target.installer
    for line in requirements.lines:
        if _is_named_url(line) and not installer.has(Rule.NAMED_URLS):
            since = first_release(Rule.NAMED_URLS, installer.tool)
            yield _refusal(
                "named-url",
                line,
                installer,
                f"{line.text} is read by {installer.tool} {since} and later",
                "write the URL alone, without the name",
            )
    for line in requirements.constraints:
        yield from _of_constraint(line, resolution, installer)


def _of_constraint(
    line: RequirementLine, resolution: Resolution, installer: Installer
) -> Iterator[InputRefusal]:
    extras, name = line.requirement.extras, line.requirement.name
    if extras and not installer.has(Rule.CONSTRAINT_EXTRAS):
        message = f"constraints cannot have extras: {line.text}"
        yield _refusal("constraint-extras", line, installer, message, "leave out the extras")
    if not line.requirement.url:
        return
    if not installer.has(Rule.CONSTRAINT_URLS):
        message = f"URLs are not allowed as constraints: {line.text}"
        mend = f"write the requirement {name} with the URL, or upgrade pip to 21.1 or later"
        yield _refusal("constraint-url", line, installer, message, mend)
        return
    pin = resolution.pins.get(canonicalize_name(name))
    if pin and pin.extras and not installer.has(Rule.CONSTRAINT_URLS_WITH_EXTRAS):
        wanted = f"{name}[{','.join(sorted(pin.extras))}]"
        message = f"{wanted} is required, and a constraint says from which URL: it fails at that"
        mend = "write the URL in the requirement, or upgrade pip to 26.1 or later"
        yield _refusal("constraint-url-with-extras", line, installer, message, mend)


def _is_named_url(line: RequirementLine) -> bool:
    return line.requirement.url is not None and "@" in line.text.partition("://")[0]


def _refusal(
    code: str, line: RequirementLine, installer: Installer, message: str, mend: str
) -> InputRefusal:
    package = canonicalize_name(line.requirement.name)
    return InputRefusal(code, installer.label, message, mend, where=line.origin, package=package)
