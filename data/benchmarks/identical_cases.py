"""What `identical.py` asks: the command lines, and the inputs that they read."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from running import ROOT

__all__ = ["Case", "cases", "copy_inputs"]

PYTHONS = ("cp310", "cp311", "cp312", "cp313t", "cp314", "cp315")
PLATFORMS = ("manylinux_2_17", "manylinux_2_28", "manylinux_2_39", "musllinux_1_1", "musllinux_1_2")
TAGS = tuple(
    f"{python}-{platform}_{arch}"
    for python in PYTHONS
    for platform in PLATFORMS
    for arch in ("x86_64", "aarch64")
)
IMAGES = (
    "python:3.8-slim",
    "python:3.8-alpine3.11",
    "python:3.9-slim-buster",
    "python:3.10-alpine3.18",
    "python:3.11-slim-bookworm@linux/arm64",
    "python:3.12-alpine",
    "python:3.12-slim@linux/ppc64le",
    "python:3.13-slim",
    "python:3.13-alpine@linux/arm/v7",
    "python:3.14-alpine@linux/arm64",
    "python:3.15-slim",
    "pypy:3.11-slim-trixie",
    "alpine:3.21",
    "debian:12",
    "ubuntu:22.04",
    "ubuntu:24.04@linux/s390x",
    "fedora:43",
    "amazonlinux:2023",
    "public.ecr.aws/lambda/python:3.12",
    "ghcr.io/astral-sh/uv:python3.12-bookworm-slim",
)
FORMATS = ("json", "text", "markdown", "html", "sarif")
BOTH = ("json", "text")
OFFLINE = ("web", "story", "requirements")
TAGS_ALONE = ("big",)
ALL_FORMATS = ("web", "science", "story-2020")
"""Requirement files with more cases, or fewer: all of it would take twice as long."""
EXPLAINED = (
    ("scikit-learn", "python:3.12-alpine"),
    ("numpy==1.24.2", "python:3.13-slim@linux/arm64"),
    ("psycopg2-binary", "cp312-musllinux_1_2_aarch64"),
    ("lightgbm", "python:3.12-alpine"),
    ("torch", "python:3.12-slim"),
    ("pygame", "pypy:3.11-slim"),
)
STORY_DAY = ("--exclude-newer", "2023-04-14")
REAL_NAMES = {"sci": "scikit-learn", "easy": "six", "old": "numpy==1.19.5"}
"""The tests' made-up packages, and what the frozen index has in their place."""


@dataclass(frozen=True, slots=True)
class Case:
    """One command line; `name` is that of its recorded answers, one for each of `formats`.

    `offline` says whether it is repeated from the filled cache alone.
    """

    name: str
    arguments: tuple[str, ...]
    formats: tuple[str, ...] = ("json",)
    offline: bool = False


def copy_inputs(folder: Path) -> None:
    """Copy all inputs into a folder, so that later states of the repository read the same."""
    shutil.copytree(ROOT / "data" / "requirements", folder / "requirements")
    story = ROOT / "data" / "stories" / "alpine-2023"
    (folder / "story").mkdir()
    for path in (*story.glob("*.Dockerfile"), story / "requirements.txt"):
        shutil.copy(path, folder / "story")
    for path in sorted(ROOT.glob("tests/**/locks/*/*")):
        if path.is_file():
            (folder / "locks" / path.parent.name).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / "locks" / path.parent.name)
    for i, text in enumerate(_dockerfiles_of_the_tests()):
        context = folder / "dockerfiles" / f"{i:03}"
        context.mkdir(parents=True)
        (context / "Dockerfile").write_text(text, encoding="utf-8")
        shutil.copy(story / "requirements.txt", context)


def _dockerfiles_of_the_tests() -> list[str]:
    """Every text in the tests' code that is a Dockerfile with a step, each once."""
    found: dict[str, None] = {}
    for path in sorted(ROOT.glob("tests/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
                if re.match(r"\s*(ARG .*\n)?FROM \S+", text) and "\nRUN " in text:
                    for name, real in REAL_NAMES.items():
                        text = re.sub(rf"\b{name}\b(?!-)", real, text)
                    found[text] = None
    return list(found)


def cases(inputs: Path) -> Iterator[Case]:
    """Every command line on the copied inputs; paths are relative to `inputs`."""
    requirements = [*sorted((inputs / "requirements").glob("*.txt"))]
    requirements.append(inputs / "requirements" / "nested" / "requirements.txt")
    for path in requirements:
        name = "-".join(path.relative_to(inputs / "requirements").parts)
        file = str(path.relative_to(inputs))
        yield Case(f"tags/{name}", (file, *_on(TAGS)), offline=path.stem in OFFLINE)
        if path.stem not in TAGS_ALONE:
            formats = FORMATS if path.stem in ALL_FORMATS else ("json",)
            yield Case(f"images/{name}", (file, *_on(IMAGES)), formats)
    story = "story/requirements.txt"
    images = _on(("python:3.8-slim", "python:3.8-alpine"))
    yield Case("story", (story, *images, *STORY_DAY, "--builds"), FORMATS, offline=True)
    yield Case("default-matrix", ("requirements/web.txt",), FORMATS)
    yield from _dockerfiles(inputs)
    for path in sorted((inputs / "locks").glob("*/*lock*")):
        arguments = (str(path.relative_to(inputs)), *_on(IMAGES[5:7]))
        yield Case(f"locks/{path.parent.name}", arguments, BOTH)
    for requirement, target in EXPLAINED:
        name = f"explain/{re.sub(r'[^a-z0-9]+', '-', requirement)}"
        yield Case(name, ("explain", requirement, "--target", target), BOTH)
    of_file = ("explain", "scipy", "requirements/science.txt", *_on(IMAGES[5:6]))
    yield Case("explain/of-a-file", of_file, BOTH)
    on_that_day = ("explain", "pandas==2.0.0", *_on(("python:3.8-alpine",)), *STORY_DAY)
    yield Case("explain/on-a-day", on_that_day, BOTH)
    for old, new in (("story-2020", "story"), ("science", "web"), ("pinned-2021", "web")):
        files = (f"requirements/{old}.txt", f"requirements/{new}.txt")
        yield Case(f"diff/{old}-{new}", ("diff", *files, *_on(IMAGES[5:9])), BOTH)


def _dockerfiles(inputs: Path) -> Iterator[Case]:
    for path in sorted((inputs / "story").glob("*.Dockerfile")):
        name = f"dockerfiles/{path.stem}"
        yield Case(name, (str(path.relative_to(inputs)), *STORY_DAY), FORMATS)
    for path in sorted((inputs / "dockerfiles").glob("*/Dockerfile")):
        name = f"dockerfiles/{path.parent.name}"
        number = int(path.parent.name)
        formats = FORMATS if number % 8 == 0 else BOTH if number % 4 == 0 else ("json",)
        yield Case(name, (str(path.relative_to(inputs)),), formats)


def _on(targets: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for target in targets for word in ("--target", target))
