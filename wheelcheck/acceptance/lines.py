"""Lines that some installers read and others refuse: constraints, URLs, requirements of old.

What an installer reads depends on its release (`installers/rules.csv`), and it reads every line
before it evaluates a marker: one such line refuses the whole input.
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.utils import canonicalize_name

from wheelcheck.acceptance.input_refusal import InputRefusal
from wheelcheck.installers import Installer, Rule, features_of, first_release
from wheelcheck.requirements.requirement_set import RequirementLine, Requirements
from wheelcheck.resolution import Resolution

__all__ = ["line_refusals"]

_WRITE_IT_ANEW = "write it as PEP 440 has it (>=2.0 for >=2.0.*), or use pip<24.1"


def line_refusals(requirements: Requirements, resolution: Resolution) -> Iterator[InputRefusal]:
    """Yield what the installer of a resolution's target refuses single lines for.

    Args:
        requirements: what was read.
        resolution: what would be installed; it says which extras are requested.
    """
    installer = resolution.target.installer
    yield from _of_features(requirements, installer)
    yield from _of_legacy_lines(requirements, installer)
    if not installer.is_pip:
        yield from _without_marker(requirements, installer)
    for line in requirements.lines:
        if _is_named_url(line) and not installer.has(Rule.NAMED_URLS):
            yield _named_url(line, installer)
    for line in requirements.constraints:
        yield from _of_constraint(line, resolution, installer)


def _of_features(requirements: Requirements, installer: Installer) -> Iterator[InputRefusal]:
    """An unknown --use-feature; uv has no such option in files, and passes over it."""
    for feature, origin in requirements.features if installer.is_pip else ():
        known = features_of(installer.version)
        if feature in known:
            continue
        message = f"--use-feature {feature} is unknown to {installer.label}"
        mend = f"leave it out; known are {', '.join(known)}" if known else "leave it out"
        yield InputRefusal("unknown-feature", installer.label, message, mend, where=origin)


def _of_legacy_lines(requirements: Requirements, installer: Installer) -> Iterator[InputRefusal]:
    """Requirements that PEP 440 forbids, which pip before 24.1 reads by older rules."""
    reads = installer.is_pip and installer.has(Rule.LEGACY_SPECIFIERS)
    for line in (*requirements.lines, *requirements.constraints):
        if line.invalid and not reads:
            message = f"{line.text}: {line.invalid}"
            yield _refusal("invalid-requirement", line, installer, message, _WRITE_IT_ANEW)
    for skipped in requirements.skipped:
        if skipped.why.code == "legacy-version" and not installer.has(Rule.LEGACY_RESOLVER):
            yield InputRefusal(
                "invalid-requirement",
                installer.label,
                f"{skipped.text}: {skipped.why.reason}",
                _WRITE_IT_ANEW,
                where=skipped.origin,
                package=skipped.name,
            )


def _without_marker(requirements: Requirements, installer: Installer) -> Iterator[InputRefusal]:
    """A semicolon that no marker follows: pip drops it, uv refuses the line."""
    for line in (*requirements.lines, *requirements.constraints):
        if line.text.endswith(";") and line.requirement.url is None:
            message = f"{line.text}: no marker follows the semicolon"
            yield _refusal("invalid-requirement", line, installer, message, "leave it out")


def _of_constraint(
    line: RequirementLine, resolution: Resolution, installer: Installer
) -> Iterator[InputRefusal]:
    extras, name = line.requirement.extras, line.requirement.name
    if extras and not installer.has(Rule.CONSTRAINT_EXTRAS):
        message = f"constraints cannot have extras: {line.text}"
        yield _refusal("constraint-extras", line, installer, message, "leave out the extras")
    if not line.requirement.url:
        return
    if _is_named_url(line) and not installer.has(Rule.NAMED_URLS):
        yield _named_url(line, installer)
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


def _named_url(line: RequirementLine, installer: Installer) -> InputRefusal:
    since = first_release(Rule.NAMED_URLS, installer.tool)
    message = f"{line.text} is read by {installer.tool} {since} and later"
    return _refusal("named-url", line, installer, message, "write the URL alone, without the name")


def _is_named_url(line: RequirementLine) -> bool:
    return line.requirement.url is not None and "@" in line.text.partition("://")[0]


def _refusal(
    code: str, line: RequirementLine, installer: Installer, message: str, mend: str
) -> InputRefusal:
    package = canonicalize_name(line.requirement.name)
    return InputRefusal(code, installer.label, message, mend, where=line.origin, package=package)
