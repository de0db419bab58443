"""What a file of a wheel, or a library that its code opens, misses on a target and its image."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from wheelcheck.distributions.distribution import Family
from wheelcheck.loading.image_libraries import ImageLibraries
from wheelcheck.loading.tag_promise import symbol_too_new
from wheelcheck.loading.wheel_facts import (
    FileNeeds,
    ModuleNeeds,
    WheelFacts,
    WheelFileKind,
    is_copied_for,
    is_copy,
    is_module,
    is_named,
)
from wheelcheck.targets.target import Architecture, Libc, Target

__all__ = ["Trouble", "file_trouble", "module_trouble", "opening_trouble"]

_HAS_VERSION = re.compile(r"\.so\.\d")
"""No extension module has such a name itself. Of 1,240 modules of 2026 whose first bytes have such
names, every module needs all of them (data/loading/README.md)."""
_NO_EXEC_STACK = (2, 41)


class Trouble(Struct, frozen=True):
    """What one file misses: libraries, or a reason why it never loads here."""

    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    never: str = ""
    needs: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    """Packages without which what is missing is not found."""
    nowhere: bool = False
    """No package brings what is missing: of a vendor, or a name that was misread."""

    @property
    def is_bad(self) -> bool:
        """Whether anything is missing, or may be."""
        return bool(self.missing or self.never or self.unknown)


def file_trouble(
    file: FileNeeds,
    target: Target,
    image: ImageLibraries | None,
    brought: Mapping[str, tuple[str, ...]],
    cpu: int,
) -> Trouble:
    """What a file misses on a target; `brought` is what the other wheels bring, `cpu` its level."""
    if file.machine and file.machine != target.arch:
        return Trouble()  # files for other machines lie beside the right files
    never = _why_never(file, target, image, cpu)
    if never:
        return Trouble(never=never, needs=_named(file, target))
    astray = next((name for name in file.astray if _is_lost(name, image, brought)), None)
    if astray is not None:
        return Trouble(never=_OUT_OF_REACH.format(file.name, astray), needs=(astray,))
    needed = _needed(file, brought)
    if image is None:
        return Trouble(unknown=tuple(name for name in needed if name not in _EVERY_GLIBC))
    return _absent_of(needed, file, image, brought)


_OUT_OF_REACH = "{} needs {}, which the wheel holds where the loader does not look for it"


def _is_lost(
    name: str, image: ImageLibraries | None, brought: Mapping[str, tuple[str, ...]]
) -> bool:
    """Whether nothing brings a library that a wheel holds where the loader does not look."""
    if image is None or name in brought:
        return False
    return image.has(name) is False and image.package_of(name) is None


def _absent_of(
    needed: Iterable[str],
    file: FileNeeds,
    image: ImageLibraries,
    brought: Mapping[str, tuple[str, ...]],
) -> Trouble:
    """Which of these libraries an image has not."""
    absent = {
        name: there
        for name in needed
        if not (there := image.has(name)) and _is_right(name, file, image, brought)
    }
    missing = tuple(name for name, there in absent.items() if there is False)
    return Trouble(missing=missing, unknown=tuple(name for name in absent if name not in missing))


def _is_right(
    name: str, file: FileNeeds, image: ImageLibraries, brought: Mapping[str, tuple[str, ...]]
) -> bool:
    """Whether a name of a library that an image has not is what the file needs.

    What no package has may be the file's own, or another release's name of what wheels bring.
    """
    is_needed = file.exact or (file.kind is WheelFileKind.EXTENSION and _HAS_VERSION.search(name))
    if is_needed and not brought:
        return True
    has_package = image.package_of(name) is not None
    return has_package or bool(is_needed and not _is_other_release(name, brought))


def _is_other_release(name: str, brought: Iterable[str]) -> bool:
    """Whether a name differs from that of a library which the wheels bring by its version alone.

    What is known of a wheel may be that of another release: ``libpyside6.abi3.so.6.12``.
    """
    stem = name.partition(".so")[0]
    return any(each.partition(".so")[0] == stem for each in brought)


def _why_never(file: FileNeeds, target: Target, image: ImageLibraries | None, cpu: int) -> str:
    """Why a file never loads on a target, whatever is installed; "" where it may."""
    return (
        _wrong_libc(file, target)
        or _too_new(file, target, image)
        or _cpu(file, target, cpu)
        or _stack(file, target)
        or _tls(file, target)
        or symbol_too_new(file, target)
    )


def _needed(file: FileNeeds, brought: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What a file, and what others bring for it, need from outside all wheels."""
    names = dict.fromkeys((*file.outside, *file.astray))
    waiting = list(names)
    for name in waiting:  # grows while it is gone through
        new = [need for need in brought.get(name, ()) if need not in names]
        names |= dict.fromkeys(new)
        waiting += new
    return [name for name in names if name not in brought]


