"""Sources that custom commands of a setup script compile: ``make``, ``cmake``, ``configure``.

Extension modules then list no more than the binding, and link what the command made: object files,
or an archive of a library whose sources the sdist brings.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Collection, Iterable, Mapping

from wheelcheck.builds.cmake.roots import runs_cmake
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.index.archives.sources.source_marks import is_marked

__all__ = [
    "RUNS_MAKE",
    "archived_bytes",
    "brings_objects",
    "compiled_before",
    "compiled_by_hand",
    "configured_folders",
    "listed_in_makefile",
    "made_by_commands",
    "named_parts",
    "runs_make",
    "texts_of_scripts",
]

_COMPILERS = frozenset({"c++", "cc", "clang", "g++", "gcc", "gfortran"})
_MAKERS = frozenset({"cmake", "configure", "gmake", "make"})
RUNS_MAKE = re.compile(
    r"[\"'/]g?make[\"' ](?!,? *[\"']?(?:clean|dist|docs?|html|sdist)\b)|\bmake_args\b|&& *make\b"
)
"""A script that names ``make`` as a program; ``make dist`` and the like compile nothing."""
_CONFIGURE = ("configure", "configure.ac")
_RUNS_CONFIGURE = re.compile(r"[\"'/]configure\b(?!\.)|autoreconf|autogen\.sh|\bbootstrap\.sh")
_CONFIGURES = ("configure", "autoreconf", ".sh")
"""What is in every text that the pattern fits, and in few others."""
_COMPILES = re.compile(
    r"\bnew_compiler\b|\bcompiler\.compile\(|['\"](?:cc|clang|g\+\+|gcc)(?: [^'\"\n]*)? -c\b"
    r"|['\"](?:cc|clang|g\+\+|gcc)['\"], *['\"]-c\b"
)
"""A script that has a compiler make object files, beside those of extension modules."""
_PATTERN = re.compile(r"['\"]((?:[\w.+-]+/)*[\w.+*-]+\.(?:c|cc|cpp|cxx|f|f90|F|F90))['\"]")
"""A source in quotes, or a pattern of several."""
_OBJECT = re.compile(r"([\w.+-]+)\.o(?=['\"]| +[\w.+-]+\.o\b)")
"""An object file in quotes, alone or as the first of several: ``"a.o b.o".split()``."""
_MADE = re.compile(r"(?<![\w./%*-])(?:[\w.+-]+/)*([\w+-]+)\.(?:o|lo|obj|opp)(?=[\s\\]|$)")
"""An object file that a Makefile lists, rules for patterns aside."""
_ARCHIVE = re.compile(r"['\"]((?:[\w.+-]+/)*)[\w.+-]*\.a['\"]")
_SOURCE_ARCHIVE = (".tar.bz2", ".tar.gz", ".tar.xz", ".tgz")
_UNPACKS = re.compile(r"\btarfile\b|\bunpack_archive\b|\btar +-?\w*x|['\"]tar['\"]")
_BUILD_FILE = re.compile(
    r"(?i)(?:GNU)?makefile(?:\.(?!nmake|msc|vc|win)\w+)?|configure(?:\.ac)?|CMakeLists\.txt"
)
_PROGRAM = re.compile(r"[_-](?:perf|example|bench\w*|main|demo|fuzz\w*)\.\w+$")
_PROGRAMS = frozenset({"apps", "cli", "contrib", "perf", "programs", "tools"})
"""Folders of a library's sources that hold programs."""


