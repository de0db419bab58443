import pytest

from wheelcheck.reports.values.dockerfile_values import DockerfileFinding, JudgedDockerfile
from wheelcheck.reports.wording.dockerfile_phrases import fate


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([("other-python", 6)], "what line 6 brings cannot be used there"),
        ([("missing-compiler", 3)], "line 3 fails"),
        (
            [("other-libc", 9), ("missing-compiler", 3), ("lists-missing", 2), ("other-cpu", 8)],
            "lines 2, 3 fail, and what lines 8, 9 bring cannot be used there",
        ),
    ],
)
def test_a_copy_that_cannot_be_used_does_not_fail_itself(found, words):
    findings = tuple(
        DockerfileFinding(code=code, severity="error", line=line, stage="", message="", source="")
        for code, line in found
    )
    dockerfile = JudgedDockerfile.model_construct(name="Dockerfile", findings=findings)
    assert fate(dockerfile) == f"Dockerfile does not work as it is: {words}, see below."
