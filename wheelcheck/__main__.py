"""``python -m wheelcheck``, and the ``wheelcheck`` script."""

from __future__ import annotations

import gc
import io
import os
import sys


def run() -> None:
    """Run the command line and end the process with its exit code.

    It ends at once: threads that still wait for the network are not waited for, and values are not
    taken apart one by one. Nothing is lost: output files and the cache are written whole or not at
    all, and the streams are flushed here.
    """
    # a run makes a million values and keeps nearly all: to look through them for circles took a
    # third of its time, and still a tenth where each was looked at once
    gc.set_threshold(2_000_000, 50, 1000)
    # closed by who started this: nobody wants to read it
    sys.stdout = sys.stdout or io.TextIOWrapper(io.FileIO(os.devnull, "w"), encoding="utf-8")
    sys.stderr = sys.stderr or io.TextIOWrapper(io.FileIO(os.devnull, "w"), encoding="utf-8")
    # to look for plugins it reads the metadata of all that is installed; we use none
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from wheelcheck.cli import main

    code = main(own_process=True)
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except BrokenPipeError:  # a reader that has had enough is no error
        pass
    os._exit(code)


if __name__ == "__main__":
    run()
