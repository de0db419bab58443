"""The frozen index of `data/index/`, replayed on loopback: `check` without a network."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))

from frozen import FrozenIndex
from replay import PUBLIC, Replay

__all__ = ["FrozenIndex", "start"]


def start() -> str:
    """Serve it from a thread until this process ends; the URL to give as `index_url`."""
    with ThreadPoolExecutor(1) as pool:  # a notebook's own thread runs an event loop already
        return pool.submit(Replay(manner=PUBLIC).start).result().url
