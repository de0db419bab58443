import re
from dataclasses import replace
from pathlib import Path

import pytest
from dockerfile_context import AS_OF, DictContext, read
from planned_builds import library, outlook, planned, tool

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role
from wheelcheck.builds.needs.system_packages import install_commands
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.outlook import Outlook
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.dockerfile.fixing.another_image import with_images
from wheelcheck.dockerfile.fixing.correcting import correct
from wheelcheck.dockerfile.fixing.editing import Correction
from wheelcheck.dockerfile.judging.stage_findings import judge_stages
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile
from wheelcheck.dockerfile.reading.dockerfile_reader import parse_dockerfile
from wheelcheck.errors import Unknown
from wheelcheck.targets import parse_target_on

STORY = Path(__file__).parents[3] / "data" / "stories" / "alpine-2023"
FILES = {"requirements.txt": "lxml\n"}
LXML = outlook("lxml 5.0", tool("c"), library("libxml2"), library("libxslt"))
ALPINE = "FROM python:3.12-alpine\n"
DEBIAN = "FROM python:3.12-slim\n"
UV_LOCK = """version = 1
requires-python = ">=3.12"
[[package]]
name = "a"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "lxml" }]
[[package]]
name = "lxml"
version = "5.0"
source = { registry = "https://index.example/simple" }
sdist = { url = "https://index.example/lxml-5.0.tar.gz", hash = "sha256:00" }
"""
SPOILING = {"missing-compiler", "missing-library", "missing-build-tool", "missing-runtime-library"}


def corrected(text: str, *outlooks: Outlook, stage: int = 0, step: int = 0) -> Correction:
    dockerfile = read(text, FILES)
    found = correct(dockerfile, [planned(dockerfile, *outlooks, stage=stage, step=step)])
    assert found is not None
    return found


def reread(correction: Correction, *outlooks: Outlook) -> tuple[Dockerfile, set[str]]:
    """The corrected file, and what is still found when the same is built in it."""
    dockerfile = read(correction.text, FILES)
    assert dockerfile.all_unread == ()
    builds = [
        planned(dockerfile, *outlooks, stage=stage.index, step=index)
        for stage in dockerfile.stages
        for index, step in enumerate(stage.steps)
        if step.builds
    ]
    assert builds
    return dockerfile, {each.code for each in judge_stages(dockerfile, builds)}


def changed(correction: Correction) -> tuple[list[str], list[str]]:
    """The lines that a diff takes away and adds."""
    lines = correction.diff.splitlines()[2:]
    return (
        [line[1:] for line in lines if line.startswith("-")],
        [line[1:] for line in lines if line.startswith("+")],
    )


def test_a_stage_that_only_installs_is_parted():
    text = (
        f"{ALPINE}WORKDIR /app\nCOPY requirements.txt .\n"
        "RUN pip install -r requirements.txt\nCOPY . .\n"
    )
    found = corrected(text, LXML)
    assert found.text == (
        "FROM python:3.12-alpine AS base\nWORKDIR /app\nCOPY requirements.txt .\n"
        "\nFROM base AS wheels\n"
        "RUN apk add --no-cache gcc libxml2-dev libxslt-dev musl-dev\n"
        "RUN --mount=type=cache,target=/root/.cache/pip \\\n"
        "    pip wheel --wheel-dir /wheels -r requirements.txt\n"
        "\nFROM base\nRUN apk add --no-cache libxml2 libxslt\n"
        "RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \\\n"
        "    pip install --no-index --find-links /wheels -r requirements.txt\nCOPY . .\n"
    )
    dockerfile, codes = reread(found, LXML)
    assert not codes & (SPOILING | {"no-cache-mount", "wheels-kept-in-layer"})
    assert dockerfile.final.steps[0].only_ready_wheels
    assert dockerfile.needed == {0, 1, 2}


@pytest.mark.parametrize("moves", [True, False])
def test_what_wheels_have_of_a_compiler_is_installed_where_the_compiler_goes(moves: bool):  # noqa: FBT001
    tools = "RUN apk add --no-cache build-base\n" if moves else ""
    dockerfile = read(f"FROM python:3.12-alpine\n{tools}RUN pip install lxml", FILES)
    builds = replace(planned(dockerfile, LXML), lent={"x 1": ("libgomp",), "y 1": ("libxml2",)})
    found = correct(dockerfile, [builds])
    assert found is not None
    final = found.text.rpartition("FROM ")[2]
    assert ("libgomp" in final) is moves
    assert final.count("libxml2") == 1


