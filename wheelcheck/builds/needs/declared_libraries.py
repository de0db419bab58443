"""Libraries that setup scripts, setup.cfg and pyproject.toml declare."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role, SourceNeedsInput
from wheelcheck.builds.needs.header_packages import holder_of_header
from wheelcheck.builds.needs.libraries import library_called, library_table
from wheelcheck.builds.needs.names import need_called
from wheelcheck.builds.needs.package_files import holder_of
from wheelcheck.builds.needs.scripts.library_questions import built_by
from wheelcheck.builds.sdist.build_files import without_comments
from wheelcheck.builds.sdist.build_system import read_toml, strings, table
from wheelcheck.builds.setup_script.script_syntax import parse, walk
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.errors import Unknown

__all__ = ["declared_libraries"]

_CFG_LIBRARIES = re.compile(r"^(libraries|libs)\s*[=:]\s*([\w\s,.+-]{1,200}?)$", re.MULTILINE)

_RUNS = ("subprocess", "os.system", "popen", "urlretrieve", "urlopen", "requests")
"""What a script may build or fetch a library with."""


def declared_libraries(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """The libraries of extension modules, wherever these are declared, and of ``[external]``."""
    yield from _from_setup_cfg(facts)
    yield from _from_extensions(facts)
    yield from _from_pyproject(facts)
    yield from _from_external(facts)


def _from_setup_cfg(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """``libraries = ldap lber`` in any section; ``libs`` where the setup script reads the file."""
    reads = "setup.cfg" in facts.texts.get("setup.py", "")
    for path, text in facts.own_texts("setup.cfg"):
        for match in _CFG_LIBRARIES.finditer(without_comments(text)):
            key, names = match.groups()
            for name in re.split(r"[\s,]+", names) if reads or key == "libraries" else ():
                yield from need_called(FileKind.LIB, name, f"{path}: {key} = {name}")


def _from_extensions(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """The libraries of declared extension modules.

    Known, not inferred, are those of a package whose header the sources include in every build, and
    those that no package holds, nor a header of their name that the sources include. What the
    script has built itself, as one of the libraries of `setup()`, is no need.
    """
    packages, nowhere = _included(facts)
    scripts = {place.partition(":")[0] for place, _, _ in facts.extension_libraries}
    built = {name for path in scripts for name in _built_in(facts.texts.get(path, ""))}
    for place, (name, *others), optional in facts.extension_libraries:
        if name in built:
            continue
        role = Role.OPTIONAL if optional else Role.REQUIRED
        source = f"{place}: libraries=[{' or '.join(map(repr, (name, *others)))}]"
        holder = holder_of((FileKind.LIB, name))
        known = name in nowhere if holder is None else holder in packages
        for need in need_called(FileKind.LIB, name, source, role, others=others):
            yield replace(need, inferred=not known or bool(others) or optional)


def _included(facts: SourceNeedsInput) -> tuple[set[str], set[str]]:
    """The packages of the headers that the sources include in every build.

    Beside them the names of headers that no package holds, where nothing of the script may bring
    them. Neither where a command of the script may change what is linked with.
    """
    script = facts.texts.get("setup.py", "")
    if "build_ext" in script:
        return set(), set()
    headers = (*facts.sure_headers, *facts.unmet_headers)
    holders = {header: holder_of_header(header) for header in headers}
    packages = {holder for holder in holders.values() if holder is not None}
    if any(word in script for word in _RUNS):
        return packages, set()
    lost = (header for header, holder in holders.items() if holder is None)
    return packages, {header.removesuffix(".h") for header in lost}


def _built_in(text: str) -> Iterator[str]:
    tree = parse(text)
    if not isinstance(tree, Unknown):
        for node in walk(tree):
            yield from built_by(node)


def _from_pyproject(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """`libraries` and `extra-link-args` of setuptools' extension modules in a table."""
    document = read_toml(facts.texts.get("pyproject.toml", ""))
    modules = [] if isinstance(document, Unknown) else table(document, "tool", "setuptools")
    found = modules.get("ext-modules") if isinstance(modules, dict) else None
    for module in found if isinstance(found, list) else ():
        options = module if isinstance(module, dict) else {}
        names = list(strings(options.get("libraries")))
        words = strings(options.get("extra-link-args"))
        names += [word[2:] for word in words if word.startswith("-l")]
        role = Role.OPTIONAL if options.get("optional") is True else Role.REQUIRED
        for name in names:
            yield from need_called(FileKind.LIB, name, f"pyproject.toml: libraries = {name}", role)


def _from_external(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """`[external]` of pyproject.toml (PEP 725): ``dep:generic/libffi``, ``pkg:generic/openssl``."""
    document = read_toml(facts.texts.get("pyproject.toml", ""))
    if isinstance(document, Unknown):
        return
    external = table(document, "external")
    for key in ("build-requires", "host-requires", "dependencies"):
        for line in strings(external.get(key)):
            name = re.split(r"[@<>=\s]", line.rpartition("/")[2])[0].lower()
            known = name if name in library_table() else library_called("pc", name)
            source = f"pyproject.toml: external.{key} {line}"
            if known is not None:
                yield BuildNeed(NeedKind.LIBRARY, known, source)
            elif key != "build-requires":
                yield from need_called(FileKind.PC, name, source)
