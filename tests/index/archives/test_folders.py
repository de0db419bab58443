"""The files of a project's folder, as its archive would hold them."""

import os

import pytest

from wheelcheck.index.archives import folders
from wheelcheck.index.archives.folders import folder_members
from wheelcheck.index.archives.limits import ArchiveRefused


def made(folder, *paths):
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("a\nb\n")


def listed(folder):
    return {member.path for member in folder_members(folder, "x-1")}


def test_files_are_listed_below_the_label_with_their_content(tmp_path):
    made(tmp_path, "setup.py", "src/x/fast.c")
    found = {member.path: member for member in folder_members(tmp_path, "x-1")}
    assert set(found) == {"x-1/setup.py", "x-1/src/x/fast.c"}
    member = found["x-1/src/x/fast.c"]
    assert (member.size, member.read(), member.lines()) == (4, b"a\nb\n", 2)


@pytest.mark.parametrize(
    "leftover",
    [
        ".git/config",
        ".tox/py/x.c",
        "build/lib/x.c",
        "dist/x.tar",
        "src/x.egg-info/requires.txt",
        "node_modules/a/binding.gyp",
        "src/x/__pycache__/x.cpython-312.pyc",
        "src/x/fast.cpython-312-x86_64-linux-gnu.so",
        "src/x/fast.abi3.so",
        "rust/target/debug/x.rs",
    ],
)
def test_what_tools_and_builds_leave_is_no_part_of_it(tmp_path, leftover):
    made(tmp_path, "setup.py", leftover)
    assert listed(tmp_path) == {"x-1/setup.py"}


def test_a_virtual_environment_of_any_name_is_no_part_of_it(tmp_path):
    made(tmp_path, "setup.py", "my-env/pyvenv.cfg", "my-env/lib/x.c")
    assert listed(tmp_path) == {"x-1/setup.py"}


def test_a_folder_that_only_has_the_name_of_a_build_folder_is_listed(tmp_path):
    made(tmp_path, "src/build/x.c", "src/libz.so")
    assert listed(tmp_path) == {"x-1/src/build/x.c", "x-1/src/libz.so"}


def test_only_regular_files_inside_it_are_read(tmp_path):
    inside = tmp_path / "in"
    made(tmp_path, "in/setup.py", "out/secret.c")
    os.mkfifo(inside / "pipe.c")
    (inside / "link.c").symlink_to(tmp_path / "out" / "secret.c")
    (inside / "linked").symlink_to(tmp_path / "out", target_is_directory=True)
    assert listed(inside) == {"x-1/setup.py"}


def test_a_folder_of_endless_size_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "MAX_UNPACKED_BYTES", 7)
    made(tmp_path, "a.c", "b.c")
    with pytest.raises(ArchiveRefused):
        listed(tmp_path)
