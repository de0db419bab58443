"""Run the notebooks without a network, and keep their outputs.

python notebooks/refresh.py            # all; or name some
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

HERE = Path(__file__).parent
NOTEBOOKS = sorted(HERE.glob("*.ipynb"))
SECONDS = 300
GUARD = '''"""Lets this process and its children reach no host but this one."""

import sys

LOOPBACK = {None, "", "localhost", "127.0.0.1", "::1"}


def guard(event, args):
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host not in LOOPBACK:
        raise OSError(f"notebooks run without a network: {host} was asked for")


sys.addaudithook(guard)
'''


def guarded_environment(folder: Path) -> dict[str, str]:
    """An environment for Python processes without a network and without the user's IPython."""
    folder.joinpath("sitecustomize.py").write_text(GUARD)
    path = os.pathsep.join([str(folder), str(HERE.parent)])
    return {**os.environ, "PYTHONPATH": path, "IPYTHONDIR": str(folder), "NO_COLOR": "1"}


def executed(path: Path) -> NotebookNode:
    """The notebook with new outputs; its file is left as it is. Raises where a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(HERE)}},
        record_timing=False,
    )
    with TemporaryDirectory() as folder:
        client.execute(env=guarded_environment(Path(folder)))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return notebook


def main() -> None:
    """Refresh the notebooks that are named, or all."""
    for path in map(Path, sys.argv[1:] or NOTEBOOKS):
        nbformat.write(executed(path), path)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
