"""Does a wheel load? What its files ask for × what the image has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from wheelcheck.loading.image_libraries import ImageLibraries, install_command
from wheelcheck.loading.tag_promise import UnfittingModules, suffix_of, symbol_too_new
from wheelcheck.loading.wheel_facts import (
    AMONG_MANY,
    FileNeeds,
    WheelFacts,
    WheelFileKind,
    closure,
    is_named,
)
from wheelcheck.targets.target import Architecture, Libc, Target

__all__ = ["LoadStatus", "Loads", "judge_loading", "main_files"]

_AUDITED_MAY_NEED = frozenset({
    "libX11.so.6", "libXext.so.6", "libXrender.so.1", "libICE.so.6", "libSM.so.6", "libGL.so.1",
    "libgobject-2.0.so.0", "libgthread-2.0.so.0", "libglib-2.0.so.0", "libexpat.so.1",
    "libatomic.so.1",
})  # fmt: skip
"""What auditwheel's policies for manylinux let a file need from outside (6.8.2), less what every
image with glibc has. Those for musllinux allow libc and libz alone."""
_MAX_NAMED = 12
_NO_EXEC_STACK = (2, 41)


class LoadStatus(StrEnum):
    """Whether the files of a wheel find what they ask for."""

    YES = "yes"
    NEEDS = "needs"
    """An import fails until packages are installed."""
    SOME_FILES_NEED = "some files need"
    """Only some of its files: plugins, optional parts."""
    NO = "no"
    """Nothing that can be installed helps."""
    NOT_CHECKED = "not-checked"

    @property
    def fails(self) -> bool:
        """Whether an import is expected to fail as things are."""
        return self in {LoadStatus.NEEDS, LoadStatus.NO}


@dataclass(frozen=True, slots=True)
class Loads:
    """A verdict on loading, with the libraries that are missing and the packages that bring them.

    `command` installs these. `remarks` say in what the wheel differs from its tag.
    """

    status: LoadStatus
    needs: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    reason: str = ""
    command: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What one file misses: libraries, or a reason why it never loads here."""

    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    never: str = ""
    needs: tuple[str, ...] = ()
    nowhere: bool = False
    """No package brings what is missing: of a vendor, or a name that was misread."""


def judge_loading(  # noqa: PLR0911 (one for each status and reason)
    facts: WheelFacts,
    target: Target,
    image: ImageLibraries | None,
    *,
    cpu: int = 0,
    brought: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    lost: UnfittingModules = UnfittingModules(),  # noqa: B008 (frozen)
) -> Loads:
    """Judge one wheel on one target.

    Parameters:
        facts: What its files ask for.
        target: Where it is installed.
        image: What is there; None where nobody knows.
        cpu: The x86-64 level of the machine; 0 where it is not given.
        brought: The libraries in the other wheels of the resolution by base name, with what they
            need from outside their wheel.
        lost: Its extension modules that have no file for the target's Python.
    """
    if facts.broken:
        return Loads(LoadStatus.NOT_CHECKED, reason=facts.broken)
    if lost.is_most or any(map(lost.holds, facts.reached or ())):
        return Loads(LoadStatus.NO, reason=lost.why(target))
    files = {file.path: file for file in _for_target(facts.files, target)}
    found = {path: _trouble(file, target, image, brought, cpu) for path, file in files.items()}
    main = _main_files(facts, files, found)
    opened = _certain(_opened(facts.opened, facts, image, brought))
    never = next((trouble for trouble in (*main, *opened) if trouble.never), None)
    if never is not None:
        return Loads(LoadStatus.NO, needs=never.needs, reason=never.never)
    missing = _union(trouble.missing for trouble in (*main, *opened))
    unknown = _union(trouble.unknown for trouble in (*main, *opened))
    if missing:
        return _needs(LoadStatus.NEEDS, missing, image)
    if unknown:
        return Loads(LoadStatus.NOT_CHECKED, needs=unknown, reason=_what_image(image))
    if facts.opens_unnamed and not any(map(_may_be_opened, (*facts.holds, *brought))):
        why = "its import opens a library whose name its code makes up"
        return Loads(LoadStatus.NOT_CHECKED, reason=why)
    doubt = _doubt(facts, target, image)
    if doubt:
        return Loads(LoadStatus.NOT_CHECKED, reason=doubt)
    optional = [t for t in _opened(facts.optional, facts, image, brought) if not t.nowhere]
    rest = _union(trouble.missing for trouble in (*found.values(), *optional))
    never = next((trouble for trouble in found.values() if trouble.never), None)
    if never is not None and not rest:
        return Loads(LoadStatus.SOME_FILES_NEED, needs=never.needs, reason=never.never)
    if rest:
        return _needs(LoadStatus.SOME_FILES_NEED, rest, image, _whose(found))
    return Loads(LoadStatus.YES)


