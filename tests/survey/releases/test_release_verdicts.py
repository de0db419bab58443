"""The verdicts of a survey are those that judging single releases gives."""

import random
from pathlib import Path

import pytest
from frozen import FrozenIndex
from hypothesis import given
from hypothesis import strategies as st
from surveyed import OFFLINE, TARGETS, rows_of_frozen_index, settings, surveyed_rows, write_table

from wheelcheck.errors import UsageError
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.index.pages.index_page import FilesOfProject, Row, make_page
from wheelcheck.resolution.choice import FileRules, choose, refusal_of
from wheelcheck.survey.surveying import run_survey
from wheelcheck.targets import TagMiss, fit

PROJECT = "demo"
TAGS = (
    "py3-none-any",
    "cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64",
    "cp312-cp312-manylinux_2_28_x86_64",
    "cp312-cp312-musllinux_1_2_x86_64",
    "cp38-abi3-manylinux_2_17_x86_64",
    "cp313-cp313t-manylinux_2_17_x86_64",
    "cp312-cp312-win_amd64",
    "pp311-pypy311_pp73-manylinux_2_17_x86_64",
    "cp38-cp38-any",
)
REQUIRES = (None, ">=3.9", "<3.13", "!=3.12.*", "not a specifier")


def survey(folder: Path, rows: list[dict], **choices) -> list[dict]:
    table = write_table(folder / "files.parquet", rows)
    run_survey(table, str(folder / "out"), settings(**choices), OFFLINE, workers=1)
    return surveyed_rows(folder / "out")


def assert_judged_like_single_releases(found: list[dict], rows: list[dict]) -> None:
    chosen_settings = settings()
    by_project: dict[str, list[Row]] = {}
    for row in rows:
        yanked = "" if row["yanked"] else None
        by_project.setdefault(row["name"], []).append(
            Row(
                row["filename"],
                f"https://index.example/{row['filename']}",
                {},
                row["size"],
                None,
                row["requires_python"],
                yanked,
            )
        )
    projects = {
        name: FilesOfProject([make_page(name, "", listed)]) for name, listed in by_project.items()
    }
    targets = {target.name: target for target in chosen_settings.targets}
    assert found
    for row in found:
        project, target = projects[row["project"]], targets[row["target"]]
        version = next(v for v in project.versions if str(v) == row["version"])
        files = project.files(version)
        chosen = choose(files, target, FileRules())
        assert (row["file"] is None) == (chosen is None)
        assert row["has_sdist"] == any(isinstance(file, Sdist) for file in files)
        if chosen is not None:
            assert rows[row["file"]]["filename"] == chosen.filename
            assert row["size"] == chosen.size
        if isinstance(chosen, Wheel):
            assert row["verdict"] in {"wheel", "pure-wheel"}
            assert row["tag"] == chosen.tag
            assert row["near_miss"] is None
            continue
        assert row["verdict"] == "unavailable" if chosen is None else "source-" in row["verdict"]
        misses = [
            refused.miss
            for file in files
            if (refused := refusal_of(file, target, FileRules())) and refused.miss
        ]
        if not misses:
            assert row["near_miss"] is None
            continue
        outcome = fit(row["near_miss"], target)
        assert isinstance(outcome, TagMiss)
        assert outcome.part == max(miss.part for miss in misses)
        assert row["reason"] == outcome.why


def test_every_release_of_the_frozen_index_is_judged_as_it_is_alone(tmp_path: Path):
    rows = rows_of_frozen_index(FrozenIndex().names[::4])
    found = survey(tmp_path, rows, each_release=True)
    assert_judged_like_single_releases(found, rows)


@given(data=st.data())
def test_any_release_is_judged_as_it_is_alone(data, tmp_path_factory: pytest.TempPathFactory):
    files = data.draw(
        st.lists(
            st.tuples(
                st.sampled_from(("1.0", "1.1", "2.0rc1")),
                st.sampled_from(("sdist", *TAGS)),
                st.sampled_from(("", "1", "2b")),
                st.sampled_from(REQUIRES),
                st.booleans(),
            ),
            min_size=1,
            max_size=8,
        )
    )
    rows = []
    for number, (version, tag, build, requires, yanked) in enumerate(files):
        middle = f"-{build}" if build else ""
        end = ".tar.gz" if tag == "sdist" else f"{middle}-{tag}.whl"
        rows.append(
            {
                "name": PROJECT,
                "version": version,
                "filename": f"{PROJECT}-{version}{end}",
                "upload_time": None,
                "requires_python": requires,
                "size": number,
                "yanked": yanked,
            }
        )
    found = survey(tmp_path_factory.mktemp("survey"), rows, each_release=True)
    assert len(found) == len({row["version"] for row in rows}) * len(TARGETS)
    assert_judged_like_single_releases(found, rows)


def test_rows_in_any_order_give_the_same_verdicts(tmp_path: Path):
    rows = rows_of_frozen_index(FrozenIndex().names[::8])
    mixed = list(rows)
    random.Random(1).shuffle(mixed)
    (tmp_path / "sorted").mkdir()
    (tmp_path / "mixed").mkdir()

    def verdicts(folder: str, files: list[dict]) -> dict:
        found = survey(tmp_path / folder, files, each_release=True)
        return {
            (row["project"], row["version"], row["target"]): (row["verdict"], row["latest"])
            for row in found
        }

    assert verdicts("sorted", rows) == verdicts("mixed", mixed)


def test_the_row_number_of_a_file_is_that_of_the_table_also_where_rows_are_mixed(tmp_path: Path):
    rows = rows_of_frozen_index(["numpy", "six"])
    random.Random(2).shuffle(rows)
    for row in survey(tmp_path, rows, each_release=True):
        if row["file"] is not None:
            assert rows[row["file"]]["name"] == row["project"]


def test_only_the_latest_final_release_is_judged_unless_all_are_requested(tmp_path: Path):
    rows = rows_of_frozen_index(["numpy"])
    found = survey(tmp_path, rows)
    assert {row["version"] for row in found} == {"2.5.5"}
    assert len(found) == len(TARGETS)


def test_a_table_without_yanked_marks_says_null_and_not_false(tmp_path: Path):
    table = write_table(tmp_path / "f.parquet", rows_of_frozen_index(["six"]), leave_out="yanked")
    run_survey(table, str(tmp_path / "out"), settings(), OFFLINE, workers=1)
    assert {row["yanked"] for row in surveyed_rows(tmp_path / "out")} == {None}


@pytest.mark.parametrize("column", ["name", "filename"])
def test_a_table_without_a_needed_column_is_refused_before_anything_starts(
    column: str, tmp_path: Path
):
    table = write_table(tmp_path / "f.parquet", rows_of_frozen_index(["six"]), leave_out=column)
    with pytest.raises(UsageError, match=f"no column {column}"):
        run_survey(table, str(tmp_path / "out"), settings(), OFFLINE, workers=1)
    assert not (tmp_path / "out").exists()
