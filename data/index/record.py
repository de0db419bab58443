"""Record the frozen index: what real installers ask the live one, trimmed and dated.

    python data/index/record.py --requirements data/requirements --uv uv --scratch SCRATCH
        --interpreter 3.12=/usr/bin/python3.12

The live index is replayed on loopback; uv, pip and wheelcheck resolve every requirement file
against that for every target below, and each version whose core metadata they read is a *visited*
one. Kept are the visited versions, the newest of every project, and what building the chosen
sdists requires.
Run by hand: it asks the live index for some thousand pages and byte ranges. See README.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import json
import lzma
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "tests" / "support")]

from frozen import Project  # noqa: E402 (the folders above must be known first)
from installers import Answer, Pip, Uv  # noqa: E402
from live import LiveIndex, LiveRelease  # noqa: E402
from packaging.version import Version  # noqa: E402
from replay import PUBLIC, Replay  # noqa: E402

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14", "3.15")  # 3.15t reads the same metadata
OLD_PYTHONS = ("3.8", "3.9")
OLD_FILES = ("pinned-2021.txt", "nested/requirements.txt", "story.txt", "story-2020.txt")
PLATFORMS = (
    "x86_64-manylinux_2_36",
    "aarch64-manylinux_2_36",
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
)
STORIES = (  # file, the Python of its time, and its days
    ("story.txt", "3.8", ("2023-04-13", "2023-04-14", "2023-04-15")),
    ("story-2020.txt", "3.8", ("2020-01-15", "2020-01-31", "2020-02-01")),
    ("pinned-2021.txt", "3.9", ("2021-10-31",)),
)
EXTRA_PACKAGES = (  # one trap or story each; see the table in README.md
    "torch",
    "ruff",
    "uv",
    "markupsafe==3.0.3",
    "regopy==1.4.0",
    "regopy",
    "numpy==2.1.0",
    "numpy==2.3.0",
    "psycopg2-binary",
    "pygame",
    "pywin32",
    "lightgbm",
    "tokenizers",
    "pip",
)
BLOCKED_ON_MUSL = ("torch",)  # neither a wheel nor an sdist there
NEWEST_RECORDED = 10
LEGACY_BUILD_REQUIRES = ("setuptools>=40.8.0", "wheel")  # what pip assumes (PEP 517)
WORKERS = 4


@dataclass(frozen=True, slots=True)
class Question:
    """One resolution: the lines or file, the Python, uv's platform, and the day ("" is today).

    Projects in `without` are left out, whatever requires them.
    """

    requirements: str
    python: str
    platform: str
    day: str = ""
    without: tuple[str, ...] = ()


class Recorder:
    """Asks installers, follows build requirements, and knows which releases were visited."""

    def __init__(self, live: LiveIndex, uv: Uv) -> None:
        self.live = live
        self.uv = uv
        self.answers: dict[Question, Answer] = {}
        self.built: set[tuple[str, str]] = set()

    def ask(self, questions: Iterable[Question]) -> None:
        """Let uv answer; failures are answers too (an installer visits before it gives up)."""
        new = [question for question in dict.fromkeys(questions) if question not in self.answers]
        with ThreadPoolExecutor(WORKERS) as pool:
            for question, answer in zip(new, pool.map(self._ask, new), strict=True):
                self.answers[question] = answer
                first = next(iter(answer.failure.splitlines()), "")
                print(*asdict(question).values(), len(answer.pins), first, sep=" | ", flush=True)

    def _ask(self, question: Question) -> Answer:
        path = Path(question.requirements)
        with tempfile.TemporaryDirectory() as folder:
            if path.suffix != ".txt":
                path = Path(folder, "lines.txt")
                path.write_text(question.requirements, encoding="utf-8")
            return self.uv.compile(
                path,
                question.python,
                question.platform,
                day=question.day,
                without=question.without,
            )

    def follow_builds(self) -> None:
        """Resolve what building the chosen sdists requires, and so on for those builds' own."""
        known = -1
        while len(self.answers) > known:
            known = len(self.answers)
            self.ask(list(self._build_questions()))

    def _build_questions(self) -> Iterator[Question]:
        for question, answer in self.answers.items():
            for name, version in answer.pins.items():
                requires = self._build_requires(name, version)
                if requires:
                    text = "\n".join(sorted(requires))
                    # markers hardly tell CPUs and libcs apart: one platform stands for all
                    yield Question(text, question.python, PLATFORMS[2], question.day)
                    yield Question(text, question.python, PLATFORMS[2])

    def _build_requires(self, name: str, version: str) -> tuple[str, ...]:
        release = self.release(name, version)
        if release is None or release.is_pure or not release.has_sdist:
            return ()
        self.built.add((name, release.version))
        facts = release.sdist()
        system = (facts.pyproject or {}).get("build-system", {}) if facts else {}
        return tuple(system.get("requires", LEGACY_BUILD_REQUIRES))

    def release(self, name: str, version: str) -> LiveRelease | None:
        """A release that was chosen; None for a release that no page lists."""
        project = self.live.project(name)
        releases = project.releases if project else []
        wanted = Version(version)
        return next((r for r in releases if Version(r.version) == wanted), None)  # type: ignore[return-value]


