"""What an import of one wheel needs because it imports modules of another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.analysis.loads.judged_wheels import Judged
from wheelcheck.index.interface import Wheel
from wheelcheck.loading.known_modules import known_modules
from wheelcheck.loading.python_code.wheel_modules import WheelModules
from wheelcheck.loading.verdict.loads import Loads, LoadStatus
from wheelcheck.loading.wheel_facts import ModuleNeeds, WheelFacts, WheelFileKind, closure
from wheelcheck.targets.target import Libc

__all__ = ["ModulesOfOthers", "imported_of", "requirers_of"]


class ModulesOfOthers(Struct, frozen=True):
    """Those modules of one wheel that need more than an import of the wheel itself."""

    project: NormalizedName
    modules: Mapping[str, ModuleNeeds]

    @classmethod
    def of(
        cls, wheel: Wheel, facts: WheelFacts | Loads, loads: Loads, libc: Libc
    ) -> ModulesOfOthers:
        """By the table, else by the extension modules that were read, where some lack something."""
        found = {each.module: each for each in known_modules(wheel.name, wheel.version, libc)}
        if not found and loads.status is LoadStatus.SOME_FILES_NEED:
            found = dict(_extensions(facts)) if isinstance(facts, WheelFacts) else {}
        return cls(wheel.name, found)


def _extensions(facts: WheelFacts) -> Iterator[tuple[str, ModuleNeeds]]:
    """What the extension modules of a wheel need, with the libraries in it that they need."""
    files = {file.path: file for file in facts.files if not file.unread}
    modules = [path for path, file in files.items() if file.kind is WheelFileKind.EXTENSION]
    for name, path in WheelModules.of(modules).extensions.items():
        needs = dict.fromkeys(n for file in closure([path], files) for n in file.outside)
        yield name, ModuleNeeds(name, tuple(needs))


def imported_of(asks: Iterable[str], others: ModulesOfOthers) -> tuple[ModuleNeeds, ...]:
    """Those of the modules that are imported: by their own names, or with one below them."""
    wanted = {name for ask in asks for name in _with_parents(ask)}
    return tuple(needs for name, needs in others.modules.items() if name in wanted)


def _with_parents(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]


def requirers_of(name: NormalizedName, judged: Judged) -> set[NormalizedName]:
    """The packages that require a package, straight or through others."""
    found: set[NormalizedName] = set()
    waiting = [name]
    while waiting:
        pin, _ = judged[waiting.pop()]
        sources = (re.match(r"[\w.-]+", demand.source) for demand in pin.demands)
        new = ({canonicalize_name(match[0]) for match in sources if match} & judged.keys()) - found
        found |= new
        waiting += new
    return found - {name}