def test_packages_that_only_build_move_to_the_builder():
    text = (
        f"{ALPINE}RUN apk update && apk add \\\n    build-base libxml2-dev\nRUN apk add tini\n\n"
        "RUN pip install lxml\n"
    )
    found = corrected(text, LXML)
    dockerfile, codes = reread(found, LXML)
    assert not codes & (SPOILING | {"compiler-in-final-image"})
    assert [each.name for each in dockerfile.stages[0].packages] == ["tini"]
    assert "AS wheels\nRUN apk update && apk add \\\n    build-base libxml2-dev\n" in found.text
    assert "\n\n\n" not in found.text


def test_mounts_of_caches_and_of_the_context_move_along():
    text = (
        f"{ALPINE}RUN --mount=type=cache,target=/var/cache/apk apk add build-base\n"
        "RUN --mount=type=cache,id=p,target=/root/.cache/pip \\\n"
        "    --mount=type=bind,source=requirements.txt,target=requirements.txt \\\n"
        "    pip install -r requirements.txt\n"
    )
    bound = "--mount=type=bind,source=requirements.txt,target=requirements.txt \\\n"
    found = corrected(text, LXML)
    assert (
        "AS wheels\nRUN --mount=type=cache,target=/var/cache/apk apk add build-base" in found.text
    )
    assert (
        f"RUN --mount=type=cache,id=p,target=/root/.cache/pip \\\n    {bound}"
        "    pip wheel --wheel-dir /wheels -r requirements.txt\n" in found.text
    )
    assert (
        f"RUN {bound}    --mount=type=bind,from=wheels,source=/wheels,target=/wheels \\\n"
        "    pip install --no-index" in found.text
    )
    assert not reread(found, LXML)[1] & (SPOILING | {"compiler-in-final-image"})


def test_a_run_that_follows_a_lock_gets_what_its_builds_lack():
    sync = "RUN uv sync --frozen\n"
    copies = "COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/\nCOPY . .\n"
    files = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "uv.lock": UV_LOCK}
    for builder in (True, False):
        last = f"{DEBIAN}COPY --from=b /app /app\n" if builder else ""
        text = f"{DEBIAN.strip()}{' AS b' * builder}\nWORKDIR /app\n{copies}{sync}{last}"
        dockerfile = read(text, files)
        found = correct(dockerfile, [planned(dockerfile, outlook("lxml 5.0", tool("c")))])
        assert found is not None
        assert found.remarks == ()
        install = "apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm"
        assert f"RUN {install}" in found.text
        assert (f"lists/*\n{sync}" in found.text) is builder
        assert ("apt-get purge" in found.text) is not builder


def test_libraries_that_the_sdist_alone_speaks_of_are_added_for_the_run_time():
    build = outlook("x 1.0", tool("c"), library("libxml2", inferred=True))
    text = f"{ALPINE}RUN apk add build-base libxml2-dev\nRUN pip install x\n"
    assert "RUN apk add --no-cache libxml2\n" in corrected(text, build).text


def test_what_a_build_may_need_is_installed_for_it_as_the_printed_command_does():
    need = BuildNeed(NeedKind.LIBRARY, "-lrrd", "setup.py:8", files=((FileKind.LIB, "rrd"),))
    build = outlook("x 1.0", tool("c"), need)
    found = corrected(f"{DEBIAN}RUN pip install x\n", build)
    commands = install_commands(build.needs, Distribution(Family.APT, "debian", "13"))
    assert "librrd-dev" in commands.build_packages
    for name in (*commands.build_packages, *commands.run_packages):
        assert f" {name} " in found.text
    assert not reread(found, build)[1] & (SPOILING | {"doubtful-need"})


