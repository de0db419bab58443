# ruff: noqa: ANN001, ANN201, BLE001, SIM105 (runs on Python 3.6)
"""Run pip many times in one environment: loaded once, then forked for each command.

Reads lines of JSON on standard input, each with `arguments`, `folder` and `output`; writes the exit
code of each to standard output. Runs on every Python from 3.6, with every pip from 9.0.1.
"""

import importlib
import json
import os
import runpy
import sys

LOADED = (
    "pip",
    "pip._internal.cli.main",
    "pip._internal.commands.download",
    "pip._internal.commands.install",
    "pip._internal.network.download",
    "pip._internal.operations.prepare",
    "pip._internal.req.constructors",
    "pip._internal.resolution.legacy.resolver",
    "pip._internal.resolution.resolvelib.resolver",
    "pip._internal.resolution.resolvelib.factory",
    "pip._internal.index.package_finder",
    "pip._vendor.requests",
    "pip._vendor.cachecontrol",
    "pip._vendor.html5lib",
    "pip._vendor.pkg_resources",
    "pip._vendor.rich.console",
    "html.parser",
    "tarfile",
    "zipfile",
)


def run(job):
    """What the forked process does: pip's command, as the command line would run it."""
    os.chdir(job["folder"])
    output = os.open(job["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ["HOME"] = job["folder"]
    sys.argv = ["pip"] + job["arguments"]
    code = 0
    try:
        runpy.run_module("pip", run_name="__main__", alter_sys=True)
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
    except BaseException:  # what pip itself lets through is an answer too
        import traceback

        traceback.print_exc()
        code = 99
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main():
    """Fork for each line until there are no more."""
    for name in LOADED:
        try:
            importlib.import_module(name)
        except Exception:  # not every pip has every module
            pass
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            run(json.loads(line))
        _, status = os.waitpid(process, 0)
        print(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 98, flush=True)


if __name__ == "__main__":
    main()
