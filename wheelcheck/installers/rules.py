"""Which rules hold for which release of pip and uv (`rules.csv`).

A rule is something that changed at a release and decides what would be installed. Each row of the
table has the first release for which the rule holds, the first for which it holds no more, and its
source: a release note, a change in the tool's history, or the replay in `data/installers/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from packaging.version import Version

from wheelcheck.tables import read_table

__all__ = ["Rule", "Tool", "first_release", "holds", "rules_of"]


class Tool(StrEnum):
    """A program that installs packages."""

    PIP = "pip"
    UV = "uv"


class Rule(StrEnum):
    """What an installer does; each is explained in its row of `rules.csv`."""

    # tags of wheels
    MANYLINUX2010 = "manylinux2010"
    MANYLINUX2014 = "manylinux2014"
    MANYLINUX_PEP_600 = "manylinux-pep-600"
    MUSLLINUX = "musllinux"
    ABI3T = "abi3t"
    TAGS_IN_SMALL_LETTERS = "tags-in-small-letters"
    LINUX_TAG_FIRST = "linux-tag-first"
    MAJOR_INTERPRETER_TAG = "major-interpreter-tag"
    BUILD_TAG_IGNORED = "build-tag-ignored"
    BUILD_TAG_FIRST = "build-tag-first"
    # metadata
    LEGACY_VERSIONS = "legacy-versions"
    LEGACY_SPECIFIERS = "legacy-specifiers"
    # builds
    BUILD_SYSTEM_REQUIRES = "build-system-requires"
    BUILD_BACKENDS = "build-backends"
    ISOLATES_WITHOUT_WHEEL = "isolates-without-wheel"
    ALWAYS_ISOLATES = "always-isolates"
    BUILD_CONSTRAINT = "build-constraint"
    INHERITED_CONSTRAINTS = "inherited-constraints"
    DEFAULT_BUILD_REQUIRES_WHEEL = "default-build-requires-wheel"
    # environments
    EXTERNALLY_MANAGED = "externally-managed"
    # choosing and resolving
    FIRST_OF_EQUAL_FILES = "first-of-equal-files"
    EQUAL_FILES_BY_NAME = "equal-files-by-name"
    FOREIGN_WHEELS_REPLACED = "foreign-wheels-replaced"
    YANKED_NOT_KNOWN = "yanked-not-known"
    YANKED_IF_NOTHING_ELSE = "yanked-if-nothing-else"
    PRERELEASE_IN_ANY_BOUND = "prerelease-in-any-bound"
    PRERELEASE_IN_NO_BOUND = "prerelease-in-no-bound"
    PRERELEASES_IF_NOTHING_ELSE = "prereleases-if-nothing-else"
    LEGACY_RESOLVER = "legacy-resolver"
    TAR_GZ_AND_ZIP_ALONE = "tar-gz-and-zip-alone"
    FOLDER_NAMES_BY_PEP_625 = "folder-names-by-pep-625"
    PYTHON_LOWER_BOUNDS_ALONE = "python-lower-bounds-alone"
    PYTHON_OF_THE_CHOSEN_FILE = "python-of-the-chosen-file"
    EXTRAS_OF_MARKERS = "extras-of-markers"
    PYTHON_VERSION_LISTS = "python-version-lists"
    PINS_ALONE_NARROW_BY_HASH = "pins-alone-narrow-by-hash"
    HASHES_NARROW = "hashes-narrow"
    # what is accepted
    PYLOCK = "pylock"
    NAMED_URLS = "named-urls"
    CONSTRAINT_EXTRAS = "constraint-extras"
    CONSTRAINT_URLS = "constraint-urls"
    CONSTRAINT_URLS_WITH_EXTRAS = "constraint-urls-with-extras"
    HASH_MODE_BY_ANY_LINE = "hash-mode-by-any-line"
    HASH_WITHOUT_PIN = "hash-without-pin"
    CONSTRAINT_HASHES = "constraint-hashes"
    NESTED_CONSTRAINT_HASHES = "nested-constraint-hashes"
    HASHES_OF_MD5 = "hashes-of-md5"
    DEMANDED_HASHES_OF_MD5 = "demanded-hashes-of-md5"
    DIGESTS_CHECKED = "digests-checked"
    MARKERS_WITHOUT_MEANING = "markers-without-meaning"
    LARGE_NUMBERS = "large-numbers"


_Range = tuple[Version | None, Version | None]


@cache
def _table() -> Mapping[tuple[str, str], tuple[_Range, ...]]:
    ranges: dict[tuple[str, str], tuple[_Range, ...]] = {}
    for row in read_table("installers/rules.csv"):
        key = (row["rule"], row["tool"])
        bounds = (_version(row["since"]), _version(row["before"]))
        ranges[key] = (*ranges.get(key, ()), bounds)
    return ranges


def _version(cell: str) -> Version | None:
    return Version(cell) if cell else None


@cache
def holds(rule: Rule, tool: Tool, version: Version) -> bool:
    """Whether a rule holds for one release of a tool.

    Args:
        rule: the name of a row's rule.
        tool: pip or uv.
        version: the release; pre-releases count as older than their release.
    """
    return any(
        (since is None or since <= version) and (before is None or version < before)
        for since, before in _table().get((rule.value, tool.value), ())
    )


@cache
def rules_of(tool: Tool, version: Version) -> frozenset[Rule]:
    """All rules that hold for one release of a tool."""
    return frozenset(rule for rule in Rule if holds(rule, tool, version))


def first_release(rule: Rule, tool: Tool) -> Version | None:
    """The first release of a tool for which a rule holds; None where none was without it."""
    bounds = [since for since, _ in _table().get((rule.value, tool.value), ()) if since is not None]
    return min(bounds, default=None)
