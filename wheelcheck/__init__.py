"""wheelcheck: what comes as a wheel, what compiles from source, on which target, at what cost.

    >>> import wheelcheck
    >>> report = wheelcheck.check("requirements.txt", targets=["python:3.12-alpine"])

Names are imported when they are first used, so that `import wheelcheck` costs nothing.
"""

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
        RequirementsError,
        TargetError,
        Unknown,
        UsageError,
        WheelcheckError,
    )
    from wheelcheck.index import open_index
    from wheelcheck.reports.values.binary_policy_values import BinaryPolicy
    from wheelcheck.reports.values.readiness_values import Readiness
    from wheelcheck.reports.values.report import Cell, Miss, Package, Problem, Report, TargetSummary
    from wheelcheck.requirements import read as read_requirements
    from wheelcheck.requirements.requirement_set import IndexOptions
    from wheelcheck.resolution import resolve
    from wheelcheck.targets import Fit, Target, best_wheel, fit_wheel, supported_tags
    from wheelcheck.today import default_matrix, expand_axes, parse_target

__version__ = "0.1.0"

_HOMES = {
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
    "TargetSummary": "wheelcheck.reports.values.report",
    "read_requirements": "wheelcheck.requirements:read",
    "Target": "wheelcheck.targets",
    "best_wheel": "wheelcheck.targets",
    "Fit": "wheelcheck.targets",
    "IndexOptions": "wheelcheck.requirements.requirement_set",
    "default_matrix": "wheelcheck.today",
    "expand_axes": "wheelcheck.today",
    "fit_wheel": "wheelcheck.targets",
    "open_index": "wheelcheck.index",
    "parse_target": "wheelcheck.today",
    "resolve": "wheelcheck.resolution",
    "supported_tags": "wheelcheck.targets",
}
"""Public name → the module that has it (``module:name`` where the names differ)."""

__all__ = [
    "BinaryPolicy",
    "Cell",
    "Fit",
    "IndexOptions",
    "IndexUnreachable",
    "Miss",
    "Package",
    "Problem",
    "Readiness",
    "Report",
    "RequirementsError",
    "Target",
    "TargetError",
    "TargetSummary",
    "Unknown",
    "UsageError",
    "Verdict",
    "WheelcheckError",
    "analyse",
    "best_wheel",
    "binary_policy",
    "check",
    "default_matrix",
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
