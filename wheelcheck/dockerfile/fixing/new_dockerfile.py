"""The Dockerfile that builds it right, ready to paste."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from wheelcheck.builds.needs.system_packages import InstallCommands
from wheelcheck.distributions.distribution import Distribution, distribution_of
from wheelcheck.dockerfile.fixing.run_mounts import run_lines
from wheelcheck.dockerfile.fixing.stage_split import install_line
from wheelcheck.errors import Unknown
from wheelcheck.targets import Implementation, Libc, Target

__all__ = ["PipInputs", "emit_dockerfile"]

_PLAIN = re.compile(r"\w[\w.+@/-]*|\.")
_CONSTRAINTS = "/build-constraints.txt"
_WRITTEN = "/requirements.txt"
_SYNTAX = "# syntax=docker/dockerfile:1"
_CACHE_MOUNT = "--mount=type=cache,target=/root/.cache/pip"
_FOLDER = "/tmp/requirements"  # noqa: S108 (of the image, for the time of one RUN)
_CONTEXT = ("WORKDIR /src", "COPY . .")
"""What brings projects, and all that their builds may read, to where pip finds them."""
_BIND = f"--mount=type=bind,source={{0}},target={_FOLDER}/{{0}}"


@dataclass(frozen=True, slots=True)
class PipInputs:
    """What pip is to install. `files` and `constraints` are paths in the build context.

    `included` are files that those name in their turn; `packages` are requirements; `options` are
    words for the pip that chooses, not for the pip that installs what was built. `no_binary` says
    that one of them or a file demands source builds: pip would pass over the wheels made of them.
    `written` is the text of a requirement file that the Dockerfile itself brings, for inputs that
    pip does not read; `locked` says that it lists all that is required. `projects` are folders
    of projects among what is required, as paths in the build context.
    """

    files: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    included: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    no_binary: bool = False
    written: str = ""
    locked: bool = False
    projects: tuple[str, ...] = ()

    @property
    def copied(self) -> tuple[str, ...]:
        """The lines that bring the written requirements, and projects, into the image."""
        written = _heredoc(self.written, _WRITTEN) if self.written else ()
        return (*written, *(_CONTEXT if self.projects else ()))

    @property
    def paths(self) -> tuple[str, ...]:
        """All files and folders that pip reads, each once."""
        files = (*self.constraints, *self.files, *self.included, *self.projects)
        return tuple(dict.fromkeys(files))

    @property
    def mounts(self) -> tuple[str, ...]:
        """Bind mounts that keep the files' places to each other, so that they find one another."""
        return () if self.projects else tuple(_BIND.format(path) for path in self.paths)

    @property
    def arguments(self) -> str:
        """The words behind pip install that say what."""
        words = ["--no-deps"] if self.locked else []
        words += [f"-r {_WRITTEN}"] if self.written else []
        for flag, paths in (("-c", self.constraints), ("-r", self.files)):
            words += [f"{flag} {path if self.projects else f'{_FOLDER}/{path}'}" for path in paths]
        words += [shlex.quote(package) for package in self.packages]
        return " ".join(words)

    @property
    def choice(self) -> str:
        """The same, and how pip is to choose."""
        return " ".join([*map(shlex.quote, self.options), self.arguments])


