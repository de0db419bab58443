"""An edit that alters a pin is solved with what an earlier run was answered: the same comes out."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from frozen import FrozenRelease, Project
from replay import PUBLIC, Replay

from wheelcheck.cli import main
from wheelcheck.index.cache.disk import FORMAT
from wheelcheck.index.client import NetworkIndex

PURE, NATIVE = "py3-none-any.whl", "cp312-cp312-manylinux_2_17_x86_64.whl"
MUSL, SOURCE = "cp312-cp312-musllinux_1_2_x86_64.whl", "tar.gz"
FILES = {
    "app": {"1.0": [PURE], "1.1": [PURE, SOURCE], "2.0": [NATIVE, SOURCE]},
    "dep": {"1.0": [PURE], "1.5": [NATIVE, MUSL], "2.0": [NATIVE]},
    "lib": {"0.9": [PURE], "1.0": [NATIVE, SOURCE], "2.0": [SOURCE]},
    "old": {"0.1": [PURE]},
}
NEEDS = {
    ("app", "2.0"): ["dep<2", "lib ; python_version >= '3'"],
    ("app", "1.1"): ["dep", "old"],
    ("lib", "1.0"): ["dep>=1.5"],
    ("lib", "2.0"): ["old"],
}
DAYS = {"1.0": "2022-01-01", "1.1": "2023-01-01", "1.5": "2023-06-01", "2.0": "2024-06-01"}
TARGETS = ("-t", "cp312-manylinux_2_28_x86_64", "-t", "cp312-musllinux_1_2_x86_64")


class Index:
    """Four projects, whose releases may change."""

    def __init__(self) -> None:
        self.files = {name: dict(releases) for name, releases in FILES.items()}

    @property
    def names(self) -> list[str]:
        return list(FILES)

    def project(self, name: str) -> Project | None:
        if name not in self.files:
            return None
        releases = self.files[name].items()
        return Project(name, [_release(name, version, ends) for version, ends in releases])


def _release(name: str, version: str, ends: list[str]) -> FrozenRelease:
    fields: dict[str, object] = {"Metadata-Version": "2.1", "Name": name, "Version": version}
    fields |= {"Requires-Dist": NEEDS.get((name, version), [])}
    day = DAYS.get(version, "2021-01-01")
    files = [
        {
            "filename": f"{name}-{version}{'.' if end == SOURCE else '-'}{end}",
            "size": 1000,
            "upload-time": f"{day}T00:00:00Z",
        }
        for end in ends
    ]
    return FrozenRelease(version, files, fields)


class Edited:
    """One command after another on a requirement file."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[bytes]) -> None:
        self.index = Index()
        self.replay = Replay(self.index, PUBLIC).start()
        self.file, self.cache = folder / "requirements.txt", folder / "cache"
        self._capture = capture

    def ask(self, text: str, *words: str) -> tuple[int, bytes, bytes]:
        """Exit code, output, and what is on standard error."""
        self.file.write_text(text)
        command = [str(self.file), "--index-url", self.replay.url, *TARGETS, *words]
        command += ["--format", "json"]
        command += [] if "--no-cache" in words else ["--cache-dir", str(self.cache)]
        code = main(command)
        return code, *self._capture.readouterr()

    def without_cache(self, text: str, *words: str) -> tuple[int, bytes, bytes]:
        return self.ask(text, "--no-cache", *words)

    @property
    def stored(self) -> list[Path]:
        return list((self.cache / FORMAT / "solving").glob("*/*"))


@pytest.fixture
def edited(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Iterator[Edited]:
    edited = Edited(tmp_path, capsysbinary)
    yield edited
    edited.replay.stop()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("app\nlib\n", "app==1.1\nlib\n"),
        ("app\nlib\n", "app\n"),
        ("app\n", "app\nold\n"),
        ("app==1.0\n", "app==1.1\nlib<2\n"),
        ("dep==2.0\n", "dep==2.0\napp\n"),
        ("app\n-c limits.txt\n", "app<2\n-c limits.txt\n"),
        ("absent\napp\n", "absent\napp==1.0\n"),
    ],
)
@pytest.mark.parametrize("words", [(), ("--no-advice", "--installer", "uv")])
def test_an_edit_gives_what_an_empty_cache_gives(edited, before, after, words):
    (edited.file.parent / "limits.txt").write_text("lib<2\n")
    edited.ask(before, *words)
    assert edited.ask(after, *words) == edited.without_cache(after, *words)


def test_only_the_pages_of_what_was_edited_are_opened(edited, monkeypatch):
    opened = []
    project = NetworkIndex.project

    def noted(index, name):
        opened.append(name)
        return project(index, name)

    edited.ask("app==2.0\nold\n", "--no-advice")
    monkeypatch.setattr(NetworkIndex, "project", noted)
    edited.ask("app==2.0\nold<9\n", "--no-advice", "--offline")
    first = set(opened)
    opened.clear()
    edited.ask("app==2.0\nold<8,!=0.2\n", "--no-advice", "--offline", "--format", "json")
    assert first == set(opened) | first
    assert "dep" not in first


