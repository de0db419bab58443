"""Which file is it? Its hashes, and the names in the cache that follow from them."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit, urlunsplit

from packaging.version import Version

from wheelcheck.index.cache.disk import cache_key
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.index.network.urls import local_path, split_credentials
from wheelcheck.regular_files import is_regular

__all__ = ["file_key", "is_identified", "is_metadata_of", "shared_metadata"]

_STRONG = ("sha512", "sha384", "sha256", "sha224")


def is_identified(file: Wheel | Sdist) -> bool:
    """Whether the file is identified by more than a URL that somebody wrote down.

    What an index lists is not replaced: its own installers' caches rely on that, too.
    """
    listed = file.origin != file.url
    identified = file.size is not None or any(name in file.hashes for name in _STRONG)
    return listed or identified or local_path(file.url) is not None


def is_metadata_of(file: Wheel, body: bytes) -> bool:
    """Whether metadata served beside a wheel are those whose hash the index lists."""
    for algorithm in _STRONG:
        if algorithm in file.metadata_hashes:
            digest = hashlib.new(algorithm, body).hexdigest()
            return digest == file.metadata_hashes[algorithm].lower()
    return True


def shared_metadata(file: Wheel | Sdist) -> tuple[str, Version, str] | None:
    """What is equal for wheels of a release whose metadata are the same, byte for byte.

    The index lists the hash of the metadata it serves beside a wheel (PEP 658), and what is served
    is compared with it: so one request answers for all wheels of a release that share the hash.
    """
    if not file.has_metadata or isinstance(file, Sdist):
        return None
    digests = (file.metadata_hashes[name] for name in _STRONG if name in file.metadata_hashes)
    digest = next(digests, None)
    return None if digest is None else (file.name, file.version, digest.lower())


def file_key(file: Wheel | Sdist) -> str:
    """A file's name in the cache: where it lies, and its strongest hash or else its size."""
    parts = urlsplit(split_credentials(file.url)[0])
    place = urlunsplit(parts._replace(query="", fragment=""))
    digest = next((file.hashes[name] for name in _STRONG if name in file.hashes), None)
    path = local_path(file.url)
    if path is not None and is_regular(path):
        return cache_key(place, str(path.stat().st_mtime_ns), str(path.stat().st_size))
    return cache_key(place, digest or str(file.size))
