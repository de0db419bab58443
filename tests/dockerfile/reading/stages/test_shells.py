"""A RUN in an image without a shell."""

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
