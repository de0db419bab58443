"""The pyproject.toml of an sdist that is being read is there before the rest of the sdist."""

import io
import tarfile
import threading
import time

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.index.archives.archive import Passing, read_archive
from wheelcheck.index.beginnings import Beginnings
from wheelcheck.index.interface import Sdist


def test_what_has_passed_is_handed_on_before_the_end():
    beginnings = Beginnings()
    beginnings.expect("a")
    found = []
    waiting = threading.Thread(target=lambda: found.append(beginnings.wait_for("a")))
    waiting.start()
    time.sleep(0.01)
    assert not found
    beginnings.seen("a", "[project]")
    waiting.join(5)
    assert found == ["[project]"]
    beginnings.seen("a", None)
    assert beginnings.wait_for("a") == "[project]"


def test_nobody_waits_for_what_nobody_reads_nor_behind_the_end():
    beginnings = Beginnings()
    assert beginnings.wait_for("a") is None
    beginnings.seen("b", None)
    assert beginnings.wait_for("b") is None


@pytest.mark.parametrize("path", ["a-1/pyproject.toml", "a-1/vendored/pyproject.toml"])
def test_only_the_file_at_the_root_counts(tmp_path, path):
    archive = tmp_path / "a-1.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in (path, "a-1/a.c"):
            info = tarfile.TarInfo(name)
            info.size = 4
            tar.addfile(info, io.BytesIO(b"# a\n"))
    found = []
    sdist = Sdist("a-1.tar.gz", archive.as_uri(), canonicalize_name("a"), Version("1"))
    listing = read_archive(None, sdist, lambda p: p.endswith(".toml"), until=Passing(found.append))
    assert len(listing.members) == 2
    assert found == (["# a\n"] if path.count("/") == 1 else [])
