from datetime import date
from pathlib import Path

import pytest
from dockerfile_context import read

from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile
from wheelcheck.dockerfile.reading.dockerfile_reader import read_dockerfile
from wheelcheck.errors import Unknown
from wheelcheck.targets import Target

STORY = Path(__file__).parents[3] / "data" / "stories" / "alpine-2023"
FILES = {"requirements.txt": "flask\nlxml>=5\n"}


def requirements(dockerfile: Dockerfile, stage: int = -1) -> list[str]:
    return [
        str(line.requirement)
        for step in dockerfile.stages[stage].steps
        for line in step.requirements.lines
    ]


def codes(dockerfile: Dockerfile) -> list[tuple[int, str]]:
    return [(each.line, each.why.code) for each in dockerfile.all_unread]


# Base images


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("FROM python:3.12-alpine", "python:3.12-alpine"),
        ("ARG V=3.12\nFROM python:${V}-alpine", "python:3.12-alpine"),
        ("FROM python:${V:-3.12}-slim AS base", "python:3.12-slim"),
        ("FROM --platform=linux/arm64 python:3.12-slim", "python:3.12-slim@linux/arm64"),
        ("FROM --platform=$BUILDPLATFORM python:3.12-slim", "python:3.12-slim"),
        ("FROM python:3.12-alpine AS one\nFROM One", "python:3.12-alpine"),
        ("FROM alpine:3.21.3", "alpine:3.21"),
    ],
)
def test_the_target_comes_from_the_image(text: str, target: str):
    found = read(text)
    assert found.final.target.name == target
    assert found.all_unread == ()


def test_a_build_argument_goes_before_its_default():
    text = "ARG V=3.11\nFROM python:${V}-slim"
    assert read(text, build_args={"V": "3.12"}).final.target.python == (3, 12)


def test_the_platform_of_the_build_is_that_of_every_stage():
    found = read("FROM python:3.12-slim", platform="linux/arm64")
    assert found.final.target.arch == "aarch64"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ARG V\nFROM $V", "unknown-variable"),
        ("FROM example.org/team/app:1", "unknown-image"),
        ("FROM scratch", "no-python"),
    ],
)
def test_an_image_that_is_not_known_is_reported(text: str, code: str):
    found = read(text + "\nRUN pip install flask")
    assert isinstance(found.final.target, Unknown)
    assert code in {each.why.code for each in found.all_unread}
    assert requirements(found) == ["flask"]


# Requirement files


@pytest.mark.parametrize(
    "text",
    [
        "COPY requirements.txt .\nRUN pip install -r requirements.txt",
        "COPY requirements.txt /tmp/\nRUN pip install -r /tmp/requirements.txt",
        "COPY . /app\nRUN cd /app && pip install -r requirements.txt",
        "WORKDIR /app\nCOPY requirements*.txt setup.py ./\nRUN pip install -r requirements.txt",
        'COPY ["requirements.txt", "/a b/"]\nRUN pip install -r "/a b/requirements.txt"',
        "ADD requirements.txt /x.txt\nRUN pip install -r/x.txt",
        "ENV D=/srv\nCOPY requirements.txt $D/\nWORKDIR $D\nRUN pip install -r ./requirements.txt",
        "RUN --mount=type=bind,source=requirements.txt,target=/r.txt pip install -r /r.txt",
        "RUN --mount=type=bind,target=/src pip install -r /src/requirements.txt",
        "COPY --chown=1:1 requirements.txt ~/\nRUN pip install -r '/~/requirements.txt'",
        "COPY requirements.txt /r/\nRUN bash -c 'cd /r; exec pip install -r requirements.txt'",
        "COPY requirements.txt /\nRUN <<EOF\nset -e\npip install -r requirements.txt\nEOF",
        "COPY requirements.txt /\nRUN bash <<EOF\npip install -r requirements.txt\nEOF",
        'COPY requirements.txt /\nRUN ["pip", "install", "-r", "requirements.txt"]',
        "COPY requirements.txt /\nRUN uv pip sync --system requirements.txt",
        "COPY requirements.txt /\nRUN PIP_PRE=1 sudo -H pip install -r requirements.txt",
    ],
)
def test_a_copied_requirement_file_is_read(text: str):
    found = read(f"FROM python:3.12-slim\n{text}", FILES)
    assert requirements(found) == ["flask", "lxml>=5"]
    assert found.final.steps[0].inputs == ("requirements.txt",)
    assert found.all_unread == ()


