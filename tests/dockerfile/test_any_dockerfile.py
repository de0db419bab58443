"""Whatever a Dockerfile holds: judging and correcting it ends, and what comes out can be read."""

from dockerfile_context import AS_OF, read
from hypothesis import given
from hypothesis import strategies as st
from planned_builds import library, outlook, planned, tool

from wheelcheck.dockerfile.fixing.another_image import with_images
from wheelcheck.dockerfile.fixing.correcting import correct
from wheelcheck.dockerfile.judging.stage_findings import judge_stages
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile
from wheelcheck.errors import Unknown
from wheelcheck.targets import parse_target_on

LINES = st.sampled_from(
    [
        "FROM python:3.12-alpine AS a", "FROM python:3.12-slim", "FROM a AS b", "FROM b",
        "FROM nobody/knows", "ARG V=1", "ENV PIP_NO_CACHE_DIR=1", "USER app", "WORKDIR /app",
        "COPY . .", "COPY requirements.txt /r.txt", "COPY --from=a /w /w", "COPY --from=0 / /",
        "COPY --from=a \\\n  /w/ \\\n  /w/", "RUN pip install lxml", "RUN pip install -r /r.txt",
        "RUN pip install lxml==$V \\\n  # why\n  -U 'six'", "RUN pip wheel -w /w lxml",
        "  run  pip   install   lxml", "RUN pip install /w/*.whl && rm -rf /w", "",
        "RUN --mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir lxml",
        "RUN --mount=type=bind,from=a,source=/w,target=/w pip install --no-index -f /w lxml",
        "RUN apk add gcc tini", "RUN apk add g++ \\\n && pip install lxml \\\n && apk del gcc",
        "RUN apk update && apk add --virtual .b musl-dev", "RUN apt-get install -y gcc", "# note",
        "RUN set -e; if x; then apk add g++; fi; uv pip install lxml; true", "RUN <<EOF\napk add",
        "RUN <<EOF\npip install lxml\nEOF", 'RUN ["pip", "install", "lxml"]',
        "RUN . /v/bin/activate && pip install lxml", "RUN bash -c 'pip install lxml'",
        "RUN <<EOF\nset -e\napk add g++\npip install --no-cache-dir lxml\nrm -r /w\nEOF",
        "RUN sh <<'E' && true\nuv pip install lxml &&\n  pip install x\nE",
        "RUN <<-E\n\tpip check\nE",
        'RUN sh -c "apk add gcc; pip install --no-cache-dir lxml; pip install lxml" && apk del gcc',
        "RUN rm -r /w; pip check", "RUN (pip install lxml && cd /x); true", "RUN pip install -qU x",
    ]
)  # fmt: skip
FILES = {"requirements.txt": "lxml\n"}
LXML = outlook("lxml 5.0", tool("c"), tool("c++", inferred=True), library("libxml2"))
SLIM = parse_target_on("python:3.12-slim", as_of=AS_OF)


def builds_of(dockerfile: Dockerfile):
    return [
        planned(dockerfile, LXML, stage=stage.index, step=position)
        for stage in dockerfile.stages
        for position, step in enumerate(stage.steps)
        if stage.index in dockerfile.needed
        and step.builds
        and step.requirements.lines
        and not isinstance(stage.target, Unknown)
    ]


@given(st.lists(LINES, max_size=15), st.booleans())
def test_any_file_is_judged_and_corrected(lines: list[str], windows: bool):  # noqa: FBT001 (drawn)
    text = "\n".join(["FROM python:3.12-alpine AS a", *lines, ""])
    dockerfile = read(text.replace("\n", "\r\n") if windows else text, FILES)
    builds = builds_of(dockerfile)
    for finding in judge_stages(dockerfile, builds):
        assert 1 <= finding.line <= text.count("\n") + 1
    found = correct(dockerfile, builds)
    if found is None or not found.diff:
        assert found is None or found.remarks
        return
    again = read(found.text, FILES)
    assert {each.why.code for each in again.all_unread} <= {
        each.why.code for each in dockerfile.all_unread
    }
    required = {str(line.requirement) for stage in again.stages for step in stage.steps
                for line in step.requirements.lines}  # fmt: skip
    assert required == {str(line.requirement) for stage in dockerfile.stages for step in stage.steps
                        for line in step.requirements.lines}  # fmt: skip
    errors = [
        finding
        for finding in judge_stages(again, builds_of(again))
        if finding.code.startswith("missing")
    ]
    assert {finding.severity for finding in errors} <= {"warning"} or found.remarks


@given(st.lists(LINES, max_size=15))
def test_any_file_is_put_on_another_image(lines: list[str]):
    text = "\n".join(["FROM python:3.12-alpine AS a", *lines, ""])
    dockerfile = read(text, FILES)
    found = with_images(dockerfile, {0: SLIM})
    if hasattr(found, "text"):
        again = read(found.text, FILES)
        assert again.stages[0].target == SLIM
        assert all(added.manager != "apk" for added in again.stages[0].packages)
