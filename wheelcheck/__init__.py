"""wheelcheck: what comes as a wheel, what compiles from source, on which target, at what cost.

    >>> import wheelcheck
    >>> report = wheelcheck.check("requirements.txt", targets=["python:3.12-alpine"])

Names are imported when they are first used, so that `import wheelcheck` costs nothing.
"""

from wheelcheck.version import __version__ as __version__

TYPE_CHECKING = False  # type checkers take it for true; `typing` alone takes a third of a --help
if TYPE_CHECKING:
    from wheelcheck.api.analyse import analyse
    from wheelcheck.api.binary_policy import binary_policy
    from wheelcheck.api.check import check
    from wheelcheck.api.explain import explain
    from wheelcheck.api.ready import ready
    from wheelcheck.coverage.verdict import Verdict
    from wheelcheck.errors import (
        IndexUnreachable,
        NothingJudged,
        NotInReport,
        RequirementsError,
        TargetError,
        Unknown,
        UsageError,
        WheelcheckError,
    )
    from wheelcheck.gate.difference import Change, Difference, difference
    from wheelcheck.gate.policy import Allowance, Policy
    from wheelcheck.index import open_index
    from wheelcheck.reports.values.advice_values import Advice
    from wheelcheck.reports.values.binary_policy_values import (
        BinaryPolicy,
        BuildException,
        DirectBuild,
        FailingBuild,
        Fallback,
        PolicyFile,
    )
    from wheelcheck.reports.values.build_values import (
        BuildPlan,
        BuildRequirement,
        Commands,
        Evidence,
        Need,
        Obstacle,
        SourceBuild,
        SourceEvidence,
    )
    from wheelcheck.reports.values.cost_values import Bill, BuildCost, Estimate, ImageSize
    from wheelcheck.reports.values.dockerfile_values import (
        DockerfileFinding,
        DockerfileStep,
        IgnoredFinding,
        JudgedDockerfile,
        OtherPlatform,
        PlatformDifference,
        UnreadPart,
    )
    from wheelcheck.reports.values.explanation_values import (
        ExplainedCandidate,
        ExplainedFile,
        Explanation,
        TargetExplanation,
    )
    from wheelcheck.reports.values.readiness_values import (
        Bump,
        Others,
        Readiness,
        ReadyCell,
        ReadyPackage,
        ReadyPython,
    )
    from wheelcheck.reports.values.report import (
        Cell,
        Loading,
        LoadSummary,
        LostWheel,
        Miss,
        Package,
        Problem,
        Report,
    )
    from wheelcheck.reports.values.target_values import InstallerSummary, Refusal, TargetSummary
    from wheelcheck.reports.values.violation import Violation
    from wheelcheck.requirements import read as read_requirements
    from wheelcheck.requirements.requirement_set import IndexOptions
    from wheelcheck.resolution import resolve
    from wheelcheck.targets import Fit, Target
    from wheelcheck.today import (
        best_wheel,
        default_matrix,
        expand_axes,
        fit_wheel,
        parse_target,
        supported_tags,
    )


