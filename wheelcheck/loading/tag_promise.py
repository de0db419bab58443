"""Does a wheel hold what its tag says? Names of its extension modules, and Python symbols in them.

Sources: PEP 425 (tags), PEP 3149 (``.cpython-312-x86_64-linux-gnu.so``), PEP 384 and PEP 652
(stable ABI), PEP 703 (free-threaded builds import no ``.abi3.so``); `stable_abi.csv` for symbols.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from msgspec import Struct

from wheelcheck.loading.python_symbols import python_symbol
from wheelcheck.loading.wheel_facts import FileNeeds, WheelFileKind
from wheelcheck.targets.target import Implementation, Libc, Target

__all__ = [
    "FileSuffix",
    "UnfittingModules",
    "suffix_of",
    "symbol_too_new",
    "tag_remarks",
    "unfitting_modules",
]

_SUFFIX = re.compile(
    r"(?P<module>.+?)\.(?:(?P<name>cpython|pypy)-?(?P<version>\d{2,3})(?P<flags>[a-z]*)"
    r"(?P<rest>-[\w-]+)?|(?P<stable>abi3t?))\.so"
)
_MUSL_NAMED = (3, 11)
"""The first CPython that names musl in file names (CPython issue 43112); older say ``gnu``."""
_Version = tuple[int, int]


class FileSuffix(Struct, frozen=True):
    """What the name of an extension module says of the Python that imports it.

    `python` is None for the stable ABI; `flags` are those of PEP 3149 (``t`` free-threaded, ``d``
    debug). `machine` is ``x86_64-linux-gnu`` or the like, "" where the name has none.
    """

    module: str
    implementation: str
    python: _Version | None
    flags: str
    machine: str

    def fits(self, target: Target) -> bool:
        """Whether the Python of a target looks for such a file."""
        if self.implementation != target.implementation.value:
            return False
        if self.python is None:
            return self.flags == "t" or not target.free_threaded
        flags = self.flags.replace("m", "")  # pymalloc: of every build up to 3.7
        if self.python != target.python or flags != ("t" if target.free_threaded else ""):
            return False
        return self._fits_machine(target)

    def _fits_machine(self, target: Target) -> bool:
        cpu, _, libc = self.machine.partition("-linux-")
        known = {"x86_64", "aarch64"}
        if cpu in known and target.arch.value in known and cpu != target.arch.value:
            return False
        if libc.startswith("musl"):
            return target.libc is Libc.MUSL
        return not (libc == "gnu" and target.libc is Libc.MUSL and target.python >= _MUSL_NAMED)

    @property
    def title(self) -> str:
        """Which Python imports it: ``CPython 3.12``, ``free-threaded CPython 3.13``."""
        if self.python is None:
            return "CPython (stable ABI)"
        name = {"cpython": "CPython", "pypy": "PyPy"}[self.implementation]
        kind = "free-threaded " if "t" in self.flags else "debug " if "d" in self.flags else ""
        where = f" on {self.machine}" if self.machine else ""
        return "{}{} {}.{}{}".format(kind, name, *self.python, where)


@cache
def suffix_of(path: str) -> FileSuffix | None:
    """What the name of an extension module says; None for a plain ``x.so``, which always fits."""
    match = _SUFFIX.fullmatch(path)
    if match is None:
        return None
    module = match["module"]
    if match["stable"]:
        return FileSuffix(module, "cpython", None, match["stable"].removeprefix("abi3"), "")
    digits = match["version"]
    machine = (match["rest"] or "").lstrip("-")
    if match["name"] == "pypy":
        machine = re.sub(r"^pp\d+-", "", machine)
    return FileSuffix(
        module, match["name"], (int(digits[0]), int(digits[1:])), match["flags"], machine
    )


class UnfittingModules(Struct, frozen=True):
    """A file of each extension module of a wheel that has none for the Python of a target.

    `total` counts all extension modules whose names say for which Python they are.
    """

    files: tuple[str, ...] = ()
    total: int = 0

    @property
    def is_most(self) -> bool:
        """Whether at least half of the modules have no file that fits."""
        return bool(self.files) and len(self.files) * 2 >= self.total

    def holds(self, path: str) -> bool:
        """Whether the module of a file is among them."""
        suffix = suffix_of(path)
        own = suffix.module if suffix else path
        return any((each := suffix_of(name)) and each.module == own for name in self.files)

    def why(self, target: Target) -> str:
        """Why these modules cannot be imported."""
        names = [path.rpartition("/")[2] for path in self.files]
        suffix = suffix_of(self.files[0])
        kind = "free-threaded " if target.free_threaded else ""
        return "{} for {} alone, this is {}{} {}.{}{}".format(
            _some(names, "is", "are"),
            suffix.title if suffix else "another Python",
            kind,
            target.implementation.title,
            *target.python,
            f" with {target.libc}" if target.libc else "",
        )


def unfitting_modules(paths: Iterable[str], target: Target) -> UnfittingModules:
    """The extension modules of a wheel with these members that the Python of a target lacks."""
    variants = _variants(paths)
    lost = [
        names[0]
        for names in variants.values()
        if not any((suffix := suffix_of(path)) is None or suffix.fits(target) for path in names)
    ]
    return UnfittingModules(tuple(lost), len(variants))


def symbol_too_new(file: FileNeeds, target: Target) -> str:
    """Why a CPython lacks a symbol that an extension module uses; "" where it has all.

    Python loads extension modules with all their symbols bound at once. Only files for the stable
    ABI are looked at: the others are built for the Python that loads them.
    """
    suffix = suffix_of(file.path)
    if suffix is None or suffix.python or target.implementation is not Implementation.CPYTHON:
        return ""
    for name in file.python:
        symbol = python_symbol(name)
        if symbol is not None and symbol.exported_since > target.python:
            return "{} uses {}, which CPython has since {}.{}".format(
                file.name, name, *symbol.exported_since
            )
        if symbol is not None and symbol.exported_until and symbol.exported_until < target.python:
            return "{} uses {}, which CPython had until {}.{}".format(
                file.name, name, *symbol.exported_until
            )
    return ""


_OF_MANY_PYTHONS = frozenset({"abi3", "abi3t", "none"})


def tag_remarks(tag: str, paths: Iterable[str], files: Iterable[FileNeeds]) -> Iterator[str]:
    """In what a wheel differs from its tag, whichever the target.

    Parameters:
        tag: Its compressed tag set, ``cp38-abi3-manylinux_2_17_x86_64``.
        paths: Its members.
        files: What its ELF files ask for, as far as they were read.
    """
    pythons, _, rest = tag.partition("-")
    abis = rest.partition("-")[0].split(".")
    promise = f"the tag {pythons}-{'.'.join(abis)}"
    yield from _misnamed(pythons.split("."), abis, _variants(paths), promise)
    extensions = [file for file in files if file.kind is WheelFileKind.EXTENSION and file.python]
    if "abi3" in abis:
        floor = min(map(_version_of, pythons.split(".")))
        yield from _beyond_stable(extensions, floor, promise)
    elif abis == ["none"] and all(each.startswith("py") for each in pythons.split(".")):
        found = [file for file in extensions if _serves_any(file.path)]
        if found:
            what = _some([file.name for file in found], "uses", "use")
            yield f"{what} the API of CPython ({found[0].python[0]}); {promise} says any Python"


def _misnamed(
    pythons: list[str], abis: list[str], variants: Mapping[str, list[str]], promise: str
) -> Iterator[str]:
    """Extension modules whose files are all for another ABI than the tag's."""
    found = []
    for names in variants.values():
        suffixes = [suffix for path in names if (suffix := suffix_of(path)) is not None]
        is_known = len(suffixes) == len(names) and all(each.python for each in suffixes)
        if is_known and _are_of_others(suffixes, pythons, abis):
            found.append((names[0], suffixes[0]))
    if found:
        names = [path.rpartition("/")[2] for path, _ in found]
        yield f"{_some(names, 'is', 'are')} for {found[0][1].title} alone; {promise} says otherwise"


