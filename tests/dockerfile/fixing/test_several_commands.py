"""RUNs with several commands: each build finds its packages, and none of them stays."""

import pytest
from dockerfile_context import read
from hypothesis import given
from hypothesis import strategies as st
from planned_builds import library, outlook, planned, tool

from wheelcheck.dockerfile.fixing.correcting import correct
from wheelcheck.dockerfile.fixing.editing import Correction
from wheelcheck.dockerfile.judging.finding import StepBuilds
from wheelcheck.dockerfile.judging.stage_findings import judge_stages
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile

ALPINE, SLIM = "python:3.12-alpine", "python:3.12-slim"
FILES = {"requirements.txt": "lxml\n"}
LXML = outlook("lxml 5.0", tool("c"), library("libxml2"))
MISSING = {"missing-compiler", "missing-library", "missing-build-tool", "missing-runtime-library"}
UPGRADE = "pip install --upgrade pip"
INSTALL = "pip install -r requirements.txt"


def builds_of(dockerfile: Dockerfile) -> list[StepBuilds]:
    """lxml is compiled by every step that asks for it, and nothing else is."""
    found = []
    for stage in dockerfile.stages:
        for step in stage.steps:
            names = {line.requirement.name for line in step.requirements.lines}
            if step.builds and names:
                outlooks = [LXML] if "lxml" in names else []
                found.append(planned(dockerfile, *outlooks, stage=stage.index, step=step.number))
    return found


def corrected(run: str, image: str = ALPINE) -> Correction:
    dockerfile = read(f"FROM {image}\nCOPY requirements.txt .\nRUN {run}\n", FILES)
    found = correct(dockerfile, builds_of(dockerfile))
    assert found is not None
    return found


def wrong(correction: Correction) -> set[str]:
    again = read(correction.text, FILES)
    assert again.all_unread == ()
    findings = judge_stages(again, builds_of(again))
    return {finding.code for finding in findings} & (MISSING | {"compiler-in-final-image"})


def test_packages_stay_until_the_command_that_needs_them():
    found = corrected(f"{UPGRADE} && {INSTALL}")
    assert found.text == (
        f"FROM {ALPINE}\nCOPY requirements.txt .\n"
        "RUN --mount=type=cache,target=/root/.cache/pip \\\n"
        f"    {UPGRADE} && apk add --no-cache libxml2 \\\n"
        " && apk add --no-cache --virtual .wheel-deps gcc libxml2-dev musl-dev \\\n"
        f" && {INSTALL} \\\n && apk del .wheel-deps\n"
    )
    assert not wrong(found)


def test_commands_share_what_they_lack_and_a_mount():
    found = corrected("pip install lxml && pip install --no-cache-dir -r requirements.txt")
    assert found.text.count("--virtual .wheel-deps") == 1
    assert found.text.count("--mount=type=cache,target=/root/.cache/pip") == 1
    assert found.text.endswith(f"{INSTALL} \\\n && apk del .wheel-deps\n")
    assert "--no-cache-dir" not in found.text
    assert not wrong(found)


def test_the_mounts_of_two_installers_stand_beside_each_other():
    found = corrected("pip install lxml && uv pip install --system lxml")
    for target in ("/root/.cache/pip", "/root/.cache/uv"):
        assert found.text.count(f"--mount=type=cache,target={target} \\\n") == 1
    assert not wrong(found)


def test_a_pipe_stays_whole():
    pipe = f"yes | {INSTALL} 2>&1 | tee log.txt | tail -3"
    found = corrected(f"{UPGRADE} && {pipe} && echo done")
    assert f" && {pipe} \\\n && apk del .wheel-deps && echo done\n" in found.text
    assert not wrong(found)


def test_what_is_removed_between_two_commands_is_brought_again():
    found = corrected("apk add gcc && pip install lxml && apk del gcc && pip install lxml")
    assert found.text.count("--virtual .wheel-deps") == 2
    assert not wrong(found)


