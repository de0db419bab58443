"""Wheels that do not load in the image of a Dockerfile: stage by stage."""

from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from elf_builder import elf
from fake_index import FakeIndex
from made_wheels import EXTENSION, GLIBC, INIT, wheel

from wheelcheck.costs.machine import Machine
from wheelcheck.dockerfile.dockerfile_report import analyse_dockerfile
from wheelcheck.dockerfile.reading.dockerfile_reader import parse_dockerfile
from wheelcheck.reports.values.dockerfile_values import JudgedDockerfile

NOW = datetime(2026, 11, 28, tzinfo=UTC)
X11 = ("libX11.so.6", "libc.so.6")
"""In the full image of Python, not in the slim image."""
FULL, SLIM = "python:3.13-bookworm", "python:3.13-slim-bookworm"
APT = "RUN apt-get update && apt-get install -y"


def judged(text: str, needed=X11, extension=EXTENSION) -> JudgedDockerfile:
    """A Dockerfile in which x is a wheel with one extension module."""
    members = {**INIT, extension: elf(needed)}
    index = FakeIndex(
        {"x": {"1": [GLIBC]}},
        listings={GLIBC: {path: len(data) for path, data in members.items()}},
        wheels={GLIBC: wheel(members)},
    )
    dockerfile = parse_dockerfile(text, as_of=NOW.date())
    report = analyse_dockerfile(
        dockerfile, lambda _: nullcontext(index), machine=Machine(), as_of=NOW
    )
    assert report.dockerfile is not None
    return report.dockerfile


def findings(text: str, needed=X11, extension=EXTENSION) -> dict[str, str]:
    """The findings about loading, by code."""
    codes = {"missing-shared-library", "wheel-does-not-load", "wheel-against-tag"}
    found = judged(text, needed, extension).findings
    return {each.code: each.message for each in found if each.code in codes}


def corrected(text: str) -> str:
    """The Dockerfile with its correction, of which only additions are expected."""
    lines = text.splitlines()
    at = 0
    for line in judged(text).correction.splitlines()[3:]:
        assert line[0] in " +"
        at = lines.index(line[1:], at) + 1 if line[0] == " " else at + 1
        if line[0] == "+":
            lines.insert(at - 1, line[1:])
    return "\n".join(lines) + "\n"


def venv(builder: str, final: str, more: str = "") -> str:
    """A virtual environment that is copied from one image into another."""
    return (
        f"FROM {builder} AS builder\nRUN python -m venv /venv && /venv/bin/pip install x\n"
        f"FROM {final} AS run\n{more}\nCOPY --from=builder /venv /venv\n"
    )


def test_a_step_is_judged_by_its_own_image():
    assert findings(f"FROM {FULL}\nRUN pip install x\n") == {}
    found = findings(f"FROM {SLIM}\nRUN pip install x\n")
    assert "libx11-6" in found["missing-shared-library"]


def test_a_copied_environment_is_judged_by_the_image_it_is_copied_to():
    found = findings(venv(FULL, SLIM))
    assert "the stage run, into which it is copied" in found["missing-shared-library"]
    assert findings(venv(SLIM, FULL)) == {}
    unnamed = findings(venv(FULL, SLIM).replace(" AS run", ""))
    assert ", which stage 1, into which it is copied, does" in unnamed["missing-shared-library"]


def test_an_environment_of_a_parent_is_copied_with_what_a_later_stage_installs():
    text = (
        f"FROM {FULL} AS base\nRUN python -m venv /venv\n"
        "FROM base AS builder\nRUN /venv/bin/pip install x\n"
        f"FROM {SLIM} AS run\nCOPY --from=builder /venv /venv\n"
    )
    found = findings(text)
    assert "the stage run, into which it is copied" in found["missing-shared-library"]


@pytest.mark.parametrize(
    "package",
    ["libx11-6", "libxext6"],  # itself, and a package that depends on it
)
def test_what_the_final_stage_installs_is_there(package: str):
    more = f"{APT} --no-install-recommends {package}"
    assert findings(venv(SLIM, SLIM, more)) == {}


def test_what_only_the_builder_installs_is_not_there():
    text = venv(SLIM, SLIM).replace("RUN python", f"{APT} libx11-6\nRUN python")
    assert "missing-shared-library" in findings(text)


