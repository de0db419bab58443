"""How large an image gets: the base, what is installed, and what a build leaves behind.

Bytes are counted as `docker images` does: the sizes of the files of every layer, uncompressed;
what a later layer deletes still counts. **Single-stage** means one Dockerfile stage in which build
packages are installed, sdists are built, and nothing is removed; **multi-stage** that only the
installed packages, and the system's libraries that they need to run, reach the last stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from wheelcheck.costs.image_parts.base_image import base_image
from wheelcheck.costs.image_parts.built_sizes import BuiltFiles
from wheelcheck.costs.image_parts.installed_files import (
    InstalledFiles,
    PythonSources,
    byte_code,
    pip_byte_code,
)
from wheelcheck.costs.image_parts.system_sizes import SystemInstallation, installed_size
from wheelcheck.costs.quantity import Quantity, largest, total
from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Wheel
from wheelcheck.targets.target import Target

__all__ = ["ImageBreakdown", "ImageContents", "ImageOptions", "ImagePart", "image_size"]


@dataclass(frozen=True, slots=True)
class ImageContents:
    """What goes into an image.

    `wheels` come with what `installed_files` makes of their listings. `built` are the packages
    built from source, those that could not be judged included as the `Unknown` that says why.
    `build_packages` and `run_packages` are names of the distribution's packages; `sdist_bytes` the
    sdists' archives.
    """

    wheels: Sequence[tuple[Wheel, InstalledFiles | Unknown]] = ()
    built: Sequence[BuiltFiles | Unknown] = ()
    build_packages: Sequence[str] = ()
    run_packages: Sequence[str] = ()
    sdist_bytes: int = 0


_NOTHING = Quantity.exact(0)


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """What the Dockerfile does besides.

    `pip_cache`: without ``--no-cache-dir``, downloads and built wheels stay in the single stage.
    `wheels_layer`: the builder stage makes wheels, which are copied to the last one (a layer that
    stays) and installed there by pip. `package_lists`: ``/var/lib/apt/lists`` is not removed, as
    the plain commands of `install_commands` leave it. `installed` is what its own commands leave
    in the image, `unsized` what else they put there, whose size nobody knows; `present` is there
    while sdists are built. `pythons` are the bytes of fresh environments, and of interpreters that
    are copied. `compiles` says that the installer writes byte-code, as uv does not unless asked;
    `by_pip` that pip runs.
    """

    pip_cache: bool = False
    wheels_layer: bool = False
    package_lists: bool = True
    installed: tuple[SystemInstallation, ...] = ()
    unsized: tuple[str, ...] = ()
    present: tuple[SystemInstallation, ...] = ()
    pythons: Quantity = _NOTHING
    compiles: bool = True
    by_pip: bool = True


@dataclass(frozen=True, slots=True)
class ImagePart:
    """One share of an image, and the kinds of image that have it.

    `unsized` names system packages of unknown size, which `size` does not have in it.
    """

    name: str
    size: Quantity | Unknown
    single_stage: bool = True
    multi_stage: bool = True
    unsized: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageBreakdown:
    """Bytes of an image built in one stage and in several, with the parts that make them up.

    Where a part's size is unknown, so is the sum. `single_stage_added` and `multi_stage_added` are
    without the base image, whose size not every catalogue row tells.
    """

    parts: tuple[ImagePart, ...]

    @property
    def unsized(self) -> tuple[str, ...]:
        """System packages of unknown size, which no number has in it."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.unsized))

    @property
    def single_stage(self) -> Quantity | Unknown:
        """Everything that is in the image of one stage."""
        return _sum(part for part in self.parts if part.single_stage)

    @property
    def multi_stage(self) -> Quantity | Unknown:
        """Everything that is in the last of several stages."""
        return _sum(part for part in self.parts if part.multi_stage)

    @property
    def single_stage_added(self) -> Quantity | Unknown:
        """As `single_stage`, without the base image."""
        return _sum(part for part in self.parts if part.single_stage and part.name != BASE)

    @property
    def multi_stage_added(self) -> Quantity | Unknown:
        """As `multi_stage`, without the base image."""
        return _sum(part for part in self.parts if part.multi_stage and part.name != BASE)

    def as_single_stage(self) -> ImageBreakdown:
        """The parts of an image of one stage alone."""
        return replace(self, parts=tuple(part for part in self.parts if part.single_stage))

    def of_file(self) -> ImageBreakdown:
        """The parts alone that do not come from what Python's installer does."""
        return replace(self, parts=tuple(part for part in self.parts if part.name in _OF_FILE))

    def as_multi_stage(self, base: Quantity | Unknown) -> ImageBreakdown:
        """The parts of an image of several stages alone, the last of which is on `base` bytes."""
        first = [ImagePart(BASE, base)] if isinstance(base, Unknown) or base.value else []
        arrives = (part for part in self.parts if part.multi_stage and part.name != BASE)
        return replace(self, parts=(*first, *arrives))

    def on_top_of(self, earlier: Iterable[ImagePart]) -> ImageBreakdown:
        """The image where `earlier` parts are in it already; of those in `_ONCE` one is there."""
        groups: dict[tuple[str, bool, bool], list[ImagePart]] = {}
        for part in (*self.parts, *earlier):
            key = (part.name, part.single_stage, part.multi_stage)
            groups.setdefault(key, []).append(part)
        return replace(self, parts=tuple(map(_together, groups.values())))


