"""Targets and requirements for tests, in one line each."""

from packaging.requirements import Requirement

from wheelcheck.requirements.requirement_set import (
    FilePolicy,
    Origin,
    RequirementLine,
    Requirements,
)
from wheelcheck.targets import Architecture, Implementation, Libc, Target


def target(
    libc: str = "glibc",
    python: tuple[int, int] = (3, 12),
    arch: str = "x86_64",
    *,
    libc_version: tuple[int, int] | None = None,
    free_threaded: bool = False,
    name: str | None = None,
    micro: int = 7,
) -> Target:
    """A target; by default CPython 3.12.7 on glibc 2.36 or musl 1.2, x86_64."""
    version = libc_version or ((2, 36) if libc == "glibc" else (1, 2))
    short = "{}{}".format(*python)
    return Target(
        name=name or f"cp{short}{'t' * free_threaded}-{libc}-{arch}",
        implementation=Implementation.CPYTHON,
        python=python,
        python_full_version="{}.{}.{}".format(*python, micro),
        free_threaded=free_threaded,
        libc=Libc(libc),
        libc_version=version,
        arch=Architecture(arch),
    )


def requirements_of(
    *lines: str,
    constraints: tuple[str, ...] = (),
    hashes: dict[str, set[str]] | None = None,
    policy: FilePolicy | None = None,
) -> Requirements:
    """Requirements as if written one a line in `requirements.txt`."""

    def written(texts: tuple[str, ...], file: str) -> tuple[RequirementLine, ...]:
        return tuple(
            RequirementLine(
                Requirement(text),
                Origin(file, number),
                text,
                frozenset((hashes or {}).get(text, ())),
            )
            for number, text in enumerate(texts, start=1)
        )

    return Requirements(
        lines=written(lines, "requirements.txt"),
        constraints=written(constraints, "constraints.txt"),
        policy=policy or FilePolicy(),
    )
