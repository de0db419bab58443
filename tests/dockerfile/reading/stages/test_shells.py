"""A RUN in an image without a shell, and tests that end a step or that its shell refuses."""

from datetime import date

import pytest

from wheelcheck.dockerfile.reading.dockerfile_reader import parse_dockerfile

DISTROLESS = "gcr.io/distroless/python3-debian12"
RUN = "RUN python3 -m pip install six\n"


def faults(text: str) -> list[str]:
    dockerfile = parse_dockerfile(text, as_of=date(2026, 11, 1))
    return [fault.code for fault in dockerfile.stages[-1].faults]


@pytest.mark.parametrize(
    "image",
    [
        DISTROLESS,
        f"{DISTROLESS}:nonroot",
        f"{DISTROLESS}:debug",  # its shell is /busybox/sh
        "cgr.dev/chainguard/python:latest",
    ],
)
def test_a_run_in_shell_form_cannot_start_without_a_shell(image):
    assert "no-shell" in faults(f"FROM {image}\n{RUN}")


@pytest.mark.parametrize(
    "lines",
    [
        f'FROM {DISTROLESS}:debug\nSHELL ["/busybox/sh", "-c"]\n{RUN}',
        f'FROM {DISTROLESS}:debug-nonroot\nRUN ["/busybox/sh", "-c", "exit"]\n',
        f"FROM cgr.dev/chainguard/python:latest-dev\n{RUN}",
        f"FROM python:3.11-slim\n{RUN}",
        f'FROM {DISTROLESS}\nRUN ["python3", "-c", "0"]\n',
        f"FROM busybox AS box\nFROM {DISTROLESS}\nCOPY --from=box /bin /bin\n{RUN}",
        f"FROM {DISTROLESS}\nCOPY --from=busybox:1 /bin/sh /bin/sh\n{RUN}",
    ],
)
def test_a_run_that_needs_none_or_has_it_is_no_fault(lines):
    assert "no-shell" not in faults(lines)


def test_a_run_time_image_has_no_pip():
    assert "no-pip" in faults(
        f'FROM {DISTROLESS}\nRUN ["python3", "-m", "pip", "install", "six"]\n'
    )


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('[ "$DEV" = 1 ] && pip install six', ("test-fails", "[ 0 = 1 ] does not hold")),
        ('[[ "$DEV" == 0 ]] && pip install six', ("test-fails", "[[ is no command")),
        ('if [[ "$DEV" == 0 ]]; then pip install six; fi', ("bash-test", "[[ is no command")),
        ('if [ "$DEV" == 0 ]; then pip install six; fi', ("bash-test", "refuses ==")),
    ],
)
def test_a_test_that_does_not_hold_or_is_refused_is_found(script, found):
    text = f"FROM python:3.12-slim\nARG DEV=0\nRUN {script}\n"
    (fault,) = parse_dockerfile(text, as_of=date(2026, 11, 1)).stages[-1].faults
    assert (fault.line, fault.code) == (3, found[0])
    assert found[1] in fault.message


@pytest.mark.parametrize(
    "script",
    [
        '[ "$DEV" = 1 ] && pip install six || true',
        'if [ "$DEV" = 1 ]; then pip install six; fi',
        '[ "$DEV" = 1 ] && pip install six; echo done',
        '[ "$DEV" = 0 ] && pip install six',
        "[ -f /x ] && pip install six",
        "bash -c '[[ a == b ]] || pip install six'",
    ],
)
def test_a_test_that_does_not_end_the_step_is_no_fault(script):
    assert faults(f"FROM python:3.12-slim\nARG DEV=0\nRUN {script}\n") == []