BASE = "base image"
_INSTALLED, _LISTS, _PYTHONS = "system packages of RUN", "package lists", "pip and Python beside"
_OF_FILE = frozenset({_INSTALLED, _LISTS, _PYTHONS})
"""Parts that a Dockerfile's own commands put there."""
_ONCE = _OF_FILE | frozenset(
    {"byte-code of pip itself", "system libraries to run"}
    | {"system packages", "system packages to build"}
)
"""Parts that several installations have in common: the largest of them counts."""


def _together(parts: Sequence[ImagePart]) -> ImagePart:
    sizes = []
    for part in parts:
        if isinstance(part.size, Unknown):
            return part
        sizes.append(part.size)
    once = parts[0].name in _ONCE
    size = largest(sizes) if once else total(sizes)
    unsized = dict.fromkeys(name for part in parts for name in part.unsized)
    return replace(parts[0], size=size, unsized=tuple(unsized))


def _sum(parts: Iterable[ImagePart]) -> Quantity | Unknown:
    sizes = []
    for part in parts:
        if isinstance(part.size, Unknown):
            return Unknown(part.size.code, f"{part.name}: {part.size}")
        sizes.append(part.size)
    return total(sizes)


def image_size(
    target: Target,
    contents: ImageContents,
    distribution: Distribution | Unknown,
    options: ImageOptions | None = None,
    *,
    base: Quantity | Unknown | None = None,
) -> ImageBreakdown:
    """How large an image with these contents gets on a target.

    `base` replaces the catalogue's size of the base image. Nothing raises: what is not known is
    an `Unknown` in its part, with the code that its cause has.
    """
    options = options or ImageOptions()
    base = base_image(target) if base is None else base
    packages = _system_parts(contents, distribution, options)
    parts = (ImagePart(BASE, base), *_python_parts(target, contents, options), *packages)
    return ImageBreakdown(
        tuple(
            part
            for part in parts
            if isinstance(part.size, Unknown) or part.size.value or part.unsized
        )
    )


# What pip puts there

_UNLISTED = Quantity(3.6, 2.4, 5.6, "modelled", "the size of its archive")
"""Installed bytes, byte-code included, ÷ bytes of the wheel file, data/installs."""


def _python_parts(
    target: Target, contents: ImageContents, options: ImageOptions
) -> Iterable[ImagePart]:
    listed = [files for _, files in contents.wheels if isinstance(files, InstalledFiles)]
    built = [package for package in contents.built if isinstance(package, BuiltFiles)]
    missing = next((package for package in contents.built if isinstance(package, Unknown)), None)
    yield ImagePart("wheels", _unpacked(listed))
    yield ImagePart("wheels that could not be listed", _unlisted(contents.wheels))
    yield ImagePart("packages built from source", missing or _files(built))
    if options.compiles:
        yield ImagePart("byte-code", byte_code(_sources(listed, built), target))
    if options.by_pip and (contents.wheels or contents.built):
        # pip runs in the last of several stages only if it installs copied wheels there
        own = pip_byte_code(target)
        yield ImagePart("byte-code of pip itself", own, multi_stage=options.wheels_layer)
    yield ImagePart(_PYTHONS, options.pythons)
    archives = missing or _archives(contents, built)
    yield from _copies_of_archives(archives, contents, options)