def _may_be_opened(name: str) -> bool:
    """Whether code may open a file of a wheel: no extension module, no copy by auditwheel."""
    return not re.search(r"-[0-9a-f]{8}\.so|\.(?:cpython|pypy|abi3)[\w-]*\.so", name)


def _whose(found: Mapping[str, _Trouble]) -> str:
    """Which files miss something, to be shown."""
    names = [path.rpartition("/")[2] for path, trouble in found.items() if trouble.missing]
    if not names:
        return "its code opens it when it is first used"
    more = len(names) - 1
    others = f" and {more} other{'s' if more > 1 else ''}" if more else ""
    return f"needed by {names[0]}{others}, which an import does not load"


def _for_target(files: Iterable[FileNeeds], target: Target) -> Iterator[FileNeeds]:
    """The files, without those for other Pythons that lie beside a file for the target's."""
    found = tuple(files)
    served = {
        suffix.module for file in found if (suffix := suffix_of(file.path)) and suffix.fits(target)
    }
    for file in found:
        suffix = suffix_of(file.path)
        if suffix is None or suffix.fits(target) or suffix.module not in served:
            yield file


def _main_files(
    facts: WheelFacts, files: Mapping[str, FileNeeds], found: Mapping[str, _Trouble]
) -> list[_Trouble]:
    """What the files that an import loads lack.

    Where the public modules load none by themselves, what half of the extension modules lack
    counts: else only some are concerned. Libraries that no import opens and programs that it does
    not start fail when they are first used.
    """
    reached = closure(_same_modules(facts.reached or (), files), files)
    if reached:
        return [found[file.path] for file in reached]
    kind, own = _likeliest(files.values())
    if kind is WheelFileKind.PROGRAM:
        return [found[f.path] for f in own if found[f.path].needs]  # a tag that lies
    if _only_later(facts, kind):
        return []
    own = [file for file in own if not _is_private(facts, file)]
    bad = [file for file in own if any(_is_bad(found[f.path]) for f in closure([file.path], files))]
    if len(bad) * 2 < len(own):
        return []
    return [found[f.path] for file in bad for f in closure([file.path], files)]


def _same_modules(paths: Iterable[str], files: Mapping[str, FileNeeds]) -> Iterator[str]:
    """The files of the modules that these files are of, whichever Python each is for."""
    modules = {suffix.module for path in paths if (suffix := suffix_of(path))}
    yield from paths
    for path in files:
        suffix = suffix_of(path)
        if suffix is not None and suffix.module in modules:
            yield path


def main_files(facts: WheelFacts) -> tuple[FileNeeds, ...]:
    """The files that an import of the wheel's modules loads, as far as that is known.

    Where the public modules load none by themselves: the extension modules, else the libraries,
    unless these are opened when they are first used.
    """
    files = {file.path: file for file in facts.files}
    reached = closure(facts.reached or (), files)
    if reached:
        return reached
    kind, own = _likeliest(facts.files)
    if kind is WheelFileKind.PROGRAM or _only_later(facts, kind):
        return ()
    return closure([file.path for file in own], files)


