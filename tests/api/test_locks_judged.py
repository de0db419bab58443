"""Locks from the file to the report: each is judged as it is."""

import re
import tomllib
from pathlib import Path

import pytest
from fake_index import FakeIndex
from situations import target

from wheelcheck import Verdict
from wheelcheck.api.analyse import analyse
from wheelcheck.requirements import read

LOCKS = Path(__file__).parents[1] / "requirements" / "locks"
PROJECT = LOCKS / "uv" / "pyproject.toml"
ON = [
    target(libc, (3, python), name=f"3.{python}-{libc}")
    for python in (10, 12, 13)
    for libc in ("glibc", "musl")
]
NEEDS = {
    ("python-dateutil", "3.0.0"): ["six", "tzdata"],
    ("python-dateutil", "4.0.0"): ["tzdata"],
    ("exceptiongroup", "1.3.1"): ["typing-extensions; python_version < '3.13'"],
}


@pytest.fixture(scope="module")
def index() -> FakeIndex:
    """The index that the locks were made from, as far as they list it."""
    files: dict[str, dict[str, list[str]]] = {}
    hashes = {}
    for package in tomllib.loads((LOCKS / "uv" / "uv.lock").read_text())["package"]:
        listed = [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
        names = [file["url"].rpartition("/")[2] for file in listed]
        for file, name in zip(listed, names, strict=True):
            hashes[name] = {"sha256": file["hash"].removeprefix("sha256:")}
        if names:
            files.setdefault(package["name"], {})[package["version"]] = names
    return FakeIndex(
        files,
        hashes=hashes,
        requires=NEEDS,
        requires_python={("python-dateutil", "4.0.0"): ">=3.11"},
    )


def verdicts(path: Path, index: FakeIndex, **options) -> dict[tuple[str, str], tuple]:
    report = analyse(read([path], **options), ON, index)
    assert report.complete
    return {
        (package.name, name): (cell.version, cell.verdict, cell.file)
        for package in report.packages
        for name, cell in package.on.items()
        if cell.verdict is not Verdict.NOT_REQUIRED
    }


@pytest.mark.parametrize("lock", ["uv/uv.lock", "poetry/poetry.lock", "poetry-1.8/poetry.lock",
                                  "pdm/pdm.lock", "pdm-plain/pdm.lock"])  # fmt: skip
def test_a_lock_agrees_with_its_project_judged_directly(index: FakeIndex, lock: str):
    direct = verdicts(PROJECT, index)
    locked = verdicts(LOCKS / lock, index, groups=["main"])
    same = {key for key in direct if key in locked and direct[key][0] == locked[key][0]}
    assert {key: locked[key] for key in same} == {key: direct[key] for key in same}
    # Poetry and PDM lock one version for all Pythons: what the oldest can have.
    others = {name for name, _ in (direct.keys() | locked.keys()) - same}
    assert others <= (set() if lock.startswith("uv") else {"python-dateutil", "six"})


def test_a_fitting_wheel_that_the_lock_leaves_out(index: FakeIndex, tmp_path: Path):
    text = (LOCKS / "uv" / "uv.lock").read_text()
    lock = tmp_path / "uv.lock"
    lock.write_text(re.sub(r".*markupsafe.*musllinux.*\n", "", text))
    report = analyse(read([lock]), ON, index)
    cells = report.package("markupsafe").on
    assert cells["3.12-glibc"].verdict is Verdict.WHEEL
    assert cells["3.12-musl"].verdict.is_source
    assert cells["3.12-musl"].file == "markupsafe-3.0.4.tar.gz"
    assert cells["3.12-musl"].requested_by == (f"{lock}:39",)
    assert f"musllinux_1_2_x86_64 would fit, but {lock} does not list it" in (
        cells["3.12-musl"].reason
    )


def test_a_lock_made_for_a_single_target(index: FakeIndex):
    report = analyse(read([LOCKS / "pip" / "pylock.toml"]), ON, index)
    cells = report.package("markupsafe").on
    assert {name for name, cell in cells.items() if cell.verdict.is_wheel} == {"3.12-glibc"}
    assert cells["3.13-musl"].verdict is Verdict.UNAVAILABLE
    assert "pylock.toml does not list the sdist" in cells["3.13-musl"].reason


def test_a_target_outside_of_what_the_lock_is_for(index: FakeIndex):
    old = target("glibc", (3, 9), name="old")
    report = analyse(read([LOCKS / "uv" / "uv.lock"]), [*ON, old], index)
    refused = {summary.name: summary.refusals for summary in report.targets if summary.refusals}
    assert list(refused) == ["old"]
    (refusal,) = refused["old"]
    assert (refusal.code, refusal.installer) == ("another-python", "uv")
    assert refusal.message.startswith("it requires Python >=3.10, <3.14, and Python here is 3.9")
    assert report.fails
    assert {summary.name for summary in report.targets if not summary.installable} == {"old"}


def test_what_a_marker_rules_out_everywhere_is_no_problem(index: FakeIndex, tmp_path: Path):
    lock = tmp_path / "pylock.toml"
    vcs = 'vcs = {type = "git", url = "https://x.example/a", commit-id = "1"}'
    lock.write_text(f"""
lock-version = "1.0"
created-by = "me"
[[packages]]
name = "a"
marker = "sys_platform == 'win32'"
{vcs}
[[packages]]
name = "b"
marker = "python_version < '3.11'"
{vcs}
""")
    report = analyse(read([lock]), ON, index)
    (problem,) = report.problems
    assert problem.package == "b"
    assert problem.targets == ("3.10-glibc", "3.10-musl")
    assert report.package("b").on["3.10-musl"].verdict is Verdict.UNKNOWN