_EVERY_GLIBC = frozenset({"libgcc_s.so.1", "libstdc++.so.6", "libz.so.1"})
"""What every glibc image with a Python and a package manager has."""


def _wrong_libc(file: FileNeeds, target: Target) -> str:
    if file.libc and file.libc != target.libc:
        return f"{file.name} is built for {file.libc}, this is {target.libc}"
    return ""


def _named(file: FileNeeds, target: Target) -> tuple[str, ...]:
    needed = _highest(file.versions, "GLIBC")
    if target.libc_version is not None and needed > target.libc_version:
        return ("GLIBC_{}".format(".".join(map(str, needed))),)
    return ()


def _too_new(file: FileNeeds, target: Target, image: ImageLibraries | None) -> str:
    """Why a file needs a newer C or C++ library than is there; "" where it does not."""
    glibc = target.libc_version if target.libc is Libc.GLIBC else None
    needed = _highest(file.versions, "GLIBC")
    if glibc is not None and needed > glibc:
        return "{} needs GLIBC_{}, glibc here is {}.{}".format(
            file.name, ".".join(map(str, needed)), *glibc
        )
    for prefix, there in (image.symbols if image else {}).items():
        needed = _highest(file.versions, prefix)
        if needed and needed > there:
            wanted, has = (".".join(map(str, number)) for number in (needed, there))
            return f"{file.name} needs {prefix}_{wanted}, the newest here is {prefix}_{has}"
    return ""


def _highest(versions: Iterable[str], prefix: str) -> tuple[int, ...]:
    numbers = [
        tuple(map(int, version.rpartition("_")[2].split(".")))
        for version in versions
        if re.fullmatch(rf"{prefix}_\d+(\.\d+)*", version)
    ]
    return max(numbers, default=())


def _cpu(file: FileNeeds, target: Target, cpu: int) -> str:
    if cpu and target.arch is Architecture.X86_64 and file.isa > cpu:
        return f"{file.name} is built for x86-64-v{file.isa}, this CPU is x86-64-v{cpu}"
    return ""


def _stack(file: FileNeeds, target: Target) -> str:
    """Why a library cannot be opened that asks for an executable stack.

    Source: the NEWS of glibc 2.41: dlopen no longer makes the stack executable.
    """
    glibc = target.libc_version if target.libc is Libc.GLIBC else None
    if not file.exec_stack or glibc is None or glibc < _NO_EXEC_STACK:
        return ""
    number = ".".join(map(str, glibc))
    return f"{file.name} asks for an executable stack, which glibc {number} gives no library"


def _tls(file: FileNeeds, target: Target) -> str:
    """Why musl opens no library whose thread-local variables have their place from the start.

    glibc keeps some room for them. Source: `do_relocs` in musl's ldso/dynlink.c ("initial-exec TLS
    resolves to dynamic definition").
    """
    if not file.static_tls or target.libc is not Libc.MUSL:
        return ""
    return f"{file.name} uses initial-exec TLS, which musl gives no library that is opened later"


