"""Locks made by the real tools for one small project, read as the tools would install them.

The files of `locks/` are cut down: of compiled packages only the wheels for three CPython versions
on x86_64 are left, and the index is called index.example. They were made with uv 0.13.9,
Poetry 2.5.1 and 1.8.5, PDM 2.26.2, Pipenv and pip 26.3.
"""

import json
import shutil
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.utils import canonicalize_name
from situations import target

from wheelcheck.requirements import CommandLine, Requirements, read

LOCKS = Path(__file__).parent
MAIN = {"markupsafe", "psycopg2", "python-dateutil", "tzdata"}
OLD = {"exceptiongroup", "typing-extensions", "six"}  # CPython 3.10 has two more, and an old one
ALL = sorted(
    path.relative_to(LOCKS)
    for path in LOCKS.glob("*/*")
    if path.stem != "pyproject" and path.suffix != ".pyc"
)


def wanted(found: Requirements, python: int = 12) -> set[str]:
    """Names of what is installed on a CPython 3.x."""
    environment = target(python=(3, python)).marker_environment()

    def holds(marker: Marker | None) -> bool:
        return marker is None or marker.evaluate(environment)

    lines = [line.requirement for line in found.lines if holds(line.requirement.marker)]
    return {canonicalize_name(line.name) for line in lines}


@pytest.mark.parametrize("path", ALL, ids=str)
def test_locks_are_lists_of_exact_versions_and_files(path: Path):
    found = read([LOCKS / path])
    assert found.lines
    assert found.skipped == ()
    for line in found.lines:
        assert line.locked
        assert line.origin.line
        assert line.hashes
        assert [clause.operator for clause in line.requirement.specifier] == ["=="]
    assert not found.policy.require_hashes


@pytest.mark.parametrize(
    ("path", "options", "names"),
    [
        ("uv/uv.lock", {}, MAIN | {"iniconfig", "pluggy"}),
        ("uv/uv.lock", {"groups": ["main"]}, MAIN),
        ("uv/uv.lock", {"groups": ["lint"]}, MAIN | {"pluggy"}),
        ("uv/uv.lock", {"groups": ["main"], "extras": ["all"]}, MAIN | {"six", "colorama"}),
        ("uv/uv.lock", {"groups": ["main"], "extras": ["Web"]}, MAIN | {"colorama"}),
        ("poetry/poetry.lock", {}, MAIN | {"six", "iniconfig", "pluggy"}),
        ("poetry/poetry.lock", {"groups": ["main"]}, MAIN | {"six"}),
        ("poetry/poetry.lock", {"groups": ["lint"]}, MAIN | {"six", "pluggy"}),
        ("poetry/poetry.lock", {"groups": ["main"], "extras": ["web"]}, MAIN | {"six", "colorama"}),
        ("poetry-1.8/poetry.lock", {}, MAIN | {"six", "iniconfig"}),
        ("poetry-1.8/poetry.lock", {"groups": ["lint"]}, MAIN | {"six", "pluggy"}),
        ("poetry-1.8/poetry.lock", {"groups": ["main"], "extras": ["all"]},
         MAIN | {"six", "colorama"}),
        ("pdm/pdm.lock", {}, MAIN | {"six", "iniconfig", "pluggy", "colorama"}),
        ("pdm/pdm.lock", {"extras": ["all"]}, MAIN | {"six", "iniconfig", "pluggy", "colorama"}),
        ("pdm/pdm.lock", {"groups": ["lint"]}, MAIN | {"six", "pluggy"}),
        ("pdm/pdm.lock", {"groups": ["default"]}, MAIN | {"six"}),
        ("pdm/pdm.lock", {"groups": ["main"], "extras": ["web"]}, MAIN | {"six", "colorama"}),
        ("pdm-plain/pdm.lock", {}, MAIN | {"six", "iniconfig", "pluggy", "colorama"}),
        ("pdm-plain/pdm.lock", {"groups": ["main"]}, MAIN | {"six"}),
        ("pdm-plain/pdm.lock", {"groups": ["main"], "extras": ["all"]},
         MAIN | {"six", "colorama"}),
        ("pipenv/Pipfile.lock", {}, MAIN | {"exceptiongroup", "typing-extensions"}),
        ("pipenv/Pipfile.lock", {"groups": ["dev"]},
         MAIN | {"exceptiongroup", "typing-extensions", "iniconfig"}),
        ("pipenv/Pipfile.lock", {"groups": ["web"]},
         MAIN | {"exceptiongroup", "typing-extensions", "colorama"}),
        ("pip/pylock.toml", {}, {"markupsafe", "python-dateutil", "tzdata"}),
        ("pylock/pylock.toml", {}, MAIN | {"colorama", "iniconfig", "pluggy", "six"}),
    ],
)  # fmt: skip
def test_what_the_tool_would_install(path: str, options: dict[str, list[str]], names: set[str]):
    found = read([LOCKS / path], **options)
    assert wanted(found) == names
    assert not [warning for warning in found.warnings if "--" in warning]


