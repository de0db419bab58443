"""What a Meson project looks for: dependencies, libraries and programs, and its languages."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from wheelcheck.builds.meson.branches import MesonFile, MesonProject, runs_meson
from wheelcheck.builds.meson.values import MesonValues
from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role, SourceNeedsInput
from wheelcheck.builds.needs.names import need_called
from wheelcheck.builds.needs.package_files import is_packaged
from wheelcheck.builds.needs.scripts.script_needs import programs_of
from wheelcheck.builds.needs.toolchain import program_need
from wheelcheck.builds.sdist.source_files import is_vendored
from wheelcheck.distributions.debian_package import FileKind

__all__ = ["meson_needs"]

_INNER = r"(?:[^()]|\((?:[^()]|\([^()]{0,200}\)){0,200}\)){0,600}"
_CALL = re.compile(rf"\b(dependency|find_library)\s*\(({_INNER})\)")
_SUBPROJECT = re.compile(rf"\b(dependency|subproject)\s*\(({_INNER})\)")
_DEFAULTS = re.compile(r"\bdefault_options\s*:\s*\[([^\]]*)\]")
_OPTION = re.compile(r"'([\w.-]+)=([^'\n]*)'")
_RUN = re.compile(r"\brun_command\s*\(((?:[^()]|\([^()]*\)){0,1000})\)")
_KEYWORD = re.compile(r"\b[a-z_]+\s*:(?!:)")
_QUOTED = re.compile(r"'([^'\n]{1,80})'")
_REQUIRED = re.compile(r"\brequired\s*:\s*((?:[^(),\n]|\([^()]*\))+)")
_VERSION = re.compile(r"\bversion\s*:\s*\[?\s*'\s*>=?\s*([\d.]+)'")
_FALLBACK = re.compile(r"\bfallback\s*:\s*\[?\s*'([^']+)'")
_OVERRIDE = re.compile(r"\boverride_dependency\s*\(\s*'([^']+)'")
_BUILT_IN = {
    "appleframeworks", "atomic", "blas", "boost", "coarray", "cuda", "dl", "iconv", "intl",
    "lapack", "m", "mpi", "numpy", "openmp", "pybind11", "python", "python3", "threads",
}  # fmt: skip
"""Dependencies that Meson finds without pkg-config (mesonbuild.com/Dependencies.html)."""


def meson_needs(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """Needs of the project's own `meson.build` files; ``required: false`` is optional.

    Meson asks pkg-config for a dependency, so that is needed as well. Where nothing runs Meson, all
    is optional.
    """
    used = runs_meson(facts.backend, facts.build_requires, facts.texts)
    for need in _of_project(facts):
        spared = need.role is Role.REQUIRED and not used
        yield replace(need, role=Role.OPTIONAL) if spared else need


def _of_project(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """Needs of the project, and of the subprojects in the sdist that it certainly configures."""
    todo = [("", MesonProject.of(facts.texts))]
    seen = {""}
    while todo:
        prefix, project = todo.pop()
        built = _overridden(prefix, project, facts.texts)
        below = f"{prefix}subprojects/"
        paths = (path.removeprefix(below) for path in facts.members if path.startswith(below))
        shipped = {path.partition("/")[0] for path in paths}
        wraps = _wraps(below, facts.texts, shipped)
        for file in project.files:
            if not is_vendored(file.path):
                for need in _of_file(file, prefix, built, shipped, project.values):
                    yield from _or_fetched(need, wraps)
        for name, given in _called(project, shipped):
            folder = f"{below}{name}/"
            if folder not in seen and f"{folder}meson.build" in facts.texts:
                seen.add(folder)
                own = _texts_below(folder, facts.texts)
                todo.append((folder, MesonProject.of(own, given)))


def _wraps(folder: str, texts: Mapping[str, str], shipped: set[str]) -> Mapping[str, str]:
    """The texts of wraps by the dependencies that Meson fetches by them.

    Each provides what is called as its file is, and what it says (mesonbuild.com/
    Wrap-dependency-system-manual.html). "" for those whose folder is in the sdist.
    """
    found: dict[str, str] = {}
    for path, text in texts.items():
        name = path.removeprefix(folder).removesuffix(".wrap")
        if path == f"{folder}{name}.wrap":
            provided = text.partition("[provide]")[2].partition("\n[")[0]
            keys = (line.partition("=")[0].strip() for line in provided.splitlines())
            named = _DEPENDENCY_NAMES.search(provided)
            words = re.split(r"[\s,]+", named[1]) if named else ()
            place = _DIRECTORY.search(text)
            afar = "" if (place[1] if place else name) in shipped else text
            found |= dict.fromkeys((name, *filter(None, (*keys, *words))), afar)
    return found


_DIRECTORY = re.compile(r"(?m)^directory\s*=\s*(\S+)")
_DEPENDENCY_NAMES = re.compile(r"(?m)^dependency_names\s*=([^\n]*)")


def _or_fetched(need: BuildNeed, wraps: Mapping[str, str]) -> Iterator[BuildNeed]:
    """A need; what no distribution has and a wrap fetches is not missing, but may take git."""
    names = [name for kind, name in need.files if kind is FileKind.PC]
    wrap = next((wraps[name] for name in names if name in wraps), None)
    if need.role is not Role.REQUIRED or wrap is None or any(map(is_packaged, need.files)):
        yield need
        return
    yield replace(need, role=Role.OPTIONAL)
    if "[wrap-git]" in wrap:
        yield from program_need("git", f"{need.source} is fetched by git")


def _overridden(prefix: str, project: MesonProject, texts: Mapping[str, str]) -> set[str]:
    """The dependencies that a project or its subprojects replace by their own."""
    built = {name for file in project.files for name in _OVERRIDE.findall(file.text)}
    return built | {
        name
        for path, text in texts.items()
        if path.startswith(f"{prefix}subprojects/") and path.endswith("/meson.build")
        for name in _OVERRIDE.findall(text)
    }


def _texts_below(folder: str, texts: Mapping[str, str]) -> Mapping[str, str]:
    """The build files of a subproject, without what only counts at the top."""
    found = {path.removeprefix(folder): texts[path] for path in texts if path.startswith(folder)}
    return {path: text for path, text in found.items() if path != "pyproject.toml"}


def _called(project: MesonProject, shipped: set[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The subprojects that a project certainly configures on a bare system, and their options."""
    for file in project.files:
        for match in _SUBPROJECT.finditer(file.text):
            function, arguments = match.groups()
            fallback, first = _FALLBACK.search(arguments), _QUOTED.match(arguments.strip())
            name = fallback[1] if fallback else ""
            if function == "subproject" and first:
                name = first[1]
            if name in shipped and file.state(match.start()):
                options = _DEFAULTS.search(arguments)
                yield name, dict(_OPTION.findall(options[1] if options else ""))