def module_trouble(
    module: ModuleNeeds, image: ImageLibraries, brought: Mapping[str, tuple[str, ...]]
) -> Trouble:
    """What an import of a module misses that needs these libraries."""
    file = FileNeeds(module.module, WheelFileKind.EXTENSION, outside=module.needs)
    found = [_absent_of(_needed(file, brought), file, image, brought)]
    found += [opening_trouble(names, WheelFacts(), image, brought) for names in module.opens]
    return Trouble(
        missing=tuple(name for trouble in found for name in trouble.missing),
        unknown=tuple(name for trouble in found for name in trouble.unknown),
        never=next((trouble.never for trouble in found if trouble.never), ""),
        needs=next((trouble.needs for trouble in found if trouble.needs), ()),
    )


def opening_trouble(
    names: tuple[str, ...],
    facts: WheelFacts,
    image: ImageLibraries | None,
    brought: Mapping[str, tuple[str, ...]],
) -> Trouble:
    """What is missing of a library that is opened by name; one of `names` is enough."""
    of_system = names in facts.in_system
    if not of_system and _is_held(names, facts, brought):
        return Trouble()
    if image is None:
        return Trouble(unknown=names[:1])
    exact = [name for name in names if ".so" in name]
    stems = [name for name in names if ".so" not in name]
    if image.libc is Libc.MUSL and facts.opens_files is not None and not of_system:
        # a loader of the package's own: where it finds nothing it opens the plain name
        exact += [_link_of(stem) for stem in stems if "*" not in stem]
    presence = _presence(exact, stems, image)
    if True in presence:
        return Trouble()
    return Trouble(unknown=names[:1]) if None in presence else _absent(exact, stems, image)


def _is_held(names: Iterable[str], facts: WheelFacts, brought: Iterable[str]) -> bool:
    """Whether the wheel holds one of these libraries, as a copy perhaps, or another brings it."""
    lent = (name for name in brought if not (is_copy(name) or is_module(name)))
    held = {*facts.holds, *lent}
    return any(
        any(is_named(name, file) for file in held)
        or any(is_copied_for(name, file) for file in facts.holds)
        for name in names
    )


def _link_of(stem: str) -> str:
    """The name without a version, which development packages have."""
    return f"lib{stem.removeprefix('lib')}.so"


def _absent(exact: Sequence[str], stems: Sequence[str], image: ImageLibraries) -> Trouble:
    """What is missing where an image has none of these names."""
    if not exact and image.libc is not Libc.GLIBC:
        return _absent_on_musl(stems[0], image)
    known = _best_known(exact, stems, image)
    if known is not None:
        return Trouble(missing=(known,))
    first = (exact or stems)[0]
    if image.knows_packages and any(name.endswith("*") for name in (*exact, *stems)):
        return Trouble(unknown=(first,))
    return Trouble(missing=(first,), nowhere=image.knows_packages)


def _absent_on_musl(stem: str, image: ImageLibraries) -> Trouble:
    """What is missing where `find_library` has no cache of ldconfig to look into.

    It runs ``ld``, which finds the link without a version that development packages have, and
    ``objdump``. Source: CPython's Lib/ctypes/util.py.
    """
    link = _link_of(stem)
    if image.has(link):
        return Trouble()
    if image.family is Family.APK and image.package_of(link):
        return Trouble(missing=(link,), beside=("binutils",))
    why = f"ctypes.util.find_library finds no {stem!r} on musl without a compiler"
    return Trouble(never=why, needs=(stem,))


def _presence(
    exact: Iterable[str], stems: Iterable[str], image: ImageLibraries
) -> set[bool | None]:
    """What an image says to each of these names; on musl, stems cannot be found."""
    found = {image.has(name) for name in exact}
    if image.libc is Libc.GLIBC:
        found |= {image.has_stem(stem) for stem in stems}
    return found


def _best_known(exact: Sequence[str], stems: Sequence[str], image: ImageLibraries) -> str | None:
    """The name that a package of the image's distribution has: as written, else the shortest."""
    known = next((name for name in exact if image.package_of(name)), None)
    if known is not None or image.libc is not Libc.GLIBC:
        return known
    found = [s for stem in stems for s in image.candidates(stem) if image.package_of(s)]
    return min(found, key=lambda s: (".so." not in s, len(s), s), default=None)
