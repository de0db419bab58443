"""What an import needs because it imports modules of packages beside it."""

import pytest
from elf_builder import elf
from fake_index import FakeIndex
from made_wheels import DAY, SLIM, wheel

from wheelcheck.analysis.loads.load_options import LoadOptions
from wheelcheck.api.analyse import analyse
from wheelcheck.index.archives.members import WheelBytes
from wheelcheck.requirements import CommandLine, read
from wheelcheck.targets import parse_target_on

OPENGL = "pyopengl-3.1.10-py3-none-any.whl"
B = "b-1-cp313-cp313-manylinux_2_17_x86_64.whl"
PURE = "x-1-py3-none-any.whl"
SUFFIX = "cpython-313-x86_64-linux-gnu.so"
B_MEMBERS = {
    "b/__init__.py": b"from . import core\n",
    f"b/core.{SUFFIX}": elf(["libc.so.6"]),
    f"b/more.{SUFFIX}": elf(["libc.so.6", "libhelp.so.1"]),
    "b/libhelp.so.1": elf(["libc.so.6", "libGL.so.1"], soname="libhelp.so.1"),
}


def loads_beside(code: bytes, project: str, filename: str, members, more=()) -> tuple:
    """The verdict on a wheel with this code, and more, that requires a project."""
    own = {"x/__init__.py": code, "x/one.py": b"", "x/two.py": b"", **dict(more)}
    everything = {PURE: own, filename: members}
    index = FakeIndex(
        {"x": {"1": [PURE]}, project: {filename.split("-")[1]: [filename]}},
        requires={("x", "1"): [project]},
        listings={
            name: {path: len(data) for path, data in each.items()}
            for name, each in everything.items()
        },
        wheels={name: wheel(each) for name, each in everything.items()},
    )
    target = parse_target_on(SLIM, as_of=DAY)
    requirements = read([], packages=["x"], options=CommandLine())
    report = analyse(requirements, [target], index, advice=False, loading=LoadOptions())
    found = report.package("x").on[target.name].loads
    return found.status, found.needs, found.packages


@pytest.mark.parametrize(
    "code",
    [
        b"from OpenGL.GL import glClear\n",
        b"import OpenGL.GL.shaders\n",
        b"from OpenGL import GL\n",
        b"def start():\n    import OpenGL.GL\nstart()\n",
    ],
)
def test_a_module_of_another_wheel_needs_what_the_table_says(code):
    beside = loads_beside(code, "pyopengl", OPENGL, {"OpenGL/__init__.py": b""})
    assert beside == ("needs", ("libGL.so.1",), ("libgl1",))


@pytest.mark.parametrize(
    "code",
    [
        b"import OpenGL\n",
        b"try:\n    import OpenGL.GL\nexcept ImportError:\n    pass\n",
        b"def later():\n    import OpenGL.GL\n",
    ],
)
def test_an_import_that_may_fail_or_comes_later_needs_nothing(code):
    beside = loads_beside(code, "pyopengl", OPENGL, {"OpenGL/__init__.py": b""})
    assert beside == ("yes", (), ())


def test_an_extension_module_of_another_wheel_needs_what_its_files_need():
    assert loads_beside(b"import b.more\n", "b", B, B_MEMBERS)[:2] == ("needs", ("libGL.so.1",))
    assert loads_beside(b"import b.core\n", "b", B, B_MEMBERS)[0] == "yes"


def test_a_package_whose_module_needs_a_library_is_marked_itself():
    members = {"mpi4py/__init__.py": b"", "mpi4py/util.py": b"", "mpi4py/bench.py": b""}
    name = "mpi4py-4.1.2-py3-none-any.whl"
    index = FakeIndex(
        {"mpi4py": {"4.1.2": [name]}},
        listings={name: {path: len(data) for path, data in members.items()}},
        wheels={name: wheel(members)},
    )
    target = parse_target_on(SLIM, as_of=DAY)
    requirements = read([], packages=["mpi4py"], options=CommandLine())
    report = analyse(requirements, [target], index, advice=False, loading=LoadOptions())
    found = report.package("mpi4py").on[target.name].loads
    assert (found.status, found.packages) == ("some files need", ("libmpich12",))
    beside = loads_beside(b"from mpi4py import MPI\n", "mpi4py", name, members)
    assert beside == ("needs", ("libmpi.so.12",), ("libmpich12",))


def test_its_own_elf_files_are_not_read_again_to_see_what_it_imports(monkeypatch):
    read = []
    beginning = WheelBytes.beginning

    def noted(members, path, packed):
        read.append(path)
        return beginning(members, path, packed)

    monkeypatch.setattr(WheelBytes, "beginning", noted)
    own = {f"x/core.{SUFFIX}": elf(["libc.so.6"])}
    assert loads_beside(b"import b.more\n", "b", B, B_MEMBERS, own)[0] == "needs"
    assert read.count(f"x/core.{SUFFIX}") == 1
