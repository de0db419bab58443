"""pip's configuration in an image, as pip reads it there."""

import pytest
from dockerfile_context import read

CONF = "[global]\nindex-url = https://index.example/simple\n[install]\nno-binary = lxml\n"


def step(dockerfile: str, files=None):
    (found,) = read(dockerfile, files).stages[-1].steps
    return found


@pytest.mark.parametrize(
    "place",
    ["/etc/pip.conf", "/root/.config/pip/pip.conf", "/root/.pip/pip.conf", "/usr/local/pip.conf"],
)
def test_a_pip_conf_that_is_copied_counts_where_pip_looks_for_it(place):
    text = f"FROM python:3.12-slim\nCOPY pip.conf {place}\nRUN pip install lxml\n"
    requirements = step(text, {"pip.conf": CONF}).requirements
    assert requirements.index.index_url == "https://index.example/simple"
    assert requirements.policy.no_binary.names == {"lxml"}


def test_variables_go_before_files_and_the_command_line_before_both():
    text = (
        "FROM python:3.12-slim\nCOPY pip.conf /etc/\n"
        "ENV PIP_INDEX_URL=https://other.example/simple PIP_ONLY_BINARY=:all: PIP_PRE=1\n"
        "RUN pip install lxml{}\n"
    )
    requirements = step(text.format(""), {"pip.conf": CONF}).requirements
    assert requirements.index.index_url == "https://other.example/simple"
    assert requirements.policy.only_binary.all_projects
    assert requirements.policy.pre
    given = text.format(" -i https://third.example/simple")
    assert step(given, {"pip.conf": CONF}).requirements.index.index_url == (
        "https://third.example/simple"
    )


def test_another_place_counts_where_a_variable_names_it():
    text = "FROM python:3.12-slim\nCOPY pip.conf /opt/pip.conf\n{}RUN pip install lxml\n"
    files = {"pip.conf": CONF}
    assert step(text.format(""), files).requirements.index.index_url is None
    named = text.format("ENV PIP_CONFIG_FILE=/opt/pip.conf\n")
    assert step(named, files).requirements.index.index_url == "https://index.example/simple"
    nothing = "FROM python:3.12-slim\nCOPY pip.conf /etc/\nENV PIP_CONFIG_FILE=/dev/null\n"
    found = step(f"{nothing}RUN pip install lxml\n", files)
    assert found.requirements.index.index_url is None


def test_pip_config_set_counts_from_then_on():
    text = (
        "FROM python:3.12-slim\n"
        "RUN pip config set global.index-url https://index.example/simple"
        " && pip config set install.require-hashes true && pip install six\n"
    )
    requirements = step(text).requirements
    assert requirements.index.index_url == "https://index.example/simple"
    assert requirements.policy.require_hashes


def test_a_configuration_that_cannot_be_seen_is_reported():
    text = "FROM python:3.12-slim\nCOPY --from=other.example/x /pip.conf /etc/pip.conf\n"
    _, found = read(f"{text}RUN pip install six\n").stages[-1].unread
    assert "/etc/pip.conf configures pip" in found.why.reason


@pytest.mark.parametrize(
    ("variables", "policy"),
    [
        ("UV_NO_BINARY=1", "no_binary"),
        ("UV_NO_BUILD=1", "only_binary"),
        ("UV_NO_BINARY_PACKAGE=six", "no_binary"),
        ("UV_NO_BUILD_PACKAGE=six", "only_binary"),
    ],
)
def test_variables_of_uv(variables, policy):
    text = f"FROM python:3.12-slim\nENV {variables}\nRUN uv pip install --system six\n"
    assert getattr(step(text).requirements.policy, policy).applies_to("six")


BUILT = ("setuptools<70",)


@pytest.mark.parametrize(
    ("run", "given", "inherited"),
    [
        ("RUN pip install --build-constraint /c six", BUILT, ()),
        ("ENV PIP_BUILD_CONSTRAINT=/c\nRUN pip install six", BUILT, ()),
        ("RUN PIP_CONSTRAINT=/c pip install six", (), BUILT),
        ("RUN pip install -c /c six", (), ()),
        ("RUN uv pip install --system -b /c six", BUILT, ()),
        ("ENV UV_BUILD_CONSTRAINT=/c\nRUN uv pip install --system six", BUILT, ()),
        ("ENV PIP_BUILD_CONSTRAINT=/c\nRUN uv pip install --system six", (), ()),
    ],
)
def test_what_constrains_builds(run, given, inherited):
    """pip 25.2, 25.3 and 26.3 and uv 0.13.9 were run so, on an sdist that tells its setuptools."""
    text = f"FROM python:3.12-slim\nRUN echo 'setuptools<70' > /c\n{run}\n"
    found = step(text).requirements
    assert (found.build_constraints, found.inherited_constraints) == (given, inherited)


def test_a_feature_that_a_command_names_is_recorded():
    found = step("FROM python:3.12-slim\nRUN pip install --use-feature=nosuch six\n")
    assert [name for name, _ in found.requirements.features] == ["nosuch"]