def questions(folder: Path) -> Iterator[Question]:
    """Every question to uv before build requirements are followed."""
    for python, platform in itertools.product((*PYTHONS, *OLD_PYTHONS), PLATFORMS):
        for file in files_for(python, folder):
            yield Question(file, python, platform)
            if "musl" in platform:  # uv gives up at the first blocker: look behind it
                yield Question(file, python, platform, without=BLOCKED_ON_MUSL)
    for file, python, days in STORIES:
        for day, platform in itertools.product(days, PLATFORMS):
            yield Question(str(folder / file), python, platform, day)
    for package, python, platform in itertools.product(EXTRA_PACKAGES, PYTHONS[::2], PLATFORMS):
        yield Question(package, python, platform)


def files_for(python: str, folder: Path) -> list[str]:
    """The requirement files asked for a Python: new applications do not run on an old one."""
    every = [*sorted(path.name for path in folder.glob("*.txt")), "nested/requirements.txt"]
    return [str(folder / name) for name in every if python not in OLD_PYTHONS or name in OLD_FILES]


def ask_wheelcheck(folder: Path, index_url: str) -> None:
    """Let wheelcheck judge every file on its default matrix: it looks behind blockers, too."""
    sys.path.insert(0, str(HERE.parent.parent))
    from wheelcheck import check

    for file in files_for(PYTHONS[-1], folder):
        report = check(file, index_url=index_url, cache_dir=None)
        print("wheelcheck", file, len(report.targets), len(report.packages), flush=True)


def recorded_releases(project: Project) -> list[LiveRelease]:
    """Visited releases, the newest final releases, and a pre-release that is newer than those."""
    releases: list[LiveRelease] = project.releases  # type: ignore[assignment]
    finals = [r for r in releases if not Version(r.version).is_prerelease and not _all_yanked(r)]
    newest = {r.version for r in (finals or releases)[-NEWEST_RECORDED:]} | {releases[-1].version}
    return [r for r in releases if r.visited or r.version in newest]


def _all_yanked(release: LiveRelease) -> bool:
    return all(file.get("yanked", False) for file in release.files)


def frozen(project: Project, built: set[tuple[str, str]]) -> dict[str, Any]:
    """One project as the frozen index holds it."""
    releases = []
    for release in recorded_releases(project):
        record: dict[str, Any] = {"version": release.version, "files": release.files}
        metadata = release.metadata()
        if metadata is not None:
            record["metadata"] = metadata
        wheels = any(file["filename"].endswith(".whl") for file in release.files)
        if release.has_sdist and (not wheels or (project.name, release.version) in built):
            facts = asdict(release.sdist())  # type: ignore[call-overload]
            record["sdist"] = {key: value for key, value in facts.items() if value is not None}
        releases.append(record)
    record = {"name": project.name, "releases": releases}
    if project.status != {"status": "active"}:
        record["status"] = project.status
    return record


def write(recorder: Recorder) -> None:
    """Write the frozen index and its counts."""
    live = recorder.live
    projects = [project for name in live.names if (project := live.project(name)) is not None]
    with ThreadPoolExecutor(WORKERS * 2) as pool:
        records = list(pool.map(lambda project: frozen(project, recorder.built), projects))
    lines = [json.dumps(r, ensure_ascii=False, separators=(",", ":")) for r in records]
    packed = lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME)
    (HERE / "projects.jsonl.xz").write_bytes(packed)
    releases = [release for record in records for release in record["releases"]]
    counts = {
        "recorded_on": dt.datetime.now(dt.UTC).date().isoformat(),
        "projects": len(records),
        "releases": len(releases),
        "files": sum(len(release["files"]) for release in releases),
        "sdists_read": sum("sdist" in release for release in releases),
        "without_metadata": sum("metadata" not in release for release in releases),
        "bytes": len(packed),
    }
    (HERE / "recorded.json").write_text(json.dumps(counts, indent=2) + "\n", encoding="utf-8")
    print(counts)


def main() -> None:
    """Record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--requirements", type=Path, default=HERE.parent / "requirements")
    parser.add_argument("--index-url", help="the live index; the library's default otherwise")
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--scratch", type=Path, required=True, help="answers of the live index")
    parser.add_argument("--interpreter", action="append", default=[], metavar="VERSION=PATH")
    options = parser.parse_args()
    url = options.index_url
    if url is None:
        from wheelcheck.index import DEFAULT_INDEX_URL as url  # noqa: N811
    live = LiveIndex(url, options.scratch)
    manner = replace(PUBLIC, hashed=False, sdists="resolvable")
    with Replay(live, manner, threaded=True) as replay:
        recorder = Recorder(live, Uv(options.uv, replay.url))
        recorder.ask(questions(options.requirements))
        for version, _, interpreter in (given.partition("=") for given in options.interpreter):
            pip = Pip.in_venv(Path(interpreter), replay.url, options.scratch / f"pip-{version}")
            for file in files_for(version, options.requirements):
                answer = pip.install(Path(file))
                print(version, file, len(answer.pins), answer.failure[-200:], flush=True)
        ask_wheelcheck(options.requirements, replay.url)
        recorder.follow_builds()
        write(recorder)


if __name__ == "__main__":
    main()