def _likeliest(files: Iterable[FileNeeds]) -> tuple[WheelFileKind, list[FileNeeds]]:
    """The files that an import most likely loads: extension modules, else libraries."""
    found = tuple(files)
    for kind in WheelFileKind:
        own = [file for file in found if file.kind is kind]
        if own:
            return kind, own
    return WheelFileKind.EXTENSION, []


def _is_private(facts: WheelFacts, file: FileNeeds) -> bool:
    """Whether a file lies in a private folder, and no import was seen to go there."""
    return facts.reached is not None and any(
        part.startswith("_") and part.strip("_") for part in file.path.split("/")[:-1]
    )


def _only_later(facts: WheelFacts, kind: WheelFileKind) -> bool:
    """Whether the libraries of a wheel are not opened before something of it is used."""
    return kind is WheelFileKind.LIBRARY and facts.opens_files is False


def _is_bad(trouble: _Trouble) -> bool:
    return bool(trouble.missing or trouble.never or trouble.unknown)


def _trouble(
    file: FileNeeds,
    target: Target,
    image: ImageLibraries | None,
    brought: Mapping[str, tuple[str, ...]],
    cpu: int,
) -> _Trouble:
    if file.machine and file.machine != target.arch:
        return _Trouble()  # files for other machines lie beside the right files
    never = (
        _wrong_libc(file, target)
        or _too_new(file, target, image)
        or _cpu(file, target, cpu)
        or _stack(file, target)
        or symbol_too_new(file, target)
    )
    if never:
        return _Trouble(never=never, needs=_named(file, target))
    more = (need for name in file.outside for need in brought.get(name, ()))
    needed = [name for name in dict.fromkeys((*file.outside, *more)) if name not in brought]
    if image is None:
        return _Trouble(unknown=tuple(name for name in needed if name not in _EVERY_GLIBC))
    presence = {name: image.has(name) for name in needed}
    if not file.exact:  # what nobody brings is the file's own name
        presence = {n: p for n, p in presence.items() if p or image.package_of(n)}
    return _Trouble(
        missing=tuple(name for name, there in presence.items() if there is False),
        unknown=tuple(name for name, there in presence.items() if there is None),
    )


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


def _opened(
    groups: Iterable[tuple[str, ...]],
    facts: WheelFacts,
    image: ImageLibraries | None,
    brought: Mapping[str, tuple[str, ...]],
) -> list[_Trouble]:
    return [_opening(names, facts, image, brought) for names in groups]


def _opening(  # noqa: PLR0911 (one for each answer)
    names: tuple[str, ...],
    facts: WheelFacts,
    image: ImageLibraries | None,
    brought: Mapping[str, tuple[str, ...]],
) -> _Trouble:
    """What is missing of a library that is opened by name; one of `names` is enough."""
    held = {*facts.holds, *brought}
    stems = [name for name in names if ".so" not in name]
    exact = [name for name in names if ".so" in name]
    if any(is_named(name, file) for name in names for file in held):
        return _Trouble()
    if image is None:
        return _Trouble(unknown=names[:1])
    presence = [image.has(name) for name in exact]
    findable = image.libc is Libc.GLIBC
    presence += [image.has_stem(stem) for stem in stems] if findable else []
    if True in presence:
        return _Trouble()
    if None in presence:
        return _Trouble(unknown=names[:1])
    if not exact and not findable:
        why = f"ctypes.util.find_library finds no {names[0]!r} on musl without a compiler"
        return _Trouble(never=why, needs=names[:1])
    known = next((name for name in exact if image.package_of(name)), None)
    if known is None and findable:
        found = [s for stem in stems for s in image.candidates(stem) if image.package_of(s)]
        known = min(found, key=lambda s: (".so." not in s, len(s), s), default=None)
    if known is None and image.knows_packages and any(name.endswith("*") for name in names):
        return _Trouble(unknown=((exact or stems)[0],))
    nowhere = known is None and image.knows_packages
    return _Trouble(missing=(known or (exact or stems)[0],), nowhere=nowhere)


