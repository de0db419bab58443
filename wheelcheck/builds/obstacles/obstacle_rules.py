"""Will it build at all? Reasons against, each with its source, found by reading alone."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role, SourceNeedsInput
from wheelcheck.builds.needs.package_files import search_command
from wheelcheck.builds.needs.system_packages import unresolved
from wheelcheck.builds.needs.toolchain import is_vendored
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.obstacles.stub_sdist import is_stub
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.builds.setup_script.script_syntax import parse, walk
from wheelcheck.distributions.distribution import Distribution, versions_on_offer
from wheelcheck.distributions.installed_system import repositories_of
from wheelcheck.errors import Unknown
from wheelcheck.tables import read_table
from wheelcheck.targets.target import Libc

__all__ = [
    "known_obstacles",
    "missing_from_distribution",
    "network_obstacles",
    "no_sdist",
    "sdist_obstacles",
    "target_obstacles",
]

_CMAKE_FETCH = re.compile(
    r"\b(FetchContent_Declare|ExternalProject_Add|CPMAddPackage)\s*\(\s*\"?([\w.-]+)([^)]{0,2000})"
    r"|\bfile\s*\(\s*DOWNLOAD\s+(\S+)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"#[^\n]*")
_DOCUMENTATION = re.compile(r"(^|/)docs?_?\w*/")
_FOR_TESTS = re.compile(r"(google[_-]?)?(test|benchmark)|gtest|catch2?|doctest", re.IGNORECASE)
_FROM_AFAR = re.compile(r"\b(GIT_REPOSITORY|GITHUB_REPOSITORY|URL)\b")
_DOWNLOADS = {"urlretrieve", "urlopen", "download_file"}
_RUNNERS = {"call", "check_call", "check_output", "run", "Popen", "system", "popen", "spawn"}
_FETCHES = re.compile(r"urlretrieve|urlopen|download_file|\b(?:git|curl|wget)\b")
_COMMANDS = re.compile(r"^\s*(git (clone|submodule update)|curl |wget )")
_NAMES_SCRIPTS = re.compile(r"\s*(from|import|build-backend|script|path)\b")
_LONG = 1_000_000
_CONAN = re.compile(r"conan\b(?!-)")
_VENDORED_CRATES = 3
"""A vendor folder with this many crates is taken for `cargo vendor`'s …"""
_WHOLE_TREE = 12
"""… as is any folder with this many: orjson keeps its crates in ``include/cargo``."""


def no_sdist(name: NormalizedName, version: Version) -> BuildObstacle:
    """The release has no sdist: without a wheel nothing can be installed."""
    return BuildObstacle("no-sdist", f"{name} {version} has no sdist", "the index", fatal=True)


def sdist_obstacles(facts: SourceNeedsInput) -> tuple[BuildObstacle, ...]:
    """Obstacles in the sdist itself, whatever the target's Python lacks."""
    found = []
    # A backend other than setuptools never runs a setup.py that lies about.
    ran = facts.backend.partition(".")[0] in {"", "setuptools"}
    if ran and is_stub(facts.texts.get("setup.py", "")):
        message = "setup.py ends with an error before it builds anything"
        found.append(BuildObstacle("stub-sdist", message, "setup.py", fatal=True))
    found += network_obstacles(facts)
    return tuple(dict.fromkeys(found))


def target_obstacles(
    facts: SourceNeedsInput,
    needs: Iterable[BuildNeed],
    libc: Libc | None,
    distribution: Distribution | None,
) -> tuple[BuildObstacle, ...]:
    """What is known against a release on a libc, and what its distribution has not.

    `needs` are those of `source_needs`. Where the distribution is not known (None), what
    it offers is not judged.
    """
    found = [*known_obstacles(facts.name, facts.version, libc)]
    if distribution is not None:
        found += missing_from_distribution(facts, needs, distribution)
    return tuple(dict.fromkeys(found))


def known_obstacles(
    name: NormalizedName, version: Version, libc: Libc | None
) -> tuple[BuildObstacle, ...]:
    """What `known_obstacles.csv` says of a release on a libc."""
    return tuple(
        BuildObstacle(
            row["code"],
            row["message"],
            row["source"],
            row["fatal"] == "yes",
            needs_network=row["code"].startswith("downloads-"),
        )
        for row in read_table("builds/obstacles/known_obstacles.csv")
        if row["project"] == name
        and row["libc"] in {"", str(libc)}
        and version in SpecifierSet(row["versions"], prereleases=True)
    )