@pytest.mark.parametrize(("release", "name"), [("22.04", "libldap-2.5-0"), ("24.04", "libldap2")])
def test_on_ubuntu_the_final_stage_gets_what_was_linked(release: str, name: str):
    text = (
        f"FROM ubuntu:{release} AS b\nRUN pip wheel -w /w python-ldap\nFROM ubuntu:{release}\n"
        "COPY --from=b /w /w\nRUN pip install /w/*.whl\n"
    )
    found = corrected(text, outlook("python-ldap 3.4.4", tool("c"), library("openldap")))
    final = found.text.partition(f"FROM ubuntu:{release}\n")[2]
    assert f"apt-get install -y --no-install-recommends {name} &&" in final


LINKED = f"{DEBIAN}COPY --from=builder /v /v\n"


PIP = "pip install psycopg2"
VENV = "FROM python:3.12 AS builder\nRUN python -m venv /v\n"


@pytest.mark.parametrize(
    "builder",
    [
        f"{VENV}RUN /v/bin/{PIP}\n",
        f"{VENV}RUN --mount=type=cache,target=/root/.cache/pip /v/bin/{PIP}\n",
        f'{VENV}RUN ["/v/bin/pip", "install", "psycopg2"]\n',
    ],
)
def test_the_last_stage_gets_the_libraries_that_the_builder_s_image_has(builder: str):
    needs = (tool("c"), library("libpq"))
    found = corrected(f"{builder}{LINKED}USER nobody\n", outlook("psycopg2 2.9", *needs))
    added = "RUN apt-get update && apt-get install -y --no-install-recommends libpq5"
    assert f"{DEBIAN}{added} && rm" in found.text


def test_lists_that_the_run_has_fetched_are_used():
    commands = "apt-get update && apt-get install -y gcc libpq-dev && pip install psycopg2"
    text = f"{DEBIAN}RUN {commands} && apt-get purge -y --auto-remove gcc libpq-dev\n"
    found = corrected(text, outlook("psycopg2 2.9", tool("c"), library("libpq")))
    assert "&& apt-get install -y --no-install-recommends libpq5 \\\n" in found.text
    assert found.text.count("apt-get update") == 1


def test_what_stays_and_what_goes_is_installed_at_once():
    text = f"{DEBIAN}RUN pip install psycopg2 && true\n"
    found = corrected(text, outlook("psycopg2 2.9", tool("c"), library("libpq")))
    assert found.text.count("apt-get update") == found.text.count("apt-get install") == 1
    assert "apt-get purge -y --auto-remove gcc libc6-dev libpq-dev" in found.text
    assert "libpq5" in found.text


def test_names_arguments_and_quotes_are_preserved():
    text = (
        "FROM python:3.12-alpine AS app\nARG V=5\nENV PIP_NO_CACHE_DIR=1\n"
        'RUN pip install --user -U --no-cache-dir "lxml>=$V" \\\n    --prefer-binary\n'
        "FROM app\nRUN true\n"
    )
    found = corrected(text.replace(" --user", ""), LXML)
    assert "FROM python:3.12-alpine AS app-base" in found.text
    assert "FROM app-base AS app-wheels\nARG V=5" in found.text
    assert "FROM app-base AS app\nARG V=5" in found.text
    wheel = 'PIP_NO_CACHE_DIR= pip wheel --wheel-dir /wheels "lxml>=$V" --prefer-binary\n'
    assert wheel in found.text
    dockerfile, codes = reread(found, LXML)
    assert not codes & SPOILING
    assert dockerfile.final.parent == 2


@pytest.mark.parametrize(
    "run",
    [
        "apk add --no-cache tini && pip install lxml",
        "pip install lxml && rm -rf /tmp/x",
        "set -ex; pip install lxml",
        "--mount=type=secret,id=x pip install lxml",
        "uv pip install --system lxml",
        "pip install -qU lxml",
    ],
)
def test_a_run_that_does_more_brings_what_it_lacks_for_its_own_time(run: str):
    found = corrected(f"{ALPINE}RUN {run}\n", LXML)
    assert "FROM base" not in found.text
    dockerfile, codes = reread(found, LXML)
    assert not codes & (SPOILING | {"no-cache-mount", "removed-in-later-layer"})
    assert "compiler-in-final-image" not in codes
    assert {each.name for each in dockerfile.final.packages} >= {"libxml2", "libxslt"}


def test_on_debian_packages_go_in_the_same_layer():
    text = "FROM python:3.12-slim\nRUN pip install lxml && true\n"
    found = corrected(text, LXML)
    _, codes = reread(found, LXML)
    assert not codes & (SPOILING | {"compiler-in-final-image", "index-kept-in-image"})


