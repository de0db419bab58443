"""Build requirements that have moved on since an sdist was published, and how to go back.

Build isolation installs the newest build requirements that are allowed on the day of the build.
What an sdist of 2020 never bounded is then six years younger than the sdist.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache

from msgspec import Struct
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.setup_script.setuptools_there import lines_in_doubt, without_setuptools
from wheelcheck.index.interface import Project
from wheelcheck.resolution.choice import admits_python
from wheelcheck.tables import read_table

__all__ = [
    "History",
    "bit_rot",
    "constraints_before_breaks",
    "constraints_of_the_time",
    "python_too_new",
    "showing",
]

_RESTLESS = {"packaging", "pip", "setuptools"}
"""Projects whose major releases come often: only known breaking releases are reported."""

_CALENDAR = 1900
"""From here on, a major version is a year, and a later one no break."""


class _Change(Struct, frozen=True):
    """A row of `breaking_changes.csv`.

    `hits` names a project whose presence in the build (or whose own build) it breaks, `sign` is a
    pattern of build files that are hit; where both stand, both must hold.
    """

    project: str
    version: Version
    hits: Requirement | None
    sign: re.Pattern[str] | None
    what: str
    sure: bool
    source: str

    @property
    def is_general(self) -> bool:
        """Whether nothing says whom it hits: it may concern anyone."""
        return self.hits is None and self.sign is None


@cache
def _changes() -> tuple[_Change, ...]:
    return tuple(
        _Change(
            row["project"],
            Version(row["version"]),
            Requirement(row["hits"]) if row["hits"] else None,
            re.compile(row["sign"], re.MULTILINE) if row["sign"] else None,
            row["what"],
            row["sure"] == "yes",
            row["source"],
        )
        for row in read_table("builds/obstacles/breaking_changes.csv")
    )


Shows = Callable[[re.Pattern[str]], Collection[str]]
"""Gives the paths of an sdist's build files in which a sign stands."""


def showing(sign: re.Pattern[str], texts: Mapping[str, str]) -> tuple[str, ...]:
    """The paths of the texts in which a sign stands."""
    return tuple(path for path, text in texts.items() if sign.search(text))


class History(Struct, frozen=True):
    """When each version of a project was uploaded; looked up only as far back as needed.

    `versions` are newest first. `uploaded` gives the time of a version's first file that could be
    installed, None where there is none.
    """

    versions: Sequence[Version]
    uploaded: Callable[[Version], datetime | None]

    @classmethod
    def of(cls, project: Project, python_full_version: str) -> History:
        """What a Python could have installed of a project, whatever its platform."""

        def uploaded(version: Version) -> datetime | None:
            times = (
                file.upload_time
                for file in project.files(version)
                if file.upload_time is not None and file.yanked is None
                if admits_python(file.requires_python or "", python_full_version)
            )
            return min(times, default=None)

        return cls(project.versions, cache(uploaded))

    def newest(self, specifier: SpecifierSet, until: datetime) -> Version | None:
        """The newest final release a specifier allowed at a time; None where there was none yet."""
        for version in self.versions:
            if not version.is_prerelease and version in specifier:
                uploaded = self.uploaded(version)
                if uploaded is not None and uploaded <= until:
                    return version
        return None


def bit_rot(
    published: datetime,
    requires: tuple[str, ...],
    histories: Mapping[NormalizedName, History],
    environment: Mapping[NormalizedName, Version],
    shows: Shows,
) -> tuple[BuildObstacle, ...]:
    """What the build requirements of today break in an sdist of yesterday.

    `requires` are the build requirements as stated, `environment` what an installer would choose
    for them now with all that they pull in themselves, and the sdist's own project as well;
    `histories` have every project to be compared, `shows` finds signs in its build files. Codes:
    ``build-requirement-breaks`` where the change is known to hit this sdist (fatal where that is
    certain), ``build-requirement-later-major`` where a major release was crossed.
    """
    specifiers = _specifiers(requires)
    found: list[BuildObstacle] = []
    for name, then, now in _moved(published, specifiers, histories, environment):
        moved = f"{name} {now} is installed for the build; in {published:%B %Y} it was {then}"
        hits = tuple(_hits(name, then, now, environment, shows))
        found += (
            BuildObstacle("build-requirement-breaks", f"{moved}: {hit.what}", hit.source, sure)
            for hit, sure in hits
        )
        crossed = then.release[0] < now.release[0] < _CALENDAR and name not in _RESTLESS
        if crossed and not hits and name in specifiers:
            found.append(_later_major(name, moved, then, now, published))
    return tuple(found)


def _moved(
    published: datetime,
    specifiers: Mapping[NormalizedName, SpecifierSet],
    histories: Mapping[NormalizedName, History],
    environment: Mapping[NormalizedName, Version],
) -> Iterator[tuple[NormalizedName, Version, Version]]:
    """Build requirements that are newer now than they were then: name, then, now."""
    for name, now in sorted(environment.items()):
        uploaded = histories[name].uploaded(now) if name in histories else None
        if uploaded is None or uploaded <= published:
            continue
        history = histories[name]
        then = history.newest(specifiers.get(name, SpecifierSet()), published)
        if then is None:  # an sdist older than what installers ask for on its behalf
            then = history.newest(SpecifierSet(), published)
        if then is not None and now > then:
            yield name, then, now


