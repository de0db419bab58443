"""Sample reports on a Dockerfile, built by hand."""

from sample_bills import priced_story

from wheelcheck.reports.values.dockerfile_values import (
    DockerfileFinding,
    DockerfileStep,
    JudgedDockerfile,
)
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.values.violation import Violation

NAME = "deploy/app.Dockerfile"

CORRECTION = f"""\
--- {NAME}
+++ {NAME} (corrected)
@@ -1,4 +1,11 @@
-FROM python:3.8-alpine
+FROM python:3.8-alpine AS base
\x20
 COPY requirements.txt .
-RUN pip install --no-cache-dir -r requirements.txt
+
+FROM base AS wheels
+RUN apk add --no-cache g++ gcc musl-dev openblas-dev pkgconf
+RUN \\
+\tpip wheel --wheel-dir /wheels -r requirements.txt
+
+FROM base
+RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
pip install --no-index --find-links /wheels -r requirements.txt
"""
OTHER_IMAGE = f"""\
--- {NAME}
+++ {NAME} (corrected)
@@ -1,3 +1,3 @@
-FROM python:3.8-alpine
+FROM python:3.8-slim
\x20
 COPY requirements.txt .
"""


LINES = (
    "FROM python:3.8-alpine",
    "RUN apk add --no-cache git",
    "RUN pip install --upgrade pip",
    "RUN pip install --no-cache-dir -r requirements.txt",
)


def found(code: str, severity: str, line: int, message: str, **more) -> DockerfileFinding:
    return DockerfileFinding(
        code=code,
        severity=severity,
        line=line,
        stage="stage 0",
        message=message,
        source="the build's needs",
        excerpt=LINES[line - 1],
        **more,
    )


def judged_dockerfile() -> JudgedDockerfile:
    """An image that cannot be built, with a finding of every severity."""
    return JudgedDockerfile(
        name=NAME,
        steps=(
            DockerfileStep(
                line=4,
                stage="stage 0",
                command="pip install --no-cache-dir -r requirements.txt",
                target="python:3.8-alpine",
            ),
            DockerfileStep(
                line=9,
                stage="tools",
                command="pip install $TOOLS",
                target=None,
                unjudged="TOOLS is not known",
            ),
        ),
        findings=(
            found("musl-base", "warning", 1, "4 source builds on an image with musl"),
            found(
                "missing-compiler",
                "error",
                4,
                "numpy 1.24.2 needs a C compiler, and nothing installs one: the step fails",
                packages=("gcc", "musl-dev"),
                builds=("numpy 1.24.2",),
            ),
            found("pip-upgraded", "note", 3, "pip becomes whatever is newest"),
            found(
                "build-packages-unused",
                "warning",
                2,
                "git is installed, and nothing needs it",
                superfluous=("git",),
            ),
        ),
        correction=CORRECTION,
        other_image=OTHER_IMAGE,
        remarks=("numpy 1.18.5 needs build requirements of its own time",),
    )


def broken_image() -> Report:
    """The priced story, as the report of a Dockerfile."""
    return priced_story().model_copy(
        update={"inputs": (NAME, "requirements.txt"), "dockerfile": judged_dockerfile()}
    )


def broken_policy() -> Report:
    """The same, under a policy that the Dockerfile breaks."""
    violation = Violation(
        rule="dockerfile",
        target="python:3.8-alpine",
        message=f"{NAME}:4: the step fails",
        where=(f"{NAME}:4",),
    )
    return broken_image().model_copy(update={"violations": (violation,)})


def sound_image() -> Report:
    """A Dockerfile with nothing to mend."""
    sound = JudgedDockerfile(name=NAME, steps=judged_dockerfile().steps[:1])
    return broken_image().model_copy(update={"dockerfile": sound})


def worded(words: str) -> Report:
    """The broken image with `words` wherever a Dockerfile's author has a say."""
    judged = judged_dockerfile()
    findings = tuple(
        value.model_copy(
            update={
                "message": words,
                "stage": words,
                "excerpt": words,
                "packages": (words,),
                "superfluous": (words,),
            }
        )
        for value in judged.findings
    )
    steps = tuple(
        value.model_copy(update={"command": words, "unjudged": words}) for value in judged.steps
    )
    hunk = "".join(f"{sign}{words}\n" for sign in ("-", "+", " "))
    dockerfile = JudgedDockerfile(
        name=words,
        steps=steps,
        findings=findings,
        correction=f"--- {words}\n+++ {words}\n@@ -1,2 +1,2 @@\n{hunk}",
        other_image=f"{words}\n{hunk}",
        remarks=(words,),
    )
    return broken_image().model_copy(update={"inputs": (words,), "dockerfile": dockerfile})
