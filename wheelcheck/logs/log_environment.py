"""Where an installation ran, by what its log says in passing: file names, paths, images."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wheelcheck.logs.log_lines import LogLine
from wheelcheck.redaction import redact

__all__ = ["LogEnvironment", "environment_of"]

_WHEEL = re.compile(r"[\w.]+-[\w.!+]+(?:-\d\w*)?-((?:cp|pp)\d+)-((?:cp|abi|pypy)\w*)-([\w.]+)\.whl")
_PYTHON = (
    (3, re.compile(r"Using (?:C?Python|pypy|PyPy) (\d\.\d+)")),
    (3, re.compile(r"^Python (\d\.\d+)\.\d+")),
    (3, re.compile(r"requires a different Python: (\d\.\d+)")),
    (3, re.compile(r"Cannot install on Python version (\d\.\d+)")),
    (3, re.compile(r"the current Python version \((\d\.\d+)")),
    (3, re.compile(r"[/ ](?:python|library/python):(\d\.\d+)")),
    (2, re.compile(r"(?:lib|temp|bdist)\.[\w.-]+-c?(?:python|pypy|p)-?(\d)(\d+)\b")),
    (2, re.compile(r"(?:lib|temp)\.[a-z]+[\w.-]*-(\d\.\d+)\b")),
    (2, re.compile(r"--python-tag cp(\d)(\d+)")),
    (2, re.compile(r"[/\\](?:include|lib|lib64)[/\\]python(\d\.\d+)m?t?\b")),
    (2, re.compile(r"[Pp]ython[/\\](\d\.\d+)(?:\.\d+)?[/\\](?:x64|x86|arm64)")),
    (2, re.compile(r"[/\\][Pp]ython(3)(\d+)[/\\]")),
    (1, re.compile(r"(?:bin/|usr/bin/|\b)python(\d\.\d+)\b")),
    (1, re.compile(r"Python (\d\.\d+)(?:\.\d+)? (?:has reached|will reach|reached)")),
    (1, re.compile(r"\bcpython-(\d)(\d+)\b|\bcpython-(\d\.\d+)\b")),
)
"""How much a sign counts, and the sign: its groups are ``3.12``, or ``3`` and ``12``."""
_MUSL = re.compile(
    r"musllinux|-linux-musl|linux-musl-|musl-dev|\bapk (?:add|update)|alpine|APKINDEX"
)
_GLIBC = re.compile(
    r"manylinux|-linux-gnu|\bapt(?:-get)? (?:install|update)|debian|ubuntu|[-:]slim\b"
)
_WINDOWS = re.compile(r"win-amd64|win_amd64|win32|win-arm64|\b[A-Za-z]:\\\w|vcvarsall|\.exe\b")
_MACOS = re.compile(r"macosx[-_]\d|darwin|/Users/\w|xcrun|Xcode|\.dylib\b")
_ARCH = (
    (
        "aarch64",
        re.compile(r"linux[-_]aarch64|manylinux\w*_aarch64|musllinux\w*_aarch64|arm64|aarch64-"),
    ),
    ("armv7l", re.compile(r"linux[-_]armv7l|armhf|arm/v7")),
    ("i686", re.compile(r"linux[-_]i686|manylinux\w*_i686|linux/386")),
    ("ppc64le", re.compile(r"ppc64le")),
    ("s390x", re.compile(r"s390x")),
    ("riscv64", re.compile(r"riscv64")),
    (
        "x86_64",
        re.compile(r"linux[-_]x86_64|manylinux\w*_x86_64|x86_64-|amd64|x86_64/|macosx\S*x86_64"),
    ),
)
_IMAGE = re.compile(
    r"(?:FROM|Using docker image \S+ for|Pulling(?: from)?|image:?)\s+(?:docker\.io/(?:library/)?)?"
    r"((?:[\w.-]+/)*[\w.-]+:[\w.-]+)"
)
_ALPINE = re.compile(r"alpine/v(\d+\.\d+)/|Alpine Linux v?(\d+\.\d+)|alpine(\d+\.\d+)")
_DEBIAN = re.compile(r"\b(bullseye|bookworm|trixie)\b|/debian(?:-security)? (\w+)")
_NO_BINARY = re.compile(r"--no-binary[= ](?!:none:)")
"""pip itself passes ``--no-binary :none:`` on to the environments of builds."""
_INDEXES = re.compile(r"Looking in indexes: (.*)")
_PIP = re.compile(r"\bpip(?:[- ]|: )(\d+(?:\.\d+)+)\b|a new release of pip available: (\d[\d.]*)")
_UV = re.compile(
    r"\buv[ -](\d+\.\d+\.\d+)\b|\buv (?:pip|sync|add|lock|run)\b"
    r"|The build backend returned an error|No solution found when resolving"
)
_OTHERS = (
    ("poetry", re.compile(r"ChefBuildError|\bpoetry install\b|poetry/installation")),
    ("pipenv", re.compile(r"\bpipenv (?:install|sync|lock)\b")),
    ("pdm", re.compile(r"\bpdm (?:install|sync|lock|add)\b")),
)


@dataclass(frozen=True, slots=True)
class LogEnvironment:
    """Where it ran, "" for what the log does not say.

    `python` is ``3.12`` or ``3.13t``, `implementation` ``cpython`` or ``pypy``; `libc` is
    ``glibc`` or ``musl`` (Linux alone); `system` is ``linux``, ``windows`` or ``macos``.
    `image` is the base image, `release` that of its distribution: ``alpine 3.19``, ``debian 12``.
    `installer` is pip, uv, poetry … with its release where the log has it. `indexes` are those that
    pip says it looks in, which it does where they are not the usual one; credentials removed.
    `no_binary` says that the command line asks for source builds.
    """

    python: str = ""
    implementation: str = "cpython"
    libc: str = ""
    arch: str = ""
    system: str = ""
    image: str = ""
    release: str = ""
    installer: str = ""
    indexes: tuple[str, ...] = ()
    no_binary: bool = False


def environment_of(lines: Sequence[LogLine]) -> LogEnvironment:
    """What the lines of a log say of the place where it was written."""
    texts = [line.text for line in lines if "is not a supported wheel" not in line.text]
    whole = "\n".join(texts)
    system = _system(whole)
    image = _first(_IMAGE, whole)
    wheels = [match.groups() for match in _WHEEL.finditer(whole)]
    libc = _libc(whole, image) if system in {"", "linux"} else ""
    return LogEnvironment(
        python=_python(texts, wheels) or _python_of_image(image),
        implementation="pypy" if re.search(r"pp3\d+-pypy|\bPyPy\b", whole) else "cpython",
        libc=libc,
        arch=_arch(whole, system),
        system=system or ("linux" if libc else ""),
        image=image,
        release=_release(whole),
        installer=_installer(whole),
        indexes=_indexes(texts),
        no_binary=_NO_BINARY.search(whole) is not None,
    )


def _python_of_image(image: str) -> str:
    found = re.search(r"python:(\d\.\d+)", image)
    return found[1] if found else ""


def _indexes(texts: Iterable[str]) -> tuple[str, ...]:
    """The indexes that pip says it looks in; () where it does not say."""
    line = next(filter(_INDEXES.match, texts), "")
    return tuple(redact(url) for url in _INDEXES.sub(r"\1", line).split(", ") if url)


def _python(texts: Iterable[str], wheels: Iterable[tuple[str, ...]]) -> str:
    """The Python that most signs speak for; a wheel of the stable ABI says nothing."""
    votes: Counter[str] = Counter()
    for tag, abi, _ in wheels:
        if abi.startswith("cp") and tag.startswith("cp"):
            votes[f"{tag[2]}.{tag[3:]}{'t' if abi.endswith('t') else ''}"] += 2
    for text in texts:
        for weight, pattern in _PYTHON:
            for match in pattern.finditer(text):
                groups = [group for group in match.groups() if group]
                votes[".".join(groups[:2])] += weight
    return votes.most_common(1)[0][0] if votes else ""


def _system(whole: str) -> str:
    counts = {
        "windows": len(_WINDOWS.findall(whole)),
        "macos": len(_MACOS.findall(whole)),
        "linux": len(_MUSL.findall(whole)) + len(_GLIBC.findall(whole)),
    }
    counts["linux"] += len(
        re.findall(r"linux[-_](?:x86_64|aarch64)|/usr/(?:local|bin|lib)/", whole)
    )
    most = max(counts, key=lambda name: counts[name])
    return most if counts[most] else ""


def _libc(whole: str, image: str) -> str:
    if "alpine" in image:
        return "musl"
    musl, glibc = len(_MUSL.findall(whole)), len(_GLIBC.findall(whole))
    if musl == glibc == 0:
        return ""
    return "musl" if musl > glibc else "glibc"


def _arch(whole: str, system: str) -> str:
    counts = {name: len(pattern.findall(whole)) for name, pattern in _ARCH}
    most = max(counts, key=lambda name: counts[name])
    if not counts[most]:
        return ""
    return "arm64" if most == "aarch64" and system in {"macos", "windows"} else most


def _release(whole: str) -> str:
    alpine, debian = _first(_ALPINE, whole), _first(_DEBIAN, whole)
    if alpine:
        return f"alpine {alpine}"
    number = {"bullseye": "11", "bookworm": "12", "trixie": "13"}.get(debian, "")
    return f"debian {number}" if number else ""


def _installer(whole: str) -> str:
    for name, pattern in _OTHERS:
        if pattern.search(whole):
            return name
    if _UV.search(whole):
        return f"uv {_first(_UV, whole)}".strip()
    return f"pip {_first(_PIP, whole)}".strip()


def _first(pattern: re.Pattern[str], text: str) -> str:
    """The first group that matches anything."""
    found = pattern.search(text)
    return next((group for group in found.groups() if group), "") if found else ""