BUILDER = (
    "FROM python:3.12-alpine AS builder\nRUN apk add --no-cache gcc musl-dev\n"
    "COPY requirements.txt .\n"
    "RUN pip wheel --no-cache-dir -w /wheels -r requirements.txt\n\n"
    "FROM python:3.12-alpine\nRUN apk add --no-cache tini\n"
)


def test_a_builder_gets_what_it_lacks_and_its_wheels_are_mounted():
    text = BUILDER + "COPY --from=builder /wheels /w\nRUN pip install /w/*.whl && rm -rf /w\n"
    found = corrected(text, LXML)
    gone, new = changed(found)
    assert gone == [
        "RUN pip wheel --no-cache-dir -w /wheels -r requirements.txt",
        "COPY --from=builder /wheels /w",
        "RUN pip install /w/*.whl && rm -rf /w",
    ]
    assert new == [
        "RUN apk add --no-cache libxml2-dev libxslt-dev",
        "RUN --mount=type=cache,target=/root/.cache/pip \\",
        "    pip wheel -w /wheels -r requirements.txt",
        "RUN apk add --no-cache libxml2 libxslt",
        "RUN --mount=type=bind,from=builder,source=/wheels,target=/w \\",
        "    pip install /w/*.whl",
    ]
    dockerfile, codes = reread(found, LXML)
    assert not codes & (SPOILING | {"no-cache-mount", "wheels-kept-in-layer"})
    assert dockerfile.final.steps[0].wheels[0].mounted


@pytest.mark.parametrize(
    "use",
    [
        "COPY --from=builder /wheels/*.whl /w/\nRUN pip install /w/*.whl\n",
        "COPY --from=builder /wheels /w\nRUN pip install /w/a*.whl\nRUN pip install /w/b*.whl\n",
    ],
)
def test_copies_that_cannot_be_mounted_for_certain_stay(use: str):
    found = corrected(BUILDER + use, LXML)
    assert use.partition("\n")[0] in found.text


def test_the_second_alpine_file_of_the_story_is_changed_in_few_lines():
    text = (STORY / "alpine-builder.Dockerfile").read_text(encoding="utf-8")
    scipy = outlook("scipy 1.10.1", tool("c"), tool("c++"), tool("fortran"), library("openblas"))
    gone, new = changed(corrected(text, scipy))
    assert gone == [
        "RUN pip wheel --no-cache-dir --wheel-dir /wheels -r requirements.txt",
        "COPY --from=builder /wheels /wheels",
        "RUN pip install --no-cache-dir --no-index --find-links /wheels -r requirements.txt \\",
        "    && rm -rf /wheels",
    ]
    assert new == [
        "RUN --mount=type=cache,target=/root/.cache/pip \\",
        "    pip wheel --wheel-dir /wheels -r requirements.txt",
        "RUN --mount=type=bind,from=builder,source=/wheels,target=/wheels \\",
        "    pip install --no-cache-dir --no-index --find-links /wheels -r requirements.txt",
    ]


@pytest.mark.parametrize(
    ("run", "where"),
    [
        ('RUN ["pip", "install", "lxml"]', "exec form"),
        ('RUN ["sh", "-c", "pip install lxml"]', "exec form"),
        ("RUN <<-EOF\n\tpip install lxml\nEOF", "a heredoc"),
        ("RUN sh <<EOF && pip install lxml\ntrue\nEOF", "a heredoc"),
    ],
)
def test_what_cannot_be_changed_is_left_to_its_author(run: str, where: str):
    found = corrected(f"{ALPINE}{run}\n", LXML)
    assert found.diff == ""
    (remark,) = found.remarks
    assert f"no correction is offered for a command in {where}" in remark
    assert remark.endswith("; add gcc libxml2-dev libxslt-dev musl-dev before it")


HEREDOC = """\
RUN <<EOF
set -e
pip install --no-cache-dir lxml
rm -rf /tmp
EOF
"""


