import email
import tarfile

import pytest
from archive_builders import tar_of, wheel_of, zip_of
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index import open_index
from wheelcheck.index.archives import archive
from wheelcheck.index.interface import CoreMetadata, Sdist, Wheel
from wheelcheck.index.metadata import _fields, parse_metadata
from wheelcheck.index.pages.direct import file_from_url
from wheelcheck.requirements.requirement_set import IndexOptions

HEAD = "Metadata-Version: {}\nName: foo\nVersion: 1.0\n"
EGG = "foo-1.0/src/foo.egg-info/"


@pytest.fixture
def metadata(tmp_path):
    """The metadata of an archive that lies on this machine."""

    def read_it(data: bytes, filename: str = "foo-1.0.tar.gz") -> CoreMetadata | Unknown:
        (tmp_path / filename).write_bytes(data)
        file = file_from_url((tmp_path / filename).as_uri())
        assert not isinstance(file, Unknown)
        with open_index(IndexOptions(no_index=True), cache_dir=None) as index:
            return index.metadata(file)

    return read_it


def core_metadata(found: CoreMetadata | Unknown) -> CoreMetadata:
    assert isinstance(found, CoreMetadata), found
    return found


def code(found: object) -> str:
    assert isinstance(found, Unknown)
    return found.code


def test_a_wheel_tells_its_metadata(metadata):
    found = core_metadata(
        metadata(wheel_of("foo", "1.0", requires=("bar>=1",)), "foo-1.0-py3-none-any.whl")
    )
    assert (found.name, found.version, found.found_in) == ("foo", Version("1.0"), "wheel")
    assert found.requires_dist == ("bar>=1",)


def test_a_stray_folder_in_a_wheel_is_not_its_own(metadata):
    wheel = zip_of(
        {
            "bar-2.0.dist-info/METADATA": "Name: bar\nVersion: 2.0\nRequires-Dist: wrong\n",
            "foo-1.0.dist-info/METADATA": "Name: foo\nVersion: 1.0\nRequires-Dist: right\n",
        }
    )
    assert core_metadata(metadata(wheel, "foo-1.0-py3-none-any.whl")).requires_dist == ("right",)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"foo/x": ""}, "metadata-malformed"),
        ({"foo-1.0.dist-info/METADATA": ""}, "metadata-malformed"),
        ({"foo-1.0.dist-info/METADATA": "Name: foo\nVersion: one\n"}, "metadata-malformed"),
        ({"foo-1.0.dist-info/METADATA": "Name: bar\nVersion: 1.0\n"}, "metadata-inconsistent"),
        ({"foo-1.0.dist-info/METADATA": "Name: foo\nVersion: 2.0\n"}, "metadata-inconsistent"),
    ],
)
def test_a_wheel_without_usable_metadata(metadata, members, expected):
    assert code(metadata(zip_of(members), "foo-1.0-py3-none-any.whl")) == expected


def test_static_pkg_info_is_what_every_build_gives(metadata):
    info = HEAD.format("2.2") + "Requires-Dist: bar\nDynamic: License\nRequires-Python: >=3.8\n"
    found = core_metadata(metadata(tar_of({"foo-1.0/PKG-INFO": info})))
    assert (found.found_in, found.requires_dist) == ("sdist-pkg-info", ("bar",))
    assert found.requires_python == ">=3.8"


@pytest.mark.parametrize(
    "info",
    [
        HEAD.format("2.1") + "Requires-Dist: bar\n",
        HEAD.format("2.2") + "Dynamic: Requires-Dist\n",
        HEAD.format("2.3") + "Dynamic: requires-dist\nRequires-Dist: bar\n",
        HEAD.format("1.0"),
        HEAD.format("newest"),
        "",
    ],
)
def test_other_pkg_info_needs_a_build(metadata, info: str):
    assert code(metadata(tar_of({"foo-1.0/PKG-INFO": info}))) == "dependencies-need-build"


