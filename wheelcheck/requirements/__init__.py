"""Requirements: the user's files become values; the only place that reads them."""

from wheelcheck.requirements.exclude_newer import is_duration, parse_exclude_newer
from wheelcheck.requirements.input_reader import read
from wheelcheck.requirements.pip.pip_configuration import pip_configuration
from wheelcheck.requirements.pip.pip_options import CommandLine, in_any_order
from wheelcheck.requirements.requirement_set import (
    FilePolicy,
    FormatControl,
    IndexOptions,
    LockedFile,
    LockedPackage,
    LockFacts,
    LockFormat,
    Origin,
    RequirementLine,
    Requirements,
    Scope,
    ScopeEnvironment,
    SkippedLine,
    is_exact,
)

__all__ = [
    "CommandLine",
    "FilePolicy",
    "FormatControl",
    "IndexOptions",
    "LockFacts",
    "LockFormat",
    "LockedFile",
    "LockedPackage",
    "Origin",
    "RequirementLine",
    "Requirements",
    "Scope",
    "ScopeEnvironment",
    "SkippedLine",
    "in_any_order",
    "is_duration",
    "is_exact",
    "parse_exclude_newer",
    "pip_configuration",
    "read",
]
