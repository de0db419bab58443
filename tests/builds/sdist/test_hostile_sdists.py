"""Archives made to harm their reader, judged whole: a verdict with its reason, and nothing else.

The corpus is built in code. What of it is refused is `source-unknown`; what installers unpack all
the same is judged by what they would see.
"""

import bz2
import io
import itertools
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from archive_builders import tar_of, zip_of
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.builds.evidence.classification import MEANINGS, Classification, Confidence
from wheelcheck.builds.evidence.classify import judge_source_build
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import Unknown
from wheelcheck.index import open_index
from wheelcheck.index.archives import archive, tars, zips
from wheelcheck.index.interface import Sdist
from wheelcheck.requirements.requirement_set import IndexOptions

PURE, NATIVE, UNKNOWN = Verdict.SOURCE_PURE, Verdict.SOURCE_NATIVE, Verdict.SOURCE_UNKNOWN
SETUP = "from setuptools import Extension, setup\n"
PLAIN = SETUP + "setup(name='x')\n"
COMPILES = SETUP + "setup(name='x', ext_modules=[Extension('x', ['x.c'])])\n"
Judge = Callable[..., Classification]


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    """Judge the bytes of an sdist that lies on this machine, read by the index itself."""
    folder: Path = tmp_path_factory.mktemp("sdists")
    numbers = itertools.count()
    with open_index(IndexOptions(no_index=True), cache_dir=None) as index:

        def judge_it(data: bytes, ending: str = ".tar.gz", **facts: object) -> Classification:
            path = folder / f"x-{next(numbers)}{ending}"
            path.write_bytes(data)
            before = set(folder.rglob("*"))
            sdist = Sdist(
                f"x-1{ending}", path.as_uri(), canonicalize_name("x"), Version("1"), **facts
            )
            project = Unknown("project-not-found", "there is no index")
            found = judge_source_build(project, sdist, index)
            assert set(folder.rglob("*")) == before
            assert found.reason
            assert all(piece.code in MEANINGS and piece.where for piece in found.evidence)
            assert (found.verdict is UNKNOWN) == (found.confidence is Confidence.NONE)
            return found

        yield judge_it


