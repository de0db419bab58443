"""What ``docker build`` is given beside the Dockerfile: context, arguments, stage, platforms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

__all__ = ["BuildRequest"]


class BuildRequest(Struct, frozen=True):
    """One build of an image. `name` is what people call its file.

    `context` is None where none is given: then it is guessed. `build_args`, `stage` and
    `platforms` are those of ``--build-arg``, ``--target`` and ``--platform``.
    """

    dockerfile: Path
    name: str
    context: Path | None = None
    build_args: Mapping[str, str] = {}
    stage: str | None = None
    platforms: tuple[str, ...] = ()

    def changed(
        self,
        *,
        context: Path | None,
        build_args: Mapping[str, str],
        stage: str | None,
        platforms: tuple[str, ...],
    ) -> BuildRequest:
        """The same with what is said on the command line, which goes before the file's."""
        return replace(
            self,
            context=context if context is not None else self.context,
            build_args={**self.build_args, **build_args},
            stage=stage if stage is not None else self.stage,
            platforms=platforms or self.platforms,
        )
