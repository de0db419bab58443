"""The value that says why a source build may not come to an end."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

__all__ = ["BuildObstacle", "without_doubts"]


class BuildObstacle(Struct, frozen=True):
    """One reason for a source build to fail.

    `code` is stable, `message` a sentence for people, `source` the file, table or thread it was
    learned from. `fatal` says that the build fails for certain; else it is a warning.
    `needs_network` marks what fails only where the build cannot reach the network,
    `may_be_left_out` what is in code that the build may leave out.
    """

    code: str
    message: str
    source: str
    fatal: bool = False
    needs_network: bool = False
    may_be_left_out: bool = False

    def stops(self, *, closed_network: bool) -> bool:
        """Whether the build fails for certain, in a closed network or an open one."""
        return self.fatal or (closed_network and self.needs_network)


def without_doubts(obstacles: Collection[BuildObstacle]) -> tuple[BuildObstacle, ...]:
    """Obstacles but for warnings of a code by which the build fails for certain anyway."""
    certain = {obstacle.code for obstacle in obstacles if obstacle.fatal}
    return tuple(each for each in obstacles if each.fatal or each.code not in certain)