def tar_with(kind: bytes, target: str, *, size: int = 0) -> bytes:
    """An sdist whose setup.py is a member of another kind than a regular file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo("x-1/setup.py")
        info.type, info.linkname, info.size = kind, target, size
        archive.addfile(info, io.BytesIO(bytes(size)))
        other = tarfile.TarInfo("x-1/PKG-INFO")
        archive.addfile(other, io.BytesIO())
    return buffer.getvalue()


def bomb(pack: Callable[[bytes], bytes]) -> bytes:
    info = tarfile.TarInfo("x-1/zeros")
    info.size = 48 << 20
    return pack(info.tobuf() + bytes(48 << 20))


def lying_tar(size: bytes) -> bytes:
    data = bytearray(tar_of({"x-1/setup.py": PLAIN}, mode="w:", form=tarfile.GNU_FORMAT))
    data[124:136] = size
    data[148:156] = b"%06o\0 " % (sum(data[:512]) - sum(data[148:156]) + 8 * 32)
    return bytes(data)


def zip_patched(field: int, value: int) -> bytes:
    """A zip archive with one 32-bit field of its directory changed."""
    data = bytearray(zip_of({"x-1/setup.py": PLAIN * 20}))
    struct.pack_into("<L", data, data.rindex(b"PK\1\2") + field, value)
    return bytes(data)


def zip_claiming(members: int) -> bytes:
    data = bytearray(zip_of({"x-1/setup.py": PLAIN}))
    struct.pack_into("<2H", data, data.rindex(b"PK\5\6") + 8, members, members)
    return bytes(data)


REFUSED = {
    "gzip bomb": (bomb(lambda data: zlib.compress(data, 9, wbits=31)), ".tar.gz"),
    "bzip2 bomb": (bomb(bz2.compress), ".tar.bz2"),
    "absolute name": (tar_of({"/etc/setup.py": PLAIN}), ".tar.gz"),
    "name that leads outside": (tar_of({"x-1/../../setup.py": PLAIN}), ".tar.gz"),
    "zip name that leads outside": (zip_of({"x-1/../../setup.py": PLAIN}), ".zip"),
    "endless name": (tar_of({"x-1/" + "a/" * 4000 + "setup.py": PLAIN}), ".tar.gz"),
    "more members than any": (tar_of({f"x-1/{n}": "" for n in range(300)}), ".tar.gz"),
    "zip that claims too many members": (zip_claiming(0xFFFE), ".zip"),
    "tar that lies about a size": (lying_tar(b"77777777777\0"), ".tar"),
    "tar with a negative size": (lying_tar(b"-0000000001\0"), ".tar"),
    "zip that lies about a size": (zip_patched(24, 10), ".zip"),
    "zip that claims gigabytes": (zip_patched(24, 0x7FFFFFFF), ".zip"),
    "zip that points elsewhere": (zip_patched(42, 5), ".zip"),
    "cut short": (tar_of({"x-1/setup.py": PLAIN})[:-30], ".tar.gz"),
    "zip cut short": (zip_of({"x-1/setup.py": PLAIN})[:-30], ".zip"),
    "page of a login": (b"<!doctype html><title>Log in</title>" * 40, ".tar.gz"),
    "tar by the name of a zip": (tar_of({"x-1/setup.py": PLAIN}), ".zip"),
    "nothing": (b"", ".tar.gz"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_archive_is_unknown_with_its_reason(judge: Judge, monkeypatch, name: str):
    monkeypatch.setattr(tars, "MAX_UNPACKED_BYTES", 16 << 20)
    for module in (archive, zips):
        monkeypatch.setattr(module, "MAX_MEMBERS", 200)
    found = judge(*REFUSED[name])
    assert found.verdict is UNKNOWN
    (piece,) = found.evidence
    assert piece.code == "archive-unreadable"
    assert piece.detail
    assert piece.detail in found.reason


def test_an_archive_with_another_hash_than_the_index_gives(judge: Judge):
    found = judge(tar_of({"x-1/setup.py": PLAIN}), hashes={"sha256": "00" * 32})
    assert (found.verdict, found.evidence[0].code) == (UNKNOWN, "archive-unreadable")


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (tarfile.SYMTYPE, "/etc/passwd"), (tarfile.SYMTYPE, "../../x.py"),
        (tarfile.LNKTYPE, "x-1/PKG-INFO"), (tarfile.CHRTYPE, ""), (tarfile.FIFOTYPE, ""),
        (tarfile.DIRTYPE, ""),
    ],
)  # fmt: skip
def test_links_and_devices_are_no_setup_scripts(judge: Judge, kind: bytes, target: str):
    found = judge(tar_with(kind, target))
    assert found.verdict is UNKNOWN
    assert {piece.code for piece in found.evidence} >= {"no-build-file"}


def test_a_link_in_a_zip_is_no_setup_script(judge: Judge):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("x-1/setup.py")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("x-1/PKG-INFO", "")
    assert judge(buffer.getvalue(), ".zip").verdict is UNKNOWN


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("last", "verdict"), [(PLAIN, PURE), (COMPILES, NATIVE)])
def test_of_two_setup_scripts_the_script_unpacked_last_counts(
    judge: Judge, last: str, verdict: Verdict
):
    first = COMPILES if last == PLAIN else PLAIN
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x-1/setup.py", first)
        archive.writestr("x-1/setup.py", last)
    assert judge(buffer.getvalue(), ".zip").verdict is verdict
    assert judge(tar_of({"x-1/setup.py": first, "x-1//setup.py": last})).verdict is verdict


@pytest.mark.parametrize(
    ("members", "verdict"),
    [
        ({"x-1/setup.py": b"# caf\xe9 \xff\n" + COMPILES.encode(), "x-1/x.c": ""}, NATIVE),
        ({"x-1/setup.py": PLAIN, b"x-1/\xff\xfe.py".decode("latin-1"): ""}, PURE),
        ({"x-1/setup.py": PLAIN, "x-1/" + "d/" * 1500 + "x.c": ""}, PURE),
        ({"x-1/setup.py": PLAIN, "x-1/setup.py/inside": ""}, PURE),
        ({"setup.py": PLAIN}, PURE),
        ({"x-1/setup.py": PLAIN, "other/setup.py": COMPILES}, UNKNOWN),
    ],
)
def test_odd_archives_are_judged_as_they_unpack(
    judge: Judge, members: dict[str, str | bytes], verdict: Verdict
):
    assert judge(tar_of(members)).verdict is verdict
    assert judge(zip_of(members), ".zip").verdict is verdict


def test_a_format_other_than_the_name_says_is_read(judge: Judge):
    assert judge(zip_of({"x-1/setup.py": COMPILES}), ".tar.gz").verdict is NATIVE
    assert judge(tar_of({"x-1/setup.py": COMPILES}, mode="w:bz2"), ".tar.gz").verdict is NATIVE


MANY = 20_000
PYTHON = {
    "nested brackets": "x = " + "[" * MANY + "]" * MANY,
    "nested calls": "x = " + "f(" * MANY + ")" * MANY,
    "long sum": "x = " + "+".join(["1"] * MANY),
    "chain of attributes": "x = a" + ".b" * MANY,
    "chain of comparisons": "x = " + " < ".join(["a"] * MANY),
    "nots": "x = " + "not " * MANY + "a",
    "lambdas": "x = " + "lambda: " * MANY + "0",
    "else-ifs": "if a: pass\n" + "elif b: pass\n" * MANY,
    "nested text": "x = f'" + '{f"' * 50 + "}" * 50 + "'",
    "endless number": "x = " + "9" * 10_000,
    "power": "x = 9 ** 9 ** 9 ** 9",
    "long text": "x = 'a' * 10 ** 12\nsetup(name=x)",
    "doubling text": "x = 'ab'\n" + "x = x + x\n" * 200,
    "doubling list": "x = [1]\n" + "x = x + x\n" * 200,
    "list of itself": "x = []\nx.append(x)\n" + "x = [x, x]\n" * 200 + "setup(ext_modules=x)",
    "product of loops": "x = [0 for a in range(999) for b in range(999) for c in range(999)]",
    "endless loop": "while True:\n  while True:\n    x = 1",
    "endless recursion": "def f(n): return f(n) + f(n)\nf(0)",
    "functions that call two more": "\n".join(
        f"def f{n}(): f{n + 1}(); f{n + 1}()" for n in range(60)
    ) + "\nf0()",
    "ways that double": "\n".join(f"if unknown({n}): x{n} = 1" for n in range(2000)),
    "null byte": "x = 1\0",
    "odd encoding": "# coding: rot13\nfrom setuptools import setup",
    "imports itself": "import setup\nfrom setup import *",
}  # fmt: skip


@pytest.mark.parametrize("name", PYTHON)
@pytest.mark.parametrize("path", ["setup.py", "build.py"])
def test_scripts_that_exhaust_a_reader_end_in_a_verdict(judge: Judge, name: str, path: str):
    poetry = (
        "[build-system]\nrequires = ['poetry-core']\nbuild-backend = 'poetry.core.masonry.api'\n"
        "[tool.poetry.build]\nscript = 'build.py'\n"
    )
    members = {f"x-1/{path}": f"{SETUP}{PYTHON[name]}\n", "x-1/x.c": ""}
    if path == "build.py":
        members["x-1/pyproject.toml"] = poetry
    found = judge(tar_of(members))
    assert found.confidence is not Confidence.CERTAIN


TOML = {
    "nested arrays": "x = " + "[" * MANY + "]" * MANY,
    "nested tables": "x = " + "{a = " * MANY + "1" + "}" * MANY,
    "dotted key": ".".join(["a"] * MANY) + " = 1",
    "dotted table": "[" + ".".join(["a"] * MANY) + "]",
    "quoted dotted key": ".".join(['"a"'] * MANY) + " = 1",
    "arrays of tables": "[[a]]\n" * MANY,
    "endless number": "x = " + "9" * 100_000,
    "endless float": "x = 1e" + "9" * 100_000,
    "many keys": "\n".join(f"k{n} = 1" for n in range(MANY)),
    "unclosed text": 'x = """' + "a" * 100_000,
    "null byte": "x = '\0'",
    "wrong types": "build-system = 7\ntool = [1]\n",
    "types inside": "[build-system]\nrequires = 7\nbuild-backend = ['x']\nbackend-path = {}\n",
}


