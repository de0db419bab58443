import pytest

from wheelcheck.dockerfile.reading.shell.install_commands import installer_command
from wheelcheck.dockerfile.reading.shell.other_tools import (
    lock_command,
    not_followed,
    unwrapped,
    venv_command,
)
from wheelcheck.dockerfile.reading.shell.system_tools import removed_paths, system_command
from wheelcheck.tables import read_table


def read(text: str, **environ: str):
    return installer_command(text.split(), environ)


@pytest.mark.parametrize(
    "text",
    [
        "pip install flask",
        "pip3 install flask",
        "pip3.12 install flask",
        "/opt/venv/bin/pip install flask",
        "python -m pip install flask",
        "python3.11 -I -m pip install flask",
        "pip --no-color install flask",
        "pip --cache-dir /x install flask",
        "uv pip install flask",
        "uv --quiet pip install flask",
        "python -m uv pip install flask",
    ],
)
def test_installers_are_recognised(text: str):
    found = read(text)
    assert (found.action, found.arguments) == ("install", ("flask",))


@pytest.mark.parametrize(
    "text", ["pip check", "pip uninstall x", "python -m venv x", "python -c pip", "uv run pip", ""]
)
def test_other_commands_are_not(text: str):
    assert read(text) is None


def test_values_are_parted_from_arguments():
    found = read(
        "pip wheel -q -r a.txt -rb.txt --requirement=c.txt -qr d.txt -w /wheels "
        "--timeout 60 --no-cache-dir=off one -c limits.txt -- two"
    )
    assert found.action == "wheel"
    assert found.arguments == ("one", "two")
    assert found.values("requirement") == ("a.txt", "b.txt", "c.txt", "d.txt")
    assert found.values("folder") == ("/wheels",)
    assert found.values("constraint") == ("limits.txt",)
    assert found.has("no-cache")
    assert found.strange == ()


def test_an_option_that_is_not_known_is_reported():
    assert read("pip install --frobnicate=3 -Z flask").strange == ("--frobnicate", "-Z")


def test_variables_come_before_options():
    found = read("pip install --no-binary lxml x", PIP_NO_BINARY=":all:", PIP_PRE="0", UV_PRE="1")
    assert found.values("no-binary") == (":all:", "lxml")
    assert not found.has("pre")


@pytest.mark.parametrize("value", ["1", "off", "false", "0"])
def test_every_value_of_pip_no_cache_dir_means_no_cache(value: str):
    assert read("pip install x", PIP_NO_CACHE_DIR=value).has("no-cache")


def test_credentials_stay_out_of_the_repr():
    assert "secret" not in repr(read("pip install -i https://u:secret@index.example/ x"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("apk add --no-cache -t .build gcc musl-dev=1.2 'py3-pip>24'", ("add", "gcc musl-dev")),
        ("apk --no-cache add gcc", ("add", "gcc")),
        ("apk add -U --virtual=.build g++ edge@testing", ("add", "g++ edge")),
        ("apt-get install -y --no-install-recommends gcc libpq5:amd64", ("add", "gcc libpq5")),
        ("apt -t bookworm install libfoo/testing old- g++=4:12", ("add", "libfoo g++")),
        ("apt-get -o Acquire::Retries=3 install gcc", ("add", "gcc")),
        ("apt-get purge -y --auto-remove gcc", ("remove", "gcc")),
        ("apk del .build", ("remove", ".build")),
        ("microdnf install -y --setopt=tsflags=nodocs gcc-c++", ("add", "gcc-c++")),
        ("yum clean all", ("clean", "all")),
    ],
)
def test_system_packages_are_read_from_the_command(text: str, expected: tuple[str, str]):
    found = system_command([word.strip("'") for word in text.split()])
    names = tuple(name for name in found.packages if name != "py3-pip")
    assert (found.action, names) == (expected[0], tuple(expected[1].split()))


def test_a_virtual_package_names_its_group():
    assert system_command(["apk", "add", "--virtual", ".build", "gcc"]).group == ".build"
    assert system_command(["apk", "add", "-t", ".build", "gcc"]).group == ".build"
    assert system_command(["apt-get", "install", "-t", "bookworm", "gcc"]).group == ""


@pytest.mark.parametrize("text", ["dnf update", "apt-cache policy", "apk", "ls"])
def test_commands_that_change_no_packages(text: str):
    assert system_command(text.split()) is None


@pytest.mark.parametrize("text", ["apk update", "apt-get -qq update", "dnf makecache"])
def test_an_update_brings_package_lists(text: str):
    assert system_command(text.split()).action == "update"


def test_removed_caches_are_noticed():
    assert removed_paths(["rm", "-rf", "/var/lib/apt/lists/*", "/tmp/x"]).caches == {"apt"}
    assert removed_paths(["rm", "-rf", "/var/cache/apk"]).caches == {"apk"}
    assert removed_paths(["rm", "-rf", "/x"]).caches == frozenset()


def test_wrappers_are_taken_off():
    words = [
        "sudo",
        "-H",
        "-u",
        "app",
        "env",
        "A=1",
        "-u",
        "B",
        "nice",
        "-n",
        "5",
        "pip",
        "install",
        "x",
    ]
    assert unwrapped(words) == ["pip", "install", "x"]
    assert unwrapped(["gosu", "app", "pip", "install", "x"]) == ["pip", "install", "x"]


@pytest.mark.parametrize(
    ("text", "lock"),
    [
        ("poetry install --no-root", "poetry.lock"),
        ("python -m poetry install", "poetry.lock"),
        ("pipenv install --system --deploy", "Pipfile.lock"),
        ("pdm sync --prod", "pdm.lock"),
        ("uv sync --frozen", "uv.lock"),
    ],
)
def test_a_lock_tool_is_recognised_with_its_lock(text: str, lock: str):
    assert lock_command(text.split()).lock == lock


def test_the_folder_and_python_of_an_environment_are_read():
    assert venv_command(["python3", "-m", "venv", "--copies", "/opt/venv"]).path == "/opt/venv"
    assert venv_command(["uv", "venv"]).path == ".venv"
    assert venv_command(["virtualenv", "-p", "python3.9", "/v"]).python == "python3.9"
    assert venv_command(["uv", "venv", "--python=3.12", "/v"]).python == "3.12"


@pytest.mark.parametrize(
    "text",
    [
        "conda install numpy",
        "python setup.py install",
        "pipx install x",
        "uv tool install x",
        "python a/pip_install.py x",
    ],
)
def test_other_ways_to_install_are_reported(text: str):
    assert not_followed(text.split()).what


def test_the_table_of_options():
    rows = read_table("dockerfile/reading/shell/installer_options.csv")
    spellings = [(row["tool"], word) for row in rows for word in row["spellings"].split()]
    assert len(spellings) == len(set(spellings))
    for row in rows:
        assert row["tool"] in {"pip", "uv"}
        assert row["takes_value"] in {"yes", "no"}
        assert row["source"]


def test_the_table_agrees_with_pip_of_today():
    commands = pytest.importorskip("pip._internal.commands")
    for action in ("install", "wheel", "download"):
        parser = commands.create_command(action).parser
        for group in [parser, *parser.option_groups]:
            for option in group.option_list:
                for spelling in (*option._short_opts, *option._long_opts):
                    words = ["pip", action, spelling, "value"]
                    found = installer_command(words, {})
                    assert found.strange == (), spelling
                    assert found.arguments == (() if option.takes_value() else ("value",)), spelling
