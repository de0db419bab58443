"""When a reader of archives may stop, and who is handed on what it passes."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Passing", "Until", "whatever_it_says"]


class Until:
    """Says when a reader may stop: behind the pyproject.toml of the root that is `enough`.

    `text` is that file then, and None as long as there is a reason to read on. `place` is handed
    what `passed` is when the file has come: the bytes of a compressed archive so far.
    """

    may_stop = True
    """Whether it is worth asking for less than the whole archive."""

    def __init__(
        self, enough: Callable[[str], bool], place: Callable[[int], object] = lambda _: None
    ) -> None:
        self._enough = enough
        self._place = place
        self.passed = 0
        self.text: str | None = None

    def __call__(self, path: str, text: str) -> bool:
        """Whether nothing behind this member is wanted."""
        if path.endswith("/pyproject.toml") and path.count("/") == 1:
            self._place(self.passed)
            if self._enough(text):
                self.text = text
        return self.text is not None


class Passing(Until):
    """Hands on the pyproject.toml of the root as soon as it is read, and stops no reader."""

    may_stop = False

    def __init__(
        self, hand_on: Callable[[str], object], place: Callable[[int], object] = lambda _: None
    ) -> None:
        def read_on(text: str) -> bool:
            hand_on(text)
            return False

        super().__init__(read_on, place)


def whatever_it_says(_: str) -> bool:
    """Any pyproject.toml is `enough`. Here, so that a fetcher need not import who asks."""
    return True