@pytest.mark.parametrize("name", TOML)
@pytest.mark.parametrize("path", ["pyproject.toml", "Cargo.toml"])
def test_tables_that_exhaust_a_reader_end_in_a_verdict(judge: Judge, name: str, path: str):
    found = judge(tar_of({"x-1/setup.py": COMPILES, f"x-1/{path}": TOML[name], "x-1/x.c": ""}))
    assert found.verdict is NATIVE  # setuptools is what remains, and its script is read


@pytest.mark.parametrize(
    "text",
    [
        "project(" * MANY,
        "project('x', " + "'c', " * MANY,
        "#" * MANY + "\n" + "(" * MANY,
        "'" * MANY,
    ],
)
@pytest.mark.parametrize("path", ["meson.build", "CMakeLists.txt", "setup.cfg"])
def test_descriptions_that_exhaust_a_reader_end_in_a_verdict(judge: Judge, text: str, path: str):
    found = judge(tar_of({"x-1/setup.py": PLAIN, f"x-1/{path}": text}))
    assert found.verdict is PURE


@pytest.mark.parametrize(
    "wheel", [b"", zip_claiming(0xFFFE), zip_patched(24, 0x7FFFFFFF), zip_of({"../x.so": ""})]
)
def test_a_refused_wheel_leaves_what_its_name_tells(tmp_path: Path, wheel: bytes):
    (tmp_path / "x-1.tar.gz").write_bytes(tar_of({"x-1/setup.py": PLAIN}))
    (tmp_path / "x-1-cp312-cp312-manylinux_2_17_x86_64.whl").write_bytes(wheel)
    options = IndexOptions(no_index=True, find_links=(tmp_path.as_uri(),))
    with open_index(options, cache_dir=None) as index:
        project = index.project(canonicalize_name("x"))
        assert not isinstance(project, Unknown)
        (sdist,) = [f for f in project.files(Version("1")) if isinstance(f, Sdist)]
        found = judge_source_build(project, sdist, index)
    assert (found.verdict, found.confidence) == (NATIVE, Confidence.CERTAIN)
    assert not any(piece.code.startswith("wheel-") for piece in found.evidence)