def test_a_builder_gets_its_packages_once():
    text = (
        f"FROM {ALPINE} AS b\nRUN pip wheel -w /w lxml && pip wheel -w /w 'lxml>5'\n"
        f"FROM {ALPINE}\nCOPY --from=b /w /w\nRUN pip install /w/*.whl\n"
    )
    dockerfile = read(text)
    found = correct(dockerfile, builds_of(dockerfile))
    assert found is not None
    assert found.text.count("gcc") == 1
    assert not wrong(found)


def test_what_the_author_installs_later_is_not_purged():
    found = corrected("pip install lxml && apt-get install -y gcc && pip install lxml", SLIM)
    purge = found.text.partition("purge")[2]
    assert "libxml2-dev" in purge
    assert "gcc" not in purge


def test_a_plan_without_a_number_is_that_of_the_last_step_that_builds():
    dockerfile = read(
        f"FROM {ALPINE}\nCOPY requirements.txt .\nRUN {UPGRADE} && {INSTALL}\n", FILES
    )
    plan = planned(dockerfile, LXML, step=1)
    bare = StepBuilds(plan.stage, plan.line, plan.plan, plan.outlooks)
    assert bare.step_of(dockerfile.stages[0]).number == 1
    assert correct(dockerfile, [bare]) == correct(dockerfile, [plan])


COMMANDS = st.sampled_from(
    [UPGRADE, INSTALL, "pip install lxml", "pip install --no-cache-dir 'lxml<6'", "cd /srv",
     "uv pip install --system lxml", "python -m pip install -U setuptools wheel", "true",
     "(pip install lxml)", "PIP_NO_CACHE_DIR=1 pip install lxml", "rm -rf /root/.cache"]
)  # fmt: skip
ON_ALPINE = st.sampled_from(["apk add gcc", "apk add --no-cache --virtual .b musl-dev libxml2-dev",
                             "apk del gcc", "apk del .b", "apk update"])  # fmt: skip
ON_DEBIAN = st.sampled_from(["apt-get update", "apt-get install -y gcc libc6-dev",
                             "apt-get purge -y gcc", "rm -rf /var/lib/apt/lists/*"])  # fmt: skip
JOINTS = st.sampled_from([" && ", " \\\n && ", "; ", " \\\n    ; "])


@st.composite
def runs(draw: st.DrawFn, image: str) -> str:
    own = ON_ALPINE if image == ALPINE else ON_DEBIAN
    lines = draw(st.lists(st.one_of(COMMANDS, COMMANDS, own), min_size=2, max_size=7))
    return "".join(f"{line}{draw(JOINTS)}" for line in lines) + "true"


@pytest.mark.parametrize("builder", [False, True])
@pytest.mark.parametrize("image", [ALPINE, SLIM])
@given(data=st.data())
def test_every_build_of_a_run_has_its_packages(image: str, data: st.DataObject, *, builder: bool):
    written = [data.draw(runs(image)) for _ in range(data.draw(st.integers(1, 2)))]
    text = f"FROM {image} AS b\nCOPY requirements.txt /srv/\nWORKDIR /srv\n"
    text += "".join(f"RUN {run}\n" for run in written)
    text += f"FROM {image}\nCOPY --from=b /usr/local /usr/local\n" if builder else ""
    dockerfile = read(text, FILES)
    builds = builds_of(dockerfile)
    found = correct(dockerfile, builds)
    if found is None:
        assert not any(build.compiled for build in builds)
        return
    again = read(found.text, FILES)
    assert again.all_unread == ()
    assert [len(build.compiled) for build in builds_of(again)] == [
        len(build.compiled) for build in builds
    ]
    findings = {finding.code for finding in judge_stages(again, builds_of(again))}
    assert not findings & MISSING
    assert all(added.group != ".wheel-deps" for added in again.final.packages)
