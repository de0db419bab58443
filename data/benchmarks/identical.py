"""Does wheelcheck answer word for word as an earlier state of it did?

    python data/benchmarks/identical.py record FOLDER --commit COMMIT
    python data/benchmarks/identical.py compare FOLDER

All files of `data/requirements/` on 60 targets, as JSON, from the replayed index: `record` keeps
what a commit answers, `compare` asks this checkout, with an empty cache and then offline from the
cache so filled, and tells every difference. Nothing of the answers is left out. Exit code 1 where
they differ.
"""

from __future__ import annotations

import argparse
import difflib
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from running import ROOT, environment, replaying

PYTHONS = ("cp310", "cp311", "cp312", "cp313t", "cp314", "cp315")
PLATFORMS = ("manylinux_2_17", "manylinux_2_28", "manylinux_2_39", "musllinux_1_1", "musllinux_1_2")
TARGETS = tuple(
    f"{python}-{platform}_{arch}"
    for python in PYTHONS
    for platform in PLATFORMS
    for arch in ("x86_64", "aarch64")
)
SHOWN_LINES = 40


def requirement_files() -> Iterator[Path]:
    """The files a user would name; those in `nested/` are reached from its first one."""
    folder = ROOT / "data" / "requirements"
    yield from sorted(folder.glob("*.txt"))
    yield folder / "nested" / "requirements.txt"


def answer(checkout: Path, file: Path, url: str, cache: Path, *options: str) -> str:
    """What a state of the code says of a file, as JSON. Raises OSError where it fails."""
    command = [sys.executable, "-m", "wheelcheck", str(file.relative_to(ROOT)), *options]
    command += ["--format", "json", "--index-url", url, "--cache-dir", str(cache)]
    for target in TARGETS:
        command += ["--target", target]
    env = environment(PYTHONPATH=str(checkout), PYTHONSAFEPATH="1")
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1, 3}:
        raise OSError(f"wheelcheck ended with {done.returncode}: {done.stderr[-800:]}")
    return done.stdout


def record(commit: str, folder: Path, url: str) -> None:
    """Keep what a commit answers, one JSON file for each requirement file."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as checkout, TemporaryDirectory() as cache:
        unpack(commit, Path(checkout))
        for file in requirement_files():
            told = answer(Path(checkout), file, url, Path(cache))
            kept_in(folder, file).write_text(told, encoding="utf-8")
            print(f"{file.relative_to(ROOT)}: recorded", flush=True)


def compare(folder: Path, url: str) -> int:
    """Print what differs; the number of differing answers."""
    differing = 0
    for file in requirement_files():
        was = kept_in(folder, file).read_text(encoding="utf-8")
        with TemporaryDirectory() as cache:
            for how in ((), ("--offline",)):
                now = answer(ROOT, file, url, Path(cache), *how)
                for kept in Path(cache).glob("v*/answers"):  # the next one is judged anew
                    shutil.rmtree(kept)
                verdict = "same" if was == now else "DIFFERENT"
                print(f"{file.relative_to(ROOT)} {' '.join(how)}: {verdict}", flush=True)
                if was != now:
                    differing += 1
                    lines = difflib.unified_diff(was.splitlines(), now.splitlines(), n=3)
                    print(*islice(lines, SHOWN_LINES), sep="\n")
    return differing


def kept_in(folder: Path, file: Path) -> Path:
    """Where the answer on a requirement file is recorded."""
    name = "-".join(file.relative_to(ROOT / "data" / "requirements").parts)
    return folder / f"{name}.json"


def unpack(commit: str, folder: Path) -> Path:
    """The package as it stood at a commit."""
    command = ["git", "archive", commit, "wheelcheck"]
    packed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def main() -> int:
    """Record or compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=("record", "compare"))
    parser.add_argument("folder", type=Path, help="of the recorded answers")
    parser.add_argument("--commit", default="HEAD", help="what to record")
    parser.add_argument("--manner", choices=("public", "mirror"), default="public")
    options = parser.parse_args()
    with replaying(options.manner, 0.0) as url:
        if options.action == "record":
            record(options.commit, options.folder, url)
            return 0
        return 1 if compare(options.folder, url) else 0


if __name__ == "__main__":
    sys.exit(main())
