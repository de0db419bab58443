"""Give readers hundreds of thousands of mutated files, in this process; whatever they raise counts.

    python data/fuzzing/mutate.py --mutants 100000 --output data/fuzzing/results/mutants.csv

Each reader gets honest files with bytes flipped, cut, repeated and swapped, and lines of others put
in between (seeded: a run can be repeated). What a reader may raise is named in `READERS`; anything
else, and any mutant that takes longer than `SLOWEST` CPU seconds, is counted and kept.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "hostile"), str(ROOT / "tests" / "support"), str(ROOT)]

from datetime import date  # noqa: E402

from archive_builders import tar_of, wheel_of  # noqa: E402
from elf_builder import elf  # noqa: E402
from hostile_inputs import BAD_LINES  # noqa: E402
from hostile_kinds import BAD_URLS  # noqa: E402
from hostile_server import honest_metadata, sdist_of  # noqa: E402
from packaging.utils import NormalizedName  # noqa: E402
from packaging.version import Version  # noqa: E402

from wheelcheck.builds.sdist.contents import SdistContents  # noqa: E402
from wheelcheck.builds.sdist.sdist_facts import read_sdist  # noqa: E402
from wheelcheck.builds.setup_script.script_context import BuildSite  # noqa: E402
from wheelcheck.dockerfile.reading.dockerfile_reader import read_dockerfile  # noqa: E402
from wheelcheck.errors import WheelcheckError  # noqa: E402
from wheelcheck.index.archives.archive import read_archive  # noqa: E402
from wheelcheck.index.archives.limits import ArchiveRefused  # noqa: E402
from wheelcheck.index.interface import ArchiveListing, ArchiveMember, Sdist, Wheel  # noqa: E402
from wheelcheck.index.metadata import parse_metadata  # noqa: E402
from wheelcheck.index.network.http import FetchFailed  # noqa: E402
from wheelcheck.index.pages.direct import file_from_url  # noqa: E402
from wheelcheck.index.pages.html_page import parse_html  # noqa: E402
from wheelcheck.index.pages.index_page import FilesOfProject  # noqa: E402
from wheelcheck.index.pages.page_rules import MalformedPage  # noqa: E402
from wheelcheck.index.pages.simple_api import parse_json  # noqa: E402
from wheelcheck.requirements import read  # noqa: E402
from wheelcheck.resolution.dependencies import MarkerEnvironment, requirements_of  # noqa: E402
from wheelcheck.targets.spellings.spelling import parse_target_on  # noqa: E402

SLOWEST = 3.0
_NAME = NormalizedName("evil")
_TARGET = parse_target_on("cp312-manylinux_2_28_x86_64", as_of=date(2026, 1, 1))
_PAGE = "https://index.example/simple/evil/"


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads bytes, honest examples of them, and what it may raise."""

    name: str
    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    allowed: tuple[type[Exception], ...] = ()


def _json_page(data: bytes) -> None:
    page = parse_json(data, name=_NAME, url=_PAGE, origin=_PAGE)
    project = FilesOfProject([page])
    for version in project.versions[:5]:
        project.files(version)


def _html_page(data: bytes) -> None:
    page = parse_html(data, name=_NAME, url=_PAGE, origin=_PAGE)
    project = FilesOfProject([page])
    for version in project.versions[:5]:
        project.files(version)


def _file(kind: type[Wheel | Sdist], name: str, url: str = "") -> Wheel | Sdist:
    return kind(filename=name, url=url, name=_NAME, version=Version("2.0"))


_WHEEL = _file(Wheel, "evil-2.0-py3-none-any.whl")
_ENVIRONMENT = MarkerEnvironment(_TARGET.marker_environment())


def _metadata(data: bytes) -> None:
    found = parse_metadata(data.decode("utf-8", "replace"), _WHEEL, "wheel")
    if hasattr(found, "requires_dist"):
        requirements_of(found, ("x",), _ENVIRONMENT)


_SCRATCH = Path(tempfile.mkdtemp(prefix="mutants-"))


def _archive(name: str, kind: type[Wheel | Sdist]) -> Callable[[bytes], object]:
    path = _SCRATCH / name

    def read_it(data: bytes) -> object:
        path.write_bytes(data)
        return read_archive(None, _file(kind, name, path.as_uri()), lambda _: True)  # type: ignore[arg-type]

    return read_it


def _build_text(name: str) -> Callable[[bytes], object]:
    members = {f"evil-2.0/{name}": 100, "evil-2.0/a.c": 10, "evil-2.0/PKG-INFO": 10}

    def read_it(data: bytes) -> object:
        text = data.decode("utf-8", "replace")
        listing = ArchiveListing(
            tuple(ArchiveMember(path, size) for path, size in members.items()),
            {f"evil-2.0/{name}": text, "evil-2.0/PKG-INFO": "Name: evil\n"},
        )
        return read_sdist(SdistContents(listing), BuildSite.of(_TARGET))

    return read_it