def missing_from_distribution(
    facts: SourceNeedsInput, needs: Iterable[BuildNeed], distribution: Distribution
) -> Iterator[BuildObstacle]:
    """Tools and libraries that the distribution has not, or not new enough.

    Codes ``not-packaged``, ``tool-too-old``, ``library-too-old``, ``library-version``.
    """
    required = [need for need in needs if need.role is Role.REQUIRED]
    for need in unresolved(required, distribution):
        message = _not_packaged(need, distribution)
        fatal = not need.inferred and bool(distribution.release)
        yield BuildObstacle("not-packaged", message, need.source, fatal)
    for need in required:
        if need.from_pypi or need.minimum_version is None:
            continue
        offered = versions_on_offer(need.name, distribution)
        if offered and max(offered) < need.minimum_version:
            code = "tool-too-old" if need.kind is NeedKind.TOOL else "library-too-old"
            wanted = f"{need.name} >= {need.minimum_version}"
            message = f"{wanted} is needed, {distribution} has {max(offered)}"
            yield BuildObstacle(code, message, need.source, fatal=True)
    yield from _wrong_versions(facts, distribution)


def _not_packaged(need: BuildNeed, distribution: Distribution) -> str:
    """Say that a package is not there, or not known; and how to look for it."""
    if need.files and repositories_of(distribution):
        what = "it must be installed" if need.kind is NeedKind.TOOL else "its library must be built"
        return f"no package of {distribution} holds {need.name}: {what} first"
    if need.files:
        message = f"{need.name} is needed; its package is not known here"
        commands = (search_command(sought, distribution) for sought in need.files)
        command = next(filter(None, commands), "")
        return f"{message} ({command} looks for it)" if command else message
    message = f"{distribution} has no package of {need.name} that we know"
    return message if distribution.release else f"{message}, as its release is not known"


def _wrong_versions(facts: SourceNeedsInput, distribution: Distribution) -> Iterator[BuildObstacle]:
    own = (*facts.version.release, 0)
    for row in read_table("builds/obstacles/library_versions.csv"):
        if row["project"] != facts.name:
            continue
        if facts.version not in SpecifierSet(row["versions"], prereleases=True):
            continue
        wants = row["wants"].format(own=facts.version.base_version, major=own[0], minor=own[1])
        offered = versions_on_offer(row["library"], distribution)
        fitting = [
            version for version in offered if version in SpecifierSet(wants, prereleases=True)
        ]
        if offered and offered[0] not in fitting:
            message = f"{row['library']} {wants} is needed, {distribution} has {offered[0]}"
            message += f", and {fitting[0]} beside it" if fitting else ""
            yield BuildObstacle("library-version", message, row["source"], fatal=not fitting)


def network_obstacles(facts: SourceNeedsInput) -> tuple[BuildObstacle, ...]:
    """What the build downloads besides its build requirements: codes begin with ``downloads-``."""
    return (
        *_meson_downloads(facts),
        *_cmake_downloads(facts),
        *_script_downloads(facts),
        *_crate_downloads(facts),
        *_toolchain_downloads(facts),
        *_conan_downloads(facts),
    )


def _download(code: str, message: str, source: str) -> BuildObstacle:
    return BuildObstacle(code, message, source, needs_network=True)


def _meson_downloads(facts: SourceNeedsInput) -> Iterator[BuildObstacle]:
    """Wrap files whose subproject is not in the sdist (mesonbuild.com/Wrap-dependency-system)."""
    inside = [path.split("/", 2) for path in facts.members if path.startswith("subprojects/")]
    shipped = {parts[1] for parts in inside if len(parts) == 3}  # noqa: PLR2004 (files in a folder)
    wraps = [parts[1].removesuffix(".wrap") for parts in inside if parts[-1].endswith(".wrap")]
    missing = [
        wrap
        for wrap in sorted(wraps)
        if not any(folder.startswith(wrap.rstrip("0123456789")) for folder in shipped)
    ]
    if missing:
        message = f"Meson downloads {', '.join(missing)} where the system has none"
        yield _download("downloads-subprojects", message, "subprojects/*.wrap")


