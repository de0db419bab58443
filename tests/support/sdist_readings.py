"""Readings of sdists, made without an index or from a fake one."""

from fake_index import FakeIndex

from wheelcheck.builds.sdist_reading import SdistArchive, SdistReading
from wheelcheck.builds.setup_script.script_context import BuildSite
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Sdist

__all__ = ["unread"]


def unread(sdist: Sdist) -> SdistReading:
    """The reading of an sdist that no index has."""
    missing = Unknown("not-read", "the test has no archive of it")
    return SdistReading(BuildSite(), missing, SdistArchive(FakeIndex({}), sdist))
