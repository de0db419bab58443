"""What setuptools refuses of the arguments of its functions: of `setup()` above all.

Each rule follows the source of setuptools 84.2.1 (`setuptools/dist.py`, `_distutils/command`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from wheelcheck.builds.obstacles.importable import Importable
from wheelcheck.builds.obstacles.setup_run.known.known_values import Files
from wheelcheck.builds.obstacles.setup_run.sdist_modules import SdistModules
from wheelcheck.builds.obstacles.setup_run.stop import SETUP_EXIT
from wheelcheck.builds.sdist.source_files import is_aside

__all__ = [
    "numpy_dry_run",
    "other_version",
    "parses_pep_508",
    "refused_dry_run",
    "refused_keyword",
    "refused_lines",
    "refused_requirements",
]

_CHOICES = frozenset({"packages", "py_modules", "ext_modules", "**"})
_OTHER_SETTINGS = (("setup.cfg", "[options"), ("pyproject.toml", "setuptools]"))
_REFUSES_VERSIONS = Version("66")
"""setuptools 66 parses versions by PEP 440 alone (its changelog)."""
_ENTRY_POINT = re.compile(r"[\w.]+\s*(:\s*[\w.]+\s*)?(\[.*\]\s*)?$")
"""The value of an entry point, as `importlib.metadata.EntryPoint.pattern` has it."""
_REFUSES_REQUIREMENTS = Version("67")
"""setuptools 67 parses requirements by PEP 508 alone (its changelog)."""
_DRY_RUN_GONE = Version("81")
_COMPILED = (".c", ".cc", ".cpp", ".cxx", ".f", ".f90", ".f77", ".for", ".pyf", ".pyx", ".src")
_TOOK_DRY_RUN = frozenset(
    {
        *("archive_util.make_archive", "archive_util.make_tarball", "archive_util.make_zipfile"),
        *("ccompiler.new_compiler", "dir_util.copy_tree", "dir_util.create_tree"),
        *("dir_util.mkpath", "dir_util.remove_tree", "file_util.copy_file", "file_util.move_file"),
        *("spawn.spawn", "util.byte_compile", "util.execute"),
    }
)
"""Functions of distutils that took ``dry_run`` in setuptools 80.9, and do not in 81 (changelog)."""


def refused_keyword(
    known: Mapping[str, Any], names: frozenset[str], files: Files, setuptools: Version | None
) -> tuple[str, str]:
    """By which exception and why `setup()` fails for certain with these arguments.

    Two empty texts if it does not, or that is not known.

    Parameters:
        known: Keywords whose value is known.
        names: All keywords that are given, ``**`` among them where there may be more.
        files: The files that the setup script finds.
        setuptools: The release that runs; None where it is not known.
    """
    return next(_refusals(known, names, files, setuptools), ("", ""))


def _refusals(
    known: Mapping[str, Any], names: frozenset[str], files: Files, setuptools: Version | None
) -> Iterator[tuple[str, str]]:
    """All of them, in the order in which setuptools comes to them.

    `setup_requires` is read before all else, and no exit is made of what is wrong with it.
    """
    strict = parses_pep_508(setuptools)
    if strict:
        for why in refused_lines("setup_requires", known.get("setup_requires")):
            yield "InvalidRequirement", why
    yield from _version(known, setuptools)
    if strict:
        yield from ((SETUP_EXIT, why) for why in _values(known))
        yield from _types(known)
    yield from ((SETUP_EXIT, why) for why in _files(known, names, files))


def parses_pep_508(setuptools: Version | None) -> bool:
    """Whether a release takes requirements by PEP 508 alone; False where it is not known."""
    return setuptools is not None and setuptools >= _REFUSES_REQUIREMENTS


def refused_dry_run(called: str, names: frozenset[str], setuptools: Version | None) -> str:
    """Why a call of a function of distutils fails for certain; "" if it does not.

    Parameters:
        called: The dotted name of the function.
        names: The keywords of the call.
        setuptools: The release that runs; None where it is not known.
    """
    home, _, name = called.partition(".")
    if home != "distutils" or name not in _TOOK_DRY_RUN or "dry_run" not in names:
        return ""
    if setuptools is None or setuptools < _DRY_RUN_GONE:
        return ""
    return f"{called} takes no dry_run since setuptools 81"


def numpy_dry_run(
    called: str, modules: SdistModules, versions: Mapping[str, Version | None]
) -> str:
    """Why ``numpy.distutils.core.setup()`` ends where it compiles; "" if it does not.

    Its compilers give `dry_run` to those of setuptools (run with NumPy 2.3.5). What is compiled
    are sources that a script of the sdist names, by their file or by ``*.c``, and no tests.
    """
    setuptools = versions.get("setuptools")
    if called != "numpy.distutils.core.setup" or setuptools is None or setuptools < _DRY_RUN_GONE:
        return ""
    words = "\n".join(text for path, text in modules.texts.items() if not is_aside(path))
    compiles = any(
        path.rpartition("/")[2] in words or f"*{path[path.rindex('.') :]}" in words
        for path in modules.paths
        if path.endswith(_COMPILED) and not is_aside(path)
    )
    return "numpy.distutils gives compilers dry_run, gone since setuptools 81" if compiles else ""


def other_version(
    known: Mapping[str, Any],
    names: frozenset[str],
    release: Version,
    finds: Importable,
) -> str:
    """Why what `setup()` gives is of another version than its sdist; "" where that is not known.

    pip and uv discard such a candidate. Without setuptools-scm setuptools passes over
    `use_scm_version` and gives 0.0.0.
    """
    stated = {name for name in names if "vers" in name}
    lacks_scm = finds.complete and "setuptools-scm" not in finds.versions
    passed_over = stated == {"use_scm_version"} and lacks_scm
    if "**" in names or (stated - {"version"} and not passed_over):
        return ""
    given = "0.0.0" if passed_over else known.get("version")
    if not isinstance(given, str) or _is_invalid(given) or Version(given) == release:
        return ""
    if passed_over:
        return f"no build requirement brings setuptools-scm: the version is {given}, not {release}"
    return f"setup() gives version {given} in an sdist of {release}, which installers discard"


def _values(known: Mapping[str, Any]) -> Iterator[str]:
    for keyword, value in _requirement_values(known):
        yield from refused_lines(keyword, value)
    data = known.get("package_data")
    for value in data.values() if isinstance(data, dict) else ():
        if isinstance(value, str):
            yield f"package_data has {value!r} where setuptools wants a list"
    for line in _entry_points(known.get("entry_points")):
        yield f"entry_points has {line!r}, which setuptools refuses"
    specifier = known.get("python_requires")
    if isinstance(specifier, str):
        try:
            SpecifierSet(specifier)
        except InvalidSpecifier:
            yield f"python_requires {specifier!r} is refused (PEP 440)"


def _version(known: Mapping[str, Any], setuptools: Version | None) -> Iterator[tuple[str, str]]:
    version = known.get("version")
    if setuptools is None or setuptools < _REFUSES_VERSIONS or not isinstance(version, str):
        return
    if _is_invalid(version):
        why = f"the version {version!r} is refused since setuptools 66 (PEP 440)"
        yield "InvalidVersion", why


def _types(known: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Values of a type that setuptools does not check: what it raises by itself (84.2.1, run)."""
    for keyword, raises in (("name", "TypeError"), ("version", "InvalidVersion")):
        if isinstance(known.get(keyword), bytes):
            yield raises, f"{keyword} is bytes, which is a text in Python 2 alone"
    if isinstance(known.get("license"), list | tuple):
        yield "AttributeError", "license is a list, which setuptools cannot write"
    if isinstance(known.get("long_description"), list | tuple):
        yield "AttributeError", "long_description is a list, and no text"


