"""Does what `wheelcheck ready` proposes install, and does no lower bump do? uv is the judge.

    python data/ready/judge.py --uv uv --python PYTHON [--live] [CASE ...]

Every input of `CASES` is judged on the frozen index, served on loopback (sdists give their
metadata without a build). Then, for every platform that uv knows, uv resolves the input with all
proposed versions as constraints and ``--only-binary :all:``; what has no wheel on that platform,
as wheelcheck says, is let be built. Then each bump is lowered by itself to every release between
the present one and the proposed one: on at least one platform uv must refuse each of them.

Inputs that name a day are the present pins of a requirement file as of that day. With ``--live``
the live index is queried instead. Writes `judged.csv`, a row for each input.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT)]

from frozen import FrozenIndex  # noqa: E402 (the folder above must be known first)
from packaging.requirements import Requirement  # noqa: E402
from packaging.utils import canonicalize_name  # noqa: E402
from packaging.version import Version  # noqa: E402
from replay import PUBLIC, Replay  # noqa: E402

import wheelcheck  # noqa: E402

PYTHON = "3.15"
PLATFORMS = {
    "glibc 2.41 x86_64": "x86_64-manylinux_2_40",
    "glibc 2.41 aarch64": "aarch64-manylinux_2_40",
    "musl 1.2 x86_64": "x86_64-unknown-linux-musl",
    "musl 1.2 aarch64": "aarch64-unknown-linux-musl",
    "macOS 14 arm64": "aarch64-apple-darwin",
    "Windows amd64": "x86_64-pc-windows-msvc",
}
"""wheelcheck's name of a platform, and uv's."""
LEVELS = {"MACOSX_DEPLOYMENT_TARGET": "14.0"}
"""The version of the system that uv is to assume."""
FILES = ("web.txt", "science.txt", "big.txt", "story.txt", "story-2020.txt", "pinned-2021.txt")
AGES = (2, 4, 8)
"""How many releases back the pins of an aged input are."""
DAYS = ("2026-08-01", "2026-08-20", "2026-09-15", "2026-10-05", "2026-10-25")
LOCKS = (
    "pdm-plain/pdm.lock",
    "pdm/pdm.lock",
    "pip/pylock.toml",
    "pipenv/Pipfile.lock",
    "poetry-1.8/poetry.lock",
    "poetry/poetry.lock",
    "pylock/pylock.toml",
    "uv/uv.lock",
)
MOST_LOWER = 12
"""Lower releases that are tried of a bump, from the present one up and from the bump down."""


@dataclass(frozen=True, slots=True)
class Case:
    """An input; with a `day` what it pins on that day, with an `age` what it pins, aged."""

    path: Path
    day: str = ""
    age: int = 0

    @property
    def name(self) -> str:
        """What the table calls it."""
        shown = f"{self.path.parent.name}/{self.path.name}"
        aged = f"{shown}, {self.age} releases back" if self.age else shown
        return f"{shown} of {self.day}" if self.day else aged


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of an input: a row of the table."""

    input: str
    packages: int
    bumps: int
    waiting: int
    conflict: str
    cpu_seconds: float
    platforms: int
    installs: int
    failing: str
    lower_tried: int
    lower_refused: int
    lower_accepted: str


def cases() -> Iterator[Case]:
    """All inputs, in the order of the table."""
    folder = ROOT / "data" / "requirements"
    for name in FILES:
        yield Case(folder / name)
    yield Case(folder / "nested" / "requirements.txt")
    for day in DAYS:
        yield Case(folder / "web.txt", day)
    for name in ("web.txt", "science.txt", "big.txt"):
        for age in AGES:
            yield Case(folder / name, age=age)
    for name in LOCKS:
        yield Case(ROOT / "tests" / "requirements" / "locks" / name)


