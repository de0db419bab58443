"""A virtual environment in the corrected file, where a distribution marks its Python (PEP 668)."""

import pytest
from dockerfile_context import read

from wheelcheck.dockerfile.fixing.correcting import correct
from wheelcheck.dockerfile.fixing.environments import MarkedStep
from wheelcheck.dockerfile.judging.step_installers import into_marked_python

DEBIAN = "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip\n"
ENVIRONMENT = 'RUN python3 -m venv /opt/venv\nENV PATH="/opt/venv/bin:$PATH"\n'
VENV = (
    "RUN apt-get update && apt-get install -y --no-install-recommends python3-venv "
    "&& rm -rf /var/lib/apt/lists/*\n"
)


def corrected(text: str) -> str:
    """The file as it is corrected; "" where nothing is."""
    dockerfile = read(text, {})
    marked = [
        MarkedStep(stage.index, step)
        for stage in dockerfile.stages
        for step in stage.steps
        if into_marked_python(dockerfile, step)
    ]
    assert marked
    found = correct(dockerfile, [], marked=marked)
    return found.text if found else ""


def test_the_environment_is_made_once_before_the_first_step_that_is_refused():
    text = f"{DEBIAN}RUN pip install six\nRUN python3 -m pip install numpy\n"
    assert corrected(text) == text.replace("RUN pip", f"{VENV}{ENVIRONMENT}RUN pip", 1)


def test_the_corrected_file_is_not_refused():
    dockerfile = read(corrected(f"{DEBIAN}RUN pip install six\n"), {})
    (step,) = dockerfile.stages[0].steps
    assert not into_marked_python(dockerfile, step)


def test_what_makes_environments_is_installed_where_it_is_lacking():
    text = DEBIAN.replace("python3-pip", "python3-pip python3-venv") + "RUN pip install six\n"
    assert corrected(text) == text.replace("RUN pip", f"{ENVIRONMENT}RUN pip")
    alpine = "FROM alpine:3.22\nRUN apk add --no-cache py3-pip && pip install six\n"
    python = "RUN apk add --no-cache python3\n"
    assert corrected(alpine) == alpine.replace("RUN", f"{python}{ENVIRONMENT}RUN")


@pytest.mark.parametrize(
    "lines",
    [
        "USER 1000\nRUN pip install six\n",
        "RUN /usr/bin/pip install six\n",
        "RUN uv pip install --system six\n",
        'RUN pip install six\nENTRYPOINT ["/usr/bin/python3", "main.py"]\n',
        "RUN pip install six\nENV PATH=/usr/bin:/bin\n",
        "RUN pip install six\nRUN python3 -m venv /v\nENV PATH=/v/bin:$PATH\nRUN pip install a\n",
        "RUN pip install six\nFROM debian:12\nCOPY --from=0 /usr/local/lib /usr/local/lib\n",
    ],
)
def test_what_an_environment_may_not_help_is_left_alone(lines):
    assert corrected(f"{DEBIAN}{lines}") == ""