def test_a_heredoc_gets_what_it_lacks_for_its_own_time():
    found = corrected(f"{ALPINE}{HEREDOC}", LXML)
    assert found.text == (
        "FROM python:3.12-alpine\n"
        "RUN --mount=type=cache,target=/root/.cache/pip \\\n    <<EOF\n"
        "set -e\n"
        "apk add --no-cache libxml2 libxslt \\\n"
        " && apk add --no-cache --virtual .wheel-deps gcc libxml2-dev libxslt-dev musl-dev \\\n"
        " && pip install lxml \\\n"
        " && apk del .wheel-deps\n"
        "rm -rf /tmp\nEOF\n"
    )
    _, codes = reread(found, LXML)
    assert not codes & (SPOILING | {"no-cache-mount"})


def test_a_heredoc_of_a_builder_gets_what_it_lacks_before_it():
    run = HEREDOC.replace("install", "wheel -w /w")
    text = f"FROM python:3.12-alpine AS a\n{run}FROM scratch\nCOPY --from=a /w /w\n"
    found = corrected(text, LXML)
    added = "RUN apk add --no-cache gcc libxml2-dev libxslt-dev musl-dev"
    assert f"AS a\n{added}\nRUN --mount" in found.text
    assert "\npip wheel -w /w lxml\nrm" in found.text


@pytest.mark.parametrize("shell", ["sh -c", "bash -ec"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_script_on_the_line_gets_what_it_lacks_around_it(shell: str, quote: str):
    script = f"{shell} {quote}cd /x && pip install lxml --no-cache-dir{quote}"
    found = corrected(f"{ALPINE}RUN {script}\n", LXML)
    assert found.text == (
        "FROM python:3.12-alpine\n"
        "RUN --mount=type=cache,target=/root/.cache/pip \\\n"
        "    apk add --no-cache libxml2 libxslt \\\n"
        " && apk add --no-cache --virtual .wheel-deps gcc libxml2-dev libxslt-dev musl-dev \\\n"
        f" && {shell} {quote}cd /x && pip install lxml{quote} \\\n"
        " && apk del .wheel-deps\n"
    )
    _, codes = reread(found, LXML)
    assert not codes & (SPOILING | {"no-cache-mount"})


def test_two_commands_of_a_script_get_it_once():
    dockerfile = read(f"{ALPINE}RUN sh -c 'pip install lxml; pip install --no-cache-dir lxml'\n")
    builds = [planned(dockerfile, LXML, step=number) for number in (0, 1)]
    found = correct(dockerfile, builds)
    assert found is not None
    assert found.text.count("gcc") == found.text.count("apk del") == 1
    assert "--no-cache-dir" not in found.text


@pytest.mark.parametrize(
    ("text", "root"),
    [
        (f"{ALPINE}USER app:app\nRUN pip install lxml\n", False),
        ("FROM python:3.12-alpine AS a\nUSER 1000\nFROM a\nRUN pip install lxml\n", False),
        (f"{ALPINE}USER app\nUSER root\nRUN pip install lxml\n", True),
        ("FROM mambaorg/micromamba:2.0\nRUN pip install lxml\n", False),
        ("FROM mambaorg/micromamba:2.0\nUSER root\nRUN pip install lxml\n", True),
    ],
)
def test_nobody_but_root_installs_packages(text: str, *, root: bool):
    dockerfile = read(text)
    found = correct(dockerfile, [planned(dockerfile, LXML, stage=len(dockerfile.stages) - 1)])
    assert found is not None
    assert bool(found.diff) is root
    assert any("can install no packages" in remark for remark in found.remarks) is not root


def test_remarks_say_once_what_no_change_of_the_file_mends():
    breaks = BuildObstacle("build-requirement-breaks", "y is too new", "here", fatal=True)
    gone = BuildObstacle("python-too-new", "it imports distutils", "there", fatal=True)
    found = corrected(
        f"{ALPINE}RUN pip install lxml\n",
        *(outlook(f"x {number}", tool("c"), obstacles=[breaks], constraints="y<2")
          for number in range(1, 7)),
        outlook("z 1", tool("c"), obstacles=[breaks, gone], constraints="y<2"),
        outlook("w 1", tool("c"), obstacles=[breaks]),
    )  # fmt: skip
    assert found.remarks == (
        "x 1, x 2, x 3 and 3 more need build requirements of their own time",
        "z 1 and w 1 cannot be built in any case: y is too new (z 1); it imports distutils (z 1)",
    )


def test_an_optional_library_that_comes_with_the_compiler_is_there_at_run_time():
    openmp = library("libgomp", role=Role.OPTIONAL)
    found = corrected(f"{ALPINE}RUN pip install lxml\n", outlook("lxml 5.0", tool("c"), openmp))
    assert "apk add --no-cache libgomp\n" in found.text


def test_a_file_that_builds_nothing_stays():
    dockerfile = read(f"{ALPINE}RUN pip install flask\n")
    assert correct(dockerfile, [planned(dockerfile)]) is None


def test_the_diff_can_be_applied():
    text = BUILDER + "COPY --from=builder /wheels /w\nRUN pip install /w/*.whl && rm -rf /w\n"
    found = corrected(text, LXML)
    old = text.splitlines()
    result: list[str] = []
    position = 0
    for line in found.diff.splitlines()[2:]:
        hunk = re.match(r"@@ -(\d+)", line)
        if hunk:
            result += old[position : int(hunk[1]) - 1]
            position = int(hunk[1]) - 1
        elif line.startswith("+"):
            result.append(line[1:])
        else:
            assert old[position] == line[1:]
            position += 1
            result += [line[1:]] if line.startswith(" ") else []
    result += old[position:]
    assert "\n".join(result) + "\n" == found.text


# Another image

APT = "apt-get update && apt-get install -y --no-install-recommends"
CLEAN = "&& rm -rf /var/lib/apt/lists/*"
SLIM = parse_target_on("python:3.12-slim", as_of=AS_OF)


def put(text: str, **files: str) -> Correction | Unknown:
    dockerfile = parse_dockerfile(text, as_of=AS_OF, context=DictContext(FILES | files))
    return with_images(dockerfile, {0: SLIM})


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("apk add --no-cache gcc musl-dev", ""),
        ("apk add build-base && pip install lxml", "RUN pip install lxml\n"),
        (
            "apk add --virtual .b gcc \\\n && pip install lxml \\\n && apk del .b",
            "RUN pip install lxml\n",
        ),
        ("apk update && apk upgrade && apk add gcc && rm -rf /var/cache/apk/*", ""),
        ("pip install lxml && apk del x && rm -rf /var/cache/apk/*", "RUN pip install lxml\n"),
        ("apk add --no-cache tini libpq libxml2-dev", f"RUN {APT} tini libpq5 {CLEAN}\n"),
        ("true", "RUN true\n"),
    ],
)
def test_apk_gives_way_to_apt(run: str, expected: str):
    found = put(f"{ALPINE}RUN {run}\nCOPY . .\n")
    assert isinstance(found, Correction)
    assert found.text == f"FROM python:3.12-slim\n{expected}COPY . .\n"
    assert read(found.text).final.target == SLIM