def made_by_commands(
    facts: SdistFacts,
    sizes: Collection[str],
    texts: Mapping[str, str],
    listed: Collection[str],
    candidates: Collection[str],
) -> set[str]:
    """Of the `candidates`, those that a command compiles for extension modules of `listed` sources.

    Object files that the script names say it best, then the folder of an archive that it links,
    or the folder in which it runs ``make``; else what it links may come of every folder with a
    build file of its own. Setuptools' own compiler is given sources.
    """
    scripts = texts_of_scripts(facts, texts)
    by_itself = any(map(_COMPILES.search, scripts))
    if not by_itself and not _makes(facts, scripts):
        return set()
    left = {path for path in candidates if path not in listed}
    objects = {name for text in scripts for name in _OBJECT.findall(text)}
    if by_itself and not objects:
        return _quoted(scripts, left)
    archives = {folder for text in scripts for folder in _ARCHIVE.findall(text)}
    named = {path for path in left if _stem(path) in objects}
    if named or by_itself:
        return named
    if not archives:
        below = _libraries(_entered(_bundles(sizes, listed), scripts), left)
        return {path for path in below if not path.endswith(".pyx")}  # those of another binding
    beside = {path for path in left if path.startswith(tuple(archives - {""}))}
    return beside or _libraries(_bundles(sizes, listed), left)


def listed_in_makefile(
    facts: SdistFacts, texts: Mapping[str, str], candidates: Collection[str]
) -> set[str]:
    """Of the `candidates`, those whose object files the Makefile in the root lists.

    Where a script has it make an archive that extension modules link.
    """
    scripts = texts_of_scripts(facts, texts)
    links = any("" in _ARCHIVE.findall(text) and runs_make(text) for text in scripts)
    if not links or "Makefile" not in texts:
        return set()
    objects = set(_MADE.findall(texts["Makefile"]))
    return {path for path in candidates if _stem(path) in objects}


def compiled_before(
    facts: SdistFacts,
    sizes: Mapping[str, int],
    texts: Mapping[str, str],
    candidates: Collection[str],
) -> set[str]:
    """Of the `candidates`, those whose object files the sdist holds, where scripts run make.

    make compiles what is older than its sources (GNU make's manual, 2.3), and all files of an sdist
    have the same time, or that at which the author made them.
    """
    found = {path for path in candidates if posixpath.splitext(path)[0] + ".o" in sizes}
    if not found or not any(map(RUNS_MAKE.search, texts_of_scripts(facts, texts))):
        return set()
    return found


def brings_objects(facts: SdistFacts, sizes: Mapping[str, int], texts: Mapping[str, str]) -> bool:
    """Whether object files lie beside their sources where scripts run make.

    What make compiles again is then known to those alone who know the rest of its Makefile: of
    postgast 0.19.0 nothing, though two of its sources have no object file.
    """
    return bool(compiled_before(facts, sizes, texts, [path for path in sizes if is_marked(path)]))


def archived_bytes(facts: SdistFacts, sizes: Mapping[str, int], texts: Mapping[str, str]) -> int:
    """Bytes of the archives in an sdist that its scripts unpack, and make: libraries' sources.

    jq 1.13.0 brings jq's in 2 MB, pyjq 2.6.0 those of jq and Oniguruma.
    """
    scripts = texts_of_scripts(facts, texts)
    if not any(map(_UNPACKS.search, scripts)) or not _makes(facts, scripts):
        return 0
    return sum(
        size
        for path, size in sizes.items()
        if path.endswith(_SOURCE_ARCHIVE) and not is_aside(path)
    )


def compiled_by_hand(
    facts: SdistFacts, texts: Mapping[str, str], candidates: Collection[str]
) -> set[str]:
    """Of the `candidates`, those that scripts name which start a compiler themselves."""
    runs = any(tool in _COMPILERS for script in facts.scripts for _, tool in script.tools)
    return _quoted(texts_of_scripts(facts, texts), candidates) if runs else set()