def test_lines_say_where_they_were_written():
    text = (
        "FROM python:3.12-slim\nCOPY requirements.txt /\nRUN pip install uv \\\n"
        " && pip install -r /requirements.txt six"
    )
    found = read(text, FILES)
    origins = [str(line.origin) for step in found.final.steps for line in step.requirements.lines]
    assert origins == ["Dockerfile:3", "Dockerfile:4", "requirements.txt:1", "requirements.txt:2"]


def test_a_file_in_a_heredoc_keeps_its_lines():
    text = "FROM python:3.12-slim\nCOPY <<EOF /r.txt\nflask\nlxml\nEOF\nRUN pip install -r /r.txt"
    lines = read(text).final.steps[0].requirements.lines
    assert [str(line.origin) for line in lines] == ["Dockerfile:3", "Dockerfile:4"]


def test_included_files_are_those_that_the_image_has():
    files = {"req/prod.txt": "-r base.txt\n", "req/base.txt": "flask\n"}
    whole = "FROM python:3.12-slim\nCOPY req /req\nRUN pip install -r /req/prod.txt"
    assert requirements(read(whole, files)) == ["flask"]
    alone = "FROM python:3.12-slim\nCOPY req/prod.txt /\nRUN pip install -r /prod.txt"
    assert codes(read(alone, files)) == [(3, "not-in-context")]


