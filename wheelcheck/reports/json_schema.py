"""The JSON Schema of an answer, with an identity that programs can refer to."""

from __future__ import annotations

from typing import Any

from wheelcheck.reports.values.model import BaseModel
from wheelcheck.reports.values.report import SCHEMA_VERSION

__all__ = ["json_schema"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(answer: type[BaseModel]) -> dict[str, Any]:
    """The schema of a report, an explanation, a difference or a readiness.

    ``$id`` is a URN that ends in the version; within a version fields are only added.
    """
    identity = f"urn:wheelcheck:schema:{answer.__name__.lower()}:{SCHEMA_VERSION}"
    head = {"$schema": _DIALECT, "$id": identity, "version": SCHEMA_VERSION}
    return {**head, **answer.model_json_schema(mode="serialization")}
