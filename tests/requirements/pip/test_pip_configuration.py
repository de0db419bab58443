import os
from datetime import UTC, datetime, timedelta

import pytest

from wheelcheck.errors import UsageError
from wheelcheck.requirements import CommandLine
from wheelcheck.requirements.pip.pip_configuration import pip_configuration

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def configuration(tmp_path):
    """Write configuration files below a home, a prefix and a system, and read them."""

    def read(files=(), environ=(), platform="linux"):
        for name, content in dict(files).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return pip_configuration(
            {"XDG_CONFIG_DIRS": str(tmp_path / "system"), **dict(environ)},
            now=NOW,
            home=tmp_path / "home",
            prefix=tmp_path / "prefix",
            platform=platform,
        )

    return read


def test_without_configuration_nothing_is_set(configuration):
    assert configuration() == CommandLine()


def test_places_in_order_later_ones_winning(configuration, tmp_path):
    named = tmp_path / "named.conf"
    files = {}
    for name in (
        "system/pip/pip.conf",
        "home/.pip/pip.conf",
        "home/.config/pip/pip.conf",
        "prefix/pip.conf",
    ):
        files[name] = f"[global]\nindex-url = {name}\n"
        assert configuration(files).index_url == name
    environ = {"PIP_CONFIG_FILE": str(named)}
    assert (
        configuration({"named.conf": "[global]\nindex_url = named"}, environ).index_url == "named"
    )
    environ["PIP_INDEX_URL"] = "variable"
    assert configuration((), environ).index_url == "variable"


def test_a_named_file_replaces_the_users(configuration, tmp_path):
    files = {
        "home/.config/pip/pip.conf": "[global]\npre = yes\n",
        "named.conf": "[global]\nprefer-binary = 1\n",
    }
    found = configuration(files, {"PIP_CONFIG_FILE": str(tmp_path / "named.conf")})
    assert (found.pre, found.prefer_binary) == (False, True)
    assert configuration((), {"PIP_CONFIG_FILE": str(tmp_path / "nowhere")}).pre


def test_the_null_device_means_no_files(configuration):
    files = {"prefix/pip.conf": "[global]\npre = yes\n"}
    environ = {"PIP_CONFIG_FILE": os.devnull, "PIP_PREFER_BINARY": "on"}
    assert configuration(files, environ) == CommandLine(prefer_binary=True)


def test_install_goes_over_global_and_other_sections_are_not_ours(configuration):
    files = {
        "prefix/pip.conf": "[install]\nno-binary = a\nindex-url = i\n"
        "[global]\nindex-url = g\nonly-binary = :all:\nextra-index-url =\n  e1\n  e2\n"
        "[wheel]\npre = yes\n"
    }
    found = configuration(files)
    assert found.index_url == "i"
    assert found.controls == (("only-binary", ":all:"), ("no-binary", "a"))
    assert found.extra_index_urls == ("e1", "e2")
    assert not found.pre


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PIP_EXTRA_INDEX_URL", "a b", CommandLine(extra_index_urls=("a", "b"))),
        ("PIP_FIND_LINKS", "a", CommandLine(find_links=("a",))),
        ("PIP_TRUSTED_HOST", "a b", CommandLine(trusted_hosts=("a", "b"))),
        ("PIP_CONSTRAINT", "c.txt",
         CommandLine(constraints=("c.txt",), inherited_constraints=("c.txt",))),
        ("PIP_BUILD_CONSTRAINT", "c.txt", CommandLine(build_constraints=("c.txt",))),
        ("PIP_NO_INDEX", "true", CommandLine(no_index=True)),
        ("PIP_NO_INDEX", "off", CommandLine()),
        ("PIP_PRE", "", CommandLine()),
        ("PIP_REQUIRE_HASHES", "1", CommandLine(require_hashes=True)),
        ("PIP_NO_BINARY", "a,b", CommandLine(controls=(("no-binary", "a,b"),))),
        ("PIP_ALL_RELEASES", ":all:", CommandLine(controls=(("all-releases", ":all:"),))),
        ("PIP_UPLOADED_PRIOR_TO", "P7D", CommandLine(exclude_newer=NOW - timedelta(days=7))),
        ("PIP_UPLOADED_PRIOR_TO", "2023-04-14T10:00:00+02:00",
         CommandLine(exclude_newer=datetime(2023, 4, 14, 8, tzinfo=UTC))),
        ("PIP_TIMEOUT", "3", CommandLine()),
        ("INDEX_URL", "a", CommandLine()),
    ],
)  # fmt: skip
def test_pip_variables_are_options_of_the_command_line(configuration, name, value, expected):
    assert configuration((), {name: value}) == expected


def test_windows_and_macos_have_files_of_their_own(configuration, tmp_path):
    windows = configuration(
        {"roaming/pip/pip.ini": "[global]\npre = y\n"},
        {"APPDATA": str(tmp_path / "roaming")},
        platform="win32",
    )
    assert windows.pre
    mac = "home/Library/Application Support/pip/pip.conf"
    assert configuration({mac: "[global]\nprefer-binary = y\n"}, platform="darwin").prefer_binary


@pytest.mark.parametrize(
    ("files", "environ"),
    [
        ({"prefix/pip.conf": "no section\n"}, {}),
        ({}, {"PIP_PRE": "perhaps"}),
        ({}, {"PIP_UPLOADED_PRIOR_TO": "soon"}),
    ],
)
def test_what_pip_would_refuse(configuration, files, environ):
    with pytest.raises(UsageError, match="pip's configuration"):
        configuration(files, environ)
