"""Is that good enough? A policy held against a report, and two reports held against each other."""

from wheelcheck.gate.difference import Change, Difference, difference
from wheelcheck.gate.policy import Allowance, Policy, read_policy, violations

__all__ = [
    "Allowance",
    "Change",
    "Difference",
    "Policy",
    "difference",
    "read_policy",
    "violations",
]
