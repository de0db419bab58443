"""``wheelcheck mcp``: a server of the Model Context Protocol over standard input and output."""

from __future__ import annotations

import os
import sys
import tempfile
from argparse import Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

from wheelcheck.cli.options.option_parser import PROGRAM
from wheelcheck.errors import UsageError
from wheelcheck.index import default_cache_dir
from wheelcheck.mcp_server.confinement import confine

__all__ = ["run"]

_FOR_PEOPLE = (
    "waiting for a client of the Model Context Protocol on standard input; write in its "
    'configuration {"command": "wheelcheck", "args": ["mcp", "--root", "FOLDER"]}'
)


def run(args: Namespace) -> int:
    """Answer until standard input ends. Raises `UsageError` where the SDK is not installed."""
    root = Path(args.root).resolve()
    if not root.is_dir():
        raise UsageError(f"--root {args.root}: there is no such folder")
    try:
        from wheelcheck.mcp_server.server import serve
        from wheelcheck.mcp_server.tools import Workplace
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"mcp", "mcp_types", "anyio"}:
            raise
        raise UsageError("mcp needs the SDK: pip install 'wheelcheck[mcp]'") from None
    cache = None
    if not args.no_cache:
        cache = Path(args.cache_dir) if args.cache_dir else default_cache_dir(os.environ)
        cache = cache.absolute()
    if sys.stdin.isatty():
        sys.stderr.write(f"{PROGRAM}: {_FOR_PEOPLE}\n")
    os.chdir(root)  # inputs are named, and shown, relative to it
    index = {
        "index_url": args.index_url,
        "extra_index_urls": args.extra_index_url,
        "cache_dir": cache,
        "offline": args.offline,
    }
    with TemporaryDirectory(prefix="wheelcheck-mcp-") as folder:
        tempfile.tempdir = folder
        confine(root, cache)
        serve(Workplace(root, index))
    return 0
