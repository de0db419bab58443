"""What people write for a platform, taken apart: ``windows-arm64``, ``macos-14``, ``win_amd64``.

Words come in any order after the system: its version, its CPU. Platform tags, with or without
their level (as cibuildwheel writes them), labels of hosted runners and uv's platform names are
understood too. What is left open here is filled in by `platform_choice`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wheelcheck.targets.platform_tags import read_platform_tag
from wheelcheck.targets.platforms import Libc, System
from wheelcheck.targets.spellings.platform_spec import CPUS, PlatformSpec

__all__ = ["WORDS", "read_platform"]


WORDS: Mapping[str, PlatformSpec] = {
    "windows": PlatformSpec(System.WINDOWS),
    "win": PlatformSpec(System.WINDOWS),
    "win64": PlatformSpec(System.WINDOWS, "x86_64"),
    "win32": PlatformSpec(System.WINDOWS, "x86"),
    "macos": PlatformSpec(System.MACOS),
    "macosx": PlatformSpec(System.MACOS),
    "mac": PlatformSpec(System.MACOS),
    "osx": PlatformSpec(System.MACOS),
    "darwin": PlatformSpec(System.MACOS),
    "pyodide": PlatformSpec(System.EMSCRIPTEN),
    "pyemscripten": PlatformSpec(System.EMSCRIPTEN),
    "emscripten": PlatformSpec(System.EMSCRIPTEN),
    "wasm": PlatformSpec(System.EMSCRIPTEN),
    "webassembly": PlatformSpec(System.EMSCRIPTEN),
    "android": PlatformSpec(System.ANDROID),
    "ios": PlatformSpec(System.IOS),
    "iphoneos": PlatformSpec(System.IOS, "aarch64"),
    "iphonesimulator": PlatformSpec(System.IOS, simulator=True),
    "linux": PlatformSpec(System.LINUX),
    "glibc": PlatformSpec(System.LINUX, libc=Libc.GLIBC),
    "manylinux": PlatformSpec(System.LINUX, libc=Libc.GLIBC),
    "musl": PlatformSpec(System.LINUX, libc=Libc.MUSL),
    "musllinux": PlatformSpec(System.LINUX, libc=Libc.MUSL),
    "alpine": PlatformSpec(System.LINUX, libc=Libc.MUSL),
}
"""Words for systems, in lower case."""

_IGNORED = ("latest", "pc", "apple", "unknown", "msvc", "gnu", "none", "large", "xlarge", "device")
_LARGE = re.compile(r"(?<=[\d_-])large\b")  # GitHub's larger macOS runners are Intel machines
_WORD = re.compile(
    r"(?P<cpu>{cpus})(?![a-z0-9])|(?P<simulator>simulator|sim)|(?P<ignored>{ignored})"
    r"|(?P<musl>musl)|(?P<version>\d+(?:[._]\d+)*)|(?P<name>[a-z]+)".format(
        cpus="|".join(sorted(map(re.escape, CPUS), key=len, reverse=True)),
        ignored="|".join(sorted(_IGNORED, key=len, reverse=True)),
    )
)
_SYSTEM = re.compile("|".join(sorted(WORDS, key=len, reverse=True)))
_TRIPLE = re.compile(r"(?P<cpu>[a-z0-9_]+)-(?P<rest>.+)")
_SEPARATORS = re.compile(r"[-_ /:,.]+")
_GNU_LINUX = re.compile(r"unknown-linux-(gnu|musl)|manylinux_?(\d+)(?:_(\d+))?|linux-android")


def read_platform(text: str, names: Mapping[str, tuple[int, int]]) -> PlatformSpec | None:
    """Take one spelling of a platform apart; None where it is none.

    `names` are the names of macOS releases (``sonoma``) with what they mean.
    """
    text = text.strip().lower()
    return _from_tag(text) or _from_triple(text) or _from_words(text, names)


def _from_tag(text: str) -> PlatformSpec | None:
    """A platform tag as wheels have it: ``win_amd64``, ``macosx_11_0_universal2``."""
    tag = read_platform_tag(text)
    if tag.system is None or not tag.arch:
        return None
    cpu = tag.arch.removesuffix("_iphoneos").removesuffix("_iphonesimulator")
    cpu = {"amd64": "x86_64", "arm64": "aarch64", "arm64_v8a": "aarch64", "i686": "x86"}.get(
        cpu, cpu
    )
    if tag.family == "emscripten" or cpu not in {*CPUS.values()}:
        return None
    return PlatformSpec(
        tag.system,
        cpu,
        tag.level,
        tag.libc,
        simulator=tag.arch.endswith("_iphonesimulator"),
        silent=tag.family == "linux",
    )


def _from_triple(text: str) -> PlatformSpec | None:
    """Uv's names, the CPU first: ``aarch64-apple-darwin``, ``x86_64-manylinux_2_28``."""
    match = _TRIPLE.fullmatch(text)
    if not match or match["cpu"] not in CPUS:
        return None
    cpu, rest = CPUS[match["cpu"]], match["rest"]
    linux = re.fullmatch(r"unknown-linux(?:-(gnu|musl))?", rest)
    if linux:
        libc = {"gnu": Libc.GLIBC, "musl": Libc.MUSL}.get(linux[1])
        return PlatformSpec(System.LINUX, cpu, libc=libc)
    if rest == "linux-android":
        return PlatformSpec(System.ANDROID, cpu)
    if rest.startswith("manylinux"):
        return _from_tag(f"{rest}_{'i686' if cpu == 'x86' else cpu}")
    found = _from_words(_SEPARATORS.sub("-", _without_ignored(rest)), {})
    return found._replace(cpu=cpu) if found and found.cpu in {None, cpu} else None