class Uv:
    """uv, resolving for other platforms against one index."""

    def __init__(self, uv: str, python: str, url: str, scratch: Path) -> None:
        self._command = [
            *(uv, "pip", "compile", "--no-header", "--quiet", "--no-annotate", "--no-config"),
            *("--python", python, "--python-version", PYTHON, "--only-binary", ":all:"),
            *("--index-url", url, "--cache-dir", str(scratch / "uv-cache")),
        ]
        self._scratch = scratch
        self.absent: list[str] = []
        """Packages that the index lacks, which count as not required."""

    def resolves(
        self,
        lines: Sequence[str],
        pins: dict[str, str],
        built: Iterable[str],
        platform: str,
        *more: str,
    ) -> str:
        """Why uv refuses, "" where it takes exactly the pins."""
        inputs, constraints = self._scratch / "asked.in", self._scratch / "constraints.txt"
        inputs.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        text = "".join(f"{name}=={version}\n" for name, version in sorted(pins.items()))
        constraints.write_text(text, encoding="utf-8")
        options = [word for name in built for word in ("--no-binary", name)]
        if self.absent:
            absent = self._scratch / "absent.txt"
            absent.write_text("".join(f"{n}; python_version < '3'\n" for n in self.absent))
            options += ["--override", str(absent)]
        ended = subprocess.run(
            [
                *(*self._command, "--python-platform", platform, "-c", str(constraints)),
                *options,
                *more,
                str(inputs),
            ],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **LEVELS, "UV_PYTHON_DOWNLOADS": "never"},
        )
        return "" if ended.returncode == 0 else " ".join(ended.stderr.split())[:300]


def judge(case: Case, url: str, uv: Uv, scratch: Path, index: FrozenIndex | None) -> Judged:
    """The row of an input."""
    path = pinned(case, url, scratch, index) if case.day or case.age else case.path
    began = time.process_time()
    answer = wheelcheck.ready(str(path), pythons=[PYTHON], index_url=url, cache_dir=None)
    seconds = time.process_time() - began
    python = answer.pythons[0]
    pins, lines = versions(answer), requirement_lines(path)
    uv.absent = [p.name for p in answer.packages if p.on[PYTHON].status == "unknown"]
    places = [each for each in python.platforms if not impossible_on(answer, each, index)]
    if any(package.on[PYTHON].status == "unknown" for package in answer.packages):
        places = [each for each in places if each.startswith(("glibc", "musl"))]
    failing = [
        f"{platform}: {why}"
        for platform in places
        if (why := uv.resolves(lines, pins, built_on(answer, platform), PLATFORMS[platform]))
    ]
    tried, accepted = 0, []
    for bump in python.bumps if not python.set_aside else ():
        for version in lower(bump, index, url):
            tried += 1
            changed = {**pins, bump.package: version}
            if not any(
                uv.resolves(lines, changed, built_on(answer, platform), PLATFORMS[platform])
                for platform in places
            ) and not _refused_alone(uv, bump.package, version, answer, places):
                accepted.append(f"{bump.package} {version}, not {bump.after}")
    statuses = [package.on[PYTHON].status for package in answer.packages]
    return Judged(
        input=case.name,
        packages=len(statuses) - statuses.count("not-required"),
        bumps=len(python.bumps),
        waiting=sum(status in {"waiting", "partly", "held-back"} for status in statuses),
        conflict=python.conflict or "",
        cpu_seconds=round(seconds, 1),
        platforms=len(places),
        installs=len(places) - len(failing),
        failing="; ".join(failing),
        lower_tried=tried,
        lower_refused=tried - len(accepted),
        lower_accepted="; ".join(accepted),
    )


def _refused_alone(
    uv: Uv, name: str, version: str, answer: wheelcheck.Readiness, places: Sequence[str]
) -> bool:
    """Whether a release has no wheel on a platform where the whole input cannot be judged."""
    return any(
        uv.resolves([name], {name: version}, (), PLATFORMS[platform], "--no-deps")
        for platform in answer.pythons[0].platforms
        if platform not in places and name not in built_on(answer, platform)
    )


def versions(answer: wheelcheck.Readiness) -> dict[str, str]:
    """What is proposed of each package, set aside what is waited for."""
    return {
        package.name: version
        for package in answer.packages
        if (version := package.on[PYTHON].version) and package.on[PYTHON].status != "unknown"
    }