_HOMES = {
    "LostWheel": "wheelcheck.reports.values.report",
    "PolicyFile": "wheelcheck.reports.values.binary_policy_values",
    "Fallback": "wheelcheck.reports.values.binary_policy_values",
    "FailingBuild": "wheelcheck.reports.values.binary_policy_values",
    "DirectBuild": "wheelcheck.reports.values.binary_policy_values",
    "BuildException": "wheelcheck.reports.values.binary_policy_values",
    "analyse": "wheelcheck.api.analyse",
    "binary_policy": "wheelcheck.api.binary_policy",
    "check": "wheelcheck.api.check",
    "explain": "wheelcheck.api.explain",
    "ready": "wheelcheck.api.ready",
    "Verdict": "wheelcheck.coverage.verdict",
    "IndexUnreachable": "wheelcheck.errors",
    "RequirementsError": "wheelcheck.errors",
    "TargetError": "wheelcheck.errors",
    "Unknown": "wheelcheck.errors",
    "UsageError": "wheelcheck.errors",
    "WheelcheckError": "wheelcheck.errors",
    "BinaryPolicy": "wheelcheck.reports.values.binary_policy_values",
    "Cell": "wheelcheck.reports.values.report",
    "Miss": "wheelcheck.reports.values.report",
    "Package": "wheelcheck.reports.values.report",
    "Problem": "wheelcheck.reports.values.report",
    "Readiness": "wheelcheck.reports.values.readiness_values",
    "Report": "wheelcheck.reports.values.report",
    "TargetSummary": "wheelcheck.reports.values.target_values",
    "read_requirements": "wheelcheck.requirements:read",
    "Target": "wheelcheck.targets",
    "best_wheel": "wheelcheck.today",
    "Fit": "wheelcheck.targets",
    "IndexOptions": "wheelcheck.requirements.requirement_set",
    "default_matrix": "wheelcheck.today",
    "expand_axes": "wheelcheck.today",
    "fit_wheel": "wheelcheck.today",
    "open_index": "wheelcheck.index",
    "parse_target": "wheelcheck.today",
    "resolve": "wheelcheck.resolution",
    "supported_tags": "wheelcheck.today",
    "Change": "wheelcheck.gate.difference",
    "Difference": "wheelcheck.gate.difference",
    "difference": "wheelcheck.gate.difference",
    "Allowance": "wheelcheck.gate.policy",
    "Policy": "wheelcheck.gate.policy",
    "NotInReport": "wheelcheck.errors",
    "NothingJudged": "wheelcheck.errors",
    "Advice": "wheelcheck.reports.values.advice_values",
    "BuildPlan": "wheelcheck.reports.values.build_values",
    "BuildRequirement": "wheelcheck.reports.values.build_values",
    "Commands": "wheelcheck.reports.values.build_values",
    "Evidence": "wheelcheck.reports.values.build_values",
    "Need": "wheelcheck.reports.values.build_values",
    "Obstacle": "wheelcheck.reports.values.build_values",
    "SourceBuild": "wheelcheck.reports.values.build_values",
    "SourceEvidence": "wheelcheck.reports.values.build_values",
    "Bill": "wheelcheck.reports.values.cost_values",
    "BuildCost": "wheelcheck.reports.values.cost_values",
    "Estimate": "wheelcheck.reports.values.cost_values",
    "ImageSize": "wheelcheck.reports.values.cost_values",
    "DockerfileFinding": "wheelcheck.reports.values.dockerfile_values",
    "DockerfileStep": "wheelcheck.reports.values.dockerfile_values",
    "IgnoredFinding": "wheelcheck.reports.values.dockerfile_values",
    "JudgedDockerfile": "wheelcheck.reports.values.dockerfile_values",
    "OtherPlatform": "wheelcheck.reports.values.dockerfile_values",
    "PlatformDifference": "wheelcheck.reports.values.dockerfile_values",
    "UnreadPart": "wheelcheck.reports.values.dockerfile_values",
    "ExplainedCandidate": "wheelcheck.reports.values.explanation_values",
    "ExplainedFile": "wheelcheck.reports.values.explanation_values",
    "Explanation": "wheelcheck.reports.values.explanation_values",
    "TargetExplanation": "wheelcheck.reports.values.explanation_values",
    "Bump": "wheelcheck.reports.values.readiness_values",
    "Others": "wheelcheck.reports.values.readiness_values",
    "ReadyCell": "wheelcheck.reports.values.readiness_values",
    "ReadyPackage": "wheelcheck.reports.values.readiness_values",
    "ReadyPython": "wheelcheck.reports.values.readiness_values",
    "InstallerSummary": "wheelcheck.reports.values.target_values",
    "LoadSummary": "wheelcheck.reports.values.report",
    "Loading": "wheelcheck.reports.values.report",
    "Refusal": "wheelcheck.reports.values.target_values",
    "Violation": "wheelcheck.reports.values.violation",
}
"""Public name → the module that has it (``module:name`` where the names differ)."""

__all__ = [
    "Advice",
    "Allowance",
    "Bill",
    "BinaryPolicy",
    "BuildCost",
    "BuildException",
    "BuildPlan",
    "BuildRequirement",
    "Bump",
    "Cell",
    "Change",
    "Commands",
    "Difference",
    "DirectBuild",
    "DockerfileFinding",
    "DockerfileStep",
    "Estimate",
    "Evidence",
    "ExplainedCandidate",
    "ExplainedFile",
    "Explanation",
    "FailingBuild",
    "Fallback",
    "Fit",
    "IgnoredFinding",
    "ImageSize",
    "IndexOptions",
    "IndexUnreachable",
    "InstallerSummary",
    "JudgedDockerfile",
    "LoadSummary",
    "Loading",
    "LostWheel",
    "Miss",
    "Need",
    "NotInReport",
    "NothingJudged",
    "Obstacle",
    "OtherPlatform",
    "Others",
    "Package",
    "PlatformDifference",
    "Policy",
    "PolicyFile",
    "Problem",
    "Readiness",
    "ReadyCell",
    "ReadyPackage",
    "ReadyPython",
    "Refusal",
    "Report",
    "RequirementsError",
    "SourceBuild",
    "SourceEvidence",
    "Target",
    "TargetError",
    "TargetExplanation",
    "TargetSummary",
    "Unknown",
    "UnreadPart",
    "UsageError",
    "Verdict",
    "Violation",
    "WheelcheckError",
    "analyse",
    "best_wheel",
    "binary_policy",
    "check",
    "default_matrix",
    "difference",
    "expand_axes",
    "explain",
    "fit_wheel",
    "open_index",
    "parse_target",
    "read_requirements",
    "ready",
    "resolve",
    "supported_tags",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, _, inner = _HOMES[name].partition(":")
    value = getattr(import_module(module), inner or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
