"""What a setup script can import: Python's library, and what is installed for the build.

`python_names.csv` and `setuptools_names.csv` say which modules and names came and went, both made
by importing them; `module_names.csv` which modules other build requirements bring, and
`requirement_names.csv` which names left these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from msgspec import Struct, field
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.tables import read_table

__all__ = ["Importable"]

_OLDEST_SETUPTOOLS = Version("40.9.0")
"""The oldest release that `setuptools_names.csv` knows."""
_OF_SETUPTOOLS = frozenset({"setuptools", "pkg_resources", "distutils"})
_OWN_DISTUTILS = Version("60")
"""From here on setuptools puts its own distutils in the place of Python's."""
_DISTUTILS_GONE = (3, 12)
_NO_MSVCCOMPILER = Version("74")
_LAZY_NUMPY, _CURED_NUMPY = Version("1.26"), Version("2.1")
_NEED_MSVCCOMPILER = frozenset(
    {"numpy.distutils.core", "numpy.distutils.system_info", "numpy.distutils.command.build_ext"}
)
"""setuptools 74 dropped it (github.com/pypa/setuptools/issues/4612); breaking_changes.csv has what
was measured of NumPy's releases."""

_Span = tuple[Version | None, Version | None]


class Importable(Struct, frozen=True):
    """The modules that a setup script finds.

    `versions` are the projects installed for the build, None where the version is not known.
    `complete`: nothing else is installed, as in an isolated build whose environment is known.
    """

    python: tuple[int, int]
    versions: Mapping[str, Version | None] = field(default_factory=dict)
    complete: bool = True

    @property
    def key(self) -> str:
        """All that it says follows from, as words of the key of a derived result."""
        versions = sorted((name, str(version)) for name, version in self.versions.items())
        return f"{self.python} with {versions}, {self.complete}"

    def missing_module(self, name: str) -> str:
        """Why a dotted module cannot be imported; "" where it can be, or that is not known."""
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            reason = self._missing(".".join(parts[:end]), "")
            if reason:
                return reason
        return ""

    def missing_name(self, module: str, name: str) -> str:
        """Why a module has no such name; "" where it has, or that is not known."""
        return self._missing(module, name) or self._missing(f"{module}.{name}", "", part=True)

    def certainly_has(self, module: str) -> bool:
        """Whether a dotted module can be imported for certain."""
        root = module.partition(".")[0]
        if self.missing_module(module):
            return False
        if root in _OF_SETUPTOOLS:
            known = self.versions.get("setuptools") is not None
            return known or (root == "distutils" and self.python < _DISTUTILS_GONE)
        if (root, "") in _python_names():
            return True
        brought = _module_names()
        return root == module and any(root in brought.get(name, ()) for name in self.versions)

    def satisfies(self, line: str) -> bool:
        """Whether a project that a requirement line names is installed, as far as is known."""
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            return True
        name = canonicalize_name(requirement.name)
        if requirement.marker is not None or name not in self.versions:
            return requirement.marker is not None
        version = self.versions[name]
        return version is None or version in requirement.specifier

    def _missing(self, module: str, name: str, *, part: bool = False) -> str:
        root = module.partition(".")[0]
        if root in _OF_SETUPTOOLS:
            return self._missing_from_setuptools(module, name)
        if (root, "") in _python_names():
            return self._missing_from_python(module, name)
        reason = self._missing_from_requirement(module, name)
        if reason or name or part:
            return reason or (self._missing_from_numpy(module) if part else "")
        if root != module:
            return self._missing_from_numpy(module)
        return self._undeclared(root)

    def _missing_from_python(self, module: str, name: str) -> str:
        spans = _python_names().get((module, name))
        version = Version(".".join(map(str, self.python)))
        if spans is None or _is_in(version, spans):
            return ""
        label = f"{module}.{name}" if name else f"the module {module}"
        gone = [gone for _, gone in spans if gone is not None and gone <= version]
        if gone == [Version("3.0")]:
            return f"{label} is of Python 2"
        return (
            f"{label} is gone since Python {gone[-1]}" if gone else f"{label} is of a later Python"
        )

    def _missing_from_setuptools(self, module: str, name: str) -> str:
        label = f"{module}.{name}" if name else f"the module {module}"
        of_distutils = module.partition(".")[0] == "distutils"
        if "setuptools" not in self.versions:
            needed = not of_distutils or self.python >= _DISTUTILS_GONE
            if needed and self.complete:
                return f"{label} is not there, as setuptools is no build requirement"
            return ""
        version = self.versions["setuptools"]
        if version is None or version < _OLDEST_SETUPTOOLS:
            return ""
        if of_distutils and version < _OWN_DISTUTILS:
            return self._missing_from_python(module, name)
        gone = _gone_since(version, _setuptools_names().get((module, name)))
        return f"{label} is gone from setuptools since {gone}" if gone else ""

    def _missing_from_numpy(self, module: str) -> str:
        if f"{module}.".startswith("numpy.distutils.") and self.python >= _DISTUTILS_GONE:
            return "numpy.distutils does not exist for Python 3.12 and later"
        numpy, setuptools = self.versions.get("numpy"), self.versions.get("setuptools")
        if numpy is None or setuptools is None or setuptools < _NO_MSVCCOMPILER:
            return ""
        hit = module == "numpy.distutils" if numpy < _LAZY_NUMPY else module in _NEED_MSVCCOMPILER
        if not hit or numpy >= _CURED_NUMPY:
            return ""
        return f"setuptools {setuptools} has no distutils.msvccompiler, which {module} imports"

    def _missing_from_requirement(self, module: str, name: str) -> str:
        """A module or name that left another build requirement."""
        project, gone = _requirement_names().get((module, name), ("", None))
        version = self.versions.get(project)
        if version is None or gone is None or version < gone:
            return ""
        label = f"{module}.{name}" if name else f"the module {module}"
        return f"{project} {version} has {label} no more"

    def _undeclared(self, root: str) -> str:
        if root in _old_modules() and root.startswith("__"):
            return f"the module {root} is of Python 2"
        if not self.complete or root.startswith("_"):
            return ""
        brought = _module_names()
        for project in self.versions:  # of a project in no table, any module may come
            if project not in brought or root in brought[project]:
                return ""
        if root in _old_modules():
            return f"the module {root} is of Python 2"
        return f"no build requirement brings the module {root}"