def test_a_static_project_table_is_what_every_build_gives(metadata):
    toml = """
        [project]
        name = "Foo"
        dynamic = ["version"]
        requires-python = ">=3.9"
        dependencies = ["bar>=1", "baz; python_version < '3.9'"]
        [project.optional-dependencies]
        fast = ["quick; os_name == 'posix'", "swift @ https://x.example/s.whl"]
    """
    found = core_metadata(
        metadata(tar_of({"foo-1.0/PKG-INFO": "", "foo-1.0/pyproject.toml": toml}))
    )
    assert (found.found_in, found.requires_python) == ("sdist-pyproject", ">=3.9")
    assert found.provides_extra == ("fast",)
    requirements = [Requirement(text) for text in found.requires_dist]
    assert [r.name for r in requirements] == ["bar", "baz", "quick", "swift"]
    posix = {"extra": "fast", "os_name": "posix"}
    assert [bool(r.marker.evaluate(posix)) for r in requirements if r.marker][1:] == [True, True]
    assert not requirements[2].marker.evaluate({"extra": "fast", "os_name": "nt"})
    assert not requirements[3].marker.evaluate({"extra": "", "os_name": "posix"})


def test_a_project_table_without_dependencies_has_none(metadata):
    found = core_metadata(metadata(tar_of({"foo-1.0/pyproject.toml": '[project]\nname = "foo"\n'})))
    assert found.requires_dist == ()


@pytest.mark.parametrize(
    "toml",
    [
        '[project]\nname = "foo"\ndynamic = ["dependencies"]\n',
        '[project]\nname = "foo"\ndynamic = ["optional-dependencies"]\n',
        '[project]\nname = "other"\n',
        '[project]\nname = "foo"\ndependencies = "bar"\n',
        '[project]\nname = "foo"\noptional-dependencies = {x = 3}\n',
        '[project]\nname = "foo"\ndynamic = 3\n',
        "project = 3\n",
        "[tool.poetry]\n",
        "[project\n",
        "x = " + "[" * 5000,
        "x = " + "1" * 5000,
    ],
)
def test_other_project_tables_need_a_build(metadata, toml: str):
    found = metadata(tar_of({"foo-1.0/pyproject.toml": toml}))
    assert code(found) == "dependencies-need-build"


REQUIRES = """bar>=1
baz @ https://x.example/b.whl

[:python_version < "3"]
old

[fast]
quick

[fast:os_name == "posix"]
swift; python_version > "3"
"""


def test_egg_info_is_what_setuptools_wrote(metadata):
    members = {
        "foo-1.0/PKG-INFO": HEAD.format("2.1"),
        "foo-1.0/setup.py": "raise SystemExit('never run')",
        EGG + "PKG-INFO": HEAD.format("2.1"),
        EGG + "requires.txt": REQUIRES,
    }
    found = core_metadata(metadata(tar_of(members, form=tarfile.GNU_FORMAT)))
    assert (found.found_in, found.provides_extra) == ("sdist-egg-info", ("fast",))
    requirements = {r.name: r for r in map(Requirement, found.requires_dist)}
    assert list(requirements) == ["bar", "baz", "old", "quick", "swift"]
    assert not requirements["old"].marker.evaluate({"python_version": "3.12"})
    assert requirements["quick"].marker.evaluate({"extra": "fast"})
    environment = {"extra": "fast", "os_name": "posix", "python_version": "3.12"}
    assert requirements["swift"].marker.evaluate(environment)
    assert not requirements["swift"].marker.evaluate(environment | {"extra": ""})


def test_egg_info_without_requires_says_that_there_are_none(metadata):
    members = {"foo-1.0/PKG-INFO": HEAD.format("1.1"), EGG + "PKG-INFO": HEAD.format("1.1")}
    assert core_metadata(metadata(tar_of(members))).requires_dist == ()


def test_a_requires_txt_that_is_too_long_does_not_say_that_there_are_none(metadata, monkeypatch):
    monkeypatch.setattr(archive, "MAX_TEXT_BYTES", 100)
    members = {EGG + "PKG-INFO": HEAD.format("1.1"), EGG + "requires.txt": "bar\n" * 100}
    assert code(metadata(tar_of(members))) == "dependencies-need-build"


