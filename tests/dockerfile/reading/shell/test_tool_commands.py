"""pipx, ``uv tool`` and uvx: what they install, and into which environments."""

import pytest
from dockerfile_context import read

from wheelcheck.dockerfile.reading.shell.tool_commands import tool_command
from wheelcheck.installers import Certainty

UV = "FROM python:3.12-slim\nCOPY --from=ghcr.io/astral-sh/uv:0.9.5 /uv /uvx /bin/\n"
PIPX = "FROM python:3.12-slim\nRUN pip install pipx\n"
SHARE = "/root/.local/share"


def steps(text: str):
    """The steps behind those that bring the tool."""
    stage = read(text, {}).final
    return [step for step in stage.steps if step.line > 2]


def requested(step) -> list[str]:
    return sorted(str(line.requirement) for line in step.requirements.lines)


@pytest.mark.parametrize(
    ("command", "names", "environment"),
    [
        ("uv tool install ruff", ["ruff"], "uv/tools/ruff"),
        ("uv tool install ruff@0.6.0", ["ruff==0.6.0"], "uv/tools/ruff"),
        ("uv tool install ruff@latest --force", ["ruff"], "uv/tools/ruff"),
        (
            "uv tool install --with a,b --with-executables-from c mkdocs -q",
            ["a", "b", "c", "mkdocs"],
            "uv/tools/mkdocs",
        ),
        ("uv tool install --from 'httpie<4' http", ["httpie<4"], "uv/tools/httpie"),
        ("uv -q --color never tool --offline install x", ["x"], "uv/tools/x"),
        ("python -m uv tool install Some_Tool", ["Some_Tool"], "uv/tools/some-tool"),
        ("/bin/python3.13t -I -m uv tool install x", ["x"], "uv/tools/x"),
        ("python -muv tool install x", ["x"], "uv/tools/x"),
    ],
)
def test_uv_gives_each_tool_an_environment(command, names, environment):
    (step,) = steps(f"{UV}RUN {command}")
    assert (step.tool, requested(step)) == ("uv", names)
    assert step.environment == step.venv == f"{SHARE}/{environment}"


def test_options_of_uv_pass_on_to_what_is_installed():
    (step,) = steps(
        f"{UV}RUN uv tool install --no-binary -c bounds.txt --index https://i.example x"
    )
    assert step.requirements.index.extra_index_urls == ("https://i.example",)
    assert step.requirements.policy.no_binary
    (step,) = steps(f"{UV}ENV UV_TOOL_DIR=/opt/tools\nRUN uv tool install --no-build-package a x")
    assert step.environment == "/opt/tools/x"


def test_a_tool_may_get_another_python():
    (step,) = steps(f"{UV}RUN uv tool install -p 3.11 x")
    assert step.target.python == (3, 11)
    (step,) = steps(f"{UV}ENV UV_PYTHON=3.13\nRUN uvx x")
    assert step.target.python == (3, 13)
    (step,) = steps(f"{UV}RUN uvx --with x python@3.11")
    assert (requested(step), step.target.python) == (["x"], (3, 11))


@pytest.mark.parametrize("wrapper", ["", "sudo ", "env A=b "])
@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("uvx --from build==1.2 pyproject-build --wheel", ["build==1.2"]),
        ("uvx ruff@0.6.0 check .", ["ruff==0.6.0"]),
        ("uv tool run --with a,b cowsay hi", ["a", "b", "cowsay"]),
        ("pipx run --spec black==24.1 black --version", ["black==24.1"]),
        ("pipx run black==24.1 --version", ["black==24.1"]),
        ("python -m pipx run black --version", ["black"]),
        ("uv --quiet tool run --with a cowsay -q", ["a", "cowsay"]),
        ("pipx -q run black --version", ["black"]),
        ("uvx --with a,b python@3.12 -c 'import a'", ["a", "b"]),
        ("uvx --from a python -c 'import a'", ["a"]),
    ],
)
def test_what_runs_once_is_installed_before(wrapper, command, names):
    (step,) = steps(
        f"{PIPX}COPY --from=ghcr.io/astral-sh/uv /uv /uvx /bin/\nRUN {wrapper}{command}"
    )
    assert requested(step) == names


def test_what_a_tool_runs_is_followed_too():
    tool, step = steps(f"{UV}RUN uvx --from poetry==2.1.0 pip install six")
    assert requested(tool) == ["poetry==2.1.0"]
    assert requested(step) == ["six"]


