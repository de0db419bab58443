"""What a CMake project copies to its build folder, to compile it there."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Sequence

from wheelcheck.builds.cmake.variables import sdist_path

__all__ = ["Copies"]

_ENDS = {"DESTINATION", "FILES_MATCHING", "PATTERN", "REGEX"}


class Copies:
    """Files and folders that ``file(COPY …)`` takes elsewhere: where they come from.

    Paths count from the sdist's root; the build folder's are those of its counterpart there.
    """

    def __init__(self) -> None:
        self._from: dict[str, list[str]] = {}

    def add(self, words: Sequence[str], folder: str) -> None:
        """What the words of one ``file(COPY a b DESTINATION c)`` copy, in a source folder."""
        if "DESTINATION" not in words[:-1]:
            return
        target = sdist_path(words[words.index("DESTINATION") + 1], folder)
        end = min(words.index(word) for word in _ENDS if word in words)
        for word in words[1:end]:
            source = sdist_path(word, folder)
            copy = posixpath.normpath(posixpath.join(target, posixpath.basename(source)))
            if copy != source:
                self._from.setdefault(copy, []).append(source)

    def originals(self, path: str) -> Iterator[str]:
        """What a path may be a copy of: its folders are looked up, too."""
        folder, rest = path, ""
        while folder:
            for source in self._from.get(folder, ()):
                yield posixpath.join(source, rest) if rest else source
            folder, _, last = folder.rpartition("/")
            rest = posixpath.join(last, rest) if rest else last

    def original(self, path: str, present: Collection[str]) -> str:
        """The path itself where it is `present`, else the first of its originals that is."""
        options = (path, *self.originals(path))
        return next((each for each in options if each in present), path)