def test_egg_info_of_another_project_says_nothing(metadata):
    members = {
        "foo-1.0/PKG-INFO": HEAD.format("1.1"),
        "foo-1.0/vendor/bar.egg-info/PKG-INFO": "Name: bar\n",
        "foo-1.0/vendor/bar.egg-info/requires.txt": "baz\n",
    }
    assert code(metadata(tar_of(members))) == "dependencies-need-build"


def test_an_archive_that_is_none_is_refused(metadata):
    assert code(metadata(b"<html>")) == "archive-refused"
    assert code(metadata(b"<html>", "foo-1.0-py3-none-any.whl")) == "archive-refused"


FILE = Wheel("foo-1.0-py3-none-any.whl", "https://x.example/f", NormalizedName("foo"), Version("1"))


def test_sloppy_metadata_is_read_as_an_email_is():
    text = (
        "\ufeffmetadata-version: 2.1\r\nNAME: Foo\r\nVersion:1.0\r\nLicense: UNKNOWN\r\n"
        "Description: a\r\n        \r\n        Requires-Dist: not this\r\n"
        "X_odd.name: is a field too\r\n"
        "Requires-Dist: bar\r\n (>=1)\r\n\r\n"
        "Requires-Dist: nor this\r\n"
    )
    found = parse_metadata(text, FILE, "pep658")
    assert core_metadata(found).requires_dist == ("bar (>=1)",)


NAMES = st.sampled_from(["Name", "Requires-Dist", "Summary", "Provides-Extra"])
VALUES = st.text(alphabet="ab ;:>=1\x0b\u2028", max_size=12).filter(
    lambda text: text.strip() != "UNKNOWN"
)


@given(st.lists(st.tuples(NAMES, VALUES)), st.text(alphabet="ab:\n", max_size=20))
def test_headers_are_those_that_the_standard_library_finds(fields, body):
    text = "".join(f"{name}: {value}\n" for name, value in fields) + "\n" + body
    expected: dict[str, list[str]] = {}
    for name, value in email.message_from_string(text).items():
        expected.setdefault(name.lower(), []).append(" ".join(value.split()))
    assert _fields(text) == expected


@given(st.text())
def test_no_metadata_makes_it_stumble(text: str):
    parse_metadata(text, FILE, "wheel")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Summary: Bindings to libFoo", True),
        ("Summary: A DRIVER", True),
        ("Provides-Extra: Binary", True),
        ("Provides-Extra: binary2", False),
        ("Summary: x\n\nFirst `sudo PACMAN -S foo`.", True),
        ("Summary: x\n\nA wrapper around the C library.", True),
        ("Summary: x\n\nReads and writes files.", False),
    ],
)
def test_what_a_project_says_of_libraries_is_seen_in_any_case(text, expected):
    found = core_metadata(parse_metadata(f"{HEAD.format('2.1')}{text}\n", FILE, "pep658"))
    assert found.names_libraries is expected


def test_a_direct_reference_tells_its_file():
    wheel = file_from_url("https://me:pw@x.example/a/foo-1.0%2Bcu1-py3-none-any.whl?t=1#sha256=AB")
    assert wheel == Wheel(
        "foo-1.0+cu1-py3-none-any.whl",
        "https://x.example/a/foo-1.0%2Bcu1-py3-none-any.whl?t=1",
        NormalizedName("foo"),
        Version("1.0+cu1"),
        hashes={"sha256": "ab"},
        origin="https://x.example/a/foo-1.0%2Bcu1-py3-none-any.whl?t=1",
    )
    sdist = file_from_url("https://x.example/foo-bar-1.0.tgz", NormalizedName("foo-bar"))
    assert isinstance(sdist, Sdist)
    assert code(file_from_url("https://x.example/archive/main.zip")) == "file-name-unreadable"
    other = file_from_url("https://x.example/foo-1.0.zip", NormalizedName("bar"))
    assert code(other) == "file-name-unreadable"