def _lines(data: bytes) -> object:
    path = _SCRATCH / "requirements.txt"
    path.write_bytes(data)
    return read([path])


def _document(name: str) -> Callable[[bytes], object]:
    path = _SCRATCH / name

    def read_it(data: bytes) -> object:
        path.write_bytes(data)
        return read([path])

    return read_it


def _dockerfile(data: bytes) -> object:
    path = _SCRATCH / "Dockerfile"
    path.write_bytes(data)
    return read_dockerfile(path, as_of=date(2026, 1, 1), context=_SCRATCH)


def _url(data: bytes) -> object:
    return file_from_url(data.decode("utf-8", "replace"), _NAME)


def _texts(*texts: str) -> tuple[bytes, ...]:
    return tuple(text.encode("utf-8", "surrogatepass") for text in texts)


_ENTRY = (
    '{"meta":{"api-version":"1.1"},"name":"evil","files":[{"filename":"evil-2.0-py3-none-any.whl",'
    '"url":"../../files/evil-2.0-py3-none-any.whl#sha256=00","hashes":{"sha256":"00"},"size":9,'
    '"requires-python":">=3.8","upload-time":"2024-01-01T00:00:00Z","yanked":false,'
    '"core-metadata":{"sha256":"00"}},{"filename":"evil-1.0.tar.gz","url":"https://x.example/e"}]}'
)
_ANCHORS = (
    '<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.0">'
    '<base href="https://x.example/"></head><body><a href="evil-2.0-py3-none-any.whl#sha256=00" '
    'data-requires-python="&gt;=3.8" data-yanked="x" data-core-metadata="sha256=00">evil</a></body>'
)
_METADATA = honest_metadata(
    "evil", "2.0", "honest>=1,<2 ; python_version >= '3.8' and extra == 'x'", "a[b]~=1.0"
)
_SETUP = """from setuptools import setup, Extension
import os, sys, glob
libs = ['m'] if sys.platform != 'win32' else []
sources = [f'src/{name}.c' for name in ('a', 'b')] + sorted(glob.glob('src/*.c'))
def version():
    with open('VERSION') as file:
        return file.read().strip() or '%s.%d' % ('1', 2)
setup(name='evil', version=version(), ext_modules=[Extension('evil._a', sources, libraries=libs)],
      install_requires=open('requirements.txt').read().splitlines(), python_requires='>=3.8')
"""
_MESON = "project('evil', 'c')\nd = dependency('z')\npy.extension_module('a', 'a.c')\n"
_PYPROJECT = """[build-system]
requires = ["setuptools>=60", "cython ; python_version < '3.12'"]
build-backend = "setuptools.build_meta"
[project]
name = "evil"
version = "2.0"
requires-python = ">=3.8"
dependencies = ["honest>=1", "a @ https://x.example/a-1.0-py3-none-any.whl"]
optional-dependencies = {x = ["b"]}
[dependency-groups]
dev = ["c", {include-group = "d"}]
d = []
"""
_PYLOCK = """lock-version = "1.0"
created-by = "x"
requires-python = ">=3.8"
[[packages]]
name = "honest"
version = "1.0"
marker = "sys_platform == 'linux'"
[[packages.wheels]]
url = "https://x.example/honest-1.0-py3-none-any.whl"
hashes = {sha256 = "00"}
"""
_DOCKERFILE = """# syntax=docker/dockerfile:1
ARG PY=3.12
FROM --platform=linux/amd64 python:${PY}-slim AS build
ENV A=1 PATH="/venv/bin:$PATH"
COPY requirements.txt pyproject.toml /src/
RUN apt-get update && apt-get install -y gcc && pip install --no-cache-dir -r /src/requirements.txt
RUN <<END
set -e; for p in a b; do pip install "$p>=1"; done
END
FROM python:3.12-alpine
COPY --from=build /venv /venv
RUN ["pip", "install", "honest==1.0"]
"""
READERS = (
    Reader("JSON page", _json_page, _texts(_ENTRY), (MalformedPage,)),
    Reader("HTML page", _html_page, _texts(_ANCHORS), (MalformedPage,)),
    Reader("METADATA", _metadata, (_METADATA,)),
    Reader(
        "wheel",
        _archive("evil-2.0-py3-none-any.whl", Wheel),
        (wheel_of("evil", "2.0", more={"evil/_a.so": elf(code=b"\x90" * 99)}),),
        (ArchiveRefused, FetchFailed),
    ),
    Reader(
        "sdist",
        _archive("evil-2.0.tar.gz", Sdist),
        (sdist_of("evil", "2.0"), tar_of({"evil-2.0/PKG-INFO": "Name: evil"}, mode="w:")),
        (ArchiveRefused, FetchFailed),
    ),
    Reader("setup.py", _build_text("setup.py"), _texts(_SETUP)),
    Reader("pyproject.toml in an sdist", _build_text("pyproject.toml"), _texts(_PYPROJECT)),
    Reader(
        "meson.build",
        _build_text("meson.build"),
        _texts(_MESON),
    ),
    Reader(
        "requirement file",
        _lines,
        _texts(*(line[:3000] for line in BAD_LINES.values()), "honest>=1 --hash=sha256:00\n-r x\n"),
        (WheelcheckError,),
    ),
    Reader("pyproject.toml", _document("pyproject.toml"), _texts(_PYPROJECT), (WheelcheckError,)),
    Reader("pylock.toml", _document("pylock.toml"), _texts(_PYLOCK), (WheelcheckError,)),
    Reader("Dockerfile", _dockerfile, _texts(_DOCKERFILE), (WheelcheckError,)),
    Reader("URL", _url, _texts(*(url[:3000] for url in BAD_URLS.values()))),
)


