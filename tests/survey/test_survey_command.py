"""``wheelcheck survey`` from end to end, on the frozen index over HTTP."""

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import fsspec
import pytest
from frozen import FrozenIndex
from replay import Replay
from surveyed import (
    DAY,
    OFFLINE,
    TARGETS,
    rows_of_frozen_index,
    settings,
    surveyed_rows,
    write_table,
)

from wheelcheck import check
from wheelcheck.cli import main
from wheelcheck.requirements.requirement_set import IndexOptions
from wheelcheck.survey.dataset import Dataset
from wheelcheck.survey.day import read_day
from wheelcheck.survey.day_changes import changes
from wheelcheck.survey.page import render_page
from wheelcheck.survey.project_list import Wire
from wheelcheck.survey.surveying import run_survey

NAMES = ("numpy", "scikit-learn", "six", "torch", "Markup.Safe")


def names_file(folder: Path, names: Sequence[str] = NAMES) -> Path:
    path = folder / "names.txt"
    path.write_text("# projects\n" + "\n".join(names) + "\n", encoding="utf-8")
    return path


def wire(index: Replay, folder: Path) -> Wire:
    return Wire(
        IndexOptions(index_url=index.url),
        folder / "cache",
        offline=False,
        contact="us@example.org",
        per_second=500,
    )


def test_a_list_of_names_gives_a_row_for_each_project_and_target(
    tmp_path: Path, public_index: Replay
):
    names = names_file(tmp_path, ["numpy", "six", "no-such-project"])
    summary = run_survey(
        names, str(tmp_path / "out"), settings(), wire(public_index, tmp_path), workers=1
    )
    rows = surveyed_rows(tmp_path / "out")
    assert len(rows) == 3 * len(TARGETS)
    assert summary.unknown.keys() == {"no-such-project"}
    unknown = [row for row in rows if row["project"] == "no-such-project"]
    assert {row["verdict"] for row in unknown} == {"unknown"}
    assert all("no-such-project" in row["reason"] for row in unknown)


def test_names_and_a_table_of_the_same_files_give_the_same_verdicts(
    tmp_path: Path, public_index: Replay
):
    names = ["numpy", "scikit-learn", "six", "torch", "lightgbm", "pyyaml"]
    run_survey(
        names_file(tmp_path, names),
        str(tmp_path / "names"),
        settings(each_release=True),
        wire(public_index, tmp_path),
        workers=1,
    )
    table = write_table(tmp_path / "files.parquet", rows_of_frozen_index(names))
    run_survey(table, str(tmp_path / "table"), settings(each_release=True), OFFLINE, workers=1)

    def without_row_numbers(folder: str) -> list[dict]:
        return [row | {"file": None} for row in surveyed_rows(tmp_path / folder)]

    assert without_row_numbers("names") == without_row_numbers("table")


def test_the_file_of_a_row_is_found_in_the_table_of_files(tmp_path: Path, public_index: Replay):
    run_survey(
        names_file(tmp_path),
        str(tmp_path / "out"),
        settings(),
        wire(public_index, tmp_path),
        workers=1,
    )
    files = {row["row"]: row for row in surveyed_rows(tmp_path / "out", "files")}
    for row in surveyed_rows(tmp_path / "out"):
        if row["file"] is not None:
            assert files[row["file"]]["name"] == row["project"]
            assert files[row["file"]]["size"] == row["size"]


def test_a_second_start_judges_only_what_is_missing(tmp_path: Path):
    table = write_table(tmp_path / "files.parquet", rows_of_frozen_index(["numpy", "six"]))
    out = tmp_path / "out"
    run_survey(table, str(out), settings(), OFFLINE, workers=1)
    before = surveyed_rows(out)
    assert run_survey(table, str(out), settings(), OFFLINE, workers=1).judged == 0
    (out / "manifest" / str(DAY) / "shard-00000.json").unlink()
    assert run_survey(table, str(out), settings(), OFFLINE, workers=1).judged == 1
    assert surveyed_rows(out) == before


