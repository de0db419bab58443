"""What would be chosen? Requirements × target × index → a pin for every package."""

from wheelcheck.resolution.choice import FileRules, RefusalReason, Refused, choose, refusal_of
from wheelcheck.resolution.pins import Conflict, Demand, Pin, Resolution, Standing
from wheelcheck.resolution.resolver import Resolver, prefetch_all, resolve

__all__ = [
    "Conflict",
    "Demand",
    "FileRules",
    "Pin",
    "RefusalReason",
    "Refused",
    "Resolution",
    "Resolver",
    "Standing",
    "choose",
    "prefetch_all",
    "refusal_of",
    "resolve",
]
