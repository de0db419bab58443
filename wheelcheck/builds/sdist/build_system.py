"""`pyproject.toml` and `setup.cfg`: who builds an sdist, with what, and what they declare."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any

from msgspec import Struct
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from wheelcheck.builds.evidence.classification import EvidencePiece
from wheelcheck.builds.setup_script.declaration import ExtensionModule
from wheelcheck.errors import Unknown
from wheelcheck.requirements.projects.project_modules import backend_module
from wheelcheck.tables import read_table

__all__ = [
    "LEGACY_REQUIRES",
    "BuildSystem",
    "backend_kind",
    "builds_for_metadata",
    "command_modules",
    "declared_modules",
    "hatch_hooks",
    "is_stated_alone",
    "is_stated_alone_and_not_built",
    "read_build_system",
    "read_toml",
    "setup_cfg_requires",
]

LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
LEGACY_REQUIRES = ("setuptools >= 40.8.0",)
"""What pip installs where there is no `[build-system]` (PEP 517, since pip 23.1 without wheel)."""
_LARGEST = 512_000
_DEEPEST_KEY = 100
"""Dots in one key: tomllib takes quadratic time over them, and honest files have three or four."""


class BuildSystem(Struct, frozen=True):
    """The `[build-system]` table, or setuptools' legacy default where there is none (`legacy`).

    `backend_path` is not () where the backend is part of the sdist. `scripts` are files that the
    backend runs (poetry and PDM build scripts, hatch's custom hooks). `lacks_requires`: the table
    is there without ``requires``, which PEP 518 does not allow. `problem` says why
    `pyproject.toml` could not be read; the defaults stand then.
    """

    backend: str = LEGACY_BACKEND
    requires: tuple[str, ...] = LEGACY_REQUIRES
    backend_path: tuple[str, ...] = ()
    legacy: bool = True
    lacks_requires: bool = False
    scripts: tuple[str, ...] = ()
    problem: Unknown | None = None

    @property
    def required_names(self) -> frozenset[str]:
        """Normalised names of the build requires, markers aside."""
        return _names(self.requires)


_BUILDS_FOR_METADATA = frozenset({"mesonpy"})
"""Backends without `prepare_metadata_for_build_wheel`: for metadata, a wheel is built (PEP 517)."""
_READS_MORE = frozenset({"scikit_build_core"})
"""Backends that ask other files, as CMakeLists.txt, for what they require."""


def builds_for_metadata(backend: str) -> bool:
    """Whether a backend builds a wheel where its metadata alone are wanted."""
    return backend_module(backend) in _BUILDS_FOR_METADATA


def is_stated_alone(text: str) -> bool:
    """Whether a pyproject.toml says all of how the metadata of its sdist are prepared.

    Not where scripts of the sdist take part: setup.py, build scripts, a backend of its own.
    """
    system, _ = read_build_system(text)
    return (
        system.problem is None
        and backend_kind(system.backend) in {"meson", "native", "pure"}
        and backend_module(system.backend) not in _READS_MORE
        and not system.backend_path
        and not system.scripts
    )


def is_stated_alone_and_not_built(text: str) -> bool:
    """Whether nothing but pyproject.toml counts: where a wheel is built, its sources do."""
    return is_stated_alone(text) and not builds_for_metadata(read_build_system(text)[0].backend)


@lru_cache(maxsize=1 << 10)  # most sdists have the same few, and several readers of each
def _names(requires: tuple[str, ...]) -> frozenset[str]:
    found = set()
    for line in requires:
        with suppress(InvalidRequirement):
            found.add(canonicalize_name(Requirement(line).name))
    return frozenset(found)


@lru_cache(maxsize=16)  # half a dozen readers of one sdist ask for its pyproject.toml
def read_toml(text: str) -> dict[str, Any] | Unknown:
    """A TOML document, or why it cannot be read. Never raises on hostile text.

    It is shared: nobody may change it.
    """
    if len(text) > _LARGEST:
        return Unknown("file-unreadable", f"longer than {_LARGEST:,} characters")
    if any(line.partition("=")[0].count(".") > _DEEPEST_KEY for line in text.splitlines()):
        return Unknown("file-unreadable", "keys nested too deeply")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Unknown("file-unreadable", f"not valid TOML: {str(error)[:120]}")
    except (RecursionError, ValueError):
        return Unknown("file-unreadable", "not sane TOML")


def table(document: object, *keys: str) -> dict[str, Any]:
    """The table under nested keys; {} where it is missing or no table."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


def strings(value: object) -> tuple[str, ...]:
    """The strings of a list; a lone string counts as one."""
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def read_build_system(text: str | None) -> tuple[BuildSystem, tuple[EvidencePiece, ...]]:
    """The build system of `pyproject.toml` (None: there is none) and what its tables declare."""
    if text is None:
        return BuildSystem(), ()
    document = read_toml(text)
    if isinstance(document, Unknown):
        evidence = EvidencePiece("file-unreadable", "pyproject.toml", document.reason)
        return BuildSystem(problem=document), (evidence,)
    stated = table(document, "build-system")
    backend = stated.get("build-backend")
    legacy = not stated
    system = BuildSystem(
        backend=backend if isinstance(backend, str) else LEGACY_BACKEND,
        requires=strings(stated.get("requires")) if stated else LEGACY_REQUIRES,
        backend_path=strings(stated.get("backend-path")),
        legacy=legacy,
        lacks_requires=bool(stated) and "requires" not in stated,
        scripts=tuple(_scripts(table(document, "tool"))),
    )
    return system, tuple(_declared(document))


def _scripts(tool: dict[str, Any]) -> Iterator[str]:
    """Files that the backend runs while it builds."""
    poetry = tool.get("poetry")
    build = poetry.get("build") if isinstance(poetry, dict) else None
    script = build.get("script") if isinstance(build, dict) else build
    if isinstance(script, str):
        yield script
    pdm = table(tool, "pdm", "build")
    for name in (pdm.get("setup-script"), pdm.get("custom-hook"), table(tool, "pdm").get("build")):
        if isinstance(name, str):
            yield name
    for hooks in hatch_hooks(tool):
        custom = hooks.get("custom")
        if isinstance(custom, dict) and custom.get("enable-by-default", True):
            path = custom.get("path", "hatch_build.py")
            yield path if isinstance(path, str) else "hatch_build.py"


def hatch_hooks(tool: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The settings of hatch's build hooks, by their names: for all builds, and for wheels."""
    build = table(tool, "hatch", "build")
    yield table(build, "hooks")
    yield table(build, "targets", "wheel", "hooks")


_COMPILING_HOOKS = ("mypyc", "cython", "cmake", "scikit-build", "rust", "zig", "meson", "go")


def _declared(document: dict[str, Any]) -> Iterator[EvidencePiece]:
    """What the tables say about compiling."""
    tool = table(document, "tool")
    where = "pyproject.toml"
    for module in _tables(table(tool, "setuptools").get("ext-modules")):
        yield _declared_module(module, f"tool.setuptools.ext-modules {module.get('name', '')}")
    rust = table(tool, "setuptools-rust")
    for module in (*_tables(rust.get("ext-modules")), *_tables(rust.get("bins"))):
        yield _declared_module(module, f"tool.setuptools-rust {module.get('target', '')}")
    for hooks in hatch_hooks(tool):
        for name, options in hooks.items():
            if any(word in name for word in _COMPILING_HOOKS):
                on = not isinstance(options, dict) or options.get("enable-by-default", True)
                yield EvidencePiece(
                    "build-hook" if on else "build-hook-off", where, f"hatch {name}"
                )
    external = table(document, "external")
    for key in ("build-requires", "host-requires"):
        for line in strings(external.get(key)):
            if "virtual/compiler" in line:
                yield EvidencePiece("external-compiler", where, line)


def declared_modules(text: str | None) -> tuple[ExtensionModule, ...]:
    """The extension modules that a pyproject.toml declares for setuptools, whatever its script."""
    tool = table(read_toml(text or ""), "tool", "setuptools")
    return tuple(
        ExtensionModule(
            "tool.setuptools",
            "pyproject.toml",
            name if isinstance(name := module.get("name"), str) else "",
            strings(module.get("sources")),
            strings(module.get("libraries")),
            optional=bool(module.get("optional")),
            options=(
                *strings(module.get("extra-compile-args")),
                *strings(module.get("extra-link-args")),
            ),
        )
        for module in _tables(tool.get("ext-modules"))
    )


def _declared_module(module: dict[str, Any], name: str) -> EvidencePiece:
    code = "extension-modules-optional" if module.get("optional") else "extension-modules"
    return EvidencePiece(code, "pyproject.toml", name.strip())


def _tables(value: object) -> tuple[dict[str, Any], ...]:
    return (
        tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()
    )


def read_setup_cfg(text: str) -> tuple[EvidencePiece, ...]:
    """Extension modules that `setup.cfg` declares by d2to1's and pbr's ``[extension=name]``."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text[:_LARGEST])
    except (configparser.Error, RecursionError) as error:
        return (EvidencePiece("file-unreadable", "setup.cfg", type(error).__name__),)
    return tuple(
        EvidencePiece("extension-modules", "setup.cfg", section)
        for section in parser.sections()
        if section.startswith(("extension=", "extension:"))
    )


def setup_cfg_requires(text: str) -> tuple[str, ...]:
    """The `setup_requires` that `setup.cfg` states under ``[options]``, for want of an argument.

    As setuptools splits them: by lines where there are several, else by semicolons.
    """
    parser = configparser.ConfigParser(strict=False)
    try:
        parser.read_string(text[:_LARGEST])
        stated = parser.get("options", "setup_requires", fallback="")
    except (configparser.Error, RecursionError):
        return ()
    parts = stated.splitlines() if "\n" in stated else stated.split(";")
    return tuple(part.strip() for part in parts if part.strip())


@cache
def _backends() -> Mapping[str, str]:
    return {row["backend"]: row["kind"] for row in read_table("builds/sdist/backends.csv")}


@cache
def compiling_tools() -> Mapping[str, str]:
    """Build requirements that exist to compile: normalised name → what they stand for."""
    return {row["name"]: row["tool"] for row in read_table("builds/sdist/compiling_tools.csv")}


def backend_kind(backend: str) -> str:
    """``native``, ``pure``, ``meson``, ``setuptools``; ``unknown`` for a backend not in the table.

    The longest known prefix of the dotted name decides: ``scikit_build_core.setuptools.build_meta``
    is scikit-build-core.
    """
    parts = backend.partition(":")[0].split(".")
    for end in range(len(parts), 0, -1):
        kind = _backends().get(".".join(parts[:end]))
        if kind is not None:
            return kind
    return "unknown"


def command_modules(texts: Mapping[str, str]) -> Iterator[str]:
    """The modules of an sdist that hold commands which its pyproject.toml gives to setuptools."""
    document = read_toml(texts.get("pyproject.toml", ""))
    for name in table(document, "tool", "setuptools", "cmdclass").values():
        stem = str(name).rpartition(".")[0].replace(".", "/")
        yield from (path for path in (f"{stem}.py", f"{stem}/__init__.py") if path in texts)
