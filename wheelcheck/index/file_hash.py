"""The hash of a file, as a mapping that takes a quarter of the memory of a dictionary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

__all__ = ["FileHash", "held"]


class FileHash(Mapping[str, str]):
    """One algorithm with its hexadecimal digest: what indexes list of most files."""

    __slots__ = ("_algorithm", "_digest")

    def __init__(self, algorithm: str, digest: str) -> None:
        self._algorithm = algorithm
        self._digest = digest

    def __getitem__(self, algorithm: str) -> str:
        if algorithm != self._algorithm:
            raise KeyError(algorithm)
        return self._digest

    def __iter__(self) -> Iterator[str]:
        yield self._algorithm

    def __len__(self) -> int:
        return 1

    def __repr__(self) -> str:
        return repr(dict(self))


def held(hashes: dict[str, str]) -> Mapping[str, str]:
    """The same hashes, in the form in which they are held in memory."""
    if len(hashes) != 1:
        return hashes
    ((algorithm, digest),) = hashes.items()
    return FileHash(algorithm, digest)