def _without_ignored(text: str) -> str:
    return "-".join(word for word in text.split("-") if word not in _IGNORED)


def _from_words(text: str, names: Mapping[str, tuple[int, int]]) -> PlatformSpec | None:
    system = _SYSTEM.match(text)
    if not system:
        return None
    spec = WORDS[system[0]]
    if _LARGE.search(text) and spec.system is System.MACOS:
        spec = spec._replace(cpu="x86_64")
    for kind, word in _words(text[system.end() :]):
        read = _with_word(spec, kind, word, names)
        if read is None:
            return None
        spec = read
    return spec


def _words(text: str) -> Iterator[tuple[str, str]]:
    """The words after the system, each with its kind; ``unknown`` where one is none."""
    place = 0
    while place < len(text):
        gap = _SEPARATORS.match(text, place)
        place = gap.end() if gap else place
        if place == len(text):
            return
        word = _WORD.match(text, place)
        if not word or not word.lastgroup:
            yield "unknown", text[place:]
            return
        yield word.lastgroup, word[0]
        place = word.end()


def _with_word(
    spec: PlatformSpec, kind: str, word: str, names: Mapping[str, tuple[int, int]]
) -> PlatformSpec | None:
    """A spec with one more word read; None where the word is not understood or says it again."""
    read: PlatformSpec | None = None
    match kind:
        case "cpu" if spec.cpu in {None, CPUS[word]}:
            read = spec._replace(cpu=CPUS[word])
        case "version" if not spec.version:
            read = spec._replace(version=tuple(int(n) for n in re.split(r"[._]", word)))
        case "simulator" if spec.system is System.IOS:
            read = spec._replace(simulator=True)
        case "musl" if spec.system is System.LINUX:
            read = spec._replace(libc=Libc.MUSL)
        case "ignored":
            read = spec
        case "name" if word in names and spec.system is System.MACOS:
            read = spec._replace(version=names[word])
        case "name" if word in WORDS:
            read = _merged(spec, WORDS[word])
    return read


def _merged(spec: PlatformSpec, more: PlatformSpec) -> PlatformSpec | None:
    """``linux-glibc``, ``ios_arm64_iphoneos``: a second word that says more of the system."""
    if more.system is not spec.system:
        return None
    return spec._replace(
        libc=more.libc or spec.libc,
        cpu=spec.cpu or more.cpu,
        simulator=spec.simulator or more.simulator,
    )
