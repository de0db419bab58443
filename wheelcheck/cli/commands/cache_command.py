"""``wheelcheck cache info`` and ``wheelcheck cache clear``."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from wheelcheck.cli.writing import write
from wheelcheck.index import cache_info, clear_cache, default_cache_dir
from wheelcheck.index.cache.cache_folder import CacheInfo
from wheelcheck.reports.wording.phrases import counted

__all__ = ["run"]


def run(args: Namespace) -> None:
    """Do what was asked and tell it on standard output."""
    folder = Path(args.cache_dir) if args.cache_dir else default_cache_dir(os.environ)
    if args.action == "clear":
        gone = clear_cache(folder)
        files = sum(gone.entries.values())
        text = f"Removed {counted(files, 'file')}, {_megabytes(gone)}, from {folder}\n"
    else:
        text = _summary(cache_info(folder))
    write(text.encode("utf-8", "backslashreplace"), None)


def _summary(info: CacheInfo) -> str:
    counts = "".join(f"{kind:10}{number}\n" for kind, number in info.entries.items())
    return f"folder    {info.path}\n{counts}size      {_megabytes(info)}\n"


def _megabytes(info: CacheInfo) -> str:
    return f"{info.size / 1e6:.1f} MB"
