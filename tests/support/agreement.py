"""Does wheelcheck choose what pip and uv choose?

    python tests/agreement.py --interpreter PYTHON3.11 --interpreter PYTHON3.12 [--live]

pip answers on real interpreters for this machine's libc and CPU: versions and files must be equal.
uv answers for other targets, without --only-binary: versions must be equal. All three ask the
frozen index over HTTP on loopback; with --live, the live index behind the same server, so that
sdists tell pip and uv their metadata without compiling. Exit code 1 on an unexplained difference.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from frozen import FrozenIndex
from installers import Answer, Pip, Uv
from replay import PUBLIC, Replay, Source

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # a checkout is judged as it is, installed or not

from comparing import (  # noqa: E402
    Difference,
    differing,
    is_refused,
    only_behind,
    unavailable_on,
    versions_on,
)

from wheelcheck import Report, Target, check  # noqa: E402
from wheelcheck.targets.target import Architecture, Implementation, Libc  # noqa: E402

REQUIREMENTS = ROOT / "data" / "requirements"
MUSL = (1, 2)
UV_PLATFORMS = {
    (Libc.GLIBC, Architecture.X86_64): "x86_64-manylinux_2_{}",
    (Libc.GLIBC, Architecture.AARCH64): "aarch64-manylinux_2_{}",
    (Libc.MUSL, Architecture.X86_64): "x86_64-unknown-linux-musl",
    (Libc.MUSL, Architecture.AARCH64): "aarch64-unknown-linux-musl",
}


class Reason(StrEnum):
    """Why two answers differ; all but the last are explained."""

    UNAVAILABLE = "uv refuses this version by itself, too; wheelcheck and a second run of uv go on"
    PIP_REFUSES = "pip refuses this version here; uv ignores upper bounds of Requires-Python"
    BEHIND = "required only by what is unavailable; the installer never got that far"
    INSTALLERS = "pip and uv differ in the same way on this machine's own target; we follow pip"
    REFUSED = "the installer refuses the whole file, and wheelcheck calls it not installable"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One requirement file on one target, wheelcheck beside one judge."""

    file: str
    judge: str
    target: Target
    compared: int
    differences: tuple[Difference[Reason], ...]


@dataclass(slots=True)
class Bench:
    """The judges, and what they said so far."""

    ours_url: str
    uv: Uv
    pips: Mapping[str, Pip]
    glibc: tuple[int, int]
    answers: dict[tuple[str, ...], Answer] = field(default_factory=dict)

    def target(self, python: str, libc: Libc, arch: Architecture) -> Target:
        """The target of a judge's answer; `python` is a full version."""
        major, minor = python.split(".")[:2]
        level = self.glibc if libc is Libc.GLIBC else MUSL
        name = f"cp{major}{minor}-{libc.tag_prefix}_{level[0]}_{level[1]}_{arch}"
        short = (int(major), int(minor))
        cpython = Implementation.CPYTHON
        return Target(name, cpython, short, python, False, libc, level, arch)  # noqa: FBT003 (not free-threaded)

    def ask_pip(self, file: Path, python: str) -> Answer:
        """What pip installs on an interpreter of this machine."""
        key = ("pip", str(file), python)
        if key not in self.answers:
            self.answers[key] = self.pips[python].install(file)
        return self.answers[key]

    def ask_uv(self, file: Path, target: Target, without: frozenset[str] = frozenset()) -> Answer:
        """What uv pins for a target, leaving out what cannot be had there."""
        key = ("uv", str(file), target.name, *sorted(without))
        if key not in self.answers:
            platform = UV_PLATFORMS[target.libc, target.arch].format(self.glibc[1])
            self.answers[key] = self.uv.compile(
                file, target.python_full_version, platform, without=without
            )
        return self.answers[key]

    def who_refuses(self, name: str, version: str | None, target: Target) -> Reason:
        """Who, asked for one version alone, finds nothing to install: uv for this target, or pip.

        pip runs on this machine: what it refuses here for the Python version, it refuses for
        that Python everywhere.
        """
        python = target.python_full_version
        with tempfile.TemporaryDirectory() as folder:
            line = Path(folder, "one.txt")
            line.write_text(f"{name}=={version}\n" if version else name, encoding="utf-8")
            platform = UV_PLATFORMS[target.libc, target.arch].format(self.glibc[1])
            if self.uv.compile(line, python, platform, no_deps=True).failure:
                return Reason.UNAVAILABLE
            if self.pips[python].install(line, ["--no-deps"]).failure:
                return Reason.PIP_REFUSES
        return Reason.UNEXPLAINED


def comparisons(bench: Bench, file: Path) -> Iterator[Comparison]:
    """Every comparison for one requirement file, pip's first."""
    pairs = [(libc, arch) for libc in Libc for arch in (Architecture.X86_64, Architecture.AARCH64)]
    targets = [bench.target(python, *pair) for python in bench.pips for pair in pairs]
    report = check(file, targets=targets, index_url=bench.ours_url, cache_dir=None)
    for target in targets:
        if (target.libc, target.arch) == (Libc.GLIBC, Architecture.X86_64):
            yield beside_pip(bench, file, target, report)
        yield beside_uv(bench, file, target, report)


def beside_pip(bench: Bench, file: Path, target: Target, report: Report) -> Comparison:
    """Versions and files beside pip's."""
    answer = bench.ask_pip(file, target.python_full_version)
    theirs = {name: f"{answer.pins[name]} {answer.files[name]}" for name in answer.pins}
    ours = {
        package.name: f"{cell.version} {cell.file}"
        for package in report.packages
        if (cell := package.on[target.name]).version is not None and cell.file is not None
    }
    if answer.failure:
        return _refusal(file, "pip", target, report, answer)
    differences = tuple(Difference(*each, Reason.UNEXPLAINED) for each in differing(theirs, ours))
    return Comparison(str(file), "pip", target, len(theirs.keys() | ours.keys()), differences)


