"""Does a wheel load? What its files ask for × what the image has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from msgspec import structs
from msgspec.structs import replace

from wheelcheck.loading.image_libraries import ImageLibraries, install_command
from wheelcheck.loading.tag_promise import UnfittingModules, suffix_of
from wheelcheck.loading.verdict.loading_trouble import (
    Trouble,
    file_trouble,
    module_trouble,
    opening_trouble,
)
from wheelcheck.loading.verdict.loads import Loads, LoadStatus
from wheelcheck.loading.verdict.main_files import main_troubles
from wheelcheck.loading.verdict.unread_files import doubt_from_unread
from wheelcheck.loading.wheel_facts import FileNeeds, ModuleNeeds, WheelFacts
from wheelcheck.targets.target import Target

__all__ = ["judge_loading", "with_built", "with_modules", "with_own_modules"]

_MAX_NAMED = 12


def judge_loading(
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
    facts = _without_foreign(facts, target)
    files = {file.path: file for file in _for_target(facts.files, target)}
    found = {path: file_trouble(file, target, image, brought, cpu) for path, file in files.items()}
    opened = _certain(_opened(facts.opened, facts, image, brought))
    fails = _of_an_import([*main_troubles(facts, files, found), *opened], image)
    if fails is not None:
        return fails
    doubt = _unnamed(facts, brought) or doubt_from_unread(facts, target, image)
    if doubt:
        return Loads(LoadStatus.NOT_CHECKED, reason=doubt)
    optional = [t for t in _opened(facts.optional, facts, image, brought) if not t.nowhere]
    return _of_later_use(found, optional, image)


def with_modules(
    loads: Loads,
    modules: Mapping[str, Sequence[ModuleNeeds]],
    image: ImageLibraries,
    brought: Mapping[str, tuple[str, ...]],
) -> Loads:
    """The verdict on a wheel whose import imports `modules` of other projects.

    Parameters:
        loads: The verdict on it by itself.
        modules: By project: those that need more than an import of the project.
        image: What is there.
        brought: The libraries in all wheels of the resolution.
    """
    if loads.status is LoadStatus.NO:
        return loads
    for project, needs in modules.items():
        for each in needs:
            found = _of_an_import([module_trouble(each, image, brought)], image)
            if found is None or not found.status.fails:
                continue
            why = f"{found.reason}: needed by {each.module} of {project}, which it imports"
            if loads.status is not LoadStatus.NEEDS:
                loads = structs.replace(found, reason=why, remarks=loads.remarks)
                continue
            missing = _union([loads.needs, found.needs])
            loads = structs.replace(_needs(LoadStatus.NEEDS, missing, image), remarks=loads.remarks)
    return loads


def with_own_modules(
    loads: Loads,
    modules: Iterable[ModuleNeeds],
    image: ImageLibraries,
    brought: Mapping[str, tuple[str, ...]],
) -> Loads:
    """The verdict on a wheel some of whose modules need more than an import of it does."""
    if loads.status is not LoadStatus.YES:
        return loads
    troubles = {each.module: module_trouble(each, image, brought) for each in modules}
    missing = _union(trouble.missing for trouble in troubles.values())
    names = [name for name, trouble in troubles.items() if trouble.missing]
    if not missing:
        return loads
    why = f"needed by {', '.join(names[:3])}, which an import of the package does not load"
    return structs.replace(
        _needs(LoadStatus.SOME_FILES_NEED, missing, image, why), remarks=loads.remarks
    )


def with_built(loads: Loads, built: Sequence[str], image: ImageLibraries) -> Loads:
    """The verdict on a wheel beside packages built from source, of which nobody knows the files.

    A library that no package of the distribution has may be theirs. They help nothing where it is
    there and too old, or where the wheel holds it in the wrong place.

    Parameters:
        loads: The verdict on the wheel by itself.
        built: The packages, by name.
        image: What is there.
    """
    missing = [name for name in loads.needs if not image.package_of(name)]
    if loads.status is not LoadStatus.NO or not missing or not built:
        return loads
    absent = _needs(LoadStatus.NEEDS, loads.needs, image)
    if not loads.reason.startswith(absent.reason):
        return loads
    rest = f" or {len(built) - 1} more" if len(built) > 1 else ""
    why = f"whether {built[0]}{rest} brings {missing[0]} is not known: it is built from source"
    return structs.replace(loads, status=LoadStatus.NOT_CHECKED, reason=why)


def _of_an_import(troubles: Sequence[Trouble], image: ImageLibraries | None) -> Loads | None:
    """The verdict where an import fails or may fail; None where nothing stops it."""
    never = next((trouble for trouble in troubles if trouble.never), None)
    if never is not None:
        return Loads(LoadStatus.NO, needs=never.needs, reason=never.never)
    missing = _union(trouble.missing for trouble in troubles)
    if missing:
        beside = _union(trouble.beside for trouble in troubles)
        return _needs(LoadStatus.NEEDS, missing, image, beside=beside)
    unknown = _union(trouble.unknown for trouble in troubles)
    if unknown:
        return Loads(LoadStatus.NOT_CHECKED, needs=unknown, reason=_what_image(image))
    return None


def _of_later_use(
    found: Mapping[str, Trouble], optional: Sequence[Trouble], image: ImageLibraries | None
) -> Loads:
    """The verdict where an import succeeds: other files may not load when they are used."""
    missing = _union(trouble.missing for trouble in (*found.values(), *optional))
    if missing:
        return _needs(LoadStatus.SOME_FILES_NEED, missing, image, _whose(found))
    never = next((trouble for trouble in found.values() if trouble.never), None)
    if never is not None:
        return Loads(LoadStatus.SOME_FILES_NEED, needs=never.needs, reason=never.never)
    return Loads(LoadStatus.YES)


def _unnamed(facts: WheelFacts, brought: Iterable[str]) -> str:
    """Why a library that an import opens is not known; "" where the wheels hold what it may be."""
    if not facts.opens_unnamed or any(map(_may_be_opened, (*facts.holds, *brought))):
        return ""
    return "its import opens a library whose name its code makes up"


def _may_be_opened(name: str) -> bool:
    """Whether code may open a file of a wheel: no extension module, no copy by auditwheel."""
    return not re.search(r"-[0-9a-f]{8}\.so|\.(?:cpython|pypy|abi3)[\w-]*\.so", name)


def _whose(found: Mapping[str, Trouble]) -> str:
    """Which files miss something, to be shown."""
    names = [path.rpartition("/")[2] for path, trouble in found.items() if trouble.missing]
    if not names:
        return "its code opens it when it is first used"
    more = len(names) - 1
    others = f" and {more} other{'s' if more > 1 else ''}" if more else ""
    return f"needed by {names[0]}{others}, which an import does not load"


def _without_foreign(facts: WheelFacts, target: Target) -> WheelFacts:
    """The facts without the libraries that are in the wheel for other machines alone."""
    foreign = {f.name for f in facts.files if f.machine and f.machine != target.arch}
    foreign -= {f.name for f in facts.files if not f.machine or f.machine == target.arch}
    if not foreign:
        return facts
    return replace(facts, holds=tuple(name for name in facts.holds if name not in foreign))


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


def _opened(
    groups: Iterable[tuple[str, ...]],
    facts: WheelFacts,
    image: ImageLibraries | None,
    brought: Mapping[str, tuple[str, ...]],
) -> list[Trouble]:
    return [opening_trouble(names, facts, image, brought) for names in groups]


def _certain(opened: list[Trouble]) -> list[Trouble]:
    """Without libraries that no package has, where packages bring others: these are tried first."""
    if any(trouble.missing and not trouble.nowhere for trouble in opened):
        return [trouble for trouble in opened if not trouble.nowhere]
    return opened


def _of_nobody(name: str, image: ImageLibraries) -> str:
    return f"no package of {image.title} has {name}: its vendor does, or a build of your own"


def _needs(
    status: LoadStatus,
    missing: tuple[str, ...],
    image: ImageLibraries | None,
    why: str = "",
    beside: tuple[str, ...] = (),
) -> Loads:
    """Which packages bring what is missing; `no` where nothing does and that is known."""
    if image is None:
        return Loads(status, needs=missing)
    packages = {name: image.package_of(name) for name in missing}
    reason = f"{image.title} has no {', '.join(missing[:_MAX_NAMED])}" + (f": {why}" if why else "")
    if status is LoadStatus.NEEDS:
        never = _never(packages, reason, image)
        if never:
            return Loads(LoadStatus.NO, missing, (), never)
    found = image.without_implied(tuple(dict.fromkeys([*filter(None, packages.values()), *beside])))
    command = install_command(image.family, found) if image.family and found else ""
    return Loads(status, missing, found, reason, command)


def _never(packages: Mapping[str, str | None], reason: str, image: ImageLibraries) -> str:
    """Why what is missing cannot be installed in an image; "" where it can, as far as is known."""
    lost = next((name for name, package in packages.items() if package is None), None)
    if lost is not None and image.knows_packages:
        return _of_nobody(lost, image)
    return f"{reason}, and nothing can be installed in it" if image.family is None else ""


def _what_image(image: ImageLibraries | None) -> str:
    if image is None:
        return "the target names no image whose libraries are known"
    why = f"what else {image.title} has is not known"
    return why if image.family else f"{why}, and nothing can be installed in it"


def _union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))
