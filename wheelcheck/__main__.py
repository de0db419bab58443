"""``python -m wheelcheck``, and the ``wheelcheck`` script."""

from __future__ import annotations

import gc
import os
import signal
import sys

INTERRUPTED = 130


def run() -> None:
    """Run the command line and end the process with its exit code; ^C ends it at once."""
    signal.signal(signal.SIGINT, _leave)
    # a run makes hundreds of thousands of values and keeps nearly all: to look through them for
    # circles again and again took a third of its time
    gc.set_threshold(100_000, 50, 1000)
    from wheelcheck.cli import main

    code = main()
    gc.freeze()  # nor are they looked through once more at the end
    sys.exit(code)


def _leave(_signal: int, _frame: object) -> None:
    """End now, without waiting for threads that wait for the network.

    Nothing is lost: output files and the cache are written whole or not at all. A status line
    that may stand on the terminal is wiped.
    """
    if sys.stderr is not None and sys.stderr.isatty():
        os.write(sys.stderr.fileno(), b"\r\x1b[K")
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    run()