def _entry_points(given: Any) -> Iterator[str]:
    """Entry points that are none."""
    for group in given.values() if isinstance(given, dict) else ():
        lines = group.splitlines() if isinstance(group, str) else group
        for line in lines if isinstance(lines, list | tuple) else ():
            if not isinstance(line, str) or not line.strip() or line.lstrip().startswith("#"):
                continue
            _, equals, value = line.partition("=")
            if not equals or _ENTRY_POINT.match(value.strip()) is None:
                yield line.strip()


def _requirement_values(known: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What holds requirements of the release, with its keyword."""
    yield "install_requires", known.get("install_requires")
    extras = known.get("extras_require")
    for value in extras.values() if isinstance(extras, dict) else ():
        yield "extras_require", value


def _is_invalid(version: str) -> bool:
    try:
        Version(version)
    except InvalidVersion:
        return True
    return False


def refused_lines(keyword: str, value: Any) -> Iterator[str]:
    """What is said of the lines of a keyword that are no requirements (PEP 508)."""
    for line in refused_requirements(value):
        yield f"{keyword} has {line!r}, which is refused since setuptools 67 (PEP 508)"


def refused_requirements(value: Any) -> Iterator[str]:
    """The lines that are no requirements (PEP 508)."""
    lines = value.splitlines() if isinstance(value, str) else value
    for line in lines if isinstance(lines, list | tuple) else ():
        for part in line.splitlines() if isinstance(line, str) else ():
            text = part.partition(" #")[0].strip()
            if not text or text.startswith("#") or text.endswith("\\"):
                continue
            try:
                Requirement(text)
            except InvalidRequirement:
                yield text


def _files(known: Mapping[str, Any], names: frozenset[str], files: Files) -> Iterator[str]:
    """Files and folders that are named and are not there."""
    yield from _namespaces(known, names, files)
    if names & {"cmdclass", "**"}:  # commands of its own, which may make what is not there
        return
    for name in _texts_in(known.get("scripts")):
        if files.has_file(name) is False:
            yield f"it names the script {name}, which the sdist does not hold"
    for name in _data_files(known.get("data_files")):
        if files.exists(name) is False:
            yield f"data_files names {name}, which the sdist does not hold"
    yield from _folders(known, names, files)


def _folders(known: Mapping[str, Any], names: frozenset[str], files: Files) -> Iterator[str]:
    """Folders of packages that are not there."""
    if "package_dir" in names and "package_dir" not in known:
        return
    root = (known.get("package_dir") or {}).get("") if "package_dir" in known else None
    if isinstance(root, str) and root and files.has_folder(root) is False:
        yield f"package_dir names the folder {root}, which the sdist does not hold"
    for name, folder in _explicit_layout(known, names, files).items():
        if files.has_folder(folder) is False:
            yield f"package_dir has {name}, whose folder {folder} the sdist does not hold"
    for folder in _package_folders(known.get("packages"), known.get("package_dir") or {}):
        if files.has_folder(folder) is False:
            yield f"it names the package folder {folder}, which the sdist does not hold"


def _explicit_layout(
    known: Mapping[str, Any], names: frozenset[str], files: Files
) -> dict[str, str]:
    """The packages that setuptools takes `package_dir` for where it is given no others.

    `ConfigDiscovery._analyse_explicit_layout` in `setuptools/discovery.py`.
    """
    folders = known.get("package_dir")
    if names & _CHOICES or not isinstance(folders, dict):
        return {}
    if any(word in files.texts.get(path, "") for path, word in _OTHER_SETTINGS):
        return {}
    return {
        name: posixpath.normpath(posixpath.join(folders.get("") or "", folder))
        for name, folder in folders.items()
        if name and isinstance(name, str) and isinstance(folder, str)
    }


def _namespaces(known: Mapping[str, Any], names: frozenset[str], files: Files) -> Iterator[str]:
    """Namespace packages whose ``__init__.py`` does not say so (`build_py.check_package`)."""
    if "package_dir" in names and "package_dir" not in known:
        return
    for package in _texts_in(known.get("namespace_packages")):
        listed = package in (known.get("packages") or ())
        folders = _package_folders([package], known.get("package_dir") or {})
        text = files.texts.get(f"{next(folders, package)}/__init__.py")
        if listed and text is not None and "declare_namespace" not in text:
            yield f"{package} is a namespace package, and its __init__.py declares none"


def _texts_in(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list | tuple) else ():
        if isinstance(item, str):
            yield item


def _data_files(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list | tuple) else ():
        if isinstance(item, str):
            yield item
        elif isinstance(item, list | tuple) and len(item) == 2:  # noqa: PLR2004 (folder, its files)
            yield from (name for name in item[1] if isinstance(name, str))


def _package_folders(packages: Any, package_dir: Any) -> Iterator[str]:
    """Where build_py looks for packages (`get_package_dir`)."""
    if not isinstance(packages, list | tuple) or not isinstance(package_dir, dict):
        return
    for package in packages:
        if not isinstance(package, str) or not package:
            continue
        path = package.split(".")
        tail: list[str] = []
        while path and ".".join(path) not in package_dir:
            tail.insert(0, path.pop())
        base = package_dir.get(".".join(path), "")
        yield posixpath.normpath(posixpath.join(base, *tail))
