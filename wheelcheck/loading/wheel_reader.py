"""Read what a wheel asks for, with as few bytes as will do.

The first bytes of every ELF file are looked at. Where its names were moved to the end, the file is
read whole while the budget lasts, the files that most often ask for more than every image has come
first. The Python files are read only where something depends on which of them an import runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from msgspec.structs import replace

from wheelcheck.index.interface import MemberReader
from wheelcheck.loading.elf import NotElf, Prefix, read_elf, read_prefix
from wheelcheck.loading.python_code.python_files import COMMON, with_python
from wheelcheck.loading.python_code.wheel_modules import WheelModules
from wheelcheck.loading.wheel_facts import (
    AMONG_MANY,
    WheelFacts,
    is_c_library,
    may_be_elf,
)
from wheelcheck.loading.wheel_files import COPIED_LIBRARIES, held_names, needs_of_files
from wheelcheck.loading.wheel_reading import (
    BUDGET_SPENT,
    PAID_BYTES,
    Budget,
    WantedBytes,
    WheelReading,
    first_bytes,
    reading_steps,
)

__all__ = ["read_wheel", "risk_of", "wanted_of"]

_PREFIX_SHARE = 0.15
"""Names beyond this share of a file are not worth looking for: it is read whole or not at all."""
_MOST_OF_SMALL = 1 << 20
"""Packed bytes of a wheel's smallest files that are read whole, before the budget decides on the
rest: what needs a library that few images have is mostly a small one of many."""
_MOST_FOR_VERSIONS = 2 << 20
_MOST_LARGE = 2
"""Packed bytes of a large extension module that are read at most to find its table of versions
alone, and how many modules of a wheel are so read."""
_PYTHON_AND_MORE = (1 << 20) + (128 << 10)
"""Packed bytes of Python files that are read of a wheel at most."""
_PYTHON_BESIDE = 256 << 10
"""The same of a wheel with ELF files, whose Python files are read if these ask for something."""
MOST_FILES = 96
"""ELF files of a wheel that are looked at in the quick mode, the topmost first."""
_RISKY = re.compile(
    r"(?i)qt|xcb|x11|xext|xpm|cairo|pango|gdk|gtk|glib|gobject|sdl|glfw|opengl|egl|glu|skia|cv2"
    r"|fontconfig|gd-|gst|pulse|asound|jack|portaudio|usb|udev|atomic|odbc|gomp|omp|native|vtk"
    r"|gdal|kml|udunits|exiv2|dbus|gvc|expat|spatialite"  # built with expat, which policies allow
)
_SBOM = re.compile(r"\.dist-info/sboms?/auditwheel")


def read_wheel(
    wheel: MemberReader,
    *,
    budget: Budget,
    others: frozenset[str],
    opens: bool,
    full: bool,
    follow: bool = False,
) -> WheelFacts:
    """What a wheel asks for.

    Parameters:
        wheel: Its members.
        budget: What may be spent on whole files.
        others: Top-level names of the other wheels of the resolution.
        opens: Whether its metadata speaks of libraries, so that all its Python files are read.
        full: Look at every ELF file.
        follow: Find out which modules of the others its import imports.
    """
    reading = WheelReading(wheel, budget)
    paths = list(wheel.sizes)
    modules = WheelModules.of(paths)
    elf = _in_order([p for p in paths if may_be_elf(p, wheel.sizes[p][0])])
    looked_at = elf if full else elf[:MOST_FILES]
    _look_at_all(reading, looked_at)
    for path in elf[len(looked_at) :]:
        reading.unread[path] = AMONG_MANY
    _read_whole(reading, modules)
    holds = held_names(reading, paths)
    facts = WheelFacts(
        files=needs_of_files(reading, elf, modules, frozenset(holds)),
        holds=holds,
        audited=_is_audited(paths),
    )
    facts = with_python(reading, facts, modules, others, opens=opens, follow=follow)
    left = sum(
        wheel.sizes[path][1]
        for path, why in reading.unread.items()
        if why in {_WHOLE, BUDGET_SPENT}
    )
    return replace(facts, read_bytes=reading.read, left_bytes=left)


def risk_of(path: str) -> int:
    """How likely a file asks for what a slim image lacks, by its name: 0 or 1."""
    return 1 if _RISKY.search(path.rpartition("/")[2]) else 0


def wanted_of(sizes: Mapping[str, int], wheel_size: int) -> WantedBytes:
    """What reading a wheel may fetch, by its listing.

    Parameters:
        sizes: Path → unpacked bytes of its members; empty where nobody has listed them.
        wheel_size: Bytes of the wheel; 0 where the index does not say.
    """
    if not sizes:
        most = wheel_size or _PYTHON_AND_MORE
        return WantedBytes(min(most, _PYTHON_AND_MORE), 0, most)
    unpacked = max(sum(sizes.values()), 1)
    ratio = min(wheel_size / unpacked * 1.2, 1) if wheel_size else 1  # to be on the safe side
    packed = {path: int(size * ratio) + 512 for path, size in sizes.items()}
    elf = _in_order([path for path in sizes if may_be_elf(path, sizes[path])])
    python = sum(packed[path] for path in sizes if path.endswith(".py"))
    first = sum(min(packed[path], PAID_BYTES) for path in elf[:MOST_FILES])
    first += min(python, _PYTHON_BESIDE if elf else _PYTHON_AND_MORE)
    most = sum(packed[path] for path in elf)
    return WantedBytes(first, min(most, _MOST_OF_SMALL + _MOST_FOR_VERSIONS), most)


def _in_order(paths: list[str]) -> list[str]:
    return sorted(paths, key=lambda path: (-risk_of(path), path.count("/"), path))


def _look_at_all(reading: WheelReading, paths: list[str]) -> None:
    """Look for names in the first bytes of files, in more of them where those did not tell.

    All files have had a try before one of them has more: the largest would spend the budget.
    """
    waiting, steps = paths, reading_steps()
    while waiting:
        step = next(steps)
        wanted = {path: max(step, first_bytes(reading.wheel.sizes[path][1])) for path in waiting}
        reading.announce(wanted)
        waiting = [path for path, packed in wanted.items() if _wants_more(reading, path, packed)]


def _wants_more(reading: WheelReading, path: str, step: int) -> bool:
    """Look for names in so many bytes of a file; whether more of them may tell."""
    packed = reading.wheel.sizes[path][1]
    found = reading.beginning(path, step)
    if found is None:
        reading.unread[path] = BUDGET_SPENT
        return False
    data, whole = found
    try:
        state, needs = read_prefix(data, whole=whole)
    except NotElf as error:
        # what is none at all: bytecode for browsers, a linker's script
        reading.unread[path] = str(error) if data[:4] == b"\x7fELF" else ""
        return False
    if needs is not None:
        reading.needs[path] = needs
        return False
    limit = max(PAID_BYTES * 8, int(packed * _PREFIX_SHARE))
    if state is Prefix.MOVED or step >= min(limit, packed):
        reading.unread[path] = _WHOLE
        return False
    return True


_WHOLE = "its names lie at its end, and the budget did not reach for it"


def _read_whole(reading: WheelReading, modules: WheelModules) -> None:
    """Read the files whose names lie at the end, riskiest and smallest first.

    Where the budget does not reach for all of them, of the rest only the extension modules are
    read, and what of the wheel they need; that not where auditwheel has repaired the wheel, unless
    some file asks for what not every image has.
    """
    waiting = {p: reading.wheel.sizes[p][1] for p, why in reading.unread.items() if why == _WHOLE}
    _read_all(reading, sorted(filter(risk_of, waiting), key=waiting.__getitem__))
    _read_smallest(reading, {path: waiting[path] for path in _left(reading, waiting)})
    calm = _left(reading, waiting)
    if reading.budget.has(sum(waiting[path] for path in calm)):
        _read_all(reading, calm)
    else:
        follow = not _is_audited(reading.wheel.sizes) or _asks_for_uncommon(reading)
        _read_needed(reading, modules, waiting, follow=follow)
    _read_versions_of(reading, modules, _left(reading, waiting))


def _left(reading: WheelReading, paths: Iterable[str]) -> list[str]:
    """Those of some files that were not read yet."""
    return [path for path in paths if path in reading.unread]


def _read_smallest(reading: WheelReading, waiting: Mapping[str, int]) -> None:
    smallest = sorted(waiting, key=waiting.__getitem__)
    sums = accumulate(waiting[path] for path in smallest)
    _read_all(
        reading, [path for path, size in zip(smallest, sums, strict=True) if size <= _MOST_OF_SMALL]
    )


def _read_needed(
    reading: WheelReading, modules: WheelModules, waiting: Mapping[str, int], *, follow: bool
) -> None:
    """Read extension modules and, to `follow` them, what of the wheel they need, smallest first."""
    importable = set(modules.extensions.values())
    by_name = {path.rpartition("/")[2]: path for path in waiting}
    queue = {path for path in waiting if path in importable}
    if not follow:
        left = _left(reading, sorted(queue))
        _read_all(reading, sorted(left, key=waiting.__getitem__))
        return
    tried: set[str] = set()
    while queue:
        path = min(sorted(queue), key=waiting.__getitem__)
        tried.add(path)
        if path in reading.unread:
            _read_file(reading, path)
        needs = reading.needs.get(path)
        queue |= {by_name[name] for name in (needs.needed if needs else ()) if name in by_name}
        queue -= tried


def _read_all(reading: WheelReading, paths: Sequence[str]) -> None:
    """Read files whole, as far as the budget has room for them."""
    reading.announce_whole(paths)
    for path in paths:
        _read_file(reading, path)


def _read_file(reading: WheelReading, path: str) -> None:
    """Read a file whole, if the budget has room for it."""
    data = reading.whole(path)
    if data is None:
        return
    try:
        reading.needs[path] = read_elf(data)
    except NotElf as error:
        reading.unread[path] = str(error)
    else:
        del reading.unread[path]


def _read_versions_of(reading: WheelReading, modules: WheelModules, left: list[str]) -> None:
    """Find the symbol versions of files that were not read, of the large only a few."""
    importable = set(modules.extensions.values())
    large = [path for path in left if path in importable][:_MOST_LARGE]
    for path in left:
        reading.find_versions(path, most=_MOST_FOR_VERSIONS if path in large else PAID_BYTES)


def _is_audited(paths: Iterable[str]) -> bool:
    """Whether auditwheel repaired a wheel: it leaves a folder of libraries, or its SBOM."""
    return any(COPIED_LIBRARIES.search(path) or _SBOM.search(path) for path in paths)


def _asks_for_uncommon(reading: WheelReading) -> bool:
    """Whether a file that was read needs a library that neither the wheel nor every image has."""
    held = {path.rpartition("/")[2] for path in reading.wheel.sizes}
    named = {name for needs in reading.needs.values() for name in needs.needed}
    return any(not is_c_library(name) for name in named - held - COMMON)
