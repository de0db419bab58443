"""What a setup script declares, as values: light to import, unlike what reads the script."""

from __future__ import annotations

import posixpath

from msgspec import Struct

from wheelcheck.errors import Unknown

__all__ = ["ExtensionModule", "SetupScript"]


class ExtensionModule(Struct, frozen=True):
    """One extension module a script declares. `made_by` is the callable or keyword it came by.

    `sources` is None where it is not known. `supposing` holds the conditions, as source text,
    that only a real build decides; () means always. `options` are those of the compiler and the
    linker, as far as they are known. `alternatives` are libraries by several names, of which it is
    linked with one. `perhaps`: the build makes it or others in its place, which
    have the names and sources that are `shared`.
    """

    made_by: str
    where: str
    name: str = ""
    sources: tuple[str, ...] | None = None
    libraries: tuple[str, ...] = ()
    optional: bool = False
    supposing: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    perhaps: bool = False
    shared: tuple[str, ...] = ()

    @property
    def names_files(self) -> bool:
        """Whether it is made of files; classes of a script's own may take a folder instead."""
        return any(posixpath.splitext(name)[1] or "*" in name for name in self.sources or ())

    def is_shared(self, source: str = "") -> bool:
        """Whether it, or a source of it, is compiled whichever modules the build makes."""
        if not self.perhaps:
            return True
        if not source:
            return self.name in self.shared
        return posixpath.normpath(source) in map(posixpath.normpath, self.shared)


class SetupScript(Struct, frozen=True):
    """What one script hands to its build backend.

    `extensions` are those of the first way through that calls `setup()`. `forgiving` says how the
    script survives a failing compiler ("" where it does not). `impure` is the place where it calls
    its wheel platform-specific, if it does. `mentions` is a word about extension modules in the
    text, to distinguish "none declared, one mentioned". `unclear` names what could not be
    read; `tools` are build tools that custom commands run, with their place, `tools_forgiven` says
    that the script goes on where they fail, and `tools_always_run` are those that a build starts in
    any case; `scripts_run` are setup scripts that it starts with ``build_ext``. `ignored` are
    keywords that setuptools passes over, because what handles them is not required. `decided` are
    conditions and handlers with one answer in this build: file, line, answer. `perhaps_sources` are
    texts that a list gains only where a build finds something: names of sources, perhaps without
    their folder. `leaves_out` says that a command of the script takes extension modules out of the
    build. `requires_unclear` says that not all of `setup_requires` could be read. `problem` is set
    where it could not be read at all.
    """

    path: str
    calls_setup: bool = False
    extensions: tuple[ExtensionModule, ...] = ()
    forgiving: str = ""
    impure: str = ""
    mentions: str = ""
    unclear: tuple[str, ...] = ()
    tools: tuple[tuple[str, str], ...] = ()
    tools_forgiven: bool = False
    tools_always_run: frozenset[str] = frozenset()
    scripts_run: tuple[str, ...] = ()
    setup_requires: tuple[str, ...] = ()
    requires_unclear: bool = False
    ignored: tuple[str, ...] = ()
    decided: tuple[tuple[str, int, bool], ...] = ()
    perhaps_sources: tuple[str, ...] = ()
    leaves_out: bool = False
    problem: Unknown | None = None

    def surely_builds(self, module: ExtensionModule, source: str = "") -> bool:
        """Whether a build compiles a module for certain, this `source` of it included."""
        if module.optional or module.supposing or self.forgiving or self.leaves_out:
            return False
        if not module.is_shared(source):
            return False
        path = f"/{posixpath.normpath(source)}"
        names = tuple(f"/{posixpath.normpath(name)}" for name in self.perhaps_sources)
        return not path.endswith(names) and not posixpath.splitext(path)[0].endswith(names)