@pytest.mark.parametrize("path", ["uv/uv.lock", "poetry/poetry.lock", "poetry-1.8/poetry.lock",
                                  "pdm/pdm.lock", "pdm-plain/pdm.lock"])  # fmt: skip
def test_markers_along_the_way_to_a_package_count(path: str):
    assert wanted(read([LOCKS / path], groups=["main"]), python=10) == MAIN | OLD


def test_of_several_versions_each_has_its_targets():
    found = read([LOCKS / "uv/uv.lock"])
    forks = {
        str(line.requirement.specifier): line
        for line in found.lines
        if line.requirement.name == "python-dateutil"
    }
    old, new = forks["==3.0.0"], forks["==4.0.0"]
    assert wanted(Requirements((old,)), 10) == wanted(Requirements((new,)), 11)
    assert not wanted(Requirements((old,)), 11) | wanted(Requirements((new,)), 10)
    assert old.hashes == new.hashes  # the version tells which of the files are its own


@pytest.mark.parametrize("path", ["uv/uv.lock", "pdm/pdm.lock", "poetry/poetry.lock"])
def test_the_pythons_a_lock_is_for(path: str):
    (scope,) = read([LOCKS / path]).scopes
    for python, holds in ((9, False), (10, True), (13, True), (14, False)):
        assert scope.admits(target(python=(3, python))) is holds


@pytest.mark.parametrize(
    ("path", "index"),
    [
        ("uv/uv.lock", "https://index.example/simple/"),
        ("pylock/pylock.toml", "https://index.example/simple/"),
        ("poetry/poetry.lock", "https://index.example/simple/"),
        ("pipenv/Pipfile.lock", "https://index.example/simple/"),
        ("pdm/pdm.lock", None),
    ],
)
def test_the_index_that_a_lock_names(path: str, index: str | None):
    assert read([LOCKS / path]).index.index_url == index


class TestWithoutTheProjectBeside:
    """Some locks do not say which of their packages are for what."""

    @pytest.mark.parametrize(
        ("path", "names", "reported"),
        [
            ("uv/uv.lock", MAIN | {"iniconfig", "pluggy"}, None),
            ("poetry/poetry.lock", MAIN | {"six", "iniconfig", "pluggy"}, "which groups are"),
            ("poetry-1.8/poetry.lock", MAIN | {"exceptiongroup", "typing-extensions", "six",
             "iniconfig", "pluggy"}, "those for development among them"),
            ("pdm/pdm.lock", MAIN | {"six", "iniconfig", "pluggy", "colorama"}, None),
            ("pdm-plain/pdm.lock", MAIN | {"exceptiongroup", "typing-extensions", "six",
             "iniconfig", "pluggy", "colorama"}, "all packages count"),
        ],
    )  # fmt: skip
    def test_the_groups_of_a_lock_are_taken_that_its_tool_installs(
        self, tmp_path: Path, path: str, names: set[str], reported: str | None
    ):
        shutil.copy(LOCKS / path, tmp_path)
        found = read([tmp_path / Path(path).name])
        assert wanted(found) == names
        assert reported is None or any(reported in warning for warning in found.warnings)


def lock(tmp_path: Path, name: str, text: str) -> Requirements:
    path = tmp_path / name
    path.write_text(text)
    return read([path])


