"""Readings of sdists, made without an index or from a fake one."""

from fake_index import FakeIndex

from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist_reading import SdistArchive, SdistReading
from wheelcheck.builds.setup_script.script_context import BuildSite
from wheelcheck.errors import Unknown
from wheelcheck.index.archives.sources.source_marks import is_marked
from wheelcheck.index.archives.sources.source_reading import read_marks
from wheelcheck.index.interface import ArchiveListing, ArchiveMember, Sdist

__all__ = ["contents_of", "unread"]

_READ = ("Makefile", "setup.cfg", ".py", ".txt", ".toml", ".build")


def contents_of(**files: str) -> SdistContents:
    """What is read of an sdist with these files; ``__`` in a name stands for a dot.

    The text of scripts and lists is there whole, that of sources as its marks.
    """
    named = {path.replace("__", "."): text for path, text in files.items()}
    members = tuple(
        ArchiveMember(
            f"x-1/{path}",
            len(text),
            None,
            read_marks(text.encode(), path) if is_marked(path) else None,
        )
        for path, text in named.items()
    )
    texts = {f"x-1/{path}": text for path, text in named.items() if path.endswith(_READ)}
    return SdistContents(ArchiveListing(members, texts))


def unread(sdist: Sdist) -> SdistReading:
    """The reading of an sdist that no index has."""
    missing = Unknown("not-read", "the test has no archive of it")
    return SdistReading(BuildSite(), missing, SdistArchive(FakeIndex({}), sdist))
