"""What a build downloads besides its build requirements, which a closed network refuses."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from wheelcheck.builds.cmake.commands import cmake_commands
from wheelcheck.builds.cmake.roots import cmake_roots, command_line_defines
from wheelcheck.builds.needs.build_need import SourceNeedsInput
from wheelcheck.builds.needs.scripts.environment_conditions import by_environment, running
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.build_files import without_comments
from wheelcheck.builds.sdist.source_files import (
    folders_of,
    is_aside,
    is_vendored,
    missing_subprojects,
)
from wheelcheck.builds.setup_script.script_syntax import parse, walk
from wheelcheck.builds.setup_script.setuptools_there import without_setuptools
from wheelcheck.errors import Unknown

__all__ = ["network_obstacles"]

_CMAKE_FETCH = re.compile(
    r"\b(FetchContent_Declare|ExternalProject_Add|CPMAddPackage)\s*\("
    r"\s*(?:NAME\s+)?\"?([\w.-]+)([^)]{0,2000})"
    r"|\bfile\s*\(\s*DOWNLOAD\s+(\S+)",
    re.IGNORECASE,
)
_CMAKE_LISTS = ("CMakeLists.txt", ".cmake")
_INCLUDE = re.compile(r"^[ \t]*include\s*\(\s*\"?([\w./${}-]+)", re.IGNORECASE | re.MULTILINE)
_DOCUMENTATION = re.compile(r"(^|/)docs?_?\w*/")
_FOR_TESTS = re.compile(r"(google[_-]?)?(test|benchmark)|gtest|catch2?|doctest", re.IGNORECASE)
_FROM_AFAR = re.compile(r"\b(GIT_REPOSITORY|GITHUB_REPOSITORY|URL)\b")
_DOWNLOADS = {"urlretrieve", "urlopen", "download_file"}
_RUNNERS = {"call", "check_call", "check_output", "run", "Popen", "system", "popen", "spawn"}
_FETCHES = re.compile(
    r"urlretrieve|urlopen|download_file|\brequests\b"
    r"|\b(?:git|curl|wget|hg|svn|npm|npx|yarn|pnpm|bazel|bazelisk|go|mvn|gradlew?|conan|pip|dotnet|nuget)\b"
)
_COMMANDS = re.compile(
    r"\s*(git (?:clone|submodule (?:--?\w+ )*update|fetch|pull)\b|(?:curl|wget|aria2c) |hg clone\b"
    r"|svn (?:co|checkout|export)\b|(?:npm|yarn|pnpm) (?:install|ci|run|build)\b|npx |yarn $"
    r"|(?:bazel|bazelisk) |go (?:build|get|install|mod)\b|(?:mvn|gradle|\./gradlew) |conan install"
    r"|dotnet (?:build|publish|restore)\b|mono \S*nuget)"
)
_IN_SHELL = re.compile(
    r"(?:^|[;&|(]|\bthen\b|\bdo\b)[ \t@-]*(git (?:clone|submodule (?:--?\w+ )*update)|curl|wget"
    r"|svn (?:co|checkout|export)|hg clone)[ \t]",
    re.MULTILINE,
)
"""A line of a shell script or of a recipe that fetches something."""
_MAKES = re.compile(r"[\"']g?make\b|\bg?make -|\bmake[\"']")
_NAMES_SCRIPTS = re.compile(r"\s*(from|import|build-backend|script|path)\b|.{0,200}\.py:")
_LONG = 1_000_000
_CONAN = re.compile(r"conan\b(?!-)")
_VENDORED_CRATES = 3
"""A vendor folder with this many crates is taken for `cargo vendor`'s …"""
_WHOLE_TREE = 12
"""… as is any folder with this many: orjson keeps its crates in ``include/cargo``."""

_REGISTERED = re.compile(
    r'^name = "([^"\n]+)"\nversion = "[^"\n]+"\nsource = "registry', re.MULTILINE
)
_RELEASE = re.compile(r"-\d[\w.+-]*$")
"""What `cargo vendor` may put behind the name of a crate."""


def network_obstacles(facts: SourceNeedsInput) -> tuple[BuildObstacle, ...]:
    """What the build downloads besides its build requirements: codes begin with ``downloads-``."""
    scripts = dict(_build_scripts(facts.texts))
    return (
        *_meson_downloads(facts),
        *_cmake_downloads(facts),
        *_script_downloads(scripts, facts),
        *_shell_downloads(facts.texts, scripts),
        *_crate_downloads(facts),
        *_toolchain_downloads(facts),
        *_conan_downloads(facts),
        *_vcpkg_downloads(facts),
    )


