"""As much of pydantic's models as the command line needs, as msgspec's structs.

A definition reads the same for both. Nothing is validated or converted: what makes a value gives
it the types that its definition states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, Self

import msgspec
from msgspec import NODEFAULT, Struct, StructMeta, ValidationError

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

_NEWLINE, _ELEMENT = b"\n  ", b"\n    "
"""Before the fields of a value, and before the elements of a field."""


class AfterValidator:
    """A mark in an annotation, without effect."""

    def __init__(self, _: Callable[..., object]) -> None: ...


BeforeValidator = AfterValidator


def ConfigDict(**settings: object) -> Mapping[str, object]:  # noqa: N802 (pydantic's name)
    """The settings of a model, without effect."""
    return settings


def Field(**settings: Any) -> Any:  # noqa: N802 (pydantic's name)
    """A field with its default, if it has one; what else is said of it is for a schema."""
    return msgspec.field(
        **{key: settings[key] for key in ("default", "default_factory") if key in settings}
    )


class _ModelMeta(StructMeta):
    """Makes every model a frozen struct whose fields are given by name."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> Any:
        options = {"frozen": True, "kw_only": True, "forbid_unknown_fields": True, **options}
        return super().__new__(cls, name, bases, namespace, **options)

    @property
    def model_fields(cls) -> Mapping[str, None]:
        """The names of the fields."""
        return dict.fromkeys(cls.__struct_fields__)


class BaseModel(Struct, metaclass=_ModelMeta):
    """A frozen struct with those of pydantic's methods that are in use."""

    @classmethod
    def model_construct(cls, **fields: Any) -> Self:
        """A value of these fields."""
        return cls(**fields)

    @classmethod
    def model_validate_json(cls, text: str | bytes) -> Self:
        """Read a value that was written down as JSON. Raises ValidationError for another."""
        return msgspec.json.decode(text, type=cls)

    def model_copy(self, *, update: Mapping[str, Any]) -> Self:
        """The same with other values of some fields."""
        return msgspec.structs.replace(self, **update)

    def model_dump(self, *, exclude_defaults: bool = False) -> dict[str, Any]:
        """The fields as a dictionary, and those of values inside."""
        found = {name: getattr(self, name) for name in self.__struct_fields__}
        if exclude_defaults:
            found = {name: value for name, value in found.items() if not self._is_default(name)}
        return {
            name: _dumped(value, exclude_defaults=exclude_defaults) for name, value in found.items()
        }

    def model_dump_json(self) -> str:
        """The value as JSON."""
        return json_bytes(self).decode()

    def _is_default(self, name: str) -> bool:
        defaults = self.__struct_defaults__
        place = self.__struct_fields__.index(name) - len(self.__struct_fields__) + len(defaults)
        default = defaults[place] if place >= 0 else NODEFAULT
        make = getattr(default, "factory", None)
        return bool(getattr(self, name) == (default if make is None else make()))


def json_bytes(value: BaseModel) -> bytes:
    """A value as JSON, in the bytes that pydantic writes."""
    return msgspec.json.encode(value)


def indented_json(value: BaseModel) -> bytes:
    """A value as indented JSON, in the bytes that pydantic writes, with a newline at the end.

    It is put together from its fields, and from the elements of those that have several: a report
    of megabytes is then in memory once.
    """
    text = BytesIO()  # it gives its bytes without a copy
    before = b"{"
    for name in value.__struct_fields__:
        text.write(before + _NEWLINE + msgspec.json.encode(name) + b": ")
        _write_field(text, getattr(value, name))
        before = b","
    text.write(b"\n}\n")
    return text.getvalue()


def _write_field(text: BytesIO, value: object) -> None:
    if not (isinstance(value, tuple) and value):
        text.write(_indented(value, 1))
        return
    before = b"["
    for each in value:
        text.write(before + _ELEMENT)
        text.write(_indented(each, 2))
        before = b","
    text.write(_NEWLINE + b"]")


def _indented(value: object, depth: int) -> memoryview:
    """A value with the indentation of its depth below others."""
    text = msgspec.json.format(b"[" * depth + msgspec.json.encode(value) + b"]" * depth, indent=2)
    around = depth * (depth + 1)  # the brackets, each on a line of its own, further in each time
    return memoryview(text)[around + 2 * depth : len(text) - around]


def _dumped(value: object, *, exclude_defaults: bool) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_defaults=exclude_defaults)
    if isinstance(value, dict):
        return {k: _dumped(each, exclude_defaults=exclude_defaults) for k, each in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_dumped(each, exclude_defaults=exclude_defaults) for each in value)
    return value