def configured_folders(
    sizes: Mapping[str, int], texts: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The folders of bundled libraries that a build script configures, and those that it makes.

    Many sdists ship the ``configure`` of a library whose sources they compile themselves, and some
    run it for its headers alone.
    """
    scripts = [text for path, text in texts.items() if path.endswith(".py") and not is_aside(path)]
    if not any(
        _RUNS_CONFIGURE.search(text) for text in scripts if any(map(text.__contains__, _CONFIGURES))
    ):
        return (), ()
    folders = sorted(
        posixpath.dirname(path) + "/" if "/" in path else ""
        for path in sizes
        if path.endswith(_CONFIGURE)
        and posixpath.basename(path) in _CONFIGURE
        and not is_aside(path)
    )
    tops = tuple(dict.fromkeys(each for each in folders if not _lies_below(each, folders)))
    return tops, tops if any(map(RUNS_MAKE.search, scripts)) else ()


def _lies_below(folder: str, others: Iterable[str]) -> bool:
    """Whether a folder lies in one of the others, whose ``configure`` runs its own."""
    return any(folder != other and folder.startswith(other) for other in others)


def named_parts(sources: set[str], sizes: Collection[str], script: str) -> set[str]:
    """Of a bundled collection the parts that a script names: of SuiteSparse ``"AMD"``, ``"KLU"``.

    Only where it names several folders beside each other, each with a build file of its own.
    """
    folders: dict[str, list[str]] = {}
    for path in sizes:
        folder, _, name = path.rpartition("/")
        parent, _, part = folder.rpartition("/")
        if (
            parent
            and _BUILD_FILE.fullmatch(name)
            and re.search(rf"['\"]{re.escape(part)}['\"]", script)
        ):
            folders.setdefault(f"{parent}/", []).append(f"{folder}/")
    for parent, parts in folders.items():
        if len(set(parts)) > 1:
            sources = {
                path
                for path in sources
                if not path.startswith(parent) or path.startswith(tuple(parts))
            }
    return sources


def runs_make(script: str) -> bool:
    """Whether a script names ``make`` or ``cmake`` as a program."""
    return RUNS_MAKE.search(script) is not None or runs_cmake(script)


def texts_of_scripts(facts: SdistFacts, texts: Mapping[str, str]) -> list[str]:
    """The texts of the scripts that a build runs: ``setup.py``, and those of other backends."""
    return [texts.get(script.path, "") for script in facts.scripts]


def _makes(facts: SdistFacts, scripts: Iterable[str]) -> bool:
    """Whether the script runs a tool that makes libraries, or any of the `scripts` names it."""
    if facts.script is not None and any(tool in _MAKERS for _, tool in facts.script.tools):
        return True
    return any(map(runs_make, scripts))


def _stem(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]


def _bundles(sizes: Collection[str], listed: Iterable[str]) -> tuple[str, ...]:
    """Folders with a build file of their own and without a source that is listed."""
    own = tuple(listed)
    folders = {
        posixpath.dirname(path) + "/"
        for path in sizes
        if "/" in path and _BUILD_FILE.fullmatch(posixpath.basename(path)) and not is_aside(path)
    }
    return tuple(folder for folder in folders if not any(path.startswith(folder) for path in own))


def _entered(folders: tuple[str, ...], scripts: Iterable[str]) -> tuple[str, ...]:
    """Of some folders those that a script names: ``cd lib && make``, ``cwd="lib"``."""
    texts = tuple(scripts)
    return tuple(
        folder
        for folder in folders
        if any(re.search(rf"['\"/ ]{re.escape(folder[:-1])}(?=['\"/ ;&])", text) for text in texts)
    )


def _quoted(scripts: Iterable[str], sources: Iterable[str]) -> set[str]:
    """Of some sources those that scripts name in quotes, or by a pattern of one folder."""
    patterns = {pattern for text in scripts for pattern in _PATTERN.findall(text)}
    return {
        path
        for path in sources
        if any(
            fnmatch.fnmatchcase(path, each) and path.count("/") == each.count("/")
            for each in patterns
        )
    }


def _libraries(folders: tuple[str, ...], sources: Iterable[str]) -> set[str]:
    """Sources below some folders; those of programs that the bundled libraries bring left out."""
    below = {path for path in sources if path.startswith(folders)}
    libraries = {
        path
        for path in below
        if not _PROGRAM.search(path) and _PROGRAMS.isdisjoint(path.lower().split("/"))
    }
    return libraries or below