def _download(code: str, message: str, source: str) -> BuildObstacle:
    return BuildObstacle(code, message, source, needs_network=True)


def _meson_downloads(facts: SourceNeedsInput) -> Iterator[BuildObstacle]:
    """Wrap files whose subproject is not in the sdist."""
    missing = missing_subprojects(facts.members)
    if missing:
        message = f"Meson downloads {', '.join(missing)} where the system has none"
        yield _download("downloads-subprojects", message, "subprojects/*.wrap")


def _cmake_downloads(facts: SourceNeedsInput) -> Iterator[BuildObstacle]:
    """What the project's CMake files fetch, and the modules of its own that they include."""
    every = {
        path: text
        for path, text in facts.texts.items()
        if path.endswith(_CMAKE_LISTS) and not (is_aside(path) or _DOCUMENTATION.search(path))
    }
    vendored = set(filter(is_vendored, every))
    filled = _filled_folders(facts.members) if vendored else frozenset()
    own = {
        path: text
        for path, text in every.items()
        if path not in vendored or path.rpartition("/")[0] not in filled
    }
    off, unread = _passed_over(facts.texts)
    own = {path: text for path, text in own.items() if path not in unread}
    lists = (text for path, text in own.items() if not path.endswith(".cmake"))
    included = {_module(path) for text in lists for path in _INCLUDE.findall(text)}
    for path, text in own.items():
        name = _module(path)
        if path.endswith(".cmake") and (name not in included or _FOR_TESTS.fullmatch(name)):
            continue
        fetched = dict.fromkeys(_fetched_by_cmake(text[:_LONG]))
        names = [name for name in fetched if (path, name) not in off]
        if names:
            message = f"CMake may download {', '.join(names)}"
            yield _download("downloads-cmake", message, path)


def _passed_over(texts: Mapping[str, str]) -> tuple[set[tuple[str, str]], set[str]]:
    """What is fetched only behind options that are off, and lists that the backend's root leaves.

    The root is the list in the folder that ``cmake.source-dir`` names.
    """
    if not any(map(_CMAKE_FETCH.search, texts.values())):
        return set(), set()
    off: set[tuple[str, str]] = set()
    on: set[tuple[str, str]] = set()
    read: set[str] = set()
    followed = True
    roots = cmake_roots(texts)
    for root in roots:
        for command in cmake_commands(texts, root, command_line_defines(texts)):
            read.add(command.path)
            if command.name == "add_subdirectory" and "$" in "".join(command.words[:1]):
                followed = False
            words = command.words[command.words[:1] == ("NAME",) :]
            if command.name in _FETCHERS and words:
                (off if command.off else on).add((command.path, words[0]))
    stated = followed and "CMakeLists.txt" in texts and "CMakeLists.txt" not in roots
    unread = {path for path in texts if path.endswith("CMakeLists.txt")} - read
    return off - on, unread if stated else set()


_FETCHERS = {"fetchcontent_declare", "externalproject_add", "cpmaddpackage"}


def _filled_folders(members: Iterable[str]) -> frozenset[str]:
    """Folders with more than CMake's lists: where there are these alone, a library is fetched."""
    return folders_of(member for member in members if not member.endswith(("/", *_CMAKE_LISTS)))


def _module(path: str) -> str:
    """The name of a CMake module, by its file or by what ``include()`` is given."""
    return path.rpartition("/")[2].removesuffix(".cmake")


def _fetched_by_cmake(text: str) -> Iterator[str]:
    """What a CMake file fetches from afar, but for what its tests alone need."""
    for match in _CMAKE_FETCH.finditer(without_comments(text)):
        from_afar = match.group(4) or _FROM_AFAR.search(match.group(3))
        if from_afar and not _FOR_TESTS.fullmatch(match.group(2) or ""):
            yield match.group(2) or "a file"


def _script_downloads(
    scripts: Mapping[str, str], facts: SourceNeedsInput
) -> Iterator[BuildObstacle]:
    for path, text in scripts.items():
        if not _FETCHES.search(text):
            continue  # it has nothing that is looked for: not parsed
        tree = parse(text)
        if isinstance(tree, Unknown):
            continue
        values = _values_by_name(tree)
        for node in running(tree, {**by_environment(tree), **facts.decided_in(path)}):
            message = _fetching(node, values)
            if message:
                message = f"the build script may download ({message})"
                place = f"{path}:{getattr(node, 'lineno', 0)}"
                yield _download("downloads-script", message, place)
                break


