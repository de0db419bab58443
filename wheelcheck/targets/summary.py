"""One sentence for people about a release whose wheels do not fit: what there is instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import assert_never

from packaging.version import Version

from wheelcheck.installers import Rule, Tool, first_release
from wheelcheck.targets.compatibility import Fit, fit, split_tag_set
from wheelcheck.targets.misses import MissPart, TagMiss, misses_on
from wheelcheck.targets.platform_tags import read_platform_tag
from wheelcheck.targets.platforms import OtherArchitecture, System
from wheelcheck.targets.tags import Triple, abi_tag
from wheelcheck.targets.target import Implementation, Target

__all__ = ["summarise_misses"]

_SHOWN = 3


def summarise_misses(tags: Iterable[str], target: Target) -> str:
    """What wheels exist, seen from a target that none of them fits, without a full stop.

    ``cp312 wheels exist for manylinux_2_28_x86_64 and manylinux_2_17_aarch64; none for musllinux``,
    say. Only the nearest kind of miss is spoken of. `tags` are compressed tag sets; those that do
    fit the target are left out.
    """
    misses = misses_on(target)
    judged: dict[Triple, TagMiss] = {}
    invalid = False
    for tag in tags:
        if isinstance(fit(tag, target), Fit):
            continue
        triples = split_tag_set(tag)
        invalid = invalid or not triples
        judged.update((triple, misses[triple]) for triple in triples)
    if not judged:
        return "no wheel has a tag that can be read" if invalid else "there are no wheels"
    nearest = max(miss.part for miss in judged.values())
    other_cpus = {MissPart.ARCHITECTURE} if nearest is MissPart.LIBC else set()
    spoken_of = {nearest, *other_cpus}
    reached = {triple: miss for triple, miss in judged.items() if miss.part in spoken_of}
    if nearest is MissPart.INSTALLER:
        return _installer_sentence(reached, target)
    return _sentence(nearest, reached, target)


def _sentence(part: MissPart, reached: dict[Triple, TagMiss], target: Target) -> str:  # noqa: PLR0911 (one sentence per part)
    wheels = f"{_listed(_labels(reached))} wheels"
    match part:
        case MissPart.INVALID:
            return "no wheel has a tag that can be read"
        case MissPart.IMPLEMENTATION:
            built_for = sorted({miss.why.removeprefix("built for ") for miss in reached.values()})
            return f"wheels exist for {_listed(built_for)} only"
        case MissPart.PYTHON:
            return _python_sentence(reached, target)
        case MissPart.ABI:
            return _abi_sentence(reached, target)
        case MissPart.OPERATING_SYSTEM:
            systems = sorted({miss.why.removeprefix("built for ") for miss in reached.values()})
            return f"{wheels} exist for {_listed(systems)} only; none for {_system(target)}"
        case MissPart.ARCHITECTURE:
            return f"{wheels} exist for {_platforms(reached, target)}; none for {target.arch}"
        case MissPart.LIBC:
            wanted = _wanted(reached, target)
            return f"{wheels} exist for {_platforms(reached, target)}; none for {wanted}"
        case MissPart.LIBC_VERSION | MissPart.SYSTEM_VERSION | MissPart.INSTALLER:
            why = min(reached.items(), key=lambda item: read_platform_tag(item[0][2]).level)[1].why
            nearest = "the nearest " if why.startswith("needs") else ""
            return f"{wheels} exist, but {nearest}{why}"
        case _:
            assert_never(part)


def _installer_sentence(reached: Iterable[Triple], target: Target) -> str:
    """Which installer is too old for them, and the first release that is not."""
    triples = list(reached)
    since = min(filter(None, (_taken_since(platform) for _, _, platform in triples)), default=None)
    exist = f"{_listed(_labels(triples))} wheels exist for {_platforms(triples, target)}"
    takes = f"; pip {since} takes them" if since else ""
    return f"{exist}, which {target.installer.label} does not take{takes}"


def _taken_since(platform: str) -> Version | None:
    """The first pip that takes wheels of a platform tag."""
    for start, rule in _KINDS:
        if platform.startswith(start):
            return first_release(rule, Tool.PIP)
    return None


_KINDS = (
    ("musllinux_", Rule.MUSLLINUX),
    ("manylinux_", Rule.MANYLINUX_PEP_600),
    ("manylinux2014", Rule.MANYLINUX2014),
    ("manylinux2010", Rule.MANYLINUX2010),
)


def _system(target: Target) -> str:
    """``Linux``, ``Windows``, ``macOS``: the system without its version."""
    linux = target.platform.system is System.LINUX
    return "Linux" if linux else target.platform.title.partition(" ")[0]


def _wanted(reached: Iterable[Triple], target: Target) -> str:
    """The libc that wheels are wanted for, with the CPU where another CPU has some."""
    wanted = target.libc.tag_prefix if target.libc else _system(target)
    if any(platform.startswith(wanted) for _, _, platform in reached):
        wanted += f" on {target.arch}"
    return wanted


def _python_sentence(reached: dict[Triple, TagMiss], target: Target) -> str:
    """Name the Pythons of those wheels that the platform could load, if there are any."""
    loadable = {*target.platform.tags(), "any"}
    here = {triple: miss for triple, miss in reached.items() if triple[2] in loadable}
    pythons = _listed(_spans({miss.why for miss in (here or reached).values()}), shown=5)
    if here:
        return f"wheels exist for {pythons} only"
    family = target.libc.tag_prefix if target.libc else _system(target)
    platform = f"{family} on {target.arch}"
    return f"wheels exist for {pythons} only, and none of them for {platform}"


def _abi_sentence(reached: dict[Triple, TagMiss], target: Target) -> str:
    own = abi_tag(target)
    labels = _listed(_labels(reached))
    abis = {abi for _, abi, _ in reached}
    if target.free_threaded and abis <= {own.removesuffix("t"), "abi3"}:
        return f"wheels exist for builds with the GIL only ({labels}); none for {own}"
    if target.implementation is Implementation.CPYTHON and abis <= {f"{own}t", "abi3t"}:
        return f"wheels exist for free-threaded builds only ({labels}); none for {own}"
    return f"wheels exist for the ABI {_listed(sorted(abis))} only; none for {own}"


def _labels(triples: Iterable[Triple]) -> list[str]:
    """What wheels are called by their Python and ABI: ``cp312``, ``cp38-abi3``, ``py3``."""
    pairs = {(interpreter, abi) for interpreter, abi, _ in triples}
    return sorted(
        f"{interpreter}-{abi}"
        if abi.startswith("abi3")
        else abi
        if abi.startswith(interpreter)
        else interpreter
        for interpreter, abi in pairs
    )


def _platforms(triples: Iterable[Triple], target: Target) -> str:
    """The platforms, each family and CPU once at its lowest level, those near the target first."""
    lowest: dict[tuple[str, str], tuple[int, ...]] = {}
    for _, _, platform in triples:
        tag = read_platform_tag(platform)
        if tag.system is target.platform.system and tag.arch:
            key = (tag.family, tag.arch)
            lowest[key] = min(tag.level, lowest.get(key, tag.level))
    own = target.libc.tag_prefix if target.libc else ""
    near = sorted(lowest, key=lambda key: (key[1] != target.arch, key[0] != own, key))
    return _listed([_platform_name(key, lowest[key]) for key in near])


def _platform_name(family_arch: tuple[str, str], level: tuple[int, ...]) -> str:
    family, arch = family_arch
    if arch == OtherArchitecture.X86:
        return "win32"
    known = [str(part) for part in level if any(level)]
    return "_".join([family, *known, arch])


def _spans(reasons: set[str]) -> list[str]:
    """Turn reasons into Pythons, neighbours as a span: ``CPython 3.8 to 3.11``."""
    exact: dict[str, set[int]] = {}
    others = []
    for reason in reasons:
        words = reason.removeprefix("built for ").removeprefix("needs ")
        match = re.fullmatch(r"(\w+) 3\.(\d+)", words)
        if match:
            exact.setdefault(match[1], set()).add(int(match[2]))
        else:
            others.append(words)
    spans = []
    for name, minors in sorted(exact.items()):
        for minor in sorted(minors):
            if minor - 1 not in minors:
                last = next(n for n in range(minor, minor + len(minors) + 1) if n + 1 not in minors)
                spans.append(f"{name} 3.{minor}" + (f" to 3.{last}" if last > minor else ""))
    return spans + sorted(others)


def _listed(words: Sequence[str], shown: int = _SHOWN) -> str:
    """``a``, ``a and b``, ``a, b and c``, ``a, b, c and 2 more``."""
    listed = list(words[:shown])
    if len(words) > shown:
        listed.append(f"{len(words) - shown} more")
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if listed[1:] else listed)
