"""What to do about each kind of result, for code scanning, where rules carry help."""

from __future__ import annotations

from collections.abc import Mapping

from wheelcheck.coverage.verdict import Verdict

__all__ = ["rule_help"]

_VERDICTS: Mapping[str, str] = {
    Verdict.UNAVAILABLE: "Neither a wheel fits the target nor is there an sdist. Choose a release "
    "or a target that has a wheel: wheelcheck advises on both.",
    Verdict.SOURCE_NATIVE: "There is only an sdist, and it compiles: the installation needs a "
    "compiler, system packages and time. Another base image, another release or a newer Python "
    "may have a wheel; wheelcheck explain PACKAGE --target TARGET shows the reasoning.",
    Verdict.SOURCE_UNKNOWN: "There is only an sdist, and the evidence does not decide whether it "
    "compiles. wheelcheck explain PACKAGE --target TARGET shows what was found.",
    Verdict.SOURCE_PURE: "There is only an sdist; it builds without a compiler, and needs its "
    "build requirements.",
    Verdict.UNKNOWN: "The package could not be judged; the message says why.",
}
_POLICIES: Mapping[str, str] = {
    "policy/fail-on": "The policy names this verdict or finding in fail-on. An entry of "
    "[[tool.wheelcheck.allow]] lets a package pass, with a reason and a last day.",
    "policy/dockerfile": "The image cannot be built, or its program does not start. The report "
    "has the corrected Dockerfile as a diff.",
    "policy/min-coverage": "Fewer packages come as wheels than min-coverage of "
    "[tool.wheelcheck] demands.",
    "policy/max-build-minutes": "Source builds take longer than max-build-minutes of "
    "[tool.wheelcheck] allows.",
    "policy/max-image-mb": "The image gets larger than max-image-mb of [tool.wheelcheck] allows.",
}


def rule_help(rule: str, meaning: str) -> str:
    """What a result of this rule means and what to do, in sentences."""
    known = _VERDICTS.get(rule) or _POLICIES.get(rule)
    if known:
        return f"{meaning} {known}"
    if rule.startswith("refused/"):
        return f"{meaning} Nothing of it is installed; the message has the line to write instead."
    if rule.startswith("problem/"):
        return f"{meaning} The message says what could not be judged, or must be known."
    return meaning
