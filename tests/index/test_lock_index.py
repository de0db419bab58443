"""A lock's own files are the candidates; the index adds what a lock cannot say."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from fake_index import FakeIndex
from situations import target

from wheelcheck import Verdict
from wheelcheck.api.analyse import analyse
from wheelcheck.errors import Unknown
from wheelcheck.reports.values.report import Cell, Report
from wheelcheck.requirements import read

HERE = target("glibc", (3, 12), name="here")
WHEEL = "private-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"
HEAD = 'lock-version = "1.0"\ncreated-by = "me"\n[[packages]]\nname = "private"\nversion = "1.0"\n'
NOTHING = FakeIndex({})
OFFLINE = FakeIndex({"private": Unknown("offline", "not in the cache")})


def judged(folder: Path, lock: str, index: FakeIndex, **beside: str) -> tuple[Report, Cell]:
    for name, text in {"pylock.toml": lock, **beside}.items():
        (folder / name).write_text(text)
    name = next(each for each in (*beside, "pylock.toml") if not each.startswith("pyproject"))
    report = analyse(read([folder / name]), [HERE], index, advice=False)
    return report, report.package("private").on["here"]


@pytest.mark.parametrize("index", [NOTHING, OFFLINE])
def test_a_lock_is_enough_where_no_index_has_the_package(tmp_path: Path, index: FakeIndex):
    files = f'wheels = [{{url = "https://x.example/{WHEEL}", hashes = {{sha256 = "12"}}}}]\n'
    report, cell = judged(tmp_path, HEAD + files, index)
    assert (cell.verdict, cell.file) == (Verdict.WHEEL, WHEEL)
    assert report.complete
    assert not report.fails


def test_a_lock_without_a_wheel_for_the_target_fails(tmp_path: Path):
    other = WHEEL.replace("x86_64", "aarch64")
    files = f'wheels = [{{url = "https://x.example/{other}", hashes = {{sha256 = "12"}}}}]\n'
    report, cell = judged(tmp_path, HEAD + files, NOTHING)
    assert cell.verdict is Verdict.UNAVAILABLE
    assert "aarch64" in cell.reason
    assert report.fails


def test_a_wheel_beside_the_lock(tmp_path: Path):
    (tmp_path / WHEEL).write_bytes(b"wheel")
    digest = hashlib.sha256(b"wheel").hexdigest()
    files = f'wheels = [{{path = "./{WHEEL}", hashes = {{sha256 = "{digest}"}}}}]\n'
    report, cell = judged(tmp_path, HEAD + files, NOTHING)
    assert cell.verdict is Verdict.WHEEL
    assert not report.fails
    (tmp_path / WHEEL).unlink()
    report, cell = judged(tmp_path, HEAD + files, NOTHING)
    assert cell.file is None
    assert report.fails


def test_a_file_outside_the_locks_folder_is_not_looked_at(tmp_path: Path):
    files = f'wheels = [{{path = "../{WHEEL}", hashes = {{sha256 = "12"}}}}]\n'
    report, cell = judged(tmp_path, HEAD + files, NOTHING)
    assert cell.verdict is Verdict.WHEEL  # by its name alone
    assert not report.fails


def test_an_index_that_lists_another_hash_makes_the_answer_incomplete(tmp_path: Path):
    index = FakeIndex({"private": {"1.0": [WHEEL]}}, hashes={WHEEL: {"sha256": "34"}})
    files = f'wheels = [{{url = "https://x.example/{WHEEL}", hashes = {{sha256 = "12"}}}}]\n'
    report, _ = judged(tmp_path, HEAD + files, index)
    assert [problem.code for problem in report.problems] == ["hash-differs"]
    assert not report.complete


def test_hashes_without_names_that_match_nothing_are_a_problem(tmp_path: Path):
    index = FakeIndex({"private": {"1.0": [WHEEL]}}, hashes={WHEEL: {"sha256": "34"}})
    lock = '{"_meta": {}, "default": {"private": {"version": "==1.0", "hashes": ["sha256:12"]}}}'
    report, cell = judged(tmp_path, "", index, **{"Pipfile.lock": lock})
    assert cell.verdict is Verdict.UNKNOWN
    assert [problem.code for problem in report.problems] == ["hashes-not-on-index"]


def test_the_source_of_a_pdm_lock_is_in_the_project_beside_it(tmp_path: Path):
    project = '[[tool.pdm.source]]\nname = "pypi"\nurl = "https://index.example/pdm"\n'
    (tmp_path / "pyproject.toml").write_text(project)
    lock = tmp_path / "pdm.lock"
    lock.write_text(
        '[metadata]\ngroups = ["default"]\nstrategy = ["inherit_metadata"]\nlock_version = "4.5"\n'
        '[[package]]\nname = "private"\nversion = "1.0"\ngroups = ["default"]\n'
        f'files = [{{file = "{WHEEL}", hash = "sha256:12"}}]\n'
    )
    found = read([lock])
    assert found.index.index_url == "https://index.example/pdm/"
    report = analyse(found, [HERE], NOTHING, advice=False)
    assert report.package("private").on["here"].verdict is Verdict.WHEEL
