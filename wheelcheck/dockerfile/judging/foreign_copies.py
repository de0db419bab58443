"""What another stage built, copied to where it cannot run: another libc, Python, CPU, or no Python.

A virtual environment has no interpreter, but a link to that of its stage (PEP 405).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from wheelcheck.dockerfile.judging.finding import Finding, finding
from wheelcheck.dockerfile.reading.dockerfile_model import CopiedFolder, Dockerfile, Stage
from wheelcheck.errors import Unknown
from wheelcheck.targets import Target

__all__ = ["foreign_copies"]

_INTERPRETER = re.compile(r"/bin/(?:python|pypy)[\d.*]*$")
_LINKS = re.compile(r"\bln\s|\bsymlink|\bupdate-alternatives\b")
_KINDS = {"wheels": "wheels", "venv": "a virtual environment"}


def foreign_copies(dockerfile: Dockerfile, stage: Stage, pure: frozenset[int]) -> Iterator[Finding]:
    """What a stage copies from others and cannot use.

    `pure` are the stages in which all that is installed runs on any Python, libc and CPU.
    """
    here = stage.target
    for copied in stage.copies:
        made = copied.made
        if made is None or isinstance(here, Unknown) or _brings_python(stage, copied):
            continue
        if made.kind != "venv" and made.stage in pure:
            continue  # any Python runs it, from a folder that it looks into
        origin = dockerfile.stages[made.stage]
        if isinstance(origin.target, Unknown):
            continue
        code, why = _difference(origin.target, here)
        if not why and made.kind == "venv":
            code, why = "other-python", _dangling(dockerfile, origin, stage, copied)
        if why:
            what = _KINDS.get(made.kind, "packages")
            message = f"{what} of {copied.source} cannot be used here: {why}"
            if code == "other-libc":
                message += "; base both on images with the same libc"
            yield finding(code, copied.line, stage.title, message)


def _difference(there: Target, here: Target) -> tuple[str, str]:
    """The code of the first difference between two targets, and all of them; "" for none."""
    pythons = ["{}.{}".format(*target.python) for target in (there, here)]
    differ = {
        code: f"{name} {item} there and {other} here"
        for code, name, item, other in (
            ("other-libc", "libc is", there.libc, here.libc),
            ("other-python", "Python is", *pythons),
            ("other-cpu", "the CPU is", there.arch, here.arch),
        )
        if item != other
    }
    return next(iter(differ), ""), ", ".join(differ.values())


def _brings_python(stage: Stage, copied: CopiedFolder) -> bool:
    """Whether the interpreter comes along from the same stage, as with all of /usr/local."""
    return any(
        path.rstrip("/") in {"", "/usr", "/usr/local", "/usr/local/bin"}
        or _INTERPRETER.search(path) is not None
        for other in stage.copies
        if other.stage == copied.stage
        for path in other.paths
    )


def _dangling(dockerfile: Dockerfile, origin: Stage, stage: Stage, copied: CopiedFolder) -> str:
    """Why the image's program, an environment's own Python, leads nowhere; "" where it may not.

    Python is in /usr/local/bin of the official images, in /usr/bin of distroless.
    """
    there, here = _interpreter(origin), _interpreter(stage)
    linked = any(
        each.keyword == "RUN" and _LINKS.search(each.text)
        for other in dockerfile.stages
        for each in other.instructions
    )
    if not there or not here or there == here or linked or not _runs(stage, copied.destination):
        return ""
    return (
        f"its Python is a link into {posixpath.dirname(there)}, and this image has {here}; in "
        f"{copied.source} make {here} a link to Python, and the environment with {here} -m venv"
    )


def _interpreter(stage: Stage) -> str:
    """The path of an image's own Python, where it is known."""
    if isinstance(stage.target, Unknown) or stage.target.image is None or not stage.sure_image:
        return ""
    name, version = stage.target.image.name, "{}.{}".format(*stage.target.python)
    if name.startswith("python:"):
        return f"/usr/local/bin/python{version}"
    return f"/usr/bin/python{version}" if name.startswith("gcr.io/distroless/python3") else ""


def _runs(stage: Stage, folder: str) -> bool:
    """Whether the image's program is in a folder."""
    programs = [each for each in stage.instructions if each.keyword in {"CMD", "ENTRYPOINT"}]
    return any(f"{folder.rstrip('/')}/bin/" in each.text for each in programs)
