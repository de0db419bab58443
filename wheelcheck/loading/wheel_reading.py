"""What a run may fetch of wheels, and the reading of one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from wheelcheck.index.interface import MemberReader
from wheelcheck.loading.elf_versions import moved_versions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wheelcheck.loading.elf import ElfNeeds

__all__ = [
    "BUDGET_SPENT",
    "PAID_BYTES",
    "Budget",
    "RunBudget",
    "WantedBytes",
    "WheelReading",
    "first_bytes",
    "reading_steps",
]

BUDGET_SPENT = "the budget did not reach for it"
PAID_BYTES = 48 << 10
"""What the beginning of a member costs, or the whole of a shorter one, however few bytes of it are
read: how many files are looked at does not hang on how soon each of them tells."""
_FIRST_BYTES = 8 << 10
"""Of a deflated member; enough for the names of most extension modules, or to see them moved."""
_LARGEST_TEXT = 2 << 20
"""Bytes of a Python file that is read."""


def first_bytes(packed: int) -> int:
    """How much is read first of a member of so many bytes."""
    return packed if packed <= PAID_BYTES else _FIRST_BYTES  # a whole file says more


def reading_steps() -> Iterator[int]:
    """How much is read of a member, and how much of it where that did not tell."""
    step = _FIRST_BYTES
    while True:
        yield step
        step = max(PAID_BYTES, 4 * step)


class Budget(Struct):
    """Bytes of the members of a wheel that may be fetched; None is no limit.

    `reserve` of them are for the beginnings of files, which say most for their size: whole files
    may not use those up.
    """

    left: int | None
    reserve: int = 0

    def has(self, packed: int) -> bool:
        """Whether so many bytes are left for whole files."""
        return self.left is None or packed <= self.left - self.reserve

    def take(self, packed: int, *, whole: bool = False) -> bool:
        """Spend bytes, if they are there."""
        if self.left is None:
            return True
        if packed > self.left - (self.reserve if whole else 0):
            return False
        self.left -= packed
        return True


class WantedBytes(Struct, frozen=True):
    """What reading a wheel may fetch: beginnings of files, whole files at least and at most."""

    beginnings: int
    least: int
    most: int


class RunBudget(Struct):
    """What a run may fetch of wheels; None is no limit.

    Each wheel has its share before any is read, so that what is read does not hang on which of
    them comes first. What a wheel leaves of its share is for those that come later.
    """

    beginnings: int | None
    whole: int | None

    def share(self, wanted: Sequence[WantedBytes]) -> list[Budget]:
        """A budget for each wheel: what it wants at least, and an equal part of what is left."""
        if self.beginnings is None or self.whole is None:
            return [Budget(None) for _ in wanted]
        found = []
        for each in wanted:
            first, whole = min(each.beginnings, self.beginnings), min(each.least, self.whole)
            self.beginnings -= first
            self.whole -= whole
            found.append(Budget(first + whole, reserve=first))
        for place, (each, budget) in enumerate(zip(wanted, found, strict=True)):
            more = min(each.most - each.least, self.whole // (len(found) - place))
            self.whole -= more
            budget.left = (budget.left or 0) + more
        return found

    def take_back(self, budget: Budget) -> None:
        """Take what a wheel has not used."""
        if budget.left is None or self.beginnings is None or self.whole is None:
            return
        first = min(budget.left, budget.reserve)
        self.beginnings += first
        self.whole += budget.left - first
        budget.left = 0

    def has(self, packed: int) -> bool:
        """Whether so many bytes are left for whole files."""
        return self.whole is None or packed <= self.whole


class WheelReading(Struct):
    """One wheel that is being read: its members, and what was found in them by path."""

    wheel: MemberReader
    budget: Budget
    needs: dict[str, ElfNeeds] = {}
    unread: dict[str, str] = {}
    versions: dict[str, tuple[str, ...]] = {}
    """Symbol versions that files need of which nothing else is known."""
    texts: dict[str, str] = {}
    _paid: dict[str, int] = {}
    _fetched: dict[str, int] = {}

    @property
    def read(self) -> int:
        """Bytes that were read, as they lie in the archive."""
        return sum(self._fetched.values())

    def pay(self, path: str, packed: int, *, whole: bool = False) -> bool:
        """Spend what reading a member so far costs, beyond what was paid for it before."""
        wanted = min(max(packed, PAID_BYTES), self.wheel.sizes[path][1])
        more = wanted - self._paid.get(path, 0)
        if more > 0:
            if not self.budget.take(more, whole=whole):
                return False
            self._paid[path] = wanted
        return True

    def announce(self, beginnings: dict[str, int]) -> list[str]:
        """Fetch side by side the first bytes of members, those for which the budget reaches."""
        return self._fetch({p: size for p, size in beginnings.items() if self.pay(p, size)})

    def announce_whole(self, paths: Iterable[str]) -> None:
        """Fetch members side by side, those for which the budget reaches."""
        packed = {path: self.wheel.sizes[path][1] for path in paths}
        self._fetch({p: size for p, size in packed.items() if self.pay(p, size, whole=True)})

    def _fetch(self, beginnings: dict[str, int]) -> list[str]:
        """Fetch what is paid for."""
        self.wheel.announce(beginnings)
        for path, packed in beginnings.items():
            self._count(path, packed)
        return list(beginnings)

    def _count(self, path: str, packed: int) -> None:
        """Count what is fetched of a member; of what was fetched before only the rest is."""
        wanted = min(packed, self.wheel.sizes[path][1])
        self._fetched[path] = max(wanted, self._fetched.get(path, 0))

    def beginning(self, path: str, packed: int) -> tuple[bytes, bool] | None:
        """The first bytes of a member; None where the budget does not reach for them."""
        return self._read(path, packed) if self.pay(path, packed) else None

    def whole(self, path: str) -> bytes | None:
        """A member; None where the budget does not reach for it."""
        packed = self.wheel.sizes[path][1]
        return self._read(path, packed)[0] if self.pay(path, packed, whole=True) else None

    def _read(self, path: str, packed: int) -> tuple[bytes, bool]:
        """Read what is paid for."""
        self._count(path, packed)
        return self.wheel.beginning(path, packed)

    def find_versions(self, path: str, *, most: int) -> None:
        """Find the symbol versions that a file needs whose other names lie at its end."""
        for step in reading_steps():
            if step > PAID_BYTES and not self.pay(path, most):
                return
            beginning = self.beginning(path, min(step, most))
            found = moved_versions(beginning[0]) if beginning else None
            if found is not None:
                self.versions[path] = found
            if found is not None or step >= most:
                return

    def text(self, path: str) -> str:
        """A Python file; "" where it is too large, or the budget does not reach for it."""
        if path not in self.texts:
            size, packed = self.wheel.sizes[path]
            found = self.beginning(path, packed) if size <= _LARGEST_TEXT else None
            self.texts[path] = found[0].decode("utf-8-sig", "replace") if found else ""
        return self.texts[path]