def test_what_was_for_builds_alone_goes_and_wheels_are_mounted():
    text = (STORY / "alpine-builder.Dockerfile").read_text(encoding="utf-8")
    dockerfile = read(text, {"requirements.txt": "scipy\n"})
    scipy = outlook("scipy 1.10.1", tool("c++"), tool("fortran"), library("openblas"))
    slim = parse_target_on("python:3.8-slim", as_of=AS_OF)
    found = with_images(dockerfile, {0: slim, 1: slim}, [planned(dockerfile, scipy)])
    assert isinstance(found, Correction)
    _, new = changed(found)
    assert new == [
        "FROM python:3.8-slim AS builder",
        "FROM python:3.8-slim",
        "RUN --mount=type=bind,from=builder,source=/wheels,target=/wheels \\",
        "    pip install --no-cache-dir --no-index --find-links /wheels -r requirements.txt",
    ]
    again = read(found.text, {"requirements.txt": "scipy\n"})
    assert again.final.packages == again.stages[0].packages == ()
    assert again.final.steps[0].wheels[0].mounted


def test_programs_stay_and_a_run_may_lose_several_commands():
    text = (
        f"{ALPINE[:-1]} AS b\nRUN apk add make\nRUN pip wheel -w /w lxml\n{ALPINE}"
        "COPY --from=b /w /w\n"
        "RUN apk add ffmpeg libxml2 && pip install /w/*.whl && rm -rf /w && apk del x\n"
    )
    dockerfile = read(text)
    ffmpeg = outlook("av 9.0", tool("c"), library("ffmpeg"), library("libxml2"))
    found = with_images(dockerfile, {0: SLIM, 1: SLIM}, [planned(dockerfile, ffmpeg)])
    assert isinstance(found, Correction)
    assert f"RUN {APT} make {CLEAN}\n" in found.text
    assert found.text.endswith(
        "RUN --mount=type=bind,from=b,source=/w,target=/w \\\n"
        f"    {APT} ffmpeg {CLEAN} && pip install /w/*.whl\n"
    )


