import io
import os
import shutil
import stat
from pathlib import Path

import pytest

from wheelcheck.cli import main
from wheelcheck.cli.terminal import StatusLine, speaks_unicode, wants_colour
from wheelcheck.cli.width import columns
from wheelcheck.cli.writing import write


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("choice", "environ", "stream", "coloured"),
    [
        ("auto", {}, Terminal(), True),
        ("auto", {}, io.StringIO(), False),
        ("auto", {}, None, False),
        ("auto", {"NO_COLOR": "1"}, Terminal(), False),
        ("auto", {"NO_COLOR": ""}, Terminal(), True),
        ("auto", {"TERM": "dumb"}, Terminal(), False),
        ("auto", {"FORCE_COLOR": "1"}, io.StringIO(), True),
        ("auto", {"FORCE_COLOR": "1"}, None, False),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, Terminal(), False),
        ("always", {"NO_COLOR": "1"}, io.StringIO(), True),
        ("always", {}, None, True),
        ("never", {"FORCE_COLOR": "1"}, Terminal(), False),
    ],
)
def test_colour_is_decided_by_option_then_environment_then_terminal(
    choice, environ, stream, coloured
):
    assert wants_colour(choice, environ, stream) is coloured


@pytest.mark.parametrize(
    ("encoding", "speaks"),
    [
        ("utf-8", True),
        ("UTF-16", True),
        ("ascii", False),
        ("latin-1", False),
        ("x", False),
        (None, False),
    ],
)
def test_signs_need_an_encoding_that_has_them(encoding, speaks):
    assert speaks_unicode(encoding) is speaks


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "report.json"
    path.write_text("old")
    write(b"new", str(path))
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file_and_no_rubbish(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OSError, match="No space left"):
        write(b"new", str(path))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_and_the_permissions_of_others_are_preserved(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(b"new", str(tmp_path / "link"))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o666 & ~umask


def test_a_pipe_is_written_to_and_not_replaced():
    write(b"anything", os.devnull)
    assert not Path(os.devnull).is_file()


def test_the_status_line_redraws_a_single_line_and_wipes_it():
    stream = Terminal()
    line = StatusLine(stream)
    line.update("Judging targets", 6, 24)
    line.update("Judging targets", 7, 24)  # too soon to be drawn
    line.wipe()
    drawn = stream.getvalue()
    assert drawn.startswith("\r\x1b[K━━━━━━╌")
    assert drawn.endswith("Judging targets 6/24\r\x1b[K")
    assert "\n" not in drawn


def test_a_status_line_that_was_never_drawn_writes_nothing():
    stream = Terminal()
    StatusLine(stream).wipe()
    assert not stream.getvalue()


@pytest.mark.parametrize("given", [None, "", "0", "-3", "wide", "1", "72"])
def test_the_width_is_what_the_standard_library_says(given, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    if given is not None:
        monkeypatch.setenv("COLUMNS", given)
    assert columns(93) == shutil.get_terminal_size((93, 24)).columns


def test_a_terminal_tells_its_own_width(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((61, 20)))
    assert columns(93) == 61


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_is_a_single_page_that_a_narrow_terminal_gets_in_shorter_lines(
    monkeypatch, capsys, option
):
    pages = {}
    for width in ("40", "79", "80", "200"):
        monkeypatch.setenv("COLUMNS", width)
        assert main([option]) == 0
        pages[width] = capsys.readouterr().out
    assert pages["80"] == pages["200"]
    assert len({*pages.values()}) == 3
    options = {word for word in pages["79"].split() if word.startswith("--")}
    assert options == {word for word in pages["80"].split() if word.startswith("--")}
