"""How much of an archive is read before it is refused; all limits in one place.

They lie far above every honest distribution on the public index and far below what would harm the
machine: the largest sdists there are some hundred megabytes and some ten thousand members.
"""

from __future__ import annotations

__all__ = [
    "MAX_COMPRESSED_BYTES",
    "MAX_DIRECTORY_BYTES",
    "MAX_EXPANSION",
    "MAX_MEMBERS",
    "MAX_PATH",
    "MAX_TEXTS_BYTES",
    "MAX_TEXT_BYTES",
    "MAX_UNPACKED_BYTES",
    "ArchiveRefused",
]

MAX_COMPRESSED_BYTES = 512 << 20
"""Of an archive that must be downloaded whole."""
MAX_UNPACKED_BYTES = 2 << 30
"""Of a tar archive, which can only be read from its beginning to its end."""
MAX_MEMBERS = 200_000
MAX_DIRECTORY_BYTES = 64 << 20
"""Of a zip archive's central directory."""
MAX_PATH = 4096
MAX_TEXT_BYTES = 4 << 20
"""Of one member that is wanted as text; a longer one is listed, its text is left out."""
MAX_TEXTS_BYTES = 32 << 20
"""Of all texts of one archive together."""
MAX_EXPANSION = 1032
"""Deflate cannot expand further (RFC 1951); a directory that claims more is lying."""


class ArchiveRefused(Exception):  # noqa: N818 (says what happened)
    """An archive that must not be trusted, with the reason as a sentence without its subject."""