def _certain(opened: list[_Trouble]) -> list[_Trouble]:
    """Without libraries that no package has, where packages bring others: these are tried first."""
    if any(trouble.missing and not trouble.nowhere for trouble in opened):
        return [trouble for trouble in opened if not trouble.nowhere]
    return opened


def _of_nobody(name: str, image: ImageLibraries) -> str:
    return f"no package of {image.title} has {name}: its vendor does, or a build of your own"


def _needs(
    status: LoadStatus, missing: tuple[str, ...], image: ImageLibraries | None, why: str = ""
) -> Loads:
    """Which packages bring what is missing; `no` where nothing does and that is known."""
    if image is None:
        return Loads(status, needs=missing)
    packages = {name: image.package_of(name) for name in missing}
    found = image.without_implied(tuple(dict.fromkeys(p for p in packages.values() if p)))
    lost = [name for name, package in packages.items() if package is None]
    reason = f"{image.title} has no {', '.join(missing[:_MAX_NAMED])}" + (f": {why}" if why else "")
    if status is LoadStatus.NEEDS and lost and image.knows_packages:
        return Loads(LoadStatus.NO, missing, (), _of_nobody(lost[0], image))
    if image.family is None and status is LoadStatus.NEEDS:
        return Loads(LoadStatus.NO, missing, (), f"{reason}, and nothing can be installed in it")
    command = install_command(image.family, found) if image.family and found else ""
    return Loads(status, missing, found, reason, command)


def _doubt(facts: WheelFacts, target: Target, image: ImageLibraries | None) -> str:
    """Why a wheel in which nothing was found missing may miss something all the same.

    What no extension module needs is opened by a path or a plugin: an import goes on without it.
    """
    if not facts.unread:
        return ""
    modules = (file for file in facts.unread if file.kind is WheelFileKind.EXTENSION)
    unread = dict.fromkeys([*(f for f in main_files(facts) if f.unread), *modules])
    vital = [file for file in unread if _may_matter(file, facts, target, image)]
    if not vital:
        return ""
    why = vital[0].unread
    return f"{len(vital)} of its {len(facts.files)} files were not read, as {vital[0].name}: {why}"


def _may_matter(
    file: FileNeeds, facts: WheelFacts, target: Target, image: ImageLibraries | None
) -> bool:
    never_opened = facts.opens_files is False and not facts.reached
    if file.kind is WheelFileKind.PROGRAM or (file.kind is WheelFileKind.LIBRARY and never_opened):
        return False
    if not facts.audited:
        return True
    if target.libc is Libc.MUSL:
        return False  # auditwheel lets it need nothing but libc and libz
    if image is None:
        return True
    lacking = frozenset(name for name in _AUDITED_MAY_NEED if not image.has(name))
    if not lacking or (file.unread == AMONG_MANY and not _asks_for(facts, lacking)):
        return False
    graft = _GRAFTED.fullmatch(file.name)
    return graft is None or image.may_bring(graft[1], lacking)


_GRAFTED = re.compile(r"(lib[\w.+-]*?)-[0-9a-f]{8}\.so.*")
"""A library that auditwheel copied into a wheel: its name, and eight digits of its hash."""


def _asks_for(facts: WheelFacts, names: frozenset[str]) -> bool:
    """Whether some file of the wheel that was read asks for one of these libraries."""
    return any(names.intersection(file.outside) for file in facts.files)


def _what_image(image: ImageLibraries | None) -> str:
    if image is None:
        return "the target names no image whose libraries are known"
    why = f"what else {image.title} has is not known"
    return why if image.family else f"{why}, and nothing can be installed in it"


def _union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))