class TestWhatIsNotFromAnIndex:
    def test_a_uv_lock_gives_pins_markers_and_hashes(self, tmp_path: Path):
        found = lock(
            tmp_path,
            "uv.lock",
            """
version = 1
requires-python = ">=3.9"
[manifest]
members = ["root", "member", "virtual"]
[[package]]
name = "root"
source = { editable = "." }
dependencies = [
    { name = "a" }, { name = "b", marker = "sys_platform == 'win32'" }, { name = "member" },
    { name = "c" }, { name = "d" }, { name = "virtual" }, { name = "e" },
]
[[package]]
name = "a"
version = "1"
source = { git = "https://x.example/a?rev=1#abc" }
[[package]]
name = "b"
version = "1"
source = { path = "b-1.zip" }
[[package]]
name = "c"
version = "1.0"
source = { url = "https://me:secret@x.example/c-1.0-py3-none-any.whl" }
wheels = [{ url = "https://x.example/c-1.0-py3-none-any.whl", hash = "sha256:12" }]
[[package]]
name = "d"
version = "1"
source = { registry = "../links" }
wheels = [{ path = "d-1-py3-none-any.whl" }]
[[package]]
name = "e"
version = "1"
source = { registry = "https://index.example/simple" }
[[package]]
name = "member"
version = "1"
source = { editable = "packages/member" }
dependencies = [{ name = "f" }]
[[package]]
name = "virtual"
version = "1"
source = { virtual = "packages/virtual" }
[[package]]
name = "f"
version = "1"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/f-1-py3-none-any.whl", hash = "sha256:34" }]
[[package]]
name = "unreached"
version = "1"
source = { registry = "https://index.example/simple" }
""",
        )
        skipped = {skip.name or "": (skip.why.code, str(skip.why)) for skip in found.skipped}
        assert skipped == {
            "a": ("not-from-an-index", "built from a checkout (git)"),
            "b": (
                "not-from-an-index",
                "there is no such file: b-1.zip",
            ),
            "e": ("no-files-locked", "the lock lists no file of it"),
            "member": ("not-from-an-index", "built from another member of the workspace"),
        }
        (d,) = (line for line in found.lines if line.requirement.name == "d")
        assert [file.filename for file in d.files] == ["d-1-py3-none-any.whl"]
        assert d.files[0].url == ""  # outside the lock's own folder nothing is looked at
        (b,) = (skip for skip in found.skipped if skip.name == "b")
        assert str(b.marker) == 'sys_platform == "win32"'
        assert {line.requirement.name for line in found.lines} == {"c", "d", "f"}
        (c,) = (line for line in found.lines if line.requirement.name == "c")
        assert c.requirement.url == "https://me:secret@x.example/c-1.0-py3-none-any.whl"
        assert c.hashes == {"sha256:12"}
        assert "secret" not in repr(found)

    def test_a_pylock_gives_pins_and_hashes(self, tmp_path: Path):
        found = lock(tmp_path, "pylock.toml", """
lock-version = "1.0"
created-by = "me"
[[packages]]
name = "a"
vcs = {type = "git", url = "https://x.example/a", commit-id = "1"}
[[packages]]
name = "b"
directory = {path = ".", editable = true}
[[packages]]
name = "c"
archive = {url = "https://x.example/c-1.0.tar.gz", hashes = {sha256 = "12"}}
[[packages]]
name = "d"
archive = {path = "../d-1.0.tar.gz", hashes = {sha256 = "12"}}
""")  # fmt: skip
        assert [(skip.name, str(skip.why)) for skip in found.skipped] == [
            ("a", "built from a checkout (git)"),
            ("b", "built from a directory"),
            ("d", "installed from a local archive"),
        ]
        (line,) = found.lines
        assert (line.requirement.url, line.hashes) == (
            "https://x.example/c-1.0.tar.gz",
            {"sha256:12"},
        )

    def test_a_pipfile_lock_gives_pins_and_indexes(self, tmp_path: Path):
        found = lock(tmp_path, "Pipfile.lock", json.dumps({
            "_meta": {"pipfile-spec": 6, "sources": [
                {"name": "one", "url": "https://index.example/simple"},
                {"name": "two", "url": "https://other.example/simple"}]},
            "default": {
                "a": {"git": "https://x.example/a", "ref": "1"},
                "b": {"path": "./b", "editable": True},
                "c": {"version": "*"},
                "d": {"version": "==1", "index": "two", "hashes": ["sha256:12"]},
                "e": {"version": "==1", "index": "one", "hashes": ["sha256:12"]},
            },
        }))  # fmt: skip
        assert [skip.name for skip in found.skipped] == ["a", "b"]
        assert [line.text for line in found.lines] == ["c", "d==1", "e==1"]
        assert any("c is listed without a version" in warning for warning in found.warnings)
        assert set(found.index.extra_index_urls) | {found.index.index_url} == {
            "https://index.example/simple/",
            "https://other.example/simple/",
        }


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("uv.lock", "version = 2\nrequires-python = '>=3.9'\n", "lock-from-the-future"),
        ("pylock.toml", "lock-version = '2.0'\ncreated-by = ''\npackages = []\n",
         "lock-from-the-future"),
        ("poetry.lock", "package = []\n[metadata]\nlock-version = '3.0'\n", "lock-from-the-future"),
        ("pdm.lock", "[metadata]\nlock_version = '5.0'\n", "lock-from-the-future"),
        ("Pipfile.lock", '{"_meta": {"pipfile-spec": 7}}', "lock-from-the-future"),
        ("uv.lock", "version = true\nrequires-python = '>=3.9'\n", "part-not-understood"),
    ],
)  # fmt: skip
def test_formats_from_the_future_are_reported(tmp_path: Path, name: str, text: str, code: str):
    found = lock(tmp_path, name, text)
    assert code in {skip.why.code for skip in found.skipped}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pylock.toml", "lock-version = '1.1'\ncreated-by = ''\npackages = []\n"),
        ("poetry.lock", "package = []\n[metadata]\nlock-version = '2.2'\n"),
        ("pdm.lock", "[metadata]\nlock_version = '4.6.0'\n"),
    ],
)
def test_a_newer_minor_format_is_a_warning(tmp_path: Path, name: str, text: str):
    found = lock(tmp_path, name, text)
    assert found.skipped == ()
    assert "newer than the newest one known" in found.warnings[0]


