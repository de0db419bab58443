import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.utils import (
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_wheel_filename,
)
from packaging.version import Version

from wheelcheck.index.pages.filenames import (
    BadName,
    SdistName,
    WheelName,
    parse_filename,
    project_of,
    version_of,
)


def parsed(filename: str, project: str = "foo"):
    return parse_filename(filename, canonicalize_name(project))


@pytest.mark.parametrize(
    "suffix",
    ["tar.gz", "zip", "tgz", "tar.bz2", "tbz", "tar.xz", "txz", "tlz", "tar.lzma", "tar", "TAR.GZ"],
)
def test_every_archive_that_pip_unpacks_is_an_sdist(suffix: str):
    assert parsed(f"foo-1.0.{suffix}") == SdistName(Version("1.0"))


@pytest.mark.parametrize(
    ("filename", "project", "version"),
    [
        ("backports-functools-1-2.tar.gz", "backports-functools", "1.post2"),
        ("backports.functools-lru-cache-1.0.tar.gz", "backports-functools-lru-cache", "1.0"),
        ("Foo.Bar-1.0.tgz", "foo-bar", "1.0"),
        ("foo_bar-1.0.tar.gz", "foo-bar", "1.0"),
        ("foo-1!1.0.tar.gz", "foo", "1!1.0"),
        ("foo-1.0+cu118.tar.gz", "foo", "1.0+cu118"),
        ("foo-1.0-rc1.tar.gz", "foo", "1.0rc1"),
    ],
)
def test_an_sdist_is_split_by_its_projects_name(filename: str, project: str, version: str):
    assert parsed(filename, project) == SdistName(Version(version))


@pytest.mark.parametrize(
    "filename",
    [
        "foo-2004d.tar.gz",
        "foo-2004d-py3-none-any.whl",
        "foo-1.0_1-py3-none-any.whl",
        "foo__bar-1.0-py3-none-any.whl",
        "foo-1.0-py2.7.egg",
        "foo-1.0.win32-py2.4.exe",
        "foo-1.0-1.noarch.rpm",
        "foo-1.0.linux-x86_64.tar.gz",
        "foo-1.0-py3.8.tar.gz",
        "foo-1.0.whl",
        "foo.whl",
        "foo-1.0-py3-none.whl",
        "foo-1.0-cp312-cp312-linux_x86_64-x8664v3.whl",
        "foo-1.0-1-cp312-cp312-linux_x86_64-x8664v3.whl",
        "foo-1.0-cp312-cp312-linux_x86_64-null.whl",
        "foo-1.0-py3-none-any..whl",
        "foo-1.0-py3-none-.whl",
        "foo-1" + "0" * 5000 + "-py3-none-any.whl",
        "-1.0-py3-none-any.whl",
        "-1.0.tar.gz",
        "foo-.tar.gz",
        "",
    ],
)
def test_what_no_installer_would_take_has_a_reason(filename: str):
    bad = parsed(filename)
    assert isinstance(bad, BadName)
    assert bad.reason
    assert version_of(filename, NormalizedName("foo")) == bad


def test_a_variant_wheel_is_distinguished_from_a_build_tag():
    refused = parsed("foo-1.0-cp312-cp312-linux_x86_64-x8664v3.whl")
    assert isinstance(refused, BadName)
    assert "variant" in refused.reason


@pytest.mark.parametrize("filename", ["bar-1.0-py3-none-any.whl", "bar-1.0.tar.gz"])
def test_files_of_other_projects_are_foreign(filename: str):
    bad = parsed(filename)
    assert isinstance(bad, BadName)
    assert bad.foreign


def test_a_wheels_parts():
    plain = parsed("Foo-1.0-py2.py3-none-manylinux1_x86_64.manylinux2014_x86_64.whl")
    assert plain == WheelName(
        Version("1.0"), "py2.py3-none-manylinux1_x86_64.manylinux2014_x86_64", ()
    )
    numbered = parsed("foo-1.0-2b-cp37-cp37m-linux_armv6l.whl")
    assert numbered == WheelName(Version("1.0"), "cp37-cp37m-linux_armv6l", (2, "b"))


@pytest.mark.parametrize(
    "tag",
    ["cp27-cp27mu-linux_x86_64", "pp311-pypy311_pp73-any", "graalpy311-graalpy242_311_native-any"],
)
def test_other_pythons_have_tags_too(tag: str):
    assert parsed(f"foo-1.0-{tag}.whl") == WheelName(Version("1.0"), tag, ())


@pytest.mark.parametrize(
    ("filename", "project"),
    [
        ("Foo.Bar-1.0-py3-none-any.whl", "foo-bar"),
        ("foo_bar-1.0.tar.gz", "foo-bar"),
        ("foo-bar-1.0.zip", "foo-bar"),
        ("main.zip", None),
        ("README.txt", None),
    ],
)
def test_the_project_of_a_file_outside_any_index(filename: str, project: str | None):
    assert project_of(filename) == project


PART = st.text(alphabet="abcXY019._+!-", min_size=0, max_size=6)


@example(["foo", "0", "py3", "+", "py3"])
@example(["foo", "0", "+", "none", "any"])
@given(st.lists(PART | st.sampled_from(["py3", "none", "any", "1.0", "foo"]), max_size=7))
def test_wheels_are_judged_as_packaging_judges_them(parts: list[str]):
    filename = "-".join(parts) + ".whl"
    ours = parsed(filename)
    try:
        name, version, build, _ = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        assert isinstance(ours, BadName)
        return
    if name == "foo":
        assert isinstance(ours, WheelName)
        assert (ours.version, ours.build) == (version, build)
    else:
        assert isinstance(ours, BadName)
        assert ours.foreign


@given(st.text(max_size=40))
def test_no_name_makes_it_stumble(filename: str):
    for name in (filename, filename + ".whl", filename + ".tar.gz"):
        assert isinstance(parsed(name), WheelName | SdistName | BadName)
