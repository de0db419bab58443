"""Compose files: which image a service builds, from which folder, with which arguments.

Source: docs.docker.com/reference/compose-file/build. PyYAML reads the file, as a user's own file
of which nothing is run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wheelcheck.dockerfile.reading.build_request import BuildRequest
from wheelcheck.errors import UsageError
from wheelcheck.regular_files import read_regular

__all__ = ["build_of_compose"]

LARGEST = 1_000_000
_VARIABLE = re.compile(r"\$\{(\w+)(?::?-([^}]*))?[^}]*\}|\$(\w+)")


def build_of_compose(path: Path, service: str | None) -> BuildRequest:
    """The build of a service, or of the only service that builds an image.

    Services that build the same image count as one. Raises `UsageError` for a file that is no
    compose file, one without a build, a service that it does not have, and for several builds.
    """
    services = _services(path)
    if service is not None and service not in services:
        raise UsageError(f"{path} has no service {service}; there are {_listed(services)}")
    wanted = services if service is None else {service: services[service]}
    builds = {
        name: _build(path, entry["build"])
        for name, entry in wanted.items()
        if isinstance(entry, dict) and entry.get("build")
    }
    if not builds:
        whose = f"service {service}" if service else "no service"
        raise UsageError(f"{path}: {whose} has a build: there is no Dockerfile to judge")
    first = next(iter(builds.values()))
    if any(item != first for item in builds.values()):
        raise UsageError(
            f"{path} builds several images ({_listed(builds)}): choose one with --service NAME"
        )
    return first


def _services(path: Path) -> Mapping[str, Any]:
    import yaml  # for few inputs

    data = read_regular(path, LARGEST)
    try:
        document = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no YAML: {str(error).splitlines()[0]}") from None
    services = document.get("services") if isinstance(document, dict) else None
    if not isinstance(services, dict):
        raise UsageError(f"{path} has no services, and so no build")
    return {str(name): entry for name, entry in services.items()}


def _build(path: Path, build: object) -> BuildRequest:
    folder = path.parent
    if not isinstance(build, dict):
        build = {"context": build}
    text = _expanded(str(build.get("context", ".")))
    if "://" in text or text.startswith("git@"):
        raise UsageError(f"{path}: the build context {text} is not a folder here")
    context = folder / text
    if build.get("dockerfile_inline"):
        raise UsageError(f"{path}: dockerfile_inline is not read; write it to a file")
    dockerfile = context / _expanded(str(build.get("dockerfile", "Dockerfile")))
    if not dockerfile.is_file():
        raise UsageError(f"{path}: there is no {dockerfile}")
    target = build.get("target")
    platforms = build.get("platforms") or ()
    return BuildRequest(
        dockerfile,
        str(dockerfile),
        context,
        _arguments(build.get("args")),
        _expanded(str(target)) if target else None,
        tuple(map(str, platforms)) if isinstance(platforms, list) else (),
    )


def _arguments(given: object) -> dict[str, str]:
    """A mapping or a list of ``NAME=value``; one without a value has the environment's."""
    if isinstance(given, list):
        pairs = [str(each).partition("=") for each in given]
        return {name: _expanded(value) for name, equals, value in pairs if equals}
    if isinstance(given, dict):
        return {
            str(name): _expanded(_scalar(value))
            for name, value in given.items()
            if value is not None
        }
    return {}


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _expanded(text: str) -> str:
    """``${NAME:-default}`` is the default: this machine's variables are not looked at."""
    return _VARIABLE.sub(lambda match: match[2] or "", text)


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(names) or "none"