def _specifiers(requires: tuple[str, ...]) -> dict[NormalizedName, SpecifierSet]:
    found: dict[NormalizedName, SpecifierSet] = {}
    for line in requires:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        name = canonicalize_name(requirement.name)
        found[name] = found.get(name, SpecifierSet()) & requirement.specifier
    return found


def _hits(
    name: str,
    then: Version,
    now: Version,
    environment: Mapping[NormalizedName, Version],
    shows: Shows,
) -> Iterator[tuple[_Change, bool]]:
    """Changes between two versions that are known to concern this sdist, and whether for certain.

    What a file below the root says may be for another system, or never be run; so may a script
    beside the setup script, as zope.interface's `bootstrap.py`.
    """
    for change in _changes():
        if change.project == name and then < change.version <= now:
            named = change.hits is None or _is_hit(change.hits, environment)
            signs = shows(change.sign) if change.sign else ()
            if named and (signs or change.sign is None) and not change.is_general:
                certain = change.sign is None or any(map(_is_run, signs))
                yield change, change.sure and certain


def _is_run(path: str) -> bool:
    """Whether a build reads or runs a file in any case."""
    return "/" not in path and (path == "setup.py" or not path.endswith(".py"))


def _is_hit(hits: Requirement, environment: Mapping[NormalizedName, Version]) -> bool:
    version = environment.get(canonicalize_name(hits.name))
    return version is not None and version in hits.specifier


def _general(name: str, then: Version, now: Version) -> list[_Change]:
    """Changes between two versions that may concern anyone."""
    return [
        change
        for change in _changes()
        if change.project == name and then < change.version <= now
        if change.is_general
    ]


def _later_major(
    name: str, moved: str, then: Version, now: Version, published: datetime
) -> BuildObstacle:
    general = _general(name, then, now)
    text = "; ".join(change.what for change in general)
    message = f"{moved}" + (f" ({text})" if text else "")
    source = "; ".join(change.source for change in general)
    return BuildObstacle(
        "build-requirement-later-major",
        message,
        source or f"upload times of {name}'s releases, against {published:%Y-%m-%d}",
    )


def python_too_new(python: tuple[int, int], texts: Mapping[str, str]) -> tuple[BuildObstacle, ...]:
    """What build scripts use that the target's Python has no more. Code ``python-too-new``.

    Scripts beside the setup script count where that names them. What `setup.py` does for want of
    setuptools is never run; what stands under other conditions, or may fail, is not certain.
    """
    named = texts.get("setup.py", "")
    others = [
        text
        for path, text in texts.items()
        if path != "setup.py"
        if _is_run(path) or ("/" not in path and path.removesuffix(".py") in named)
    ]
    spared = without_setuptools(named)
    run = _without(named, spared)
    certain = [*others, _without(named, spared | lines_in_doubt(named))]
    return tuple(
        BuildObstacle(
            "python-too-new",
            f"the build scripts are older than Python {change.version}: {change.what}",
            change.source,
            change.sure and any(map(change.sign.search, certain)),
        )
        for change in _changes()
        if change.project == "python" and python >= change.version.release[:2]
        if change.sign and any(map(change.sign.search, (*others, run)))
    )


def _without(text: str, lines: Collection[int]) -> str:
    """A text without some lines, counted from 1."""
    numbered = enumerate(text.splitlines(), 1)
    return "\n".join(line for number, line in numbered if number not in lines)


def constraints_of_the_time(
    build_requires: tuple[str, ...],
    published: datetime,
    histories: Mapping[NormalizedName, History],
) -> str:
    """A constraint file that gives an sdist the build requirements of its own time.

    For pip (``PIP_CONSTRAINT``, since pip 25.3 ``--build-constraint``) and uv
    (``--build-constraint``). Every project of `histories` gets an upper bound, whether the sdist
    states it or a build requirement pulls it in; those without a release by then get none.
    """
    specifiers = _specifiers(build_requires)
    lines = [f"# build requirements as of {published:%Y-%m-%d}, when the sdist was published"]
    for name in sorted(histories):
        then = histories[name].newest(specifiers.get(name, SpecifierSet()), published)
        if then is not None:
            lines.append(f"{name}<={then}")
    return "\n".join(lines) + "\n"


def constraints_before_breaks(
    build_requires: tuple[str, ...],
    published: datetime,
    histories: Mapping[NormalizedName, History],
    environment: Mapping[NormalizedName, Version],
    shows: Shows,
) -> str:
    """A constraint file that keeps out what is known to break an sdist, or may, and no more.

    For a Python that is younger than the sdist: what was there in the sdist's own time does not
    know that Python. "" where nothing is known to break. The arguments are those of `bit_rot`.
    """
    lines = []
    specifiers = _specifiers(build_requires)
    for name, then, now in _moved(published, specifiers, histories, environment):
        breaking = [change.version for change, _ in _hits(name, then, now, environment, shows)]
        if not breaking and name in specifiers:
            breaking = [change.version for change in _general(name, then, now)]
        if breaking:
            lines.append(f"{name}<{min(breaking)}")
    if not lines:
        return ""
    return "\n".join(["# build requirements before what breaks this sdist", *lines]) + "\n"
