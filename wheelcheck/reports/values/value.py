"""What every value that leaves the library has in common."""

from __future__ import annotations

from wheelcheck.reports.values.model import BaseModel, ConfigDict

__all__ = ["Value"]


class Value(BaseModel):
    """Immutable; a field that is not in the schema is an error, not noise."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