GOOD = {
    ".tar.gz": tar_of({"x-1/setup.py": COMPILES, "x-1/x.c": "int x;"}),
    ".tar": tar_of({"x-1/setup.py": COMPILES, "x-1/x.c": "int x;"}, mode="w:"),
    ".zip": zip_of({"x-1/setup.py": COMPILES, "x-1/x.c": "int x;"}),
}


@given(st.sampled_from(sorted(GOOD)), st.integers(0, 2000), st.binary(min_size=1, max_size=60))
def test_a_damaged_archive_is_judged_or_refused(
    judge: Judge, ending: str, place: int, noise: bytes
):
    data = GOOD[ending]
    at = place % len(data)
    judge(data[:at] + noise + data[at + len(noise) :], ending)


PATHS = st.sampled_from([
    "setup.py", "setup.cfg", "pyproject.toml", "meson.build", "CMakeLists.txt", "Cargo.toml",
    "src/Cargo.toml", "build.py", "hatch_build.py", "_build/backend.py", "x.c", "x.pyx", "é.rs",
])  # fmt: skip
LINES = st.sampled_from([
    "from setuptools import Extension, setup", "setup()", "setup(ext_modules=x)", "import build",
    "x = [Extension('x', ['x.c'])]", "if unknown:", "    x = []", "raise SystemExit",
    "\ufeff", "\0",
    "[build-system]", "requires = ['hatchling', 'cffi']", "build-backend = 'backend'",
    "backend-path = ['_build']", "[tool.hatch.build.hooks.custom]", "path = 'build.py'",
    "[tool.scikit-build.wheel]", "cmake = false", "project('x', 'c')", "project(x NONE)", "'''",
    "[extension=x]", "[package]", "rust-version = 7", "import subprocess, sys", "try:", "(",
    "subprocess.run([sys.executable, 'setup.py', 'build_ext'])",
])  # fmt: skip


@given(st.dictionaries(PATHS, st.lists(LINES, max_size=8).map("\n".join), max_size=6))
def test_any_mixture_of_build_files_ends_in_a_verdict(judge: Judge, files: dict[str, str]):
    judge(zip_of({f"x-1/{path}": text for path, text in files.items()}), ".zip")
