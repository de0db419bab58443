"""What would be chosen? Requirements × target × index → a pin for every package."""

from wheelcheck.resolution.choice import FileRules, Refusal, Refused, choose, refusal_of
from wheelcheck.resolution.pins import Conflict, Demand, Pin, Resolution, Standing
from wheelcheck.resolution.resolver import Resolver, foresee_all, resolve

__all__ = [
    "Conflict",
    "Demand",
    "FileRules",
    "Pin",
    "Refusal",
    "Refused",
    "Resolution",
    "Resolver",
    "Standing",
    "choose",
    "foresee_all",
    "refusal_of",
    "resolve",
]
