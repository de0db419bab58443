"""An edit that alters no pin is answered from the cached report, with the places of its own."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from frozen import FrozenRelease, Project
from replay import PUBLIC, Replay

from wheelcheck.cli import main
from wheelcheck.index.cache.disk import FORMAT

VERSIONS = {
    "app": ["1.0", "1.1", "2.0", "3.0rc1"],
    "dep": ["1.0", "1.5", "2.0"],
    "lib": ["0.9", "1.0", "1.0.post1", "2.0b1"],
    "old": ["0.1"],
}
NEEDS = {("app", "2.0"): ["dep<2", "lib"], ("app", "1.1"): ["dep"], ("lib", "1.0"): ["dep>=1.5"]}
UNCHANGED = "app\ndep<2\nlib>=0.9\n"


class Index:
    """Four projects of pure wheels."""

    @property
    def names(self) -> list[str]:
        return list(VERSIONS)

    def project(self, name: str) -> Project | None:
        if name not in VERSIONS:
            return None
        return Project(name, [_release(name, version) for version in VERSIONS[name]])


def _release(name: str, version: str) -> FrozenRelease:
    fields: dict[str, object] = {"Metadata-Version": "2.1", "Name": name, "Version": version}
    fields |= {"Requires-Dist": NEEDS.get((name, version), [])}
    file = {"filename": f"{name}-{version}-py3-none-any.whl", "size": 1000}
    return FrozenRelease(version, [file], fields)


class Edited:
    """One command after another on requirement files of one folder."""

    def __init__(self, folder: Path, url: str, capture: pytest.CaptureFixture[bytes]) -> None:
        self.folder, self.url, self._capture = folder, url, capture
        self.cache = folder / "cache"

    def ask(self, text: str, *words: str, name: str = "requirements.txt") -> tuple[int, bytes, str]:
        """Exit code, output, and what is on standard error."""
        file = self.folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        command = [str(file), "--index-url", self.url, "-t", "cp312-manylinux_2_28_x86_64", *words]
        command += [] if "--format" in words else ["--format", "json"]
        command += [] if "--no-cache" in words else ["--cache-dir", str(self.cache)]
        code = main(command)
        written = self._capture.readouterr()
        return code, written.out, written.err.decode()

    def anew(
        self, text: str, *words: str, name: str = "requirements.txt"
    ) -> tuple[int, bytes, str]:
        return self.ask(text, "--no-cache", *words, name=name)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    index = Replay(Index(), PUBLIC).start()
    yield index.url
    index.stop()


@pytest.fixture
def edited(tmp_path: Path, url: str, capsysbinary: pytest.CaptureFixture[bytes]) -> Edited:
    return Edited(tmp_path, url, capsysbinary)


@pytest.fixture
def unjudged(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From when it is called on, nothing can be judged again."""

    def judged(*_: object, **__: object) -> None:
        raise AssertionError("judged again")

    return lambda: monkeypatch.setattr("wheelcheck.api.analyse.analyse_sharing", judged)


@pytest.mark.parametrize(
    "text",
    [
        UNCHANGED + "# a remark\n",
        "# a remark\n\n" + UNCHANGED,
        "app\ndep<1.9\nlib>=0.9\n",
        "app # the newest\ndep<2,!=1.7\nlib>=0.8\n",
    ],
)
@pytest.mark.parametrize("words", [(), ("--no-advice",)])
def test_an_edit_that_admits_the_same_is_not_judged_again(edited, unjudged, text, words):
    expected = edited.anew(text, *words)
    edited.ask(UNCHANGED, *words)
    unjudged()
    assert edited.ask(text, *words) == expected
    assert edited.ask(text, *words) == expected, "repeated"


def test_old_pages_are_requested_again_and_nothing_is_judged(edited, unjudged):
    text = "# a remark\n" + UNCHANGED
    expected = edited.anew(text)
    edited.ask(UNCHANGED)
    for page in (edited.cache / FORMAT / "pages").glob("*/*"):
        then = page.stat().st_mtime - 1000
        os.utime(page, (then, then))
    unjudged()
    assert edited.ask(text) == expected