def beside_uv(bench: Bench, file: Path, target: Target, report: Report) -> Comparison:
    """Versions beside uv's."""
    answer = bench.ask_uv(file, target, unavailable_on(report, target.name))
    if answer.failure:
        return _refusal(file, "uv", target, report, answer)
    ours = versions_on(report, target.name)
    differences = tuple(
        Difference(name, uvs, version, _why(bench, file, target, report, name))
        for name, uvs, version in differing(answer.pins, ours)
    )
    return Comparison(str(file), "uv", target, len(answer.pins.keys() | ours.keys()), differences)


def _refusal(file: Path, judge: str, target: Target, report: Report, answer: Answer) -> Comparison:
    reason = Reason.REFUSED if is_refused(report, target.name) else Reason.UNEXPLAINED
    lines = [line for line in answer.failure.splitlines() if line.strip()]
    failed = Difference("*", lines[-1] if lines else "failed", None, reason)
    return Comparison(str(file), judge, target, 0, (failed,))


def _why(bench: Bench, file: Path, target: Target, report: Report, name: str) -> Reason:
    without = unavailable_on(report, target.name)
    if name in without:
        version = report.package(name).on[target.name].version
        return bench.who_refuses(name, version, target)
    answer = bench.ask_uv(file, target, without)
    if without and name not in answer.pins and only_behind(report, target.name, name, without):
        return Reason.BEHIND
    python = target.python_full_version
    here = bench.target(python, Libc.GLIBC, Architecture.X86_64)
    pip_here = bench.ask_pip(file, python).pins.get(name)
    uv_here = bench.ask_uv(file, here).pins.get(name)
    ours = versions_on(report, target.name).get(name)
    if ours == pip_here and answer.pins.get(name) == uv_here:
        return Reason.INSTALLERS
    return Reason.UNEXPLAINED


def tell(found: list[Comparison]) -> int:
    """Print the table and every difference; return the number of the unexplained."""
    print("| file | judge | target | pins compared | equal | differing |")
    print("|---|---|---|---:|---:|---:|")
    for each in found:
        differing = sum(difference.name != "*" for difference in each.differences)
        figures = f"{each.compared} | {each.compared - differing} | {differing}"
        if any(difference.name == "*" for difference in each.differences):
            figures = "– | – | refused"
        file = os.path.relpath(each.file, REQUIREMENTS)
        print(f"| {file} | {each.judge} | {each.target.name} | {figures} |")
    reasons = Counter(d.reason for each in found for d in each.differences)
    compared = sum(each.compared for each in found)
    differing = sum(d.name != "*" for each in found for d in each.differences)
    print(f"\n{compared} pins compared, {compared - differing} equal, {differing} differing")
    for reason, count in reasons.most_common():
        print(f"  {count} × {reason}")
    for each in found:
        for d in each.differences:
            file = os.path.relpath(each.file, REQUIREMENTS)
            shown = f"{d.name}: {each.judge} {d.theirs}, wheelcheck {d.ours}"
            print(f"  {file} on {each.target.name}: {shown} [{d.reason.name.lower()}]")
    return reasons[Reason.UNEXPLAINED]


def _interpreters(given: list[Path]) -> dict[str, Path]:
    """Full version → interpreter, for those given, else for the newer Pythons on PATH."""
    on_path = (shutil.which(f"python3.{minor}") for minor in (11, 12, 13))
    paths = given or [Path(path) for path in on_path if path]
    ask = "import platform; print(platform.python_version())"
    versions = [
        subprocess.run([path, "-c", ask], check=True, text=True, capture_output=True).stdout
        for path in paths
    ]
    return {version.strip(): path for version, path in zip(versions, paths, strict=True)}


def _source(options: argparse.Namespace, folder: Path) -> Source:
    if not options.live:
        return FrozenIndex()
    sys.path.insert(0, str(ROOT / "data" / "index"))
    from live import LiveIndex

    from wheelcheck.index import DEFAULT_INDEX_URL

    return LiveIndex(DEFAULT_INDEX_URL, options.scratch or folder / "live")


def main() -> int:
    """Compare and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, help="requirement files; all by default")
    parser.add_argument("--interpreter", action="append", type=Path, default=[])
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--live", action="store_true", help="the live index instead")
    parser.add_argument("--scratch", type=Path, help="where answers of the live index are kept")
    options = parser.parse_args()
    nested = REQUIREMENTS / "nested" / "requirements.txt"
    files = options.files or [*sorted(REQUIREMENTS.glob("*.txt")), nested]
    _, _, level = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    major, minor = level.split(".")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = _source(options, folder)
        resolvable = replace(PUBLIC, sdists="resolvable", hashed=not options.live)
        faithful = replace(resolvable, sdists="faithful")
        with (
            Replay(source, resolvable, threaded=options.live) as theirs,
            Replay(source, faithful, threaded=options.live) as ours,
            ThreadPoolExecutor(2) as pool,
        ):
            uv = Uv(options.uv, theirs.url)
            pips = {
                version: Pip.in_venv(path, theirs.url, folder / f"pip-{version}")
                for version, path in _interpreters(options.interpreter).items()
            }
            bench = Bench(ours.url, uv, pips, (int(major), int(minor)))
            found = list(pool.map(lambda file: list(comparisons(bench, file)), files))
    return 1 if tell([each for several in found for each in several]) else 0


if __name__ == "__main__":
    raise SystemExit(main())
