"""What an sdist holds, its paths counting from its root."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from wheelcheck.builds.sdist.source_files import (
    SourceCount,
    count_sources,
    folders_of,
    generated_c,
)
from wheelcheck.index.archives.build_texts import build_texts
from wheelcheck.index.archives.sources.mark_kinds import EXTERN, marked
from wheelcheck.index.archives.sources.source_marks import SourceMarks
from wheelcheck.index.interface import ArchiveListing

__all__ = ["SdistContents"]


def _length_of_top(paths: Sequence[str]) -> int:
    """Characters of the one folder that all paths begin with, its slash included."""
    folder, slash, _ = paths[0].partition("/") if paths else ("", "", "")
    top = folder + slash if slash else ""
    return len(top) if all(path.startswith(top) for path in paths) else 0


class SdistContents:
    """An sdist's files and texts, and what follows from them on any site, worked out once.

    Paths count from the sdist's one top directory. `sizes` are the bytes of all files, in the
    archive's order. `marks` are what its sources and headers show.
    `texts` are those of its build files (`build_texts`, and scripts that ``cffi_modules`` names),
    `modules` all texts that were read.
    `holds_links`: it has links as well, which are not among the files.
    """

    def __init__(self, listing: ArchiveListing) -> None:
        whole = [member.path.removeprefix("./") for member in listing.members]
        cut = _length_of_top(whole)
        paths = [path[cut:] for path in whole]
        members = listing.members
        self.sizes: Mapping[str, int] = {
            path: member.size for path, member in zip(paths, members, strict=True)
        }
        self.modules: Mapping[str, str] = {
            path.removeprefix("./")[cut:]: text for path, text in listing.texts.items()
        }
        setup = self.modules.get("setup.py", "")
        named = setup if "cffi_modules" in setup else ""
        self.texts: Mapping[str, str] = {
            path: text
            for (path, text), whole_path in zip(self.modules.items(), listing.texts, strict=True)
            if build_texts(whole_path) or f"{path}:" in named
        }
        self.marks: Mapping[str, SourceMarks] = {
            path: member.marks
            for path, member in zip(paths, members, strict=True)
            if member.marks is not None
        }
        self.holds_links = listing.holds_links
        self._lines = {
            path: member.lines
            for path, member in zip(paths, members, strict=True)
            if member.lines is not None
        }

    @cached_property
    def paths(self) -> frozenset[str]:
        """All its files."""
        return frozenset(self.sizes)

    @cached_property
    def file_names(self) -> frozenset[str]:
        """The names of all its files, without their folders."""
        return frozenset(path.rpartition("/")[2] for path in self.sizes)

    @cached_property
    def directories(self) -> frozenset[str]:
        """The folders that hold its files, and those that hold these."""
        return folders_of(self.sizes)

    @cached_property
    def directory_names(self) -> frozenset[str]:
        """The names of all these folders, without those that hold them."""
        return frozenset(path.rpartition("/")[2] for path in self.directories)

    def certain_includes(self, path: str) -> Iterator[str]:
        """What a file includes in every build; of Cython's sources what the C of them will."""
        marks = self.marks.get(path)
        if marks is not None:
            yield from marks.certain_includes
            yield from marked(marks.old_cython, EXTERN)

    @cached_property
    def marked_by_name(self) -> Mapping[str, Sequence[str]]:
        """The paths of its sources and headers, by the names of the files."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.marks:
            found[path.rpartition("/")[2]].append(path)
        return dict(found)

    @cached_property
    def sources(self) -> tuple[SourceCount, ...]:
        """Its sources by language, most bytes first."""
        return count_sources(self.sizes, self._lines)

    @cached_property
    def generated_c(self) -> tuple[str, ...]:
        """Its C and C++ files that stand beside what they were generated from."""
        return generated_c(self.sizes)