def test_extras_that_exclude_each_other(tmp_path: Path):
    """In uv's spelling, ``extra-4-root-cpu`` is the extra cpu of root."""
    path = tmp_path / "uv.lock"
    path.write_text("""
version = 1
requires-python = ">=3.9"
conflicts = [[{ package = "root", extra = "cpu" }, { package = "root", extra = "gpu" }]]
[[package]]
name = "root"
source = { virtual = "." }
[package.optional-dependencies]
cpu = [{ name = "t", version = "1" }]
gpu = [{ name = "t", version = "2" }]
[[package]]
name = "t"
version = "1"
source = { registry = "https://index.example/simple" }
sdist = { url = "https://index.example/t-1.tar.gz", hash = "sha256:11" }
[[package]]
name = "t"
version = "2"
source = { registry = "https://index.example/simple" }
sdist = { url = "https://index.example/t-2.tar.gz", hash = "sha256:22" }
dependencies = [
    { name = "u", marker = "sys_platform == 'linux' and extra == 'extra-4-root-gpu'" },
    { name = "t", marker = "extra == 'extra-4-root-cpu' and extra == 'extra-4-root-gpu'" },
]
[[package]]
name = "u"
version = "3"
source = { registry = "https://index.example/simple" }
sdist = { url = "https://index.example/u-3.tar.gz", hash = "sha256:33" }
""")
    assert read([path]).lines == ()
    assert [line.text for line in read([path], extras=["cpu"]).lines] == ["t==1"]
    found = read([path], extras=["gpu"])
    assert [line.text for line in found.lines] == ["t==2", "u==3"]
    assert wanted(found) == {"t", "u"}


def test_the_users_index_goes_before_the_locks():
    options = CommandLine(index_url="https://mirror.example/simple")
    found = read([LOCKS / "uv/uv.lock"], options=options)
    assert found.index.index_url == "https://mirror.example/simple"
    assert found.index.extra_index_urls == ()


def test_files_listed_outside_of_their_packages(tmp_path: Path):
    """As in PDM's locks before format 4.4, and in Poetry's before 2.0."""
    hashes = '[{file = "a-1.zip", hash = "sha256:12"}]'
    pdm = f"""
[[package]]
name = "a"
version = "1.0"
extras = ["x"]
dependencies = ["a==1.0", "b"]
[[package]]
name = "a"
version = "1.0"
[[package]]
name = "b"
version = "2"
[metadata]
lock_version = "4.2"
[metadata.files]
"a 1.0" = {hashes}
"b 2" = {hashes}
"""
    found = lock(tmp_path, "pdm.lock", pdm)
    assert {(line.text, line.hashes) for line in found.lines} == {
        ("a==1.0", frozenset({"sha256:12"})),
        ("b==2", frozenset({"sha256:12"})),
    }
    poetry = f"""
[[package]]
name = "a"
version = "1.0"
category = "main"
optional = false
python-versions = "*"
[metadata]
lock-version = "1.1"
python-versions = "^3.9"
content-hash = ""
[metadata.files]
a = {hashes}
"""
    (line,) = lock(tmp_path, "poetry.lock", poetry).lines
    assert line.hashes == {"sha256:12"}


