"""What a run may fetch of wheels, and the reading of one of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from wheelcheck.index.interface import MemberReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wheelcheck.loading.elf import ElfNeeds

__all__ = ["BUDGET_SPENT", "Budget", "WheelReading"]

BUDGET_SPENT = "the budget did not reach for it"
_LARGEST_TEXT = 2 << 20
"""Bytes of a Python file that is read."""


@dataclass(slots=True)
class Budget:
    """Bytes that a run may fetch of the members of wheels; None is no limit.

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


@dataclass(slots=True)
class WheelReading:
    """One wheel that is being read: its members, and what was found in them by path."""

    wheel: MemberReader
    budget: Budget
    needs: dict[str, ElfNeeds] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    versions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Symbol versions that files need of which nothing else is known."""
    texts: dict[str, str] = field(default_factory=dict)
    _fetched: dict[str, int] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """Bytes that were read, as they lie in the archive."""
        return sum(self._fetched.values())

    def pay(self, path: str, packed: int, *, whole: bool = False) -> bool:
        """Spend what reading a member so far costs, beyond what was read of it before."""
        wanted = min(packed, self.wheel.sizes[path][1])
        more = wanted - self._fetched.get(path, 0)
        if more > 0:
            if not self.budget.take(more, whole=whole):
                return False
            self._fetched[path] = wanted
        return True

    def announce(self, beginnings: dict[str, int]) -> list[str]:
        """Fetch side by side the first bytes of members, those for which the budget reaches."""
        found = [path for path, packed in beginnings.items() if self.pay(path, packed)]
        self.wheel.announce({path: beginnings[path] for path in found})
        return found

    def beginning(self, path: str, packed: int) -> tuple[bytes, bool] | None:
        """The first bytes of a member; None where the budget does not reach for them."""
        return self.wheel.beginning(path, packed) if self.pay(path, packed) else None

    def whole(self, path: str) -> bytes | None:
        """A member; None where the budget does not reach for it."""
        packed = self.wheel.sizes[path][1]
        paid = self.pay(path, packed, whole=True)
        return self.wheel.beginning(path, packed)[0] if paid else None

    def text(self, path: str) -> str:
        """A Python file; "" where it is too large, or the budget does not reach for it."""
        if path not in self.texts:
            size, packed = self.wheel.sizes[path]
            found = self.beginning(path, packed) if size <= _LARGEST_TEXT else None
            self.texts[path] = found[0].decode("utf-8", "replace") if found else ""
        return self.texts[path]
