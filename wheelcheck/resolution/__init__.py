"""What would be chosen? Requirements × target × index → a pin for every package."""

from wheelcheck.resolution.choice import FileRules, Refusal, Refused, choose, refusal_of
from wheelcheck.resolution.model import Conflict, Demand, Pin, Resolution, Standing
from wheelcheck.resolution.resolver import Resolver, resolve

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
    "refusal_of",
    "resolve",
]