def test_what_is_listed_without_hashes_is_reported_once(tmp_path: Path):
    packages = "".join(f'[[package]]\nname = "p{n}"\nversion = "1"\n' for n in range(7))
    found = lock(tmp_path, "poetry.lock", f"{packages}[metadata]\nlock-version = '2.0'\n")
    (warning,) = (each for each in found.warnings if "without hashes" in each)
    assert warning.endswith("p0, p1, p2, p3, p4 …")
    assert len(found.lines) == 7


class TestWhatUvStartsFrom:
    PACKAGES = "".join(
        f"""
[[package]]
name = "{name}"
version = "1"
source = {{ registry = "https://index.example/simple" }}
sdist = {{ url = "https://index.example/{name}-1.tar.gz", hash = "sha256:{name}" }}
"""
        for name in "abcd"
    )

    def test_the_lock_of_a_script_has_its_requirements(self, tmp_path: Path):
        text = """version = 1
requires-python = ">=3.9"
[manifest]
requirements = [{ name = "a", specifier = ">=1" }, { name = "b", marker = "os_name == 'nt'" }]
"""
        found = lock(tmp_path, "example.py.lock", text + self.PACKAGES)
        assert [line.text for line in found.lines] == ["a==1", "b==1"]
        assert wanted(found) == {"a"}

    MEMBERS = """version = 1
requires-python = ">=3.9"
[manifest]
members = ["one", "two"]
[[package]]
name = "one"
source = { editable = "packages/one" }
dependencies = [{ name = "a" }]
[[package]]
name = "two"
source = { virtual = "packages/two" }
dependencies = [{ name = "b" }]
[package.dev-dependencies]
dev = [{ name = "c" }]
lint = [{ name = "d" }]
"""

    def test_all_members_of_a_workspace_without_a_project(self, tmp_path: Path):
        found = lock(tmp_path, "uv.lock", self.MEMBERS + self.PACKAGES)
        assert wanted(found) == {"a", "b", "c"}

    @pytest.mark.parametrize(
        ("setting", "names"),
        [('["lint"]', {"a", "b", "d"}), ('"all"', {"a", "b", "c", "d"}), ("[]", {"a", "b"})],
    )
    def test_the_default_groups_that_the_project_beside_names(
        self, tmp_path: Path, setting: str, names: set[str]
    ):
        (tmp_path / "pyproject.toml").write_text(f"[tool.uv]\ndefault-groups = {setting}\n")
        assert wanted(lock(tmp_path, "uv.lock", self.MEMBERS + self.PACKAGES)) == names

    def test_without_anything_to_start_from_all_counts_and_is_reported(self, tmp_path: Path):
        text = "version = 1\nrequires-python = '>=3.9'\n"
        found = lock(tmp_path, "uv.lock", text + self.PACKAGES)
        assert wanted(found) == set("abcd")
        assert "no project to start from" in str(found.skipped[0].why)

    def test_standard_input_has_no_neighbours(self, tmp_path: Path, monkeypatch):
        (tmp_path / "pyproject.toml").write_text("[tool.uv]\ndefault-groups = []\n")
        monkeypatch.chdir(tmp_path)
        text = (self.MEMBERS + self.PACKAGES).encode()
        assert wanted(read(["-"], stdin=lambda: text)) == {"a", "b", "c"}


POETRY_SOURCES = """
[[package]]
name = "a"
version = "1"
groups = ["main"]
files = [{file = "a-1.zip", hash = "sha256:12"}]
[package.source]
type = "legacy"
url = "https://other.example/simple"
reference = "other"
[[package]]
name = "b"
version = "1"
groups = ["main"]
files = [{file = "b-1.zip", hash = "sha256:34"}]
[metadata]
lock-version = "2.1"
"""


def test_a_poetry_project_without_tables_of_poetrys_own(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text("[project]\n[dependency-groups]\ndev = ['c']\n")
    more = '[[package]]\nname = "c"\nversion = "1"\ngroups = ["dev"]\n'
    found = lock(tmp_path, "poetry.lock", more + POETRY_SOURCES)
    assert wanted(found) == {"a", "b", "c"}
    assert not [warning for warning in found.warnings if "optional" in warning]


def test_an_index_beside_the_default_index(tmp_path: Path):
    found = lock(tmp_path, "poetry.lock", POETRY_SOURCES)
    assert found.index.index_url is None
    assert found.index.extra_index_urls == ("https://other.example/simple/",)


def test_other_inputs_keep_the_default_index(tmp_path: Path):
    (tmp_path / "requirements.txt").write_text("six\n")
    found = read([LOCKS / "uv/uv.lock", tmp_path / "requirements.txt"])
    assert found.index.index_url is None
    assert found.index.extra_index_urls == ("https://index.example/simple/",)
