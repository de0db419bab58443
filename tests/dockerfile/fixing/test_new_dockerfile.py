import pytest
from dockerfile_context import AS_OF, read
from planned_builds import library, outlook, planned, tool

from wheelcheck.builds.outlook import commands_for
from wheelcheck.dockerfile.fixing.new_dockerfile import PipInputs, emit_dockerfile
from wheelcheck.dockerfile.judging.stage_findings import judge_stages
from wheelcheck.errors import Unknown
from wheelcheck.targets import parse_target_on

ALPINE = parse_target_on("python:3.12-alpine", as_of=AS_OF)
LXML = outlook("lxml 5.0", tool("c"), library("libxml2"), constraints="Cython<3\n")
FILES = {"requirements.txt": "-r more/base.txt\nlxml\n", "more/base.txt": "six\n", "c.txt": "six\n"}


def inputs(**words: list[str]) -> PipInputs:
    return PipInputs(**{name: tuple(given) for name, given in words.items()})


def emitted(build_constraints: str = "", **words: list[str]) -> str:
    commands = commands_for(ALPINE, [LXML])
    text = emit_dockerfile(ALPINE, inputs(**words), commands, build_constraints=build_constraints)
    assert isinstance(text, str)
    return text


def test_two_stages_build_and_install():
    text = emitted(packages=["lxml>=5"])
    assert text == (
        "# syntax=docker/dockerfile:1\n"
        "FROM python:3.12-alpine AS wheels\n"
        "RUN apk add --no-cache gcc libxml2-dev musl-dev\n"
        "RUN --mount=type=cache,target=/root/.cache/pip \\\n"
        "    pip wheel --wheel-dir /wheels 'lxml>=5'\n\n"
        "FROM python:3.12-alpine\n"
        "RUN apk add --no-cache libxml2\n"
        "RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \\\n"
        "    pip install --no-cache-dir --no-index --find-links /wheels 'lxml>=5'\n"
    )


@pytest.mark.parametrize(
    "options",
    [
        {"packages": ["lxml", "six ; python_version < '4'"]},
        {"files": ["requirements.txt"], "included": ["more/base.txt"], "constraints": ["c.txt"]},
        {
            "files": ["requirements.txt"],
            "included": ["more/base.txt"],
            "build_constraints": "Cython<3\n",
        },
        {"packages": ["lxml"], "options": ["--prefer-binary", "--no-binary=:all:"]},
    ],
)
def test_our_own_reader_reads_it_whole_and_finds_nothing_wrong(options: dict[str, object]):
    dockerfile = read(emitted(**options), FILES)
    assert dockerfile.all_unread == ()
    builder, final = dockerfile.stages
    names = {line.requirement.name for line in builder.steps[0].requirements.lines}
    assert names == ({"lxml", "six"} if len(options.get("packages", "xx")) > 1 else {"lxml"})
    assert final.steps[0].only_ready_wheels
    assert [line.text for line in final.steps[0].requirements.lines] == [
        line.text for line in builder.steps[0].requirements.lines
    ]
    codes = {each.code for each in judge_stages(dockerfile, [planned(dockerfile, LXML)])}
    assert codes == {"musl-base"}


def test_options_of_choice_go_to_the_pip_that_chooses():
    """What was built has a wheel alone: --no-binary would have pip pass it over."""
    text = emitted(packages=["lxml"], options=["--no-binary=lxml"])
    assert "pip wheel --wheel-dir /wheels --no-binary=lxml lxml\n" in text
    assert "pip install --no-cache-dir --no-index --find-links /wheels lxml\n" in text


def test_without_builds_a_single_stage_is_enough():
    text = emit_dockerfile(ALPINE, inputs(files=["requirements.txt"], included=["more/base.txt"]))
    dockerfile = read(text, FILES)
    (stage,) = dockerfile.stages
    assert len(stage.steps[0].requirements.lines) == 2
    assert stage.target == ALPINE
    assert judge_stages(dockerfile, []) == ()


def test_build_constraints_reach_the_pip_of_the_image():
    text = emitted(packages=["lxml"], build_constraints="Cython<3\nEOF\n")
    assert "COPY <<'EOFF' /build-constraints.txt\nCython<3\nEOF\nEOFF\n" in text
    old = parse_target_on("python:3.8-alpine", as_of=AS_OF)
    assert "PIP_CONSTRAINT=" in emit_dockerfile(
        old, inputs(packages=["lxml"]), commands_for(old, [LXML]), build_constraints="Cython<3"
    )


@pytest.mark.parametrize(
    ("spelling", "image"),
    [
        ("cp312-musllinux_1_2_x86_64", "python:3.12-alpine"),
        ("cp312-manylinux_2_28_aarch64", "python:3.12-slim"),
        ("python:3.12-slim@linux/arm64", "python:3.12-slim"),
    ],
)
def test_the_image_of_a_target(spelling: str, image: str):
    text = emit_dockerfile(parse_target_on(spelling, as_of=AS_OF), inputs(packages=["six"]))
    assert f"FROM {image}\n" in text


@pytest.mark.parametrize(
    ("spelling", "files", "code"),
    [
        ("pp311-manylinux_2_28_x86_64", [], "no-image"),
        ("alpine:3.21", [], "no-pip"),
        ("python:3.12-slim", ["../requirements.txt"], "unusual-path"),
        ("python:3.12-slim", ["/etc/x.txt"], "unusual-path"),
        ("python:3.12-slim", ["a,target=/b.txt"], "unusual-path"),
    ],
)
def test_what_cannot_be_written(spelling: str, files: list[str], code: str):
    found = emit_dockerfile(parse_target_on(spelling, as_of=AS_OF), inputs(files=files))
    assert isinstance(found, Unknown)
    assert found.code == code
