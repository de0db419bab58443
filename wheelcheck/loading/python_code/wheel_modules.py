"""The importable files of a wheel, and what `import` of it means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

__all__ = ["WheelModules"]

_EXTENSION = re.compile(r"(.+?)(?:\.(?:cpython|pypy|abi3|abi3t)[\w-]*)?\.so")
_NOT_API = frozenset({"tests", "test", "testing", "docs", "examples", "benchmarks", "conftest"})


class WheelModules(Struct, frozen=True):
    """The importable files of a wheel: dotted name of a module → path."""

    python: dict[str, str] = field(default_factory=dict)
    extensions: dict[str, str] = field(default_factory=dict)
    packages: frozenset[str] = frozenset()
    project: str = ""
    """The project's name, as the wheel's ``.dist-info`` folder has it."""

    @classmethod
    def of(cls, paths: Iterable[str]) -> WheelModules:
        """The modules among the members of a wheel; ``*.data/purelib`` counts as the top."""
        python: dict[str, str] = {}
        extensions: dict[str, str] = {}
        packages = set()
        project = ""
        for path in paths:
            project = project or _project_of(path)
            bare = re.sub(r"^[^/]+\.data/(?:pure|plat)lib/", "", path)
            if ".dist-info/" in bare or ".data/" in bare:
                continue
            is_python = bare.endswith(".py")
            match = None if is_python else _EXTENSION.fullmatch(bare)
            if not (is_python or match):
                continue
            dotted = (match[1] if match else bare.removesuffix(".py")).replace("/", ".")
            name = dotted.removesuffix(".__init__")
            if name != dotted:
                packages.add(name)
            (python if is_python else extensions)[name] = path
        return cls(python, extensions, frozenset(packages), project)

    @property
    def tops(self) -> tuple[str, ...]:
        """What is imported: the module of the project's name, else the public modules at the top.

        Below a namespace (PEP 420) they are the first modules and packages.
        """
        names = (*self.packages, *self.python, *self.extensions)
        found = {name for name in names if "." not in name}
        own = {name for name in found if _normal(name) == _normal(self.project)}
        public = {name for name in found if _is_public(name)}
        return tuple(sorted(own or public or found or self._below_namespaces()))

    @property
    def namesakes(self) -> tuple[str, ...]:
        """The modules that are called as the package around them: ``pyzbar.pyzbar``."""
        names = (f"{top}.{top.rpartition('.')[2]}" for top in self.tops)
        return tuple(name for name in names if name in self.python or name in self.extensions)

    def _below_namespaces(self) -> set[str]:
        """The modules and packages that lie in folders alone: ``google.protobuf``."""
        names = {*self.python, *self.extensions}
        first = {name for name in names if not self.packages.intersection(_parents(name))}
        public = {name for name in first if _is_public(name)}
        return public or first

    def submodules(self, top: str) -> tuple[str, ...]:
        """The public modules right below a package."""
        prefix = top + "."
        names = {
            name
            for name in (*self.python, *self.extensions)
            if name.startswith(prefix) and "." not in name[len(prefix) :]
        }
        return tuple(
            sorted(
                n for n in names
                if not n[len(prefix) :].startswith("_") and n[len(prefix) :] not in _NOT_API
            )
        )  # fmt: skip


def _project_of(path: str) -> str:
    """The name of the project, if a path is in the wheel's ``.dist-info`` folder; else ""."""
    folder, _, _ = path.partition("/")
    return folder.partition("-")[0] if folder.endswith(".dist-info") else ""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def _parents(name: str) -> Iterator[str]:
    """The dotted names above a module: ``a.b`` and ``a`` for ``a.b.c``."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _is_public(name: str) -> bool:
    parts = name.split(".")
    return not any(part.startswith("_") or part in _NOT_API for part in parts)
