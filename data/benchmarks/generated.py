"""A made-up index of any size, replayed like the frozen one, to see how time and memory grow.

    python data/benchmarks/generated.py --projects 1000 [--latency 0.03]

Every project has 20 versions. Two of five come as platform wheels, for CPython 3.10 to 3.14 on
glibc, musl, macOS and Windows, and one of these lacks musl; the others are pure. Project 0 leads to
all others, by up to four requirements each: a tree of two branches, and two links across it. The
sdists are built by setuptools, which the index has as well.
"""

from __future__ import annotations

import argparse
import sys
import threading
from dataclasses import replace
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests" / "support"))

from frozen import FrozenRelease, Project, SdistFacts
from replay import PUBLIC, Replay

VERSIONS = 20
UPLOADED = "2026-01-02T03:04:05Z"
BACKEND = "setuptools"
BACKEND_VERSION = "80.9.0"
PLATFORMS = (
    "manylinux_2_17_x86_64.manylinux2014_x86_64",
    "manylinux_2_17_aarch64.manylinux2014_aarch64",
    "musllinux_1_2_x86_64",
    "musllinux_1_2_aarch64",
    "macosx_11_0_arm64",
    "win_amd64",
)


class GeneratedIndex:
    """A source of `count` projects named ``made-0`` and so on."""

    def __init__(self, count: int) -> None:
        self.names = [f"made-{number}" for number in range(count)]
        self.project = cache(self._project)

    def _project(self, name: str) -> Project | None:
        if name == BACKEND:
            return Project(name, [_backend()])
        if name not in self.names:
            return None
        number = int(name.removeprefix("made-"))
        releases = [self._release(number, f"1.{minor}") for minor in range(VERSIONS)]
        return Project(name, list(releases))

    def _release(self, number: int, version: str) -> FrozenRelease:
        stem = f"made_{number}-{version}"
        tags = _tags(number)
        names = [f"{stem}.tar.gz", *(f"{stem}-{tag}.whl" for tag in tags)]
        files = [
            {"filename": name, "size": 100_000, "upload-time": UPLOADED, "requires-python": ">=3.9"}
            for name in names
        ]
        metadata = {
            "Metadata-Version": "2.2",
            "Name": f"made-{number}",
            "Version": version,
            "Requires-Python": ">=3.9",
            "Requires-Dist": self._requires(number),
        }
        return FrozenRelease(version, files, metadata, _sdist(metadata))

    def _requires(self, number: int) -> list[str]:
        across = [number + 7, number * 3 + 5] if number else []
        wanted = [2 * number + 1, 2 * number + 2, *across]
        known = dict.fromkeys(other for other in wanted if number < other < len(self.names))
        clauses = (">=1.2", "<2", "!=1.5", '>=1.1 ; python_version >= "3.8"')
        return [f"made-{other}{clauses[other % 4]}" for other in known]


def _sdist(metadata: dict[str, str | list[str]]) -> SdistFacts:
    project = {"name": metadata["Name"], "version": metadata["Version"]}
    system = {"requires": [BACKEND], "build-backend": f"{BACKEND}.build_meta"}
    modules = {"ext-modules": [{"name": "made", "sources": ["made.c"]}]}
    tables = {"build-system": system, "project": project, "tool": {BACKEND: modules}}
    return SdistFacts(metadata, tables, members=("made.c",))


def _backend() -> FrozenRelease:
    name = f"{BACKEND}-{BACKEND_VERSION}-py3-none-any.whl"
    metadata = {"Metadata-Version": "2.2", "Name": BACKEND, "Version": BACKEND_VERSION}
    file = {"filename": name, "size": 100_000, "upload-time": UPLOADED}
    return FrozenRelease(BACKEND_VERSION, [file], metadata)


def _tags(number: int) -> list[str]:
    if number % 5 not in {1, 3}:
        return ["py3-none-any"]
    platforms = [p for p in PLATFORMS if not (number % 15 == 1 and p.startswith("musl"))]
    return [f"cp3{m}-cp3{m}-{platform}" for m in range(10, 15) for platform in platforms]


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--projects", type=int, required=True)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds per response")
    options = parser.parse_args()
    manner = replace(PUBLIC, latency=options.latency)
    replay = Replay(GeneratedIndex(options.projects), manner)
    replay.warm()
    print(replay.start().url, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