@pytest.mark.parametrize(
    "run",
    [
        "uv -q run",
        "uv --color never tool -q run",
        "pipx -q run",
        "uvx -w a --index https://i.example",
        "pipx run --with a",
    ],
)
def test_options_may_stand_before_the_action_that_runs(run):
    *_, step = steps(f"{UV}RUN pip install pipx && {run} pip install six")
    assert (step.tool, requested(step)) == ("pip", ["six"])


def test_pipx_gives_each_package_an_environment_and_has_the_newest_pip():
    first, second = steps(f"{PIPX}RUN pipx install 'a<2' b --pip-args='--no-cache-dir --pre'")
    assert (requested(first), requested(second)) == (["a<2"], ["b"])
    assert first.environment == f"{SHARE}/pipx/venvs/a"
    assert second.environment == f"{SHARE}/pipx/venvs/b"
    assert first.no_cache
    assert first.requirements.policy.pre
    assert first.target.installer.certainty is Certainty.NEWEST


def test_arguments_for_pip_whose_quotes_do_not_end_are_none():
    command = tool_command(["pipx", "install", "--pip-args", "--pre 'x", "a"], {})
    assert [install.command.arguments for install in command.installs] == [("a",)]


@pytest.mark.parametrize(
    ("before", "folder"), [("", "/opt/pipx"), ("ENV PIPX_GLOBAL_HOME=/srv\n", "/srv")]
)
@pytest.mark.parametrize("command", ["install --global", "--global install", "-q --global install"])
def test_pipx_installs_for_all_users_elsewhere(before, folder, command):
    (step,) = steps(f"{PIPX}{before}RUN pipx {command} a")
    assert (requested(step), step.environment) == (["a"], f"{folder}/venvs/a")


def test_pipx_injects_into_an_environment_that_is_there():
    first, second = steps(
        f"{PIPX}RUN pipx install poetry && pipx inject poetry plugin -i https://i.example"
    )
    assert first.environment == second.environment == f"{SHARE}/pipx/venvs/poetry"
    assert requested(second) == ["plugin"]
    assert second.requirements.index.index_url == "https://i.example"


def test_pipx_may_use_uv():
    (step,) = steps(f"{PIPX}RUN pipx install --backend uv --suffix=@2 a")
    assert (step.tool, step.environment) == ("uv", f"{SHARE}/pipx/venvs/a@2")


@pytest.mark.parametrize(
    "command",
    [
        "uvx python -V",
        "uvx -q python@3.12 -V",
        "uvx python3.11 -V",
        "uv tool run --from python@latest python -V",
        "pipx run ./clean.py",
        "pipx run https://x.example/clean.py?raw=1 a",
        "uvx",
        "uv tool list",
        "uv tool install",
        "pipx list",
        "pipx ensurepath",
        "uv",
    ],
)
def test_other_commands_install_nothing(command):
    assert tool_command(command.split(), {}) is None


@pytest.mark.parametrize(
    ("pipx", "uv", "command", "tool"),
    [
        ("pipx", "RUN pip install uv", "pipx install a", "uv"),
        ("pipx", "RUN pip install UV", "pipx install a", "uv"),
        ("'pipx>=1.2'", "COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/", "pipx install a", "uv"),
        ("pipx", "COPY uv /usr/local/bin/uv", "pipx run a", "uv"),
        ("pipx==1.11.0", "RUN pip install uv", "pipx install a", "pip"),
        ("pipx", "RUN /venv/bin/pip install six", "pipx install a", "pip"),
        ("pipx", "RUN pip install uv", "pipx install --backend pip a", "pip"),
        ("pipx", "ENV PIPX_DEFAULT_BACKEND=pip\nRUN pip install uv", "pipx install a", "pip"),
    ],
)
def test_pipx_takes_uv_where_that_is_beside_it(pipx, uv, command, tool):
    text = f"FROM python:3.12-slim\nRUN pip install {pipx}\n{uv}\nRUN {command}"
    stage = read(text, {"uv": ""}).final
    assert stage.steps[-1].tool == tool
    assert requested(stage.steps[-1]) == ["a"]
    assert stage.steps[-1].environment == f"{SHARE}/pipx/venvs/a"


@pytest.mark.parametrize(
    "words", ["uv -q", "uv -q tool", "uv tool -q list", "pipx -q", "pipx -q list"]
)
def test_options_without_an_action_that_installs_are_no_command(words):
    assert tool_command(words.split(), {}) is None