def test_a_folder_with_another_survey_of_the_day_is_left_alone(tmp_path: Path, capsys):
    table = write_table(tmp_path / "files.parquet", rows_of_frozen_index(["six"]))
    words = ["survey", str(table), "--output", str(tmp_path / "out"), "--target"]
    assert main([*words, TARGETS[0]]) == 0
    assert main([*words, TARGETS[1]]) == 2
    assert "differs in targets" in capsys.readouterr().err


def test_more_requests_than_allowed_are_refused_before_the_first(
    tmp_path: Path, capsys, public_index: Replay
):
    words = ["survey", str(names_file(tmp_path)), "--output", str(tmp_path / "out")]
    words += ["--index-url", public_index.url, "--max-requests", "4"]
    assert main(words) == 2
    assert "5 requests" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_survey_is_written_to_any_file_system_that_fsspec_opens(tmp_path: Path):
    table = write_table(tmp_path / "files.parquet", rows_of_frozen_index(["numpy", "six"]))
    run_survey(table, "memory://surveys", settings(), OFFLINE, workers=1)
    run_survey(table, str(tmp_path / "out"), settings(), OFFLINE, workers=1)
    elsewhere, here = Dataset("memory://surveys"), Dataset(str(tmp_path / "out"))
    assert elsewhere.days() == (DAY,)
    columns = ["project", "version", "target", "verdict"]
    assert elsewhere.table("releases", DAY, columns) == here.table("releases", DAY, columns)
    assert not [path for path in fsspec.filesystem("memory").find("/surveys") if "tmp" in path]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"six\nno name at all!\n", "names.txt:2: 'no name at all!' is no project name"),
        (b"# nothing\n", "names no project"),
        (b"\xff\xfe\x00", "is no text"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_in_a_sentence(
    content: bytes, message: str, tmp_path: Path, capsys
):
    path = tmp_path / "names.txt"
    path.write_bytes(content)
    assert main(["survey", str(path), "--output", str(tmp_path / "out")]) == 2
    assert message in capsys.readouterr().err


def test_no_scheduler_is_a_single_clear_sentence(tmp_path: Path, capsys):
    table = write_table(tmp_path / "files.parquet", rows_of_frozen_index(["six"]))
    words = ["survey", str(table), "--output", str(tmp_path / "out")]
    assert main([*words, "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "no Dask scheduler answers" in capsys.readouterr().err


def test_a_fleet_is_judged_file_by_file_and_an_unreadable_file_is_a_row(
    tmp_path: Path, public_index: Replay
):
    fleet = tmp_path / "services"
    (fleet / "one").mkdir(parents=True)
    (fleet / "one" / "requirements.txt").write_text("six\n", encoding="utf-8")
    (fleet / "two.txt").write_text("scikit-learn==1.9.1\n", encoding="utf-8")
    (fleet / "broken.txt").write_text("six==\n", encoding="utf-8")
    chosen = settings("cp312-manylinux_2_36_x86_64", "cp312-musllinux_1_2_x86_64")
    run_survey(fleet, str(tmp_path / "out"), chosen, wire(public_index, tmp_path), workers=1)
    packages = surveyed_rows(tmp_path / "out", "packages")
    verdicts = {(row["input"], row["package"], row["target"]): row["verdict"] for row in packages}
    assert (
        verdicts["one/requirements.txt", "six", TARGETS[0][:5] + "-manylinux_2_36_x86_64"]
        == "pure-wheel"
    )
    assert verdicts["two.txt", "scikit-learn", "cp312-musllinux_1_2_x86_64"].startswith("source")
    bills = surveyed_rows(tmp_path / "out", "bills")
    status = {(row["input"], row["status"]) for row in bills}
    assert status == {
        ("one/requirements.txt", "judged"),
        ("two.txt", "judged"),
        ("broken.txt", "unreadable"),
    }
    musl = next(row for row in bills if row["input"] == "two.txt" and "musl" in row["target"])
    assert musl["source_builds"] == 1
    assert musl["seconds_low"] < musl["seconds"] < musl["seconds_high"]


def test_a_project_that_lost_wheels_is_named_and_gives_exit_1(tmp_path: Path, capsys):
    rows = rows_of_frozen_index(["numpy", "six"])
    out = str(tmp_path / "out")
    table = write_table(tmp_path / "old.parquet", rows)
    run_survey(table, out, settings(), OFFLINE, workers=1)
    fewer = [row for row in rows if "musllinux" not in row["filename"]]
    table = write_table(tmp_path / "new.parquet", fewer)
    later = settings()
    later = type(later)(targets=later.targets, day=date(2026, 12, 5))
    run_survey(table, out, later, OFFLINE, workers=1)
    dataset = Dataset(out)
    old, new = (read_day(dataset, day) for day in dataset.days())
    (change,) = changes(old, new)
    assert (change.project, change.gained) == ("numpy", ())
    assert change.lost == ("cp314-musllinux_1_2_x86_64",)
    assert main(["survey", "diff", out, out]) == 1
    assert "numpy" in capsys.readouterr().out
    page = render_page([old, new])
    assert "2026-11-28" in page
    assert "2026-12-05" in page


def test_the_first_release_with_a_wheel_is_on_the_page_where_each_was_judged(tmp_path: Path):
    table = write_table(tmp_path / "files.parquet", rows_of_frozen_index(["numpy"]))
    out = str(tmp_path / "out")
    run_survey(table, out, settings(each_release=True), OFFLINE, workers=1)
    day = read_day(Dataset(out), DAY)
    assert day.since is not None
    column = day.targets.index("cp312-manylinux_2_17_x86_64")
    frozen = rows_of_frozen_index(["numpy"])
    with_cp312 = [row for row in frozen if "cp312-manylinux_2_17_x86_64" in row["filename"]]
    first = min(with_cp312, key=lambda row: row["upload_time"])
    assert day.since_versions[day.since[0, column]] == first["version"]


def test_weights_order_the_projects_and_weigh_the_shares(tmp_path: Path):
    table = write_table(tmp_path / "files.parquet", rows_of_frozen_index(["scikit-learn", "six"]))
    out = str(tmp_path / "out")
    run_survey(table, out, settings("cp312-musllinux_1_2_x86_64"), OFFLINE, workers=1)
    weights = tmp_path / "downloads.csv"
    weights.write_text("project,downloads\nScikit_Learn,300\nsix,100\n", encoding="utf-8")
    page = tmp_path / "page.html"
    assert main(["survey", "report", out, "--weights", str(weights), "-o", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])
    assert data["projects"] == ["scikit-learn", "six"]
    day = read_day(Dataset(out), DAY)
    assert day.shares({"scikit-learn": 300, "six": 100}) == {"cp312-musllinux_1_2_x86_64": 0.25}


def test_the_command_says_what_is_missing_without_the_extra(tmp_path: Path):
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from importlib import util; real = util.find_spec\n"
        "util.find_spec = lambda name: None if name == 'pyarrow' else real(name)\n"
        "from wheelcheck.cli import main; sys.exit(main(['survey', 'x', '--output', 'y']))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ended.returncode == 2
    assert "a survey needs pyarrow" in ended.stderr


def test_the_rows_of_a_fleet_are_what_check_says_of_each_file(tmp_path: Path, public_index: Replay):
    draw = random.Random(3)
    fleet = tmp_path / "fleet"
    fleet.mkdir()
    names = FrozenIndex().names
    for number in range(6):
        lines = "\n".join(draw.sample(names, 4))
        (fleet / f"{number}.txt").write_text(lines, encoding="utf-8")
    targets = ("cp312-manylinux_2_36_x86_64", "cp313-musllinux_1_2_x86_64")
    chosen = wire(public_index, tmp_path)
    run_survey(fleet, str(tmp_path / "out"), settings(*targets), chosen, workers=1)
    rows = surveyed_rows(tmp_path / "out", "packages")
    for path in sorted(fleet.iterdir()):
        report = check(
            path,
            targets=targets,
            index_url=public_index.url,
            cache_dir=chosen.cache_dir,
            advice=False,
        )
        expected = {
            (package.name, target): (cell.verdict.value, cell.version, cell.file, cell.reason)
            for package in report.packages
            for target, cell in package.on.items()
        }
        found = {
            (row["package"], row["target"]): (
                row["verdict"],
                row["version"],
                row["file"],
                row["reason"],
            )
            for row in rows
            if row["input"] == path.name
        }
        assert found == expected