def test_files_come_along_with_stages():
    text = (
        "FROM python:3.12-slim AS base\nCOPY requirements.txt /app/\n"
        "FROM base AS child\nRUN pip install -r /app/requirements.txt\n"
        "FROM python:3.12-alpine\nCOPY --from=base /app /other\n"
        "RUN pip install -r /other/requirements.txt"
    )
    found = read(text, FILES)
    assert requirements(found, 1) == requirements(found, 2) == ["flask", "lxml>=5"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("RUN pip install -r requirements.txt", "not-in-context"),
        ("COPY gone.txt /\nRUN pip install -r /gone.txt", "not-in-context"),
        ("ADD https://index.example/r.txt /r.txt\nRUN pip install -r /r.txt", "unseen-url"),
        ("COPY --from=busybox /r.txt /\nRUN pip install -r /r.txt", "unseen-image"),
        ("COPY requirements.txt /\nRUN rm /requirements.txt\nRUN pip install -r /requirements.txt",
         "not-in-context"),
        ("RUN pip install -r https://index.example/r.txt", "remote-file"),
        ("COPY $WHAT /r.txt\nRUN pip install -r /r.txt", "unknown-variable"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_reported_with_its_line(text: str, code: str):
    found = read(f"FROM python:3.12-slim\n{text}", FILES)
    assert found.all_unread[-1].why.code == code
    assert found.all_unread[-1].line == text.count("\n") + 2


@pytest.mark.parametrize("files", [{}, {"pyproject.toml": ""}])
def test_of_several_copied_files_the_missing_file_is_named(files: dict[str, str]):
    text = "FROM python:3.12-slim\nCOPY poetry.lock pyproject.toml ./\nRUN poetry install"
    reason = read(text, files).all_unread[-1].why.reason
    assert "poetry.lock is copied, but it is not in the build context" in reason
    assert "/poetry.lock" not in reason


@pytest.mark.parametrize(
    ("image", "run", "python"),
    [
        ("amazonlinux:2023", "dnf install -y python3.11 python3.11-pip", (3, 11)),
        ("registry.access.redhat.com/ubi9", "dnf install -y python3.12", (3, 12)),
        ("ubuntu:22.04", "apt-get install -y python3.11", (3, 11)),
    ],
)
def test_a_python_installed_beside_the_distributions_is_judged(
    image: str, run: str, python: tuple[int, int]
):
    program = "python{}.{}".format(*python)
    found = read(f"FROM {image} AS b\nRUN {run} && {program} -m pip install flask\nFROM b")
    assert found.all_unread == ()
    for stage in found.stages:
        assert stage.target.python == python
        assert stage.target.python_full_version.startswith("{}.{}.".format(*python))
        assert stage.target.image.os == read(f"FROM {image}").final.target.image.os


def test_the_python_that_wolfi_installs_is_its_python():
    base = "FROM cgr.dev/chainguard/wolfi-base"
    found = read(f"{base}\nRUN apk add --no-cache python-3.11 py3.11-pip && pip install flask")
    assert found.final.target.python == (3, 11)


@pytest.mark.parametrize(
    "text",
    [
        "FROM amazonlinux:2023\nRUN python3.11 -m pip install flask",
        "FROM amazonlinux:2023\nRUN dnf install -y python3.11; pip install a; pip3.11 install b",
        "FROM python:3.12-slim\nRUN apt-get install -y python3.11 && python3.11 -m pip install a",
    ],
)
def test_a_python_that_is_not_the_stages_is_reported(text: str):
    assert [each.why.code for each in read(text).all_unread] == ["other-python"]


def test_nothing_outside_the_context_is_read(tmp_path: Path):
    (tmp_path / "secret.txt").write_text("flask\n")
    context = tmp_path / "context"
    context.mkdir()
    (context / "link.txt").symlink_to(tmp_path / "secret.txt")
    (context / "up.txt").write_text("-r ../secret.txt\n")
    file = context / "Dockerfile"
    file.write_text(
        "FROM python:3.12-slim\nCOPY ../secret.txt link.txt up.txt /a/\n"
        f"COPY {tmp_path}/secret.txt /b/\n"
        "RUN pip install -r /a/secret.txt\nRUN pip install -r /a/link.txt\n"
        "RUN pip install -r /b/secret.txt\nRUN pip install -r /a/up.txt\n"
    )
    found = read_dockerfile(file, as_of=date(2026, 8, 1))
    assert requirements(found) == []
    assert [each.line for each in found.all_unread] == [4, 5, 6, 7]


def test_paths_of_the_image_are_not_looked_up_on_this_machine(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    wheel = tmp_path / "x-1-py3-none-any.whl"
    wheel.touch()
    files = {"r.txt": f"{wheel}\n-e {tmp_path}\nfile://{wheel}\nx @ file://{wheel}\nflask\n"}
    text = (
        f"FROM python:3.12-slim\nCOPY r.txt /\nRUN pip install {tmp_path} -r /r.txt -f {tmp_path}"
    )
    found = read(text, files)
    (step,) = found.final.steps
    assert requirements(found) == ["flask"]
    assert {each.why.code for each in step.requirements.skipped} == {
        "file-in-image", "local-project"
    }  # fmt: skip
    assert step.requirements.index.find_links == ()


# Options and variables


def test_options_reach_the_requirements():
    text = (
        "FROM python:3.12-slim\nENV PIP_NO_CACHE_DIR=off PIP_INDEX_URL=https://index.example/a/\n"
        "RUN pip install --only-binary=:all: --no-binary lxml --pre --require-hashes flask"
    )
    (step,) = read(text).final.steps
    policy = step.requirements.policy
    assert policy.only_binary.all_projects
    assert policy.no_binary.names == {"lxml"}
    assert policy.pre
    assert policy.require_hashes
    assert step.requirements.index.index_url == "https://index.example/a/"
    assert step.installer == "pip-no-cache"


@pytest.mark.parametrize(
    ("command", "installer"),
    [
        ("pip install flask", "pip"),
        ("pip install --no-cache-dir flask", "pip-no-cache-dir"),
        ("uv pip install --no-cache flask", "uv"),
        ("PIP_NO_CACHE_DIR=1 pip install flask", "pip-no-cache"),
    ],
)
def test_the_installer_is_recognised(command: str, installer: str):
    assert read(f"FROM python:3.12-slim\nRUN {command}").final.steps[0].installer == installer


def test_unknown_variables_are_reported_and_the_rest_is_read():
    text = "FROM python:3.12-slim\nARG X\nRUN pip install $X flask==$X 'lxml' -r $X.txt"
    found = read(text)
    assert requirements(found) == ["lxml"]
    assert codes(found) == [(3, "unknown-variable")]


def test_values_of_arguments_and_shell_variables_count():
    text = (
        "ARG GLOBAL=1\nFROM python:3.12-slim\nARG GLOBAL\nARG OWN=2\nARG OTHER=$OWN\nENV OWN=3\n"
        "RUN V=4; pip install a==$GLOBAL b==$OWN c==${OTHER} d==$V"
    )
    assert requirements(read(text)) == ["a==1", "b==3", "c==2", "d==4"]


def test_credentials_are_not_shown():
    text = (
        "FROM python:3.12-slim\nRUN pip install -i https://u:hidden@index.example/ "
        "'https://u:hidden@index.example/x' $Y"
    )
    assert "hidden" not in repr(read(text).stages) + repr(read(text).all_unread)


# System packages


def test_packages_are_those_of_the_moment():
    text = (
        "FROM python:3.12-alpine AS base\nRUN apk add --no-cache libpq\n"
        "FROM base\nENV DEPS='gcc musl-dev'\n"
        "RUN apk add --no-cache --virtual .build $DEPS \\\n && pip install lxml \\\n"
        " && apk del .build\nRUN pip install flask"
    )
    stage = read(text).final
    first, second = stage.steps
    assert [each.name for each in first.packages] == ["libpq", "gcc", "musl-dev"]
    assert [each.name for each in second.packages] == ["libpq"]
    assert stage.leftovers == ()


def test_packages_removed_in_a_later_layer_are_left_over():
    text = (
        "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y gcc libpq5\n"
        "RUN pip install lxml && apt-get purge -y gcc"
    )
    stage = read(text).final
    assert [(each.name, each.layer, each.removed) for each in stage.leftovers] == [("gcc", 2, 3)]
    assert [each.name for each in stage.packages] == ["libpq5"]
    assert stage.uncleaned == ((2, "apt"),)


@pytest.mark.parametrize(
    "text",
    [
        "apt-get update && apt-get install -y gcc && rm -rf /var/lib/apt/lists/*",
        "--mount=type=cache,target=/var/lib/apt/lists apt-get install -y gcc",
    ],
)
def test_a_layer_that_cleans_up(text: str):
    assert read(f"FROM python:3.12-slim\nRUN {text}").final.uncleaned == ()


# Stages


BUILDER = (
    "FROM python:3.12-alpine AS builder\nCOPY requirements.txt .\n"
    "RUN pip wheel -w /wheels -r requirements.txt\nFROM python:3.12-alpine\n"
)


@pytest.mark.parametrize(
    ("text", "mounted"),
    [
        ("COPY --from=builder /wheels /w\nRUN pip install /w/*.whl", False),
        ("COPY --from=0 /wheels/*.whl /w/\nRUN pip install --no-index -f /w flask", False),
        ("COPY --from=Builder /wheels /w\nRUN pip install --find-links=/w flask", False),
        ("RUN --mount=type=bind,from=builder,source=/wheels,target=/w pip install /w/*", True),
    ],
)  # fmt: skip
def test_wheels_of_another_stage(text: str, *, mounted: bool):
    found = read(BUILDER + text, FILES)
    (step,) = found.final.steps
    (source,) = step.wheels
    assert (source.made.stage, source.made.line, source.mounted) == (0, 3, mounted)
    assert step.only_ready_wheels
    assert not step.builds
    assert found.all_unread == ()
    assert found.needed == {0, 1}


def test_wheels_that_nobody_built_here_are_reported_and_the_index_is_judged():
    text = "FROM python:3.12-slim\nCOPY vendor /v\nRUN pip install --no-index -f /v flask"
    found = read(text, {"vendor/flask-3-py3-none-any.whl": ""})
    (step,) = found.final.steps
    assert codes(found) == [(3, "file-in-image")]
    assert not step.requirements.index.no_index
    assert step.builds


def test_a_copied_folder_of_wheels_that_is_removed_later():
    text = BUILDER + "COPY --from=builder /wheels /w\nRUN pip install /w/* && rm -rf /w"
    (copied,) = read(text, FILES).final.copies
    assert (copied.made.kind, copied.removed) == ("wheels", 6)


@pytest.mark.parametrize(
    ("make", "copied", "kind"),
    [
        ("python -m venv /opt/venv && /opt/venv/bin/pip install flask", "/opt/venv", "venv"),
        ("pip install --user flask", "/root/.local", "packages"),
        ("pip install --prefix=/install flask", "/install", "packages"),
        ("pip install flask", "/usr/local", "packages"),
    ],
)
def test_installed_folders_are_followed_to_other_stages(make: str, copied: str, kind: str):
    base = "FROM python:3.12-slim"
    text = f"{base} AS b\nRUN {make}\n{base}\nCOPY --from=b {copied} {copied}"
    (found,) = read(text).final.copies
    assert (found.made.kind, found.made.stage) == (kind, 0)


@pytest.mark.parametrize(
    "text",
    [
        "RUN python -m venv /v\nENV PATH=/v/bin:$PATH\nRUN pip install flask",
        "ENV PATH=/v/bin:$PATH\nRUN python -m venv /v\nRUN pip install flask",
        "ENV VIRTUAL_ENV=/v PATH=/v/bin:$PATH\nRUN python -m venv /v\nRUN pip install flask",
        "ENV VIRTUAL_ENV=/v\nRUN uv venv $VIRTUAL_ENV\nRUN uv pip install flask",
        "RUN python -m venv /v && . /v/bin/activate && pip install flask",
    ],
)
def test_the_environment_that_pip_installs_into(text: str):
    assert read(f"FROM python:3.12-slim\n{text}").final.steps[0].venv == "/v"


def test_pip_does_not_look_at_the_name_of_an_environment():
    text = "FROM python:3.12-slim\nENV VIRTUAL_ENV=/v\nRUN python -m venv /v\nRUN pip install flask"
    assert read(text).final.steps[0].venv == ""


@pytest.mark.parametrize(
    ("command", "keeps"),
    [
        ("pip install flask", "satisfying"),
        ("pip install -U flask", "dependencies"),
        ("pip install -U --upgrade-strategy eager flask", "same"),
        ("PIP_UPGRADE_STRATEGY=eager pip install -U flask", "same"),
        ("pip install --force-reinstall flask", "nothing"),
        ("pip install -I flask", "nothing"),
        ("pip install -t /app flask", "nothing"),
        ("pip wheel flask", "nothing"),
        ("uv pip install flask", "satisfying"),
        ("uv pip install -U flask", "same"),
        ("uv pip install -P flask flask", "satisfying"),
        ("uv pip install --reinstall flask", "nothing"),
    ],
)
def test_what_a_command_keeps_of_what_is_there(command: str, keeps: str):
    (stage,) = read(f"FROM python:3.12-slim\nRUN {command}\n").stages
    assert [step.keeps for step in stage.steps] == [keeps]


def test_a_user_installs_into_a_home_of_their_own():
    text = (
        "FROM python:3.12-slim AS b\nUSER app:app\nRUN pip install --user flask\n"
        "FROM python:3.12-slim\nCOPY --from=b /home/app/.local /home/app/.local"
    )
    assert read(text).final.copies[0].made.kind == "packages"


def test_stages_that_are_not_needed():
    text = "FROM python:3.12-slim AS a\nFROM python:3.12-slim AS b\nFROM a AS c\nFROM c"
    assert read(text).needed == {0, 2, 3}


# What is not followed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('RUN if [ -n "$X" ]; then pip install flask; fi', "conditional"),
        ("RUN for p in a b; do pip install $p; done", "conditional"),
        ("RUN [ -f x ] && pip install flask", "conditional"),
        ("RUN check || apk add gcc", "conditional"),
        ("RUN f() { pip install x; }; f", "conditional"),
        ("RUN echo $(pip install flask)", "substitution"),
        ("RUN $PIP install flask", "unknown-variable"),
        ("RUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF", "other-shell"),
        ("RUN python3 <<EOF\nos.system('pip install flask')\nEOF", "other-shell"),
        ('SHELL ["pwsh", "-c"]\nRUN pip install flask', "other-shell"),
        ("RUN conda install numpy", "not-followed"),
        ("RUN echo a b | xargs pip install", "not-followed"),
        ("RUN pip install --frobnicate flask", "unknown-option"),
        ("RUN pip install 'fl ask'", "requirement-refused"),
        ("RUN pip install --platform=x flask", "other-platform"),
        ("RUN python3.9 -m pip install flask", "other-python"),
        ("RUN pip install .", "no-such-file"),
        ("COPY . /\nRUN pip install .", "no-such-file"),
        ("RUN poetry install", "no-lock"),
        ("ONBUILD RUN pip install flask", "onbuild"),
        ("COPY --from=busybox /x /y", "unseen-image"),
        ("RUNN pip install flask", "syntax"),
        ("RUN <<EOF\npip install flask", "syntax"),
    ],
)
def test_what_is_not_followed_is_reported_with_its_line(text: str, code: str):
    found = read(f"FROM python:3.12-slim\n{text}")
    unread = {each.why.code: each for each in found.all_unread}
    assert code in unread
    assert unread[code].line >= 2
    assert unread[code].why.reason


def test_what_precedes_from_is_reported():
    assert codes(read("RUN pip install x\nFROM python:3.12-slim")) == [(1, "before-from")]
    assert codes(read("")) == [(1, "no-stage")]


# The story


def test_the_slim_file_of_the_story():
    (stage,) = read_dockerfile(STORY / "slim.Dockerfile", as_of=date(2023, 4, 14)).stages
    assert stage.target.name == "python:3.8-slim"
    assert [str(line.requirement) for line in stage.steps[0].requirements.lines] == [
        "scikit-learn", "pandas"
    ]  # fmt: skip


def test_the_first_alpine_file_of_the_story_has_no_compiler():
    (stage,) = read_dockerfile(STORY / "alpine.Dockerfile", as_of=date(2023, 4, 14)).stages
    assert isinstance(stage.target, Target)
    assert stage.target.libc == "musl"
    assert stage.steps[0].packages == ()


def test_the_second_alpine_file_of_the_story_keeps_its_wheels():
    file = STORY / "alpine-builder.Dockerfile"
    builder, final = read_dockerfile(file, as_of=date(2023, 4, 14)).stages
    assert {"gcc", "g++", "gfortran"} <= {each.name for each in builder.steps[0].packages}
    assert builder.steps[0].installer == "pip-no-cache-dir"
    (copied,) = final.copies
    assert copied.made.kind == "wheels"
    assert final.steps[0].only_ready_wheels


@pytest.mark.parametrize(
    ("script", "venv", "breaks"),
    [
        ("export PIP_BREAK_SYSTEM_PACKAGES=1 && pip3 install six", "", True),
        ("sh -c 'export PIP_BREAK_SYSTEM_PACKAGES=1; pip3 install six'", "", True),
        ("PIP_BREAK_SYSTEM_PACKAGES=1; pip3 install six", "", False),
        ("python3 -m venv /v && export PATH=/v/bin:$PATH && pip install six", "/v", False),
        ("python3 -m venv /v && PATH=/v/bin:$PATH pip install six", "/v", False),
        ("python3 -m venv /v && export PATH=$PATH:/v/bin && pip install six", "", False),
        ("(export PIP_BREAK_SYSTEM_PACKAGES=1); pip3 install six", "", False),
        ("python3 -m venv /v; export VIRTUAL_ENV=/v; pip install six", "", False),
        (
            "python3 -m venv /v; export VIRTUAL_ENV=/v PATH=/v/bin:$PATH; pip install six",
            "/v",
            False,
        ),
        ("python3 -m venv /v; export VIRTUAL_ENV=/v PATH=$A; pip install six", "/v", False),
        ("python3 -m venv /v; export VIRTUAL_ENV=/v; uv pip install six", "/v", False),
    ],
)
def test_variables_that_a_run_exports_hold_for_its_later_commands(script, venv, breaks):
    found = read(f"FROM debian:bookworm\nRUN {script}\nRUN pip install idna")
    first, second = found.final.steps
    assert (first.venv, first.breaks_system) == (venv, breaks)
    assert (second.venv, second.breaks_system) == ("", False)


@pytest.mark.parametrize(
    "text",
    [
        "FROM own\nRUN apk add gcc",
        "FROM own AS base\nFROM base\nRUN apk add gcc",
        "FROM own AS base\nFROM base AS more\nRUN true\nFROM more\nRUN apk add gcc",
    ],
)
def test_an_image_is_guessed_by_what_stages_on_it_run(text):
    found = read(f"{text}\nRUN pip install six")
    assert {each.why.code for each in found.all_unread} == {"guessed-image"}
    other = read("FROM own AS base\nFROM python:3.12-alpine AS other\nRUN apk add gcc\nFROM base")
    assert isinstance(other.final.target, Unknown)


class TestScripts:
    FILES = {  # noqa: RUF012 (read only)
        "install.sh": "#!/bin/sh\npip install lxml\n",
        "calls.sh": "/opt/install.sh\n",
        "quiet.sh": "apt-get install -y curl\n",
        "Makefile": "install:\n\tpip install .\n",
        "native/Makefile": "all:\n\tgcc core.c\n",
    }

    def reasons(self, command: str) -> list[str]:
        text = f"FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN {command}\n"
        return [each.why.reason for each in read(text, self.FILES).all_unread]

    @pytest.mark.parametrize(
        ("command", "runs"),
        [
            ("bash install.sh", "the script install.sh"),
            ("sh -ex /app/install.sh --all", "the script /app/install.sh"),
            ("./install.sh", "the script ./install.sh"),
            ("bash calls.sh", "the script calls.sh"),
            ("/elsewhere/unknown.sh", "the script /elsewhere/unknown.sh"),
            ("make install", "make"),
            ("make -f other.mk", "make"),
        ],
    )
    def test_what_may_install_packages_is_named(self, command, runs):
        assert self.reasons(command) == [f"it runs {runs}, which may install packages"]

    @pytest.mark.parametrize(
        "command",
        [
            "sh quiet.sh",
            "make -C native",
            "cd /src && ./configure && make && make install",
            "cd /src && cmake . && make",
            "./tool",
            "bash -c 'true'",
            "chmod +x install.sh",
        ],
    )
    def test_what_installs_none_is_not(self, command):
        assert self.reasons(command) == []


ENVIRONMENT = """\
name: x
channels: [conda-forge]
dependencies:
  - python=3.11
  - numpy
  - pip
  - pip:
    - shapely>=2  # from the index
    - "pyodbc"
    - -r more.txt
"""


@pytest.mark.parametrize(
    "command",
    [
        "conda env update -n base -f environment.yml",
        "micromamba install -y -n base --file=environment.yml",
        "mamba env create",
    ],
)
def test_what_conda_hands_to_pip_is_followed_and_its_python_taken(command: str):
    files = {"environment.yml": ENVIRONMENT, "more.txt": "flask\n"}
    text = f"FROM mambaorg/micromamba:bookworm\nCOPY . .\nRUN {command}\n"
    dockerfile = read(text, files)
    (stage,) = dockerfile.stages
    (step,) = stage.steps
    names = [line.requirement.name for line in step.requirements.lines]
    assert names == ["shapely", "pyodbc", "flask"]
    assert stage.own_python
    assert isinstance(stage.target, Target)
    assert stage.target.python == (3, 11)
    assert [each.why.code for each in dockerfile.all_unread] == ["not-followed"]


def test_a_python_of_conda_is_not_that_of_the_distribution():
    text = "FROM mambaorg/micromamba:bookworm\nRUN micromamba install -y python=3.11 pip\n"
    (stage,) = read(text).stages
    assert stage.own_python


@pytest.mark.parametrize(
    ("item", "meant"),
    [
        ("lib; python_version < '3.13'", ['lib; python_version < "3.13"']),
        ("lib >= 1, <2", ["lib<2,>=1"]),
        ("\"lib; sys_platform == 'linux'\"", ['lib; sys_platform == "linux"']),
        ("it's", []),
    ],
)
@pytest.mark.parametrize("python", ["python=3.11", "python>=3.13", "pip"])
def test_lines_for_pip_are_those_of_a_requirement_file(item: str, meant: list[str], python: str):
    environment = f"dependencies:\n- {python}\n- pip:\n  - {item}\n"
    text = "FROM mambaorg/micromamba:bookworm\nCOPY . .\nRUN conda env create\n"
    (stage,) = read(text, {"environment.yml": environment}).stages
    (step,) = stage.steps
    assert [str(line.requirement) for line in step.requirements.lines] == meant
    assert step.inputs == ("environment.yml",)
    assert stage.own_python
    assert step.requirements.scopes == ()


@pytest.mark.parametrize("text", ["name: [", "- a\n", "dependencies:\n- python=3.11\n- lib\n"])
def test_an_environment_without_lines_for_pip_has_no_step(text: str):
    dockerfile = "FROM mambaorg/micromamba:bookworm\nCOPY . .\nRUN conda env create\n"
    (stage,) = read(dockerfile, {"environment.yml": text}).stages
    assert stage.steps == ()


ELIF = """if test "$TARGETARCH" = s390x; then pip install a; \\
  elif [ "$TARGETARCH" = arm64 ]; then pip install b; else pip install c; fi"""
INNER = """if [ "$TARGETARCH" = arm64 ]; then \\
  if [ -f /x ]; then pip install a; fi; for i in 1; do echo; done; fi; pip install b"""
ARM = '[ "$TARGETARCH" = arm64 ]'
OTHERWISE = "then pip install b; else pip install c; fi"


class TestConditionsOfKnownWords:
    """``if [ "$TARGETARCH" = "arm64" ]``: the file and the platform tell which part runs."""

    def installs(self, script: str, platform: str, before: str = "") -> list[str]:
        text = f"FROM python:3.12-slim\n{before}ARG TARGETARCH\nRUN {script}\n"
        stage = read(text, platform=platform).stages[-1]
        lines = [line for step in stage.steps for line in step.requirements.lines]
        return sorted(str(line.requirement.name) for line in lines)

    @pytest.mark.parametrize(
        ("script", "amd64", "arm64"),
        [
            ('if [ "$TARGETARCH" = "arm64" ]; then pip install a; fi', [], ["a"]),
            ('if [ "$TARGETARCH" = "arm64" ]; then pip install a; else pip install b; fi',
             ["b"], ["a"]),
            ('if ! [ "$TARGETARCH" = "arm64" ]; then pip install a; fi', ["a"], []),
            # dash 0.5.12 knows no [[ and refuses ==: it goes on to the else
            ('if [[ "$TARGETARCH" != arm64 ]]; then pip install a; fi', [], []),
            (f"if {ARM.replace('=', '==')}; {OTHERWISE}", ["c"], ["c"]),
            (f"{ARM} && pip install a", [], ["a"]),
            (f"{ARM} || pip install a; pip install b", ["a", "b"], ["b"]),
            ('case "$TARGETARCH" in amd64|i386) pip install a;; arm*) pip install b;; esac',
             ["a"], ["b"]),
            ("case $OTHER in amd64) pip install a;; esac; pip install b", ["b"], ["b"]),
            (ELIF, ["c"], ["b"]),
            # whether /x is there is not known
            ('if [ -f /x ] && [ "$TARGETARCH" = arm64 ]; then pip install a; fi; pip install b',
             ["b"], ["b"]),
            ('if [ -f /x ] && [ "$TARGETARCH" = arm64 ]; then :; else pip install b; fi',
             ["b"], []),
            (INNER, ["b"], ["b"]),
            # what a subshell, a group or an assignment says is not known
            (f"if {ARM}; then pip install a; elif (which x); {OTHERWISE}", [], ["a"]),
            (f"if {ARM}; then pip install a; elif X=$(which x); {OTHERWISE}", [], ["a"]),
            (f"if {ARM} && (which x); {OTHERWISE}", ["c"], []),
            (f"if {ARM} || {{ which x; }}; {OTHERWISE}", [], ["b"]),
            (f"if {ARM}; X=$(which x); {OTHERWISE}", [], []),
        ],
    )  # fmt: skip
    def test_the_part_that_runs_is_followed(self, script, amd64, arm64):
        assert self.installs(script, "linux/amd64") == amd64
        assert self.installs(script, "linux/arm64") == arm64

    @pytest.mark.parametrize(
        ("before", "installed"),
        [
            ('SHELL ["/bin/bash", "-c"]\n', ["b"]),
            ("RUN ln -sf bash /bin/sh\n", []),  # which shell it is is not known
            ("FROM python:3.12-alpine\n", ["b"]),
            ("FROM unknown.example/image\n", []),
        ],
    )
    @pytest.mark.parametrize("test", [f"[{ARM}]", ARM.replace("=", "==")])
    def test_which_shell_it_is_decides_of_tests_for_bash(self, before, installed, test):
        script = f"if {test}; {OTHERWISE}"
        assert self.installs(script, "linux/arm64", before) == installed

    def test_an_argument_that_no_arg_declares_is_not_known(self):
        script = 'if [ "$TARGETARCH" = arm64 ]; then pip install a; else pip install b; fi'
        text = f"FROM python:3.12-slim\nRUN {script}\n"
        stage = read(text, platform="linux/arm64").stages[0]
        assert stage.steps == ()

    def test_variables_of_the_part_that_is_skipped_are_not_set(self):
        script = 'P=a; if [ "$TARGETARCH" = arm64 ]; then P=b; export P; fi; pip install "$P"'
        assert self.installs(script, "linux/amd64") == ["a"]
        assert self.installs(script, "linux/arm64") == ["b"]