def _shell_downloads(
    texts: Mapping[str, str], scripts: Mapping[str, str]
) -> Iterator[BuildObstacle]:
    """Shell scripts that a build script names, and its makefiles where it runs make."""
    words = "\n".join(scripts.values())
    makes = _MAKES.search(words) is not None
    for path, text in texts.items():
        name = path.rpartition("/")[2]
        run = makes if name == "Makefile" else name.endswith(".sh") and _runs(name, words)
        found = _IN_SHELL.search(text) if run and not is_aside(path) else None
        if found is not None:
            line = text.count("\n", 0, found.start(1)) + 1
            message = f"the build script may download ({found[1]})"
            yield _download("downloads-script", message, f"{path}:{line}")


def _runs(name: str, words: str) -> bool:
    """Whether a script is named where a program is run."""
    call = rf"\b(?:{'|'.join(_RUNNERS)})\s*\([^()]{{0,300}}{re.escape(name)}"
    return name in words and re.search(call, words) is not None


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
            passed = without_setuptools(text) if path == "setup.py" else frozenset()
            for number, line in enumerate(text.splitlines(), 1):
                if _NAMES_SCRIPTS.match(line) and number not in passed:
                    found.update(re.findall(r"\w+", line))
    return found


def _values_by_name(tree: ast.AST) -> dict[str, list[ast.Assign]]:
    """What a script gives names to, which may be commands."""
    found: dict[str, list[ast.Assign]] = {}
    for part in walk(tree):
        match part:
            case ast.Assign(targets=[ast.Name(id=name), *_]):
                found.setdefault(name, []).append(part)
            case _:
                pass
    return found


def _named(node: ast.expr, call: ast.Call, values: Mapping[str, Sequence[ast.Assign]]) -> ast.expr:
    """What a name stands for at a call: the last value above it, or the last of all.

    The name itself where that value is computed.
    """
    given = values.get(getattr(node, "id", ""), ())
    above = [each for each in given if each.lineno <= call.lineno]
    last = max(above or given, key=lambda each: each.lineno).value if given else node
    return last if isinstance(last, ast.List | ast.Constant) else node


def _fetching(node: ast.AST, values: Mapping[str, Sequence[ast.Assign]]) -> str:
    """What a call fetches with, "" where it fetches nothing."""
    if not isinstance(node, ast.Call):
        return ""
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name in _DOWNLOADS:
        return str(name)
    if name == "get" and getattr(getattr(node.func, "value", None), "id", "") == "requests":
        return "requests.get"
    if name not in _RUNNERS or not node.args:
        return ""
    first = _named(node.args[0], node, values)
    words = first.elts if isinstance(first, ast.List | ast.Tuple) else [first]
    if [getattr(word, "value", None) for word in words[1:3]] == ["-m", "pip"]:
        runs = getattr(words[3], "value", "") if len(words) > 3 else ""  # noqa: PLR2004 (behind pip)
        return f"pip {runs}" if runs in {"install", "download", "wheel"} else ""
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
    locked = set(_REGISTERED.findall(facts.texts.get("Cargo.lock", "")))
    if not vendored or (locked and not _holds_crates(locked, manifests)):
        yield _download(
            "downloads-crates",
            "cargo downloads the crates it depends on; the sdist does not carry them",
            min(manifests, key=lambda path: path.count("/")),
        )


def _holds_crates(locked: Collection[str], manifests: Iterable[str]) -> bool:
    """Whether an sdist has folders for most of the crates that its lock file takes from afar."""
    folders = {path.split("/")[-2] for path in manifests if "/" in path}
    names = folders | {_RELEASE.sub("", folder) for folder in folders}
    return 2 * sum(name in names for name in locked) >= len(locked)


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


def _vcpkg_downloads(facts: SourceNeedsInput) -> Iterator[BuildObstacle]:
    """The libraries of ``vcpkg.json``, which the toolchain file of vcpkg installs for CMake.

    What is set for cibuildwheel alone is of the project's own builds.
    """
    settings = facts.texts.get("pyproject.toml", "").partition("[tool.cibuildwheel")[0]
    named = (("setup.py", facts.texts.get("setup.py", "")), ("pyproject.toml", settings))
    source = next((path for path, text in named if "vcpkg.cmake" in text), "")
    if source and "vcpkg.json" in facts.members:
        message = "vcpkg downloads the libraries of vcpkg.json"
        yield _download("downloads-vcpkg", message, source)
