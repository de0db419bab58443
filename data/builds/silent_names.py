"""Which names in build files end in silence: looked for by text alone, not by our reader.

    python silent_names.py unseen.csv --half development --out silent_names.csv

Unpacks each sdist of the list that is built in a root (`parts` has ``root``), searches the text of
its build files for names of libraries, packages of pkg-config, CMake and Meson, programs of
``find_program`` and ``-sys`` crates, and compares them with what wheelcheck reports as needs of the
release, whatever their role. A name is *covered* by a need that looks for it or stands for its
library, *no package* where `other_names.csv` says so, *brought* where a build requirement has that
name, *built* where the sdist has a target or a file of that name, *elsewhere* where the line or
one of the ten before it speaks of another system; else *silent*.

Folders of tests, documentation, examples and other projects' copies are left out.
"""

import argparse
import csv
import io
import re
import tarfile
import urllib.request
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.builds.needs.build_need import BuildNeed
from wheelcheck.builds.needs.libraries import library_called
from wheelcheck.builds.needs.source_needs import source_needs
from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.errors import Unknown
from wheelcheck.index import DEFAULT_INDEX_URL, open_index
from wheelcheck.index.interface import Index, Sdist
from wheelcheck.tables import read_table
from wheelcheck.targets.spellings.spelling import parse_target_on

_ASIDE = re.compile(
    r"(^|/)(tests?|testing|docs?|examples?|samples?|demos?|benchmarks?|vendor(ed)?|third[_-]?party|3rdparty"
    r"|c?extern(al)?s?|subprojects|deps|contrib|tools?|ci|\.\w+)/",
    re.IGNORECASE,
)
_NAME = r"([A-Za-z_][\w.+-]*)"
_IN_PYTHON = (
    (FileKind.LIB, re.compile(rf"[\"']-l{_NAME}[\"']")),
    (
        FileKind.PC,
        re.compile(
            rf"pkg-config[\"',\s]+(?:--[\w-]+[\"',\s]+)*(?![frb]{{1,2}}[\"'])[\"']?{_NAME}[\"']"
        ),
    ),
    (FileKind.PC, re.compile(rf"\bpkgconfig\.(?:parse|exists|libs|cflags)\(\s*[\"']{_NAME}[\"']")),
)
_LISTS = re.compile(
    r"\b(?:\w+_)?(?:libraries|LIBRARIES|libs|LIBS)[\"']?\]?\s*(?:\+?=|:)\s*[\[(]([^\])]*)[\])]"
)
_QUOTED = re.compile(rf"[\"']{_NAME}[\"']")
_OTHERS = {
    "meson.build": (
        (FileKind.PC, re.compile(rf"\bdependency\s*\(\s*'{_NAME}'")),
        (FileKind.LIB, re.compile(rf"\bfind_library\s*\(\s*'{_NAME}'")),
        (FileKind.EXECUTABLE, re.compile(rf"\bfind_program\s*\(\s*'{_NAME}'")),
    ),
    "CMakeLists.txt": (
        (FileKind.CMAKE, re.compile(rf"\bfind_package\s*\(\s*{_NAME}", re.IGNORECASE)),
        (
            FileKind.PC,
            re.compile(
                r"\bpkg_(?:check|search)_modules?\s*\(\s*\w+\s+"
                rf"(?:REQUIRED\s+|QUIET\s+|IMPORTED_TARGET\s+)*{_NAME}",
                re.IGNORECASE,
            ),
        ),
        (
            FileKind.LIB,
            re.compile(rf"\bfind_library\s*\(\s*\w+\s+(?:NAMES\s+)?{_NAME}", re.IGNORECASE),
        ),
        (
            FileKind.EXECUTABLE,
            re.compile(rf"\bfind_program\s*\(\s*\w+\s+(?:NAMES\s+)?{_NAME}", re.IGNORECASE),
        ),
    ),
    "Cargo.toml": ((FileKind.LIB, re.compile(r"^([\w-]+?)[-_]sys\s*=", re.MULTILINE)),),
    "setup.cfg": ((FileKind.LIB, re.compile(rf"^libraries\s*=\s*{_NAME}", re.MULTILINE)),),
}
_SCRIPT = re.compile(r"(^|/)(setup\w*|\w*build\w*|\w*ffi\w*)\.py$")
_OTHER_SYSTEM = re.compile(
    r"win32|windows|darwin|macos|msvc|mingw|\bnt\b|apple|cygwin|bsd|sunos|aix|osx", re.IGNORECASE
)
_KINDS = {
    FileKind.LIB: "lib", FileKind.PC: "pc", FileKind.CMAKE: "cmake", FileKind.EXECUTABLE: "exe",
}  # fmt: skip


def named(texts: dict[str, str]) -> Iterator[tuple[str, int, FileKind, str]]:
    """The names in build files: path, line, how it is looked for, name."""
    for path, text in texts.items():
        base = path.rpartition("/")[2]
        bare = re.sub(r"#[^\n]*", lambda match: " " * len(match[0]), text)
        patterns = _OTHERS.get(base, _IN_PYTHON if _SCRIPT.search(path) else ())
        for kind, pattern in patterns:
            for match in pattern.finditer(bare):
                yield path, bare.count("\n", 0, match.start(1)) + 1, kind, match[1]
        for found in _LISTS.finditer(bare) if patterns is _IN_PYTHON else ():
            for match in _QUOTED.finditer(found[1]):
                line = bare.count("\n", 0, found.start(1) + match.start()) + 1
                yield path, line, FileKind.LIB, match[1]