def mutated(data: bytes, others: tuple[bytes, ...], chance: random.Random) -> bytes:
    """The data with one to six changes."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(found) + 1)
        end = min(len(found), place + chance.choice((1, 1, 2, 8, 40)))
        match chance.randrange(7):
            case 0:
                found[place:end] = chance.randbytes(end - place)
            case 1:
                del found[place:end]
            case 2:
                found[place:place] = found[place:end] * chance.choice((1, 2, 50))
            case 3:
                other = chance.choice(others)
                start = chance.randrange(len(other) + 1)
                found[place:end] = other[start : start + 40]
            case 4:
                found[place:place] = chance.choice(_PIECES)
            case 5:
                del found[place:]
            case _:
                if place < len(found):
                    found[place] ^= 1 << chance.randrange(8)
    return bytes(found[:100_000])


_PIECES = (
    *(b"\0", b"\xff", b"\n", b"\r", b"\\\n", b"'", b'"', b"[", b"]", b"(", b"{", b"}", b"<", b">"),
    *(b"${A}", b"http://[", b"file:///dev/zero", b" ; ", b" @ ", b"==", b"~=", b"9" * 5000, b"%s"),
    *(
        b"\xe2\x80\xae",
        b"\xed\xa0\x80",
        b"-",
        b"--",
        b"#",
        b"&&",
        b"$(",
        b"`",
        b"<<E\n",
        b"..",
        b"/",
    ),
)


def main() -> int:
    """Run all readers; 1 where something was raised that may not be, or took too long."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mutants", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "mutants-kept")
    args = parser.parse_args()
    rows = list(_all_readers(args.mutants // len(READERS) + 1, args.seed, args.keep))
    fields = ("reader", "mutants", "read", "refused", "raised", "slowest_seconds", "cpu_seconds")
    for file in [sys.stdout, *([args.output.open("w", newline="")] if args.output else [])]:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([fields, *rows])
    return int(any(row[4] for row in rows))


def _all_readers(mutants: int, seed: int, keep: Path) -> Iterator[tuple[object, ...]]:
    for reader in READERS:
        chance = random.Random(f"{seed} {reader.name}")
        read_well = refused = raised = 0
        slowest, began = 0.0, time.process_time()
        for _, seed_bytes in zip(range(mutants), cycle(reader.seeds), strict=False):
            data = mutated(seed_bytes, reader.seeds, chance)
            started = time.process_time()
            try:
                reader.read(data)
                read_well += 1
            except reader.allowed:
                refused += 1
            except Exception as error:  # noqa: BLE001 (that is what is looked for)
                raised += 1
                _keep(keep, reader.name, data, repr(error)[:200])
            seconds = time.process_time() - started
            slowest = max(slowest, seconds)
            if seconds > SLOWEST:
                raised += 1
                _keep(keep, reader.name, data, f"{seconds:.1f} s")
        spent = time.process_time() - began
        yield reader.name, mutants, read_well, refused, raised, f"{slowest:.2f}", f"{spent:.0f}"
        print(reader.name, raised, f"{spent:.0f} s", file=sys.stderr, flush=True)


def _keep(folder: Path, name: str, data: bytes, why: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    number = len(list(folder.iterdir()))
    if number < 200:
        (folder / f"{name.replace(' ', '-')}-{number}").write_bytes(
            io.BytesIO(why.encode() + b"\n\n" + data).getvalue()
        )


if __name__ == "__main__":
    sys.exit(main())
