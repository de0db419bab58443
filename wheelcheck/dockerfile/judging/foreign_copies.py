"""What another stage built, copied to where it cannot run: another libc, Python, CPU, or no Python.

A virtual environment has no interpreter, but a link to that of its stage (PEP 405).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from wheelcheck.dockerfile.judging.finding import Finding, finding
from wheelcheck.dockerfile.reading.dockerfile_model import (
    CopiedFolder,
    Dockerfile,
    MadeFolder,
    Stage,
)
from wheelcheck.errors import Unknown
from wheelcheck.targets import Target

__all__ = ["foreign_copies", "is_foreign"]

_INTERPRETER = re.compile(r"/bin/(?:python|pypy)[\d.*]*$")
_LINKS = re.compile(r"\bln\s|\bsymlink|\bupdate-alternatives\b")
_COPIES = re.compile(r"--(?:copies|always-copy)\b")
_KINDS = {"wheels": "wheels", "venv": "a virtual environment"}


def foreign_copies(dockerfile: Dockerfile, stage: Stage, pure: frozenset[int]) -> Iterator[Finding]:
    """What a stage copies from others, or mounts, and cannot use.

    `pure` are the stages in which all that is installed runs on any Python, libc and CPU.
    """
    for copied in stage.copies:
        made = copied.made
        if made is None or _brings_python(stage, copied):
            continue
        code, why = _misfit(dockerfile, stage, made, pure)
        if not why and made.kind == "venv":
            origin = dockerfile.stages[made.stage]
            code, why = "other-python", _dangling(dockerfile, origin, stage, copied)
        if why:
            yield _unusable(code, copied.line, stage, made.kind, copied.source, why)
    for step in stage.steps:
        for wheels in step.wheels if step.only_ready_wheels else ():
            made = wheels.made
            code, why = _misfit(dockerfile, stage, made, pure) if wheels.mounted else ("", "")
            if why:
                source = dockerfile.stages[made.stage].title
                yield _unusable(code, step.line, stage, made.kind, source, why)


def is_foreign(dockerfile: Dockerfile, origin: Stage, stage: Stage) -> bool:
    """Whether all that a stage copies of what another one installs is of no use there."""
    copies = [
        each for each in stage.copies if each.made is not None and each.made.stage == origin.index
    ]
    return bool(copies) and all(
        each.made is not None
        and not _brings_python(stage, each)
        and _misfit(dockerfile, stage, each.made, frozenset())[1]
        for each in copies
    )


def _unusable(code: str, line: int, stage: Stage, kind: str, source: str, why: str) -> Finding:
    what = _KINDS.get(kind, "packages")
    message = f"{what} of {source} cannot be used here: {why}"
    if code == "other-libc":
        message += "; base both on images with the same libc"
    return finding(code, line, stage.title, message)


def _misfit(
    dockerfile: Dockerfile, stage: Stage, made: MadeFolder, pure: frozenset[int]
) -> tuple[str, str]:
    """The code of the first difference between what a folder is for and a stage, and all of them.

    Both are "" where it fits, or where that is not known.
    """
    origin, here = dockerfile.stages[made.stage], stage.target
    if isinstance(here, Unknown) or (made.kind != "venv" and made.stage in pure):
        return "", ""  # any Python runs what is pure, from a folder that it looks into
    links = made.stage in pure and not any(
        _COPIES.search(each.text) for each in origin.instructions
    )
    found = [
        ("", "") if isinstance(there, Unknown) else _difference(there, here, python_only=links)
        for there in _made_for(origin, made)
    ]
    return found[0] if all(why for _, why in found) else ("", "")


def _made_for(origin: Stage, made: MadeFolder) -> list[Target | Unknown]:
    """Where what is in a folder runs: what its commands ask for (``--platform``), or its stage."""
    unread = {
        part.line: part.why
        for part in origin.unread
        if part.why.code == "unknown-variable" and "platform" in part.text
    }
    targets = [
        step.requested or unread.get(step.line) or step.target or origin.target
        for step in origin.steps
        if made.path in {step.folder, step.environment}
    ]
    return targets or [origin.target]


def _difference(there: Target, here: Target, *, python_only: bool) -> tuple[str, str]:
    """The code of the first difference between two targets, and all of them; "" for none.

    `python_only` is about a virtual environment with nothing but links and pure packages.
    """
    pythons = ["{}.{}".format(*target.python) for target in (there, here)]
    differ = {
        code: f"{name} {item} there and {other} here"
        for code, name, item, other in (
            ("other-libc", "libc is", there.libc, here.libc),
            ("other-python", "Python is", *pythons),
            ("other-cpu", "the CPU is", there.arch, here.arch),
        )
        if item != other and (code == "other-python" or not python_only)
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