def test_another_date_bound_installer_or_target_is_another_question(edited):
    text = "# a remark\n" + UNCHANGED
    edited.ask(UNCHANGED)
    for words in (
        ("--exclude-newer", "2020-01-01"),
        ("--installer", "pip==19.0"),
        ("-t", "cp39-musllinux_1_2_aarch64"),
        ("--no-deps",),
    ):
        assert edited.ask(text, *words) == edited.anew(text, *words)


def test_a_file_of_another_name_is_shown_by_its_own(edited, unjudged):
    expected = edited.anew(UNCHANGED, name="other/needs.txt")
    edited.ask(UNCHANGED)
    unjudged()
    found = edited.ask(UNCHANGED, name="other/needs.txt")
    assert found == expected
    assert json.loads(found[1])["inputs"] == [str(edited.folder / "other" / "needs.txt")]


@pytest.mark.parametrize("form", ["text", "markdown", "csv"])
def test_what_is_not_json_is_rendered_for_the_edited_file(edited, unjudged, form):
    text = "\n" + UNCHANGED
    expected = edited.anew(text, "--format", form)
    edited.ask(UNCHANGED, "--format", form)
    unjudged()
    assert edited.ask(text, "--format", form) == expected


def test_a_failing_report_keeps_its_code_and_its_complaint(edited, unjudged):
    before, after = "app\nabsent\n", "# first\napp\nabsent\n"
    expected = edited.anew(after)
    assert expected[0] == 1
    assert edited.ask(before)[0] == 1
    unjudged()
    assert edited.ask(after) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("app\ndep\n", "app\ndep<1.5\n"),
        ("app\ndep\n", "dep\napp\n"),
        ("app\ndep\n", "app\n"),
        ("app\n", "app\nold\n"),
        ("app==1.0\n", "app==1.1\n"),
        ("app\n", "app>=3.0rc1\n"),
        ("app>=1\n", "app==1.*\n"),
        ("lib\n", "lib>1.0\n"),
        ("lib\n", "lib<=1.0\n"),
        ("dep>9\n", "dep>8\n"),
        ("app\ndep>=9\n", "app\ndep>=8\n"),
        ("absent>1\n", "absent>2\n"),
        ("app\n", "app ; python_version < '3'\n"),
        ("app\n-c limits.txt\n", "app\n-c limits.txt\n"),
    ],
)
def test_an_edit_of_another_meaning_is_judged_again(edited, before, after):
    limits = edited.folder / "limits.txt"
    limits.write_text("dep<2\n")
    edited.ask(before)
    limits.write_text("dep<1.5\n")
    assert edited.ask(after) == edited.anew(after)


# a request that nobody waits for may be under way when a command ends
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_any_edit_gives_what_an_empty_cache_gives(edited):
    choice = random.Random(18)
    bounds = ["", ">=0.5", ">=1.0", "<2", "<3", "==1.0", "!=1.5", "~=1.0", ">=1.0a1", "<=2.0"]

    def line(name: str) -> str:
        return f"{name}{choice.choice(bounds)}"

    lines = [line(name) for name in ("app", "dep", "lib")]
    for number in range(24):
        kind, place = choice.randrange(5), choice.randrange(len(lines))
        if kind == 0 and len(lines) > 1:
            del lines[place]
        elif kind == 1 and len(lines) < 5:
            lines.insert(place, line(choice.choice([*VERSIONS])))
        elif kind == 2:
            lines.insert(place, f"# {number}")
        else:
            name = choice.choice([*VERSIONS]) if lines[place][0] == "#" else lines[place][:3]
            lines[place] = line(name)
        lines = lines[-6:]
        text = "\n".join(lines) + "\n"
        words = choice.choice([(), ("--pre",), ("--no-advice",), ("--installer", "uv")])
        assert edited.ask(text, *words) == edited.anew(text, *words), text


def test_a_damaged_entry_or_an_entry_of_another_shape_is_judged_again(edited):
    edited.ask(UNCHANGED)
    [path] = (edited.cache / FORMAT / "meanings").glob("*/*")
    path.write_bytes(path.read_bytes()[:-9])
    assert edited.ask("\n" + UNCHANGED) == edited.anew("\n" + UNCHANGED)