def _gone_since(version: Version, spans: Sequence[_Span] | None) -> Version | None:
    """Since when a name is gone that was there before this version."""
    if spans is None or _is_in(version, spans):
        return None
    gone = [gone for _, gone in spans if gone is not None and gone <= version]
    return gone[-1] if gone else None


def _is_in(version: Version, spans: Iterable[_Span]) -> bool:
    return any(
        (since is None or since <= version) and (gone is None or version < gone)
        for since, gone in spans
    )


def _read_spans(table: str) -> dict[tuple[str, str], list[_Span]]:
    found: dict[tuple[str, str], list[_Span]] = defaultdict(list)
    for row in read_table(table):
        since = Version(row["since"]) if row["since"] else None
        gone = Version(row["gone"]) if row["gone"] else None
        found[row["module"], row["name"]].append((since, gone))
    return dict(found)


@cache
def _python_names() -> Mapping[tuple[str, str], list[_Span]]:
    return _read_spans("builds/obstacles/python_names.csv")


@cache
def _setuptools_names() -> Mapping[tuple[str, str], list[_Span]]:
    return _read_spans("builds/obstacles/setuptools_names.csv")


@cache
def _requirement_names() -> Mapping[tuple[str, str], tuple[str, Version]]:
    """The project that a name left, and a release that lacks it."""
    rows = read_table("builds/obstacles/requirement_names.csv")
    return {(r["module"], r["name"]): (r["project"], Version(r["gone"])) for r in rows}


@cache
def _old_modules() -> frozenset[str]:
    rows = read_table("builds/obstacles/module_names.csv")
    return frozenset(row["module"] for row in rows if row["project"] == "python2")


@cache
def _module_names() -> Mapping[str, frozenset[str]]:
    """The top modules that a project brings."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in read_table("builds/obstacles/module_names.csv"):
        found[row["project"]].add(row["module"])
    return {project: frozenset(modules) for project, modules in found.items()}
