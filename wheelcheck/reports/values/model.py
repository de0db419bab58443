"""What models are made of: pydantic's names, or those of `struct_model` that do the same."""

from __future__ import annotations

from wheelcheck.reports.values.model_kind import are_structs

TYPE_CHECKING = False
if TYPE_CHECKING or not are_structs():
    from pydantic import (
        AfterValidator,
        BaseModel,
        BeforeValidator,
        ConfigDict,
        Field,
        ValidationError,
    )

    def json_bytes(value: BaseModel) -> bytes:
        """A value as JSON: as `model_dump_json`, which decodes the bytes."""
        return value.__pydantic_serializer__.to_json(value)

    def indented_json(value: BaseModel) -> bytes:
        """A value as indented JSON with a newline at the end."""
        return value.__pydantic_serializer__.to_json(value, indent=2) + b"\n"
else:
    from wheelcheck.reports.values.struct_model import (
        AfterValidator,
        BaseModel,
        BeforeValidator,
        ConfigDict,
        Field,
        ValidationError,
        indented_json,
        json_bytes,
    )

__all__ = [
    "AfterValidator",
    "BaseModel",
    "BeforeValidator",
    "ConfigDict",
    "Field",
    "ValidationError",
    "indented_json",
    "json_bytes",
]
