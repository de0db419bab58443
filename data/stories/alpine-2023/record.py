"""Record what planning the story's source builds reads of the live index: `index.json`.

    python data/stories/alpine-2023/record.py

Kept is every release whose metadata or sdist was read, and the newest of its project before and
after the day, so that a test finds out whether the day counts. Of an sdist, the `[build-system]`
of its pyproject.toml is kept, or the name of its setup.py where it has none; of the files, those
that CPython 3.8 or any Python could install on Linux.
"""

from __future__ import annotations

import json
import re
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, SupportsBytes

from packaging.requirements import Requirement
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.environment import InstallerKind
from wheelcheck.builds.plan import Planner
from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.errors import Unknown
from wheelcheck.index import open_index
from wheelcheck.index.interface import ArchiveListing, CoreMetadata, Index, Project, Sdist, Wheel
from wheelcheck.requirements.requirement_set import (
    FilePolicy,
    IndexOptions,
    Origin,
    RequirementLine,
    Requirements,
)
from wheelcheck.resolution import Resolver
from wheelcheck.targets import parse_target_on

HERE = Path(__file__).parent
DAY = datetime(2023, 4, 14, tzinfo=UTC)
INSTALLABLE = re.compile(r"(-cp38-cp38-.*linux|-abi3-.*linux|-py3-none-|-py2\.py3-none-).*\.whl$")


class Recording:
    """An index that writes down every question."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.projects: dict[NormalizedName, Project] = {}
        self.read: dict[NormalizedName, dict[Version, dict[str, Any]]] = defaultdict(dict)

    def project(self, name: NormalizedName) -> Project | Unknown:
        """Note the project."""
        found = self._index.project(name)
        if not isinstance(found, Unknown):
            self.projects[found.name] = found
        return found

    def at_url(self, url: str, name: NormalizedName) -> Wheel | Sdist | Unknown:
        """Pass on."""
        return self._index.at_url(url, name)

    def metadata(self, file: Wheel | Sdist) -> CoreMetadata | Unknown:
        """Note what the release depends on."""
        found = self._index.metadata(file)
        if not isinstance(found, Unknown):
            requires = [line for line in found.requires_dist if "extra ==" not in line]
            self._note(file)["requires"] = requires
        return found

    def listing(
        self, file: Wheel | Sdist, wanted: Callable[[str], bool] | None = None
    ) -> ArchiveListing | Unknown:
        """Note the build system of an sdist."""
        found = self._index.listing(file, wanted)
        if isinstance(file, Sdist) and not isinstance(found, Unknown):
            self._note(file)["sdist"] = _build_system(found)
        return found

    def derived(self, file: Sdist) -> None:
        """Nothing: everything is to be read, and noted."""

    def store_derived(self, file: Sdist, data: SupportsBytes) -> None:
        """Keep nothing."""

    def prefetch(
        self,
        names: Iterable[NormalizedName] = (),
        files: Iterable[Wheel | Sdist] = (),
        listings: Iterable[Wheel | Sdist] = (),
        wanted: Callable[[str], bool] | None = None,
    ) -> None:
        """Pass on."""
        self._index.prefetch(names, files, listings, wanted)

    def _note(self, file: Wheel | Sdist) -> dict[str, Any]:
        return self.read[file.name].setdefault(file.version, {})


def _build_system(listing: ArchiveListing) -> dict[str, Any] | None:
    for path, text in listing.texts.items():
        if path.count("/") == 1 and path.endswith("/pyproject.toml"):
            system = tomllib.loads(text).get("build-system")
            return dict(system) if system else None
    return None


def main() -> None:
    """Plan with every installer, and write what was read."""
    policy = FilePolicy(exclude_newer=DAY)
    lines = [
        RequirementLine(Requirement(text), Origin("requirements.txt"), text)
        for text in (HERE / "requirements.txt").read_text().splitlines()
        if text and not text.startswith("#")
    ]
    target = parse_target_on("python:3.8-alpine", as_of=DAY.date())
    with (
        tempfile.TemporaryDirectory() as cache,
        open_index(IndexOptions(), cache_dir=Path(cache)) as live,
    ):
        index = Recording(live)
        resolution = Resolver(Requirements(tuple(lines), policy=policy), index).resolve(target)
        sdists = [pin.file for pin in resolution.pins.values() if isinstance(pin.file, Sdist)]
        planner = Planner(index, policy, SdistReader(index).read)
        for installer in InstallerKind:
            planner.plan(target, sdists, installer)
        projects = {name: _recorded(index, name) for name in sorted(index.projects)}
    text = json.dumps(projects, indent=1, sort_keys=False)
    (HERE / "index.json").write_text(text + "\n")


def _recorded(index: Recording, name: NormalizedName) -> dict[str, Any]:
    project, read = index.projects[name], index.read[name]
    finals = [version for version in project.versions if not version.is_prerelease]
    before = [version for version in finals if _uploaded(project, version) < DAY]
    after = [version for version in finals if _uploaded(project, version) >= DAY]
    versions = sorted({*read, *before[:1], *after[-1:]})
    return {str(version): _release(project, version, read) for version in versions}


def _uploaded(project: Project, version: Version) -> datetime:
    return min(file.upload_time or DAY for file in project.files(version))


def _release(
    project: Project, version: Version, read: dict[Version, dict[str, Any]]
) -> dict[str, Any]:
    files = [
        file
        for file in project.files(version)
        if isinstance(file, Sdist) or INSTALLABLE.search(file.filename)
    ]
    return {
        "uploaded": _uploaded(project, version).date().isoformat(),
        "requires_python": next((file.requires_python for file in files), None),
        "files": [file.filename for file in files],
        **read.get(version, {}),
    }


if __name__ == "__main__":
    main()
