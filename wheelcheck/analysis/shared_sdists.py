"""What judges of a run share of sdists: a reader, made when there is one to read."""

from __future__ import annotations

from functools import cached_property

from wheelcheck.index.interface import Index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wheelcheck.builds.sdist_reader import SdistReader

__all__ = ["SharedSdists"]


class SharedSdists:
    """The reader of an index's sdists: what an sdist holds depends on nobody's requirements."""

    def __init__(self, index: Index) -> None:
        self._index = index

    @cached_property
    def reader(self) -> SdistReader:
        """Reads each sdist once for all judges that share this."""
        from wheelcheck.builds.sdist_reader import SdistReader  # much, and most runs read none
        from wheelcheck.costs.measured import measured_builds

        return SdistReader(self._index, lambda name: name in measured_builds())
