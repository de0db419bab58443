"""What Docker gets to see of a folder, and what is needed and left out of it."""

from pathlib import Path

import pytest
from dockerfile_context import AS_OF

from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile, Stage
from wheelcheck.dockerfile.reading.dockerfile_reader import read_dockerfile

SLIM = "FROM python:3.12-slim\n"
INSTALL = "RUN pip install -r requirements.txt\n"


def dockerfile(folder: Path, text: str, **files: str) -> Dockerfile:
    """Read a Dockerfile with ``requirements.txt`` beside it; ``__`` in a name stands for a dot."""
    (folder / "requirements.txt").write_text("flask\n")
    (folder / "app").mkdir()
    (folder / "app" / "base.txt").write_text("six\n")
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content)
    path = folder / "Dockerfile"
    path.write_text(text)
    return read_dockerfile(path, as_of=AS_OF)


def exclusions(stage: Stage) -> list[tuple[int, str, int, bool]]:
    return [(each.line, each.path, each.rule.line, each.copied) for each in stage.excluded]


def requirements(stage: Stage) -> list[str]:
    return [str(line.requirement) for step in stage.steps for line in step.requirements.lines]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{SLIM}COPY requirements.txt .\n{INSTALL}", [(2, "requirements.txt", 2, True)]),
        (f"{SLIM}ADD ./requirements.txt /\n", [(2, "requirements.txt", 2, True)]),
        (f"{SLIM}COPY . .\n{INSTALL}", [(3, "requirements.txt", 2, False)]),
        (f"{SLIM}COPY *.txt ./\n{INSTALL}", [(3, "requirements.txt", 2, False)]),
        (
            f"{SLIM}RUN --mount=type=bind,source=requirements.txt,target=r pip install -r r\n",
            [(2, "requirements.txt", 2, True)],
        ),
        (f"{SLIM}COPY app /app\n", []),
        (f"{SLIM}COPY nowhere.txt /\n", []),
        (f"{SLIM}COPY --from=other requirements.txt /\n", []),
    ],
)
def test_what_is_needed_and_left_out(text: str, expected: list, tmp_path: Path):
    (stage,) = dockerfile(tmp_path, text, __dockerignore="# files\n*.txt\n").stages
    assert exclusions(stage) == expected


def test_what_is_left_out_is_read_all_the_same(tmp_path: Path):
    text = f"{SLIM}COPY requirements.txt .\n{INSTALL}"
    (stage,) = dockerfile(tmp_path, text, __dockerignore="*\n").stages
    assert requirements(stage) == ["flask"]


@pytest.mark.parametrize("ignored", ["*\n!requirements.txt\n", "*.md\n", ""])
def test_what_is_there_is_not_excluded(ignored: str, tmp_path: Path):
    text = f"{SLIM}COPY requirements.txt .\n{INSTALL}"
    (stage,) = dockerfile(tmp_path, text, __dockerignore=ignored).stages
    assert exclusions(stage) == []


@pytest.mark.parametrize(("ignored", "lost"), [("app\n", True), ("app\n!app/base.txt\n", False)])
def test_a_folder_of_which_something_stays_can_be_copied(ignored: str, lost: bool, tmp_path: Path):  # noqa: FBT001 (drawn)
    (stage,) = dockerfile(tmp_path, f"{SLIM}COPY app /app\n", __dockerignore=ignored).stages
    assert bool(exclusions(stage)) is lost


def test_the_file_that_is_named_after_the_dockerfile_goes_before(tmp_path: Path):
    text = f"{SLIM}COPY requirements.txt .\n{INSTALL}"
    files = {"__dockerignore": "*\n", "Dockerfile__dockerignore": "*.md\n"}
    (stage,) = dockerfile(tmp_path, text, **files).stages
    assert exclusions(stage) == []


def test_an_included_file_that_is_left_out_is_excluded_too(tmp_path: Path):
    text = f"{SLIM}COPY . .\nRUN pip install -r app/base.txt\n"
    (stage,) = dockerfile(tmp_path, text, __dockerignore="**/base.txt\n").stages
    assert exclusions(stage) == [(3, "app/base.txt", 1, False)]


def test_no_rules_are_read_from_outside(tmp_path: Path):
    outside = tmp_path / "secret"
    outside.write_text("*\n")
    inside = tmp_path / "context"
    inside.mkdir()
    (inside / ".dockerignore").symlink_to(outside)
    (stage,) = dockerfile(inside, f"{SLIM}COPY requirements.txt .\n{INSTALL}").stages
    assert exclusions(stage) == []