def _of_file(
    file: MesonFile, prefix: str, built: set[str], shipped: set[str], values: MesonValues
) -> Iterator[BuildNeed]:
    path, text = f"{prefix}{file.path}", file.text
    if "cmake.subproject" in text:
        yield BuildNeed(NeedKind.TOOL, "cmake", f"{path}: cmake.subproject()")
    for match in _RUN.finditer(text):
        if file.state(match.start()) is not False:
            yield from _of_command(path, match[1], values.texts)
    for match in _CALL.finditer(text):
        function, arguments = match.groups()
        state = file.state(match.start())
        positional = values.chosen(_KEYWORD.split(arguments)[0])
        names = list(filter(None, _QUOTED.findall(positional)))
        yield from _of_loop(f"{path}: {function}", text, values.words(positional.rstrip(", ")))
        if state is False or not names or names[0] in built:
            continue
        role = _role(arguments, shipped, values, sure=bool(state))
        kind = FileKind.PC if function == "dependency" else FileKind.LIB
        source = f"{path}: {function}('{names[0]}')"
        least = _VERSION.search(arguments)
        needs = list(
            need_called(kind, names[0], source, role, least[1] if least else "", names[1:])
        )
        yield from needs
        if needs and kind is FileKind.PC and names[0] not in _BUILT_IN:
            yield BuildNeed(NeedKind.TOOL, "pkg-config", source, role)


def _of_command(path: str, arguments: str, texts: Mapping[str, str]) -> Iterator[BuildNeed]:
    """The program of a ``run_command``, which Meson must find, and those of a Python script."""
    words = _KEYWORD.split(arguments)[0].strip()
    first = _QUOTED.match(words)
    if first and "/" not in first[1]:
        yield from program_need(first[1], f"{path}: run_command('{first[1]}')")
    folder = path.removesuffix("meson.build")
    for name in _QUOTED.findall(words):
        script = posixpath.normpath(f"{folder}{name}")
        if name.endswith(".py") and script in texts:
            yield from programs_of(script, texts[script])


def _role(arguments: str, shipped: set[str], values: MesonValues, *, sure: bool) -> Role:
    """The role of a dependency by its keywords; `sure` says that its statement runs."""
    fallback = _FALLBACK.search(arguments)
    if fallback and fallback[1] in shipped:
        return Role.BUNDLED
    wanted = _REQUIRED.search(arguments)
    required = sure and (wanted is None or values.is_required(wanted[1]))
    return Role.REQUIRED if required else Role.OPTIONAL


def _of_loop(place: str, text: str, names: list[str]) -> Iterator[BuildNeed]:
    """What is looked for one after another; required where the file ends with an error else."""
    role = Role.REQUIRED if "error(" in text else Role.OPTIONAL
    for name in names:
        source = f"{place}('{name}')"
        yield from need_called(FileKind.PC, name, source, role)
        yield BuildNeed(NeedKind.TOOL, "pkg-config", source, role)
