"""Which files of a wheel an import loads, and what those lack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from wheelcheck.loading.tag_promise import suffix_of
from wheelcheck.loading.verdict.loading_trouble import Trouble
from wheelcheck.loading.wheel_facts import FileNeeds, WheelFacts, WheelFileKind, closure

__all__ = ["main_files", "main_troubles"]


def main_files(facts: WheelFacts) -> tuple[FileNeeds, ...]:
    """The files that an import of the wheel's modules loads, as far as that is known.

    Where the public modules load none by themselves: the extension modules, else the libraries,
    unless these are opened when they are first used.
    """
    files = {file.path: file for file in facts.files}
    reached = closure(facts.reached or chain.from_iterable(facts.below), files)
    if reached:
        return reached
    kind, own = _likeliest(facts.files)
    if kind is WheelFileKind.PROGRAM or _only_later(facts, kind):
        return ()
    return closure([file.path for file in own], files)


def main_troubles(
    facts: WheelFacts, files: Mapping[str, FileNeeds], found: Mapping[str, Trouble]
) -> list[Trouble]:
    """What the files that an import loads lack.

    Where the top-level packages load none by themselves, what half of the modules below them lack
    counts, or of the extension modules: else only some are concerned. Libraries that no import
    opens and programs that it does not start fail when they are first used.
    """
    reached = closure(_same_modules(facts.reached or (), files), files)
    if reached:
        return [found[file.path] for file in reached]
    if facts.below:
        return _of_half([closure(_same_modules(b, files), files) for b in facts.below], found)
    return _likely_troubles(facts, files, found)


def _likely_troubles(
    facts: WheelFacts, files: Mapping[str, FileNeeds], found: Mapping[str, Trouble]
) -> list[Trouble]:
    """What the likeliest files lack, where no import was seen to load any."""
    kind, own = _likeliest(files.values())
    if kind is WheelFileKind.PROGRAM:
        return [found[f.path] for f in own if found[f.path].needs]  # a tag that lies
    if _only_later(facts, kind):
        return []
    public = (file for file in own if not _is_private(facts, file))
    return _of_half([closure([file.path], files) for file in public], found)


def _of_half(loaded: Sequence[Sequence[FileNeeds]], found: Mapping[str, Trouble]) -> list[Trouble]:
    """What modules lack if at least half of them lack something; `loaded` are the files of each."""
    bad = [files for files in loaded if any(found[file.path].is_bad for file in files)]
    if len(bad) * 2 < len(loaded):
        return []
    return [found[file.path] for files in bad for file in files]


def _same_modules(paths: Iterable[str], files: Mapping[str, FileNeeds]) -> Iterator[str]:
    """The files of the modules that these files are of, whichever Python each is for."""
    modules = {suffix.module for path in paths if (suffix := suffix_of(path))}
    yield from paths
    for path in files:
        suffix = suffix_of(path)
        if suffix is not None and suffix.module in modules:
            yield path


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