def test_a_stage_whose_packages_are_not_copied_is_judged_by_itself():
    tools = (
        f"FROM {FULL} AS assets\nRUN pip install x && make assets\n"
        f"FROM {SLIM}\nCOPY --from=assets /assets /assets\n"
    )
    assert findings(tools) == {}


def test_a_stage_built_on_another_has_its_packages():
    text = (
        f"FROM {SLIM} AS base\n{APT} libx11-6\nFROM base AS builder\nRUN pip install x\n"
        "FROM builder AS run\n"
    )
    assert findings(text) == {}


def test_an_older_libc_in_the_final_stage():
    trixie = "python:3.13-slim-trixie"
    text = venv(trixie, "python:3.13-slim-bullseye")
    members = {"libc.so.6": ("GLIBC_2.34",)}
    data = elf(("libc.so.6",), versions=members)
    index = FakeIndex(
        {"x": {"1": [GLIBC]}},
        listings={GLIBC: dict.fromkeys((*INIT, EXTENSION), 500000)},
        wheels={GLIBC: wheel({**INIT, EXTENSION: data})},
    )
    dockerfile = parse_dockerfile(text, as_of=NOW.date())
    report = analyse_dockerfile(
        dockerfile, lambda _: nullcontext(index), machine=Machine(), as_of=NOW
    )
    assert report.dockerfile is not None
    (message,) = [f.message for f in report.dockerfile.findings if f.code == "wheel-does-not-load"]
    assert "GLIBC_2.34" in message
    assert "2.31" in message


def test_a_wheel_that_differs_from_its_tag():
    found = findings(
        f"FROM {FULL}\nRUN pip install x\n", extension="x/core.cpython-312-x86_64-linux-gnu.so"
    )
    assert "CPython 3.12" in found["wheel-against-tag"]
    assert "wheel-does-not-load" in found


class TestCorrected:
    def test_the_libraries_are_installed_before_the_step(self):
        text = f"FROM {SLIM}\nWORKDIR /app\nRUN pip install x\n"
        found = corrected(text)
        assert found.splitlines()[2].startswith(f"{APT} --no-install-recommends libx11-6 ")
        assert findings(found) == {}

    def test_or_in_the_stage_that_imports_what_is_copied(self):
        found = corrected(venv(FULL, SLIM))
        assert found.splitlines()[3].startswith(f"{APT} --no-install-recommends libx11-6 ")
        assert findings(found) == {}

    def test_once_for_all_steps(self):
        text = f"FROM {SLIM} AS a\nRUN pip install x\nFROM a\nRUN pip install --force-reinstall x\n"
        assert corrected(text).count("libx11-6") == 1

    def test_but_not_by_a_user_who_cannot(self):
        found = judged(f"FROM {SLIM}\nUSER app\nRUN pip install x\n")
        assert found.correction == ""
        assert found.remarks == ("line 3 runs as app: add libx11-6 where root is the user",)


def test_what_is_copied_to_another_libc_is_judged_where_it_was_made():
    """The error of the COPY says it all: no package and no other version would mend that."""
    there = venv(SLIM, "python:3.13-alpine")
    found = judged(there, ("libc.so.6",))
    assert {each.code for each in found.findings if each.severity == "error"} == {"other-libc"}
    assert not findings(there, ("libc.so.6",))
    assert "missing-shared-library" in findings(there), "as on the image that made it"


@pytest.mark.parametrize("gcc", ["gcc", "gcc libx11-dev"])
def test_libraries_of_a_compiler_that_nothing_needs_are_named_before_it_is_left_out(gcc: str):
    text = f"FROM {SLIM}\n{APT} --no-install-recommends {gcc}\nRUN pip install x\n"
    found = {each.code: each for each in judged(text, ("libgomp.so.1", "libc.so.6")).findings}
    assert "missing-shared-library" not in found
    for code in ("build-packages-unused", "compiler-in-final-image"):
        assert found[code].packages == ("libgomp1",)
        assert "; x 1 needs libgomp1, which comes along" in found[code].message
    without = {each.code: each for each in judged(text, ("libc.so.6",)).findings}
    assert without["build-packages-unused"].packages == ()


def test_a_library_that_stays_without_the_compiler_is_not_named():
    more = f"{APT} --no-install-recommends gcc libgomp1"
    text = f"FROM {SLIM}\n{more}\nRUN pip install x\n"
    found = {each.code: each for each in judged(text, ("libgomp.so.1", "libc.so.6")).findings}
    assert found["build-packages-unused"].packages == ()
