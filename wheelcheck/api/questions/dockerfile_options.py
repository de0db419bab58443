"""A question about a Dockerfile: what may be asked along with it, and what it says itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType

from wheelcheck.api.questions.argument_values import as_list
from wheelcheck.api.questions.question import Question
from wheelcheck.dockerfile.reading.build_request import BuildRequest
from wheelcheck.dockerfile.reading.recognition import is_compose_file, is_dockerfile
from wheelcheck.errors import UsageError
from wheelcheck.regular_files import is_regular

__all__ = ["build_of", "is_dockerfile_at", "refuse_dockerfiles"]

_BEGINNING = 20_000
"""Bytes of a file that tell what it is."""

_FOR_DOCKERFILES = frozenset({"context", "platforms", "build_args", "stage", "images", "service"})
_USED = (
    _FOR_DOCKERFILES
    | {
        "requirements",
        "discoveries",
        "exclude_newer",
        "index_url",
        "cache_dir",
        "offline",
        "timeout",
    }
    | {"policy"}
)
"""Keywords of a question that mean the same for a Dockerfile: when, and by which way, to look."""

_ON_THE_LINE = "write it on the install line that it is meant for"
_INSTEAD: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "targets": ("--target", "its FROM lines say where it installs"),
        "packages": ("--package", "add the requirement to an install line"),
        "constraints": ("--constraint", _ON_THE_LINE),
        "build_constraints": ("--build-constraint", _ON_THE_LINE),
        "extras": ("--extra", "name the extra on the install line, as in pip install '.[NAME]'"),
        "groups": ("--group", _ON_THE_LINE),
        "allow_outside": ("--allow-outside", "COPY reaches nothing outside its own folder"),
        "extra_index_urls": ("--extra-index-url", _ON_THE_LINE),
        "pip_config": ("--pip-config", "an image does not see yours: state it there with ENV"),
        "installer": ("--installer", "its commands say who installs"),
        "verdicts_only": ("--verdicts-only", "what its builds lack is what is found in it"),
    }
)
"""By keyword the option of that meaning, where its name is another, and what to do instead."""


def build_of(question: Question, **more: object) -> BuildRequest | None:
    """The build of a question by its Dockerfile or compose file; None where there is none.

    `more` are further keywords, None or False where not given. Raises `UsageError` where
    a keyword is given that its own lines answer, and says what to do instead.
    """
    inputs = as_list(question.requirements)
    found = next((Path(str(source)) for source in inputs if is_dockerfile_at(source)), None)
    if found is None:
        given = [name for name in _FOR_DOCKERFILES - {"images"} if getattr(question, name)]
        if given:
            names = ", ".join(_option(name) for name in sorted(given))
            raise UsageError(f"{names}: for a Dockerfile or a compose file, and none is named")
        return None
    if len(inputs) > 1:
        raise UsageError(
            f"{found} is a Dockerfile, which says itself what it installs: name it alone"
        )
    refused = [f"without {option} ({instead})" for option, instead in _refused(question, more)]
    if refused:
        raise UsageError(f"{found} is judged by its own lines, {', '.join(refused)}")
    return _stated_in(found, question).changed(
        context=Path(question.context) if question.context is not None else None,
        build_args=question.build_args,
        stage=question.stage,
        platforms=tuple(question.platforms),
    )


def _stated_in(path: Path, question: Question) -> BuildRequest:
    """The build of a Dockerfile, or that which a compose file describes."""
    if is_compose_file(path.name):
        from wheelcheck.dockerfile.reading.compose_file import build_of_compose  # reads YAML

        return build_of_compose(path, question.service)
    if question.service:
        raise UsageError(f"--service names one of a compose file, and {path} is a Dockerfile")
    return BuildRequest(path, str(path))


def refuse_dockerfiles(question: Question, meant: str) -> None:
    """Raise `UsageError` where the input is a Dockerfile; `meant` says what to name instead."""
    for item in as_list(question.requirements):
        if is_dockerfile_at(item):
            raise UsageError(f"{item} is a Dockerfile: {meant}")


def is_dockerfile_at(given: object) -> bool:
    """Whether an input is the path of a Dockerfile, or of a compose file that names one."""
    if not isinstance(given, str | Path) or str(given) == "-" or "://" in str(given):
        return False
    path = Path(given)
    if not is_regular(path):
        return False
    if is_compose_file(path.name):
        return True
    with path.open("rb") as file:
        return is_dockerfile(path.name, file.read(_BEGINNING).decode("utf-8", "replace"))


def _refused(question: Question, more: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The options that were given and have no effect here, with what to do instead.

    Whatever is not known to mean the same for a Dockerfile is refused, so that no keyword that is
    ever added can be passed over in silence.
    """
    keywords = [each.name for each in fields(question) if each.name not in _USED]
    for name, value in {**{name: getattr(question, name) for name in keywords}, **more}.items():
        if _is_set(value):
            yield _INSTEAD.get(name, (f"--{name.replace('_', '-')}", _ON_THE_LINE))


def _option(keyword: str) -> str:
    """The option of a keyword that is for Dockerfiles."""
    spelt = {"stage": "target", "platforms": "platform", "build_args": "build-arg"}
    return f"--{spelt.get(keyword, keyword)}"


def _is_set(value: object) -> bool:
    return any(True for _ in value) if isinstance(value, Iterable) else bool(value)