def _are_of_others(suffixes: list[FileSuffix], pythons: list[str], abis: list[str]) -> bool:
    """Whether the files of one module are all for other Pythons than the tag's."""
    if not _OF_MANY_PYTHONS.isdisjoint(abis):
        return len(suffixes) == 1
    return not any(_is_tagged(each, pythons, abis) for each in suffixes)


def _is_tagged(suffix: FileSuffix, pythons: list[str], abis: list[str]) -> bool:
    """Whether a tag with its own ABI means the Python of a file's name."""
    if suffix.python is None:
        return True
    number = "{}{}".format(*suffix.python)
    if suffix.implementation == "pypy":
        return f"pp{number}" in pythons
    bare = {abi.replace("m", "").replace("u", "") for abi in abis}
    return f"cp{number}{suffix.flags.replace('m', '')}" in bare


def _beyond_stable(files: list[FileNeeds], floor: _Version, promise: str) -> Iterator[str]:
    """Symbols that the stable ABI has later than the tag says, or never."""
    newest: dict[str, _Version] = {}
    private: dict[str, str] = {}
    users: dict[str, str] = {}
    for file in files:
        suffix = suffix_of(file.path)
        if suffix is not None and suffix.python is not None:
            continue  # for a Python of its own
        for name in file.python:
            symbol = python_symbol(name)
            if symbol is None:
                continue
            users.setdefault(name, file.name)
            if symbol.stable_since is None:
                private[name] = file.name
            elif symbol.stable_since > floor:
                newest[name] = symbol.stable_since
    if newest:
        name = max(newest, key=lambda each: (newest[each], each))
        yield "{} uses {}, stable since CPython {}.{}; {} says {}.{}".format(
            users[name], name, *newest[name], promise, *floor
        )
    if private:
        name, user = next(iter(private.items()))
        more = f" and {len(private) - 1} more" if len(private) > 1 else ""
        yield f"{user} uses {name}{more}, not in the stable ABI; {promise} promises no other"


def _variants(paths: Iterable[str]) -> dict[str, list[str]]:
    """The files of each extension module whose name says for which Python it is."""
    found: dict[str, list[str]] = {}
    plain = set()
    for path in paths:
        suffix = suffix_of(path)
        if suffix is not None:
            found.setdefault(suffix.module, []).append(path)
        elif path.endswith(".so"):
            plain.add(path)
    for module, names in found.items():
        if f"{module}.so" in plain:
            names.append(f"{module}.so")
    return found


def _serves_any(path: str) -> bool:
    suffix = suffix_of(path)
    return suffix is None or suffix.python is None


def _version_of(interpreter: str) -> _Version:
    """The version of a Python tag; 3.2, the first with a stable ABI, for ``cp3`` and ``py3``."""
    digits = interpreter.lstrip("abcdefghijklmnopqrstuvwxyz")
    return (int(digits[0]), int(digits[1:])) if digits[1:].isdigit() else (3, 2)


def _some(names: list[str], verb: str, plural: str) -> str:
    """``a.so is``, ``a.so and 3 more are``."""
    if len(names) == 1:
        return f"{names[0]} {verb}"
    return f"{names[0]} and {len(names) - 1} more {plural}"