def built_on(answer: wheelcheck.Readiness, platform: str) -> list[str]:
    """What has no wheel on a platform, as wheelcheck says."""
    return [
        package.name
        for package in answer.packages
        if platform in (*package.on[PYTHON].missing, *package.on[PYTHON].without)
        or package.on[PYTHON].status in {"source", "waiting", "held-back"}
    ]


def impossible_on(
    answer: wheelcheck.Readiness, platform: str, index: FrozenIndex | None
) -> list[str]:
    """What cannot be installed on a platform at all: no wheel, now as then, and no sdist."""
    found = []
    for name in built_on(answer, platform) if index else ():
        project = index.project(name) if index else None
        version = versions(answer).get(name)
        files = [
            file["filename"]
            for release in (project.releases if project else ())
            if release.version == version
            for file in release.files
        ]
        if files and all(file.endswith(".whl") for file in files):
            found.append(name)
    return found


def requirement_lines(path: Path) -> list[str]:
    """The input's own lines without what they say of versions, hashes and files."""
    lines = []
    for line in wheelcheck.read_requirements([path]).lines:
        requirement = Requirement(str(line.requirement))
        bare = Requirement(requirement.name)
        bare.extras, bare.marker = requirement.extras, requirement.marker
        lines.append(str(bare))
    return lines


def lower(bump: wheelcheck.Bump, index: FrozenIndex | None, url: str) -> list[str]:
    """The final releases from the present one up to, and without, the bump."""
    project = index.project(canonicalize_name(bump.package)) if index else None
    if project is not None:
        known = [Version(release.version) for release in project.releases if release.files]
    else:
        with wheelcheck.open_index(wheelcheck.IndexOptions(index_url=url), cache_dir=None) as live:
            page = live.project(canonicalize_name(bump.package))
            known = [] if isinstance(page, wheelcheck.Unknown) else list(page.versions)
    before, after = Version(bump.before), Version(bump.after)
    found = sorted(v for v in known if before <= v < after and not v.is_prerelease)
    half = MOST_LOWER // 2
    chosen = found if len(found) <= MOST_LOWER else [*found[:half], *found[-half:]]
    return [str(version) for version in chosen]


def pinned(case: Case, url: str, scratch: Path, index: FrozenIndex | None) -> Path:
    """A file of what an input pins on the present Python, on a day or some releases back."""
    report = wheelcheck.check(
        str(case.path),
        targets=["3.14@glibc-x86_64"],
        exclude_newer=case.day or None,
        index_url=url,
        cache_dir=None,
        verdicts_only=True,
    )
    path = scratch / f"{case.path.stem}-{case.day or case.age}.txt"
    lines = [
        f"{package.name}=={aged(package.name, package.versions[0], case.age, index)}"
        for package in report.packages
        if package.versions
    ]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def aged(name: str, version: str, age: int, index: FrozenIndex | None) -> str:
    """The release so many before this one, or the oldest that there is with a file."""
    project = index.project(canonicalize_name(name)) if index and age else None
    if project is None:
        return version
    known = sorted(
        found
        for release in project.releases
        if release.files
        and (found := Version(release.version)) <= Version(version)
        and not found.is_prerelease
    )
    return str(known[-1 - age if age < len(known) else 0]) if known else version


def main() -> None:
    """Judge the cases that are named, or all, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--python", required=True, help="an interpreter for uv to start from")
    parser.add_argument("--live", action="store_true", help="ask the live index")
    parser.add_argument("-o", "--output", type=Path, default=HERE / "judged.csv")
    parser.add_argument("cases", nargs="*", help="parts of names of inputs")
    args = parser.parse_args()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if args.live:
            from wheelcheck.index import DEFAULT_INDEX_URL

            index, url = None, DEFAULT_INDEX_URL
        else:
            index = FrozenIndex()
            manner = replace(PUBLIC, sdists="resolvable")
            url = stack.enter_context(Replay(index, manner)).url
        uv = Uv(args.uv, args.python, url, scratch)
        rows = []
        for case in cases():
            if args.cases and not any(part in case.name for part in args.cases):
                continue
            rows.append(judge(case, url, uv, scratch, index))
            sys.stdout.write(f"{rows[-1]}\n")
            sys.stdout.flush()
    with args.output.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [each.name for each in fields(Judged)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


if __name__ == "__main__":
    main()