def test_a_heredoc_is_rewritten_line_by_line():
    run = "RUN <<EOF\nset -e\napk add gcc\napk add --no-cache tini\npip install lxml\nEOF\n"
    found = put(ALPINE + run)
    assert isinstance(found, Correction)
    installed = f"{APT} tini {CLEAN}"
    assert found.text == (
        f"FROM python:3.12-slim\nRUN <<EOF\nset -e\n{installed}\npip install lxml\nEOF\n"
    )


def test_stages_on_a_stage_follow():
    text = "ARG V=3.12\nFROM python:${V}-alpine AS b\nFROM b\nRUN apk add tini\n"
    found = put(text)
    assert isinstance(found, Correction)
    assert "FROM python:3.12-slim AS b\nFROM b\n" in found.text
    assert "install -y --no-install-recommends tini" in found.text


@pytest.mark.parametrize(
    ("run", "code"),
    [
        ("RUN apk add --no-cache s6-overlay", "no-counterpart"),
        ("RUN apk add $DEPS", "unknown-variable"),
        ("RUN if [ -f x ]; then apk add tini; fi", "not-rewritten"),
        ("RUN sh -c 'apk add tini'", "not-rewritten"),
        ("RUN sh -c 'apk add tini' && apk add git", "not-rewritten"),
        ("RUN <<-EOF\n\tapk add tini\nEOF", "not-rewritten"),
        ("RUN sh <<EOF && apk add tini\napk add tini\nEOF", "not-rewritten"),
    ],
)
def test_what_is_not_known_is_not_guessed(run: str, code: str):
    found = put(ALPINE + run)
    assert isinstance(found, Unknown)
    assert found.code == code


def test_commands_of_busybox_are_left_to_the_author():
    found = put(f"{ALPINE}RUN adduser -D app\n")
    assert isinstance(found, Correction)
    assert found.remarks == ("line 2: adduser is BusyBox's; Debian's takes other options",)


# apt's package lists


@pytest.mark.parametrize(
    "text",
    [
        f"{DEBIAN}RUN apt-get update\nRUN pip install lxml\nRUN apt-get install -y curl\n",
        f"{DEBIAN}RUN apt-get update\nRUN pip install lxml && apt-get install -y curl\n",
    ],
)
def test_lists_that_the_author_uses_further_down_stay(text: str):
    dockerfile, left = reread(corrected(text, LXML), LXML)
    assert [fault for stage in dockerfile.stages for fault in stage.faults] == []
    assert not left & SPOILING


def test_lists_that_nothing_uses_further_down_are_removed():
    text = f"{DEBIAN}RUN pip install lxml\nRUN apt-get update && apt-get install -y curl\n"
    assert corrected(text, LXML).text.count("rm -rf /var/lib/apt/lists/*") == 2


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("apt-get install -y curl", "apt-get update && apt-get install -y curl"),
        ("cd / && apt install -y curl", "cd / && apt-get update && apt install -y curl"),
    ],
)
def test_an_installation_without_lists_fetches_them(written: str, mended: str):
    correction = corrected(f"{DEBIAN}RUN {written}\nRUN pip install six\n", outlook("six 1.0"))
    assert f"RUN {mended}\n" in correction.text
    assert all(stage.faults == () for stage in read(correction.text, FILES).stages)


def test_nothing_is_installed_where_there_is_no_package_manager():
    final = "FROM gcr.io/distroless/python3-debian12\nCOPY --from=b /deps /deps\n"
    text = f"FROM python:3.11-slim-bookworm AS b\nRUN pip install --target=/deps lxml\n{final}"
    correction = corrected(text, LXML)
    assert final in correction.text
    assert any("has no package manager: copy into it" in each for each in correction.remarks)