def _sources(listed: Iterable[InstalledFiles], built: Iterable[BuiltFiles]) -> list[PythonSources]:
    return [*(wheel.sources for wheel in listed), *(package.sources for package in built)]


def _unpacked(wheels: Iterable[InstalledFiles]) -> Quantity:
    unpacked = sum(wheel.files for wheel in wheels)
    return Quantity.exact(unpacked, "the archives' directories")


def _files(built: Iterable[BuiltFiles]) -> Quantity:
    return total([package.files for package in built])


def _archives(contents: ImageContents, built: Iterable[BuiltFiles]) -> Quantity:
    """All wheels as archives: those that are downloaded, and those that are built."""
    downloads = sum(wheel.size or 0 for wheel, _ in contents.wheels)
    return total([Quantity.exact(downloads), *(package.archive for package in built)])


def _copies_of_archives(
    archives: Quantity | Unknown, contents: ImageContents, options: ImageOptions
) -> Iterable[ImagePart]:
    """Wheels that stay in the image beside what they unpack to."""
    if options.wheels_layer:
        yield ImagePart("wheels copied as a layer", archives, single_stage=False)
    if options.pip_cache:
        cache = archives
        if isinstance(cache, Quantity):
            cache = total([cache, Quantity.exact(contents.sdist_bytes)])
        yield ImagePart("pip's cache", cache, multi_stage=False)


def _unlisted(wheels: Iterable[tuple[Wheel, InstalledFiles | Unknown]]) -> Quantity | Unknown:
    sizes = []
    for wheel, files in wheels:
        if isinstance(files, Unknown):
            if wheel.size is None:
                return files
            sizes.append(_UNLISTED.times(wheel.size))
    return total(sizes)


# What the distribution's package manager puts there

_LISTS_SIZE = Quantity(19.6e6, 12e6, 22e6, "measured", "after apt-get update on Debian 12, LZ4")


def _system_parts(
    contents: ImageContents, distribution: Distribution | Unknown, options: ImageOptions
) -> Iterator[ImagePart]:
    run, build = tuple(contents.run_packages), tuple(contents.build_packages)
    if isinstance(distribution, Unknown):
        names = (name for each in options.installed for name in each.names)
        yield ImagePart(_INSTALLED, _NOTHING, unsized=(*names, *options.unsized))
        if run or build:
            yield ImagePart("system packages", distribution)
        return
    own = installed_size(options.installed, distribution)
    yield ImagePart(_INSTALLED, own.size, unsized=(*own.unsized, *options.unsized))
    size, unsized = _beyond(options.installed, run, distribution)
    yield ImagePart("system libraries to run", size, unsized=unsized)
    there = (*options.present, SystemInstallation(run))
    size, unsized = _beyond(there, build, distribution)
    yield ImagePart("system packages to build", size, multi_stage=False, unsized=unsized)
    used = bool(run or build or options.installed)
    if used and options.package_lists and distribution.family is Family.APT:
        yield ImagePart(_LISTS, _LISTS_SIZE, multi_stage=bool(run or options.installed))


def _beyond(
    there: tuple[SystemInstallation, ...], names: tuple[str, ...], distribution: Distribution
) -> tuple[Quantity, tuple[str, ...]]:
    """What packages add to those that are there, and those of them whose size is not known."""
    before = installed_size(there, distribution)
    after = installed_size((*there, SystemInstallation(names)), distribution)
    share = 1 - before.size.value / after.size.value if after.size.value else 0.0
    unsized = tuple(name for name in after.unsized if name not in before.unsized)
    return after.size.times(share), unsized
