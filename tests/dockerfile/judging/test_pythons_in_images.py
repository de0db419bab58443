"""Fresh environments and copied interpreters in the image of a Dockerfile."""

from datetime import UTC, datetime

import pytest

from wheelcheck.dockerfile.judging.stage_images import image_options
from wheelcheck.dockerfile.reading.dockerfile_reader import parse_dockerfile

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SLIM = "FROM python:3.12-slim"
SITE = "/usr/local/lib/python3.12/site-packages"


def megabytes(text: str) -> float:
    dockerfile = parse_dockerfile(text, as_of=NOW.date())
    step = next(step for stage in dockerfile.stages for step in stage.steps)
    return image_options(dockerfile, step).pythons.value / 1e6


def copied(run: str, source: str) -> str:
    return f"{SLIM} AS b\nRUN {run}\n{SLIM}\nCOPY --from=b {source} {source}\n"


@pytest.mark.parametrize(
    ("run", "size"),
    [
        ("python -m venv /v && /v/bin/pip install easy", 13.7),
        ("virtualenv /v && /v/bin/pip install easy", 13.7),
        ("python -m venv --without-pip /v && pip --python /v install easy", 0),
        ("uv venv /v && uv pip install -p /v/bin/python easy", 0),
        ("uv venv --seed /v && uv pip install --python=/v easy", 13.7),
    ],
)
def test_an_environment_brings_a_pip_of_its_own(run, size):
    """13.7 MB: `python -m venv` of CPython 3.12.1, byte-code included."""
    assert megabytes(copied(run, "/v")) == pytest.approx(size, abs=0.1)


def test_in_the_image_itself_its_byte_code_counts_with_the_step():
    assert megabytes(f"{SLIM}\nRUN python -m venv /v && /v/bin/pip install easy\n") < 8


@pytest.mark.parametrize(
    ("source", "low", "high"), [("/usr/local", 40, 50), (SITE, 12, 15), ("/usr/local/bin", 0, 0)]
)
def test_a_copied_folder_of_python_has_python_or_its_pip(source, low, high):
    assert low <= megabytes(copied("pip install easy", source)) <= high


@pytest.mark.parametrize(
    ("install", "compiles"),
    [
        ("pip install easy", True),
        ("pip install --no-compile easy", False),
        ("pip install uv && uv pip install --system easy", False),
        ("pip install uv && uv pip install --system --compile-bytecode easy", True),
        ("pip install uv && UV_COMPILE_BYTECODE=1 uv pip install --system easy", True),
    ],
)
def test_uv_writes_byte_code_with_its_option_alone(install, compiles):
    """uv 0.13.6 leaves no .pyc of requests, and 82 files with the option or the variable."""
    dockerfile = parse_dockerfile(f"{SLIM}\nRUN {install}\n", as_of=NOW.date())
    options = image_options(dockerfile, dockerfile.stages[0].steps[-1])
    assert options.compiles is compiles
    assert options.by_pip is ("uv" not in install)


@pytest.mark.parametrize("python", ["/v", "/v/bin/python", "/v/bin/python3.12"])
def test_what_uv_installs_into_a_named_environment_is_there(python):
    text = copied(f"uv venv /v && uv pip install -p {python} easy", "/v")
    dockerfile = parse_dockerfile(text, as_of=NOW.date())
    (step,) = dockerfile.stages[0].steps
    assert step.environment == "/v"
