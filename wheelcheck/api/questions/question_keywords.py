"""The keywords by which a caller asks, written down once for `check` and `explain`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import ParamSpec, TypedDict, TypeVar

from packaging.requirements import Requirement

from wheelcheck.targets import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wheelcheck.gate.policy import Policy

__all__ = ["CheckKeywords", "Input", "QuestionKeywords", "with_keywords"]

_P = ParamSpec("_P")
_R = TypeVar("_R")

Input = str | Path | Requirement


class QuestionKeywords(TypedDict, total=False):
    """What may be chosen, as of when, and where to look; each is explained at `check`."""

    constraints: Iterable[str | Path]
    build_constraints: Iterable[str | Path]
    extras: Iterable[str]
    groups: Iterable[str]
    allow_outside: bool
    pre: bool
    only_binary: Iterable[str]
    no_binary: Iterable[str]
    prefer_binary: bool
    exclude_newer: str | date | datetime | None
    index_url: str | None
    extra_index_urls: Iterable[str]
    no_index: bool
    find_links: Iterable[str]
    pip_config: bool
    cache_dir: str | Path | None
    offline: bool
    timeout: float | None
    policy: Policy | str | Path | None


class CheckKeywords(QuestionKeywords, total=False):
    """The same, the targets, and what is for Dockerfiles and the files that name them.

    Each is explained at `check`.
    """

    targets: Iterable[str | Target] | None
    packages: Iterable[str]
    context: str | Path | None
    platforms: Iterable[str]
    build_args: Mapping[str, str]
    stage: str | None
    images: Mapping[str, str]
    service: str | None


def with_keywords(
    keywords: type, defaults: Mapping[str, object]
) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """A decorator: spell out ``**keywords`` in a function's signature, for `help` and editors.

    `keywords` is the TypedDict; `defaults` has the value of each where a caller leaves it out. Of
    any other keyword the function raises `TypeError`, with the nearest that there is.
    """

    def spelled(function: Callable[_P, _R]) -> Callable[_P, _R]:
        own = [p for p in signature(function).parameters.values() if p.kind is not p.VAR_KEYWORD]
        spelled_out = [
            Parameter(
                name,
                Parameter.KEYWORD_ONLY,
                default=defaults[name],
                annotation=getattr(annotation, "__forward_arg__", annotation),
            )
            for name, annotation in keywords.__annotations__.items()
        ]
        names = [parameter.name for parameter in (*own, *spelled_out)]

        @wraps(function)
        def called(*args: _P.args, **given: _P.kwargs) -> _R:
            for name in given:
                if name not in names:
                    raise TypeError(_not_expected(function.__name__, name, names))
            return function(*args, **given)

        returns = signature(function).return_annotation
        called.__signature__ = Signature([*own, *spelled_out], return_annotation=returns)  # type: ignore[attr-defined]
        return called

    return spelled


def _not_expected(function: str, name: str, names: Iterable[str]) -> str:
    """The words of Python itself, which suggests names from 3.13 on."""
    near = get_close_matches(name, names, 1)
    meant = f". Did you mean {near[0]!r}?" if near else ""
    return f"{function}() got an unexpected keyword argument {name!r}{meant}"