def emit_dockerfile(
    target: Target,
    inputs: PipInputs,
    commands: InstallCommands | None = None,
    *,
    build_constraints: str = "",
    image: str = "",
    run_packages: Sequence[str] = (),
) -> str | Unknown:
    """Write a Dockerfile that installs requirements on a target's image.

    With `commands` (of `builds.outlook.commands_for`) wheels are built in a stage of their own
    with a cache mount, and bind-mounted from there: the image keeps the run-time libraries alone.
    Without any, one stage installs wheels. `build_constraints` is the text of a constraint file
    for build environments (`Outlook.constraints`). `image` replaces the target's own.
    `run_packages` are system packages that wheels need to load.

    `Unknown` where the target has no image with pip that could be named, or where a path leads
    out of the build context.
    """
    base = image or _image(target)
    if isinstance(base, Unknown):
        return base
    for path in inputs.paths:
        if not _PLAIN.fullmatch(path) or ".." in path.split("/"):
            return Unknown("unusual-path", f"{path!r} cannot be mounted from the build context")
    distribution = distribution_of(target)
    if commands is None:
        return "\n".join([_SYNTAX, *_wheel_stage(base, distribution, inputs, run_packages), ""])
    if isinstance(distribution, Unknown):
        return distribution
    more = (name for name in run_packages if name not in commands.run_packages)
    commands = replace(commands, run_packages=(*commands.run_packages, *more))
    constrained = _constrained(target, build_constraints)
    stages = _stages(base, distribution, commands, inputs, constrained)
    return "\n".join([_SYNTAX, *stages, ""])


def _wheel_stage(
    base: str, distribution: Distribution | Unknown, inputs: PipInputs, packages: Sequence[str]
) -> list[str]:
    """A stage that installs wheels, and the system packages that they need to load."""
    lines = [f"FROM {base}", *inputs.copied]
    if packages and not isinstance(distribution, Unknown):
        lines.append(f"RUN {install_line(packages, distribution)}")
    return lines + run_lines([_CACHE_MOUNT, *inputs.mounts], f"pip install {inputs.choice}")


def _constrained(target: Target, text: str) -> tuple[list[str], str]:
    """The lines that write a constraint file for builds, and the variables before pip."""
    if not text.strip():
        return [], ""
    variables = target.installer.constraint_variables
    setting = "".join(f"{name}={_CONSTRAINTS} " for name in variables)
    return _heredoc(text, _CONSTRAINTS), setting


def _heredoc(text: str, path: str) -> list[str]:
    """The lines that write a file into the image."""
    end = "EOF"
    while end in text.split("\n"):
        end += "F"
    return [f"COPY <<'{end}' {path}", text.strip("\n"), end]


def _stages(
    base: str,
    distribution: Distribution,
    commands: InstallCommands,
    inputs: PipInputs,
    constrained: tuple[list[str], str],
) -> list[str]:
    lines = [f"FROM {base} AS wheels"]
    if commands.build_packages:
        lines.append(f"RUN {install_line(commands.build_packages, distribution)}")
    lines += [*constrained[0], *inputs.copied]
    lines += run_lines(
        [_CACHE_MOUNT, *inputs.mounts],
        f"{constrained[1]}pip wheel --wheel-dir /wheels {inputs.choice}",
    )
    lines += ["", f"FROM {base}"]
    if commands.run_packages:
        lines.append(f"RUN {install_line(commands.run_packages, distribution)}")
    lines += () if inputs.locked or inputs.projects else inputs.copied
    what, mounts = f"--find-links /wheels {inputs.arguments}", inputs.mounts
    if (
        inputs.no_binary or inputs.locked or inputs.projects
    ):  # a hash is that of the file, not of what is built of it
        what, mounts = "--no-deps /wheels/*.whl", ()
    lines += run_lines(
        ["--mount=type=bind,from=wheels,source=/wheels,target=/wheels", *mounts],
        f"pip install --no-cache-dir --no-index {what}",
    )
    return lines


def _image(target: Target) -> str | Unknown:
    """The target's image, or the official one of its Python and libc."""
    if target.image is not None:
        distribution = distribution_of(target)
        if isinstance(distribution, Distribution) and not distribution.has_python_headers:
            return Unknown(
                "no-pip", f"{target.name} brings no pip; choose an image of Python's own"
            )
        return target.name.partition("@linux/")[0]
    if target.libc is None:
        return Unknown("no-image", f"{target.name} is no Linux: a Dockerfile has an image of Linux")
    if target.implementation is not Implementation.CPYTHON or target.free_threaded:
        return Unknown("no-image", f"no official image is known for {target.name}")
    kind = "alpine" if target.libc is Libc.MUSL else "slim"
    return "python:{}.{}-{}".format(*target.python, kind)