def _cmake_downloads(facts: SourceNeedsInput) -> Iterator[BuildObstacle]:
    for path, text in facts.texts.items():
        aside = is_aside(path) or is_vendored(path) or _DOCUMENTATION.search(path)
        if not path.endswith("CMakeLists.txt") or aside:
            continue
        names = dict.fromkeys(_fetched_by_cmake(text[:_LONG]))
        if names:
            message = f"CMake may download {', '.join(names)}"
            yield _download("downloads-cmake", message, path)


def _fetched_by_cmake(text: str) -> Iterator[str]:
    """What a CMake file fetches from afar, but for what its tests alone need."""
    for match in _CMAKE_FETCH.finditer(_COMMENT.sub("", text)):
        from_afar = match.group(4) or _FROM_AFAR.search(match.group(3))
        if from_afar and not _FOR_TESTS.fullmatch(match.group(2) or ""):
            yield match.group(2) or "a file"


def _script_downloads(facts: SourceNeedsInput) -> Iterator[BuildObstacle]:
    for path, text in _build_scripts(facts.texts):
        if not _FETCHES.search(text):
            continue  # it has nothing that is looked for: not parsed
        tree = parse(text)
        if isinstance(tree, Unknown):
            continue
        for node in walk(tree):
            message = _fetching(node)
            if message:
                message = f"the build script may download ({message})"
                place = f"{path}:{getattr(node, 'lineno', 0)}"
                yield _download("downloads-script", message, place)
                break


def _build_scripts(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The top ``setup.py``, and what its imports or `pyproject.toml` call by name."""
    if "setup.py" in texts:
        yield "setup.py", texts["setup.py"]
    words = _words_naming_scripts(texts)
    for path, text in texts.items():
        stem = path.rpartition("/")[2].removesuffix(".py")
        script = path.endswith(".py") and path != "setup.py"
        if script and stem in words and not is_aside(path):
            yield path, text


def _words_naming_scripts(texts: Mapping[str, str]) -> set[str]:
    """The words of the lines that import modules or name scripts."""
    found: set[str] = set()
    for path, text in texts.items():
        if path == "setup.py" or path.rpartition("/")[2] == "pyproject.toml":
            for line in filter(_NAMES_SCRIPTS.match, text.splitlines()):
                found.update(re.findall(r"\w+", line))
    return found


def _fetching(node: ast.AST) -> str:
    """What a call fetches with, "" where it fetches nothing."""
    if not isinstance(node, ast.Call):
        return ""
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name in _DOWNLOADS:
        return str(name)
    if name not in _RUNNERS or not node.args:
        return ""
    first = node.args[0]
    words = first.elts if isinstance(first, ast.List | ast.Tuple) else [first]
    known = takewhile(lambda item: isinstance(item, ast.Constant), words)
    command = " ".join(str(ast.literal_eval(value)) for value in known) + " "
    found = _COMMANDS.match(command)
    return found.group(1).strip() if found else ""


def _crate_downloads(facts: SourceNeedsInput) -> Iterator[BuildObstacle]:
    """Crates, where the sdist has none of them and cargo is part of the build."""
    manifests = [path for path in facts.members if path.rpartition("/")[2] == "Cargo.toml"]
    uses_cargo = re.compile(r"^(maturin|setuptools[-_]rust)\b")
    if not manifests or not any(uses_cargo.match(line) for line in facts.build_requires):
        return
    parents = Counter(path.rsplit("/", 2)[0] for path in manifests if path.count("/") > 1)
    vendored = any(
        count >= _WHOLE_TREE or (count >= _VENDORED_CRATES and is_vendored(f"{folder}/x"))
        for folder, count in parents.items()
    )
    if not vendored:
        yield _download(
            "downloads-crates",
            "cargo downloads the crates it depends on; the sdist does not carry them",
            min(manifests, key=lambda path: path.count("/")),
        )


def _toolchain_downloads(facts: SourceNeedsInput) -> Iterator[BuildObstacle]:
    """Rust itself, where no cargo is installed: maturin asks puccinialin for it."""
    if "puccinialin" in facts.installed:
        message = "the build downloads the Rust toolchain, unless a cargo is installed"
        yield _download("downloads-toolchain", message, "github.com/konstin/puccinialin")


def _conan_downloads(facts: SourceNeedsInput) -> Iterator[BuildObstacle]:
    """Libraries of another registry, where Conan is a build requirement."""
    if "conan" in facts.installed or any(map(_CONAN.match, facts.build_requires)):
        message = "Conan downloads the libraries that the build asks it for"
        yield _download("downloads-conan", message, "build requirements")