def test_a_page_that_has_changed_is_read_again(edited):
    edited.ask("app\n", "--no-advice")
    edited.index.files["dep"] = {**FILES["dep"], "1.9": [PURE]}
    edited.replay.render_again()
    for page in (edited.cache / FORMAT / "pages").glob("*/*"):
        then = page.stat().st_mtime - 1000
        os.utime(page, (then, then))
    found = edited.ask("app\nold\n", "--no-advice")
    assert b"dep-1.9-py3-none-any.whl" in found[1]
    assert found == edited.without_cache("app\nold\n", "--no-advice")


def test_an_earlier_date_bound_is_another_question(edited):
    edited.ask("app\n", "--no-advice")
    words = ("--no-advice", "--exclude-newer", "2023-12-31")
    assert edited.ask("app\nold\n", *words) == edited.without_cache("app\nold\n", *words)


# a request that nobody waits for may be under way when a command ends
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_any_edit_gives_what_an_empty_cache_gives(edited):
    choice = random.Random(18)
    bounds = ["", ">=1.0", "<2", "==1.0", "==1.1", "!=1.5", "==2.0", "<=1.5"]

    def line(name: str) -> str:
        return f"{name}{choice.choice(bounds) if name != 'old' else ''}"

    lines = [line(name) for name in ("app", "dep", "lib")]
    for _ in range(12):
        kind, place = choice.randrange(3), choice.randrange(len(lines))
        if kind == 0 and len(lines) > 1:
            del lines[place]
        elif kind == 1 and len(lines) < 5:
            lines.insert(place, line(choice.choice([*FILES])))
        else:
            lines[place] = line(choice.choice([*FILES]))
        text = "\n".join(lines) + "\n"
        words = choice.choice([(), ("--no-advice",), ("--load-check", "off"), ("--no-deps",)])
        assert edited.ask(text, *words) == edited.without_cache(text, *words), text


@pytest.mark.parametrize("damage", [b"", b"\0\0\0\2{}", b"\0\0\0\2[]rest", b"nonsense"])
def test_what_is_damaged_is_answered_from_pages(edited, damage):
    edited.ask("app\n", "--no-advice")
    [path] = edited.stored
    path.write_bytes(damage)
    assert edited.ask("app\nold\n") == edited.without_cache("app\nold\n")


def test_nothing_is_written_where_nothing_new_was_answered(edited):
    edited.ask("app\nold\n", "--no-advice")
    edited.ask("old\n", "--no-advice")
    [path] = edited.stored
    before = path.stat().st_mtime_ns
    edited.ask("old\napp\n", "--no-advice")
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("words", [(), ("--offline",)])
def test_builds_are_planned_by_the_first_run_alone(edited, monkeypatch, words):
    def never(*_: object) -> None:
        raise AssertionError("it is known already")

    edited.ask("lib\nold\n", "--no-advice")
    for method in ("of", "refine", "prefetch", "prefetch_plans", "prefetch_verdicts"):
        monkeypatch.setattr(f"wheelcheck.analysis.builds.planning.SourceBuilds.{method}", never)
    taken_over = edited.ask("lib\nold<1\n", "--no-advice", *words)
    monkeypatch.undo()
    assert taken_over == edited.without_cache("lib\nold<1\n", "--no-advice")
    report = json.loads(taken_over[1])
    assert [plan["builds"][0]["name"] for plan in report["builds"]] == ["lib", "lib"]
    assert [target["bill"]["builds"] for target in report["targets"]] == [1, 1]
    lib = next(package for package in report["packages"] if package["name"] == "lib")
    assert [len(evidence["targets"]) for evidence in lib["evidence"]] == [2]


@pytest.mark.parametrize("words", [("--cores", "8"), ("--installer", "uv"), ("--pre",)])
def test_another_machine_installer_or_policy_has_another_plan(edited, words):
    edited.ask("lib\n", "--no-advice")
    words = ("--no-advice", *words)
    assert edited.ask("lib\nold\n", *words) == edited.without_cache("lib\nold\n", *words)


def test_images_on_which_the_same_wheels_fit_have_plans_of_their_own(edited):
    words = ("-t", "python:3.12-bookworm", "-t", "python:3.12-slim-bookworm", "--no-advice")
    edited.ask("lib\n", *words)
    assert edited.ask("lib\nold\n", *words) == edited.without_cache("lib\nold\n", *words)


def test_a_build_that_fails_does_so_in_the_next_run(edited):
    words = ("-t", "cp36-manylinux_2_28_x86_64", "--no-advice")
    edited.ask("lib\n", *words)
    assert edited.ask("lib\nold\n", *words) == edited.without_cache("lib\nold\n", *words)
