"""Names of libraries in Python code: which strings are, and which mean the same library."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wheelcheck.loading.python_code.control_flow.branches import SYSTEMS

__all__ = [
    "FILE_NAME",
    "OpenedLibrary",
    "is_library",
    "is_library_file",
    "is_same",
    "stem_of",
    "without_version",
]

_FOREIGN = re.compile(
    r"(?i).*(?:\.dll|\.dylib|\.framework|\.tbd|\.pyd|\.drv|\.js)\b|/|.*\\|kernel32|user32|msvcr|win|cyg|api-ms"
)
FILE_NAME = re.compile(r"[\w.+-]+\.so(?:\.[\w.]+)?")
_STEM = re.compile(r"[A-Za-z_][\w.+-]{1,60}\*?")
_ALWAYS = frozenset({"c", "m", "dl", "pthread", "rt", "util", "libc", "None", "resolv"})
"""Parts of the C library, there on every system."""
_APPLE = frozenset({
    "CoreFoundation", "IOKit", "Cocoa", "AppKit", "Foundation", "objc", "objc.A", "Carbon",
    "CoreServices", "ApplicationServices", "Security", "SystemConfiguration", "CoreGraphics",
    "Quartz", "QuartzCore", "CoreAudio", "CoreMIDI", "AudioToolbox", "AudioUnit", "CoreVideo",
    "CoreMedia", "AVFoundation", "CoreText", "ImageIO", "Metal", "System", "libSystem",
})  # fmt: skip
"""Frameworks of macOS, by the names that `find_library` is given there."""
_FOLDERS = frozenset({"lib", "libs", "lib64", "bin", "build", "target", "debug", "release"})
"""Parts of paths, which are no names of libraries."""
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
"""Names of environment variables."""


@dataclass(frozen=True, slots=True)
class OpenedLibrary:
    """A library that a module opens; one of `names` is enough.

    Without `names` only its code can tell which it is.

    A name is a file (``libpulse.so.0``) or, without ``.so``, what `find_library` is given; a name
    that ends in ``*`` goes on in a way that the code does not tell. `scope` is the function it
    is in, "" at the top of the module. `finds` says that it is only looked for, `guarded` that
    a failure is caught.
    """

    names: tuple[str, ...]
    scope: str
    finds: bool = False
    guarded: bool = False
    none_opens: bool = False
    """What is opened is the result of `find_library`: ``CDLL(None)`` opens the program itself."""
    in_system: bool = False
    """It is looked for by `find_library` alone, which finds nothing in a wheel."""

    @property
    def files(self) -> tuple[str, ...]:
        """The file names among them."""
        return tuple(name for name in self.names if FILE_NAME.fullmatch(name))

    @property
    def stems(self) -> tuple[str, ...]:
        """The names for `find_library` among them."""
        return tuple(name for name in self.names if not FILE_NAME.fullmatch(name))

    def joined_to(self, before: OpenedLibrary) -> OpenedLibrary:
        """One library for two calls of which one is enough: the names of both."""
        return OpenedLibrary(
            tuple(dict.fromkeys([*before.names, *self.names])),
            self.scope,
            finds=self.finds and before.finds,
            guarded=self.guarded or before.guarded,
            none_opens=self.none_opens or before.none_opens,
            in_system=self.in_system and before.in_system,
        )


def is_library_file(value: object) -> bool:
    """Whether a constant of the code is the file name of a library: ``libx.so.1``."""
    return isinstance(value, str) and value.startswith("lib") and bool(FILE_NAME.fullmatch(value))


def is_library(name: str) -> bool:
    """Whether a string may name a library of Linux that not every system has."""
    if name in _ALWAYS or name.rstrip("*") in _FOLDERS | SYSTEMS or _FOREIGN.match(name):
        return False
    if _VARIABLE.fullmatch(name) or name in _APPLE:
        return False
    if name.startswith(
        ("libc.so", "libc.musl", "libm.so", "libpthread.so", "libdl.so", "librt.so")
    ):
        return False
    return bool(FILE_NAME.fullmatch(name) or (_STEM.fullmatch(name) and not name.endswith(".a")))


def without_version(name: str) -> str:
    """``libx.so.*`` as ``libx``: any version will do."""
    return re.sub(r"(?<=\w)\.so\.?\*$", "", name)


def is_same(known: OpenedLibrary, names: Iterable[str], scope: str) -> bool:
    """Whether names mean the library of another call in the same function, or at the top."""
    if known.scope != scope:
        return False
    return bool({stem_of(name) for name in known.names} & {stem_of(name) for name in names})


def stem_of(name: str) -> str:
    """The name without ``lib``, ``.so`` and versions: ``ssl`` for ``libssl.so.3``."""
    bare = re.sub(r"\.so[\d.]*$", "", name).removeprefix("lib")
    return re.sub(r"[-_.]?\d[\d.-]*$", "", bare).lower()