def unpacked(sdist: Sdist) -> tuple[dict[str, str], set[str]]:
    """The build files of an sdist by path, and the names of all its files."""
    with urllib.request.urlopen(sdist.url) as reply:
        data = reply.read()
    texts, names = {}, set()
    if sdist.filename.endswith(".zip"):
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = [(name, lambda name=name: archive.read(name)) for name in archive.namelist()]
    else:
        tar = tarfile.open(fileobj=io.BytesIO(data))  # noqa: SIM115 (read below)
        members = [
            (member.name, lambda member=member: tar.extractfile(member).read())
            for member in tar
            if member.isfile()
        ]
    for name, read in members:
        path = name.partition("/")[2]
        names.add(path)
        wanted = path.rpartition("/")[2] in _OTHERS or _SCRIPT.search(path)
        if wanted and path.count("/") < 3 and not _ASIDE.search(f"/{path}"):
            texts[path] = read().decode("utf-8", "replace")
    return texts, names


def fate(
    kind: FileKind,
    name: str,
    needs: tuple[BuildNeed, ...],
    requirements: set[str],
    targets: set[str],
) -> str:
    """What became of a name."""
    label = library_called(_KINDS[kind], name)
    if any((kind, name) in need.files or need.name == label for need in needs):
        return "covered"
    if any(name in {item for _, item in need.files} for need in needs):
        return "covered"
    meaning = _OTHER_NAMES.get((kind.value, name), _OTHER_NAMES.get((kind.value, name.lower())))
    if meaning is not None:
        known = not meaning or meaning.removeprefix("library:") in {need.name for need in needs}
        return "no package" if not meaning else ("covered" if known else "silent")
    if re.fullmatch(r"(lib)?python[\d.]*\w*|.*\.(lib|dll)", name):
        return "no package"
    if canonicalize_name(name) in requirements:
        return "brought"
    return "built" if name in targets else "silent"


_OTHER_NAMES = {
    (row["kind"], name): row["means"]
    for row in read_table("builds/needs/other_names.csv")
    for name in row["names"].split()
}


def judged(index: Index, row: dict[str, str]) -> Iterator[dict[str, object]]:
    """One row for each name in an sdist."""
    project = index.project(canonicalize_name(row["name"]))
    files = () if isinstance(project, Unknown) else project.files(Version(row["version"]))
    sdist = next((file for file in files if isinstance(file, Sdist)), None)
    if sdist is None:
        return
    target = parse_target_on(f"python:{row['python']}-slim", as_of=datetime.now(UTC).date())
    reading = SdistReader(index).read(sdist, target)
    source = reading.needs_input
    needs = source_needs(source)
    texts, names = unpacked(sdist)
    requirements = {
        canonicalize_name(re.split(r"[ <>=!~;\[]", line)[0]) for line in source.build_requires
    }
    everything = "\n".join(texts.values())
    targets = set(re.findall(r"\badd_library\s*\(\s*(\w+)", everything, re.IGNORECASE))
    targets |= set(re.findall(r"\b\w*library\s*\(\s*'([\w.-]+)'", everything))
    targets |= set(re.findall(r"\(\s*[\"'](\w+)[\"']\s*,\s*(?:dict\(|\{)", everything))
    targets |= {re.sub(r"^lib|\.(a|so|c|cpp|cc)$", "", name.rpartition("/")[2]) for name in names}
    targets |= {part.lower() for name in names for part in name.split("/")[:-1]}
    for path, line, kind, name in dict.fromkeys(named(texts)):
        result = fate(kind, name, needs, requirements, targets)
        before = texts[path].splitlines()[max(0, line - 11) : line]
        if result == "silent" and any(map(_OTHER_SYSTEM.search, before)):
            result = "elsewhere"
        yield {
            "name": row["name"], "version": row["version"], "place": f"{path}:{line}",
            "kind": kind.value, "sought": name, "result": result,
        }  # fmt: skip


def main() -> None:
    """Judge the list, write one row for each name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("list", type=Path)
    parser.add_argument("--half", default="development")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    with arguments.list.open(newline="", encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["half"] == arguments.half and "root" in row["parts"].split()
        ]
    fields = ("name", "version", "place", "kind", "sought", "result")
    with (
        open_index(DEFAULT_INDEX_URL, cache_dir="default") as index,
        arguments.out.open("w", newline="", encoding="utf-8") as out,
    ):
        writer = csv.DictWriter(out, fields, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            found = list(judged(index, row))
            writer.writerows(found)
            silent = [
                f"{item['sought']} ({item['place']})"
                for item in found
                if item["result"] == "silent"
            ]
            print(row["name"], len(found), *silent, flush=True)


if __name__ == "__main__":
    main()
