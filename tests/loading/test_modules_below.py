"""What counts where the package at the top loads nothing by itself, and what `import x` means."""

import random

import pytest
from elf_builder import elf
from made_wheels import EXTENSION, INIT, loads

from wheelcheck.analysis.loads import readings
from wheelcheck.loading.python_code.wheel_modules import WheelModules

PURE = "x-1-py3-none-any.whl"
NEEDS_GL = elf(("libGL.so.1", "libc.so.6"))
OPENS = b"import ctypes\nlib = ctypes.CDLL('libusb-1.0.so.0')\n"
TAG = ".cpython-313-x86_64-linux-gnu.so"


def test_an_empty_package_is_judged_by_its_module_of_the_same_name():
    beside = {f"x/{name}.py": b"X = 1\n" for name in "abcd"}
    assert loads({"x/__init__.py": b"", "x/x.py": OPENS, **beside}, PURE).status == "needs"
    assert loads({"x/__init__.py": b"", "x/y.py": OPENS, **beside}, PURE).status != "needs"


def test_a_package_that_imports_of_itself_is_not_judged_by_the_module_of_its_name():
    beside = {f"x/{name}.py": b"X = 1\n" for name in "abcd"}
    members = {"x/__init__.py": b"from . import a\n", "x/x.py": OPENS, **beside}
    assert loads(members, PURE).status != "needs"


@pytest.mark.parametrize(
    ("importing", "status"), [(("a", "b"), "needs"), (("a",), "some files need")]
)
def test_of_extension_modules_counts_what_half_of_the_modules_below_load(importing, status):
    below = {
        f"x/{name}.py": b"from x import _core\n" if name in importing else b"X = 1\n"
        for name in "abc"
    }
    members = {"x/__init__.py": b"VERSION = 1\n", f"x/_core{TAG}": NEEDS_GL, **below}
    assert loads(members).status == status


def test_a_package_whose_init_is_an_extension_module_loads_it():
    members = {
        "x/__init__.py": b"from . import common\n",
        f"x/common/__init__{TAG}": elf(),
        f"x/systems/__init__{TAG}": NEEDS_GL,
    }
    assert loads(members).status == "some files need"
    members["x/__init__.py"] += b"from . import systems\n"
    assert loads(members).status == "needs"


def test_the_module_of_the_projects_name_is_what_is_imported():
    paths = ["pyodc/__init__.py", "codc/__init__.py", "pyodc-1.6.0.dist-info/METADATA"]
    assert WheelModules.of(paths).tops == ("pyodc",)
    assert WheelModules.of(paths[:2]).tops == ("codc", "pyodc")
    assert WheelModules.of(["PIL/__init__.py", "pillow-1.dist-info/RECORD"]).tops == ("PIL",)


def test_an_extension_module_of_an_audited_wheel_is_read_if_the_budget_reaches_for_it_alone(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(readings, "BUDGET_BYTES", 1_700_000)
    large = random.Random(1).randbytes(2_000_000)
    members = {
        **INIT,
        EXTENSION: elf(("libGL.so.1", "libc.so.6"), moved=True, code=large[:200_000]),
        "x.libs/libicudata-c1404396.so.70": elf(moved=True, code=large),
    }
    assert loads(members).packages == ("libgl1",)


def test_the_only_library_of_a_wheel_is_what_a_made_up_name_opens():
    code = b"import os\nfrom ._platform import DLL, PATH\nlib = DLL(str(PATH))\n"
    members = {"x/__init__.py": b"from . import _dll\n", "x/_dll.py": code}
    only = {**members, "x/linux/x86_64/libown.so": NEEDS_GL}
    assert loads(only, "x-1-py3-none-manylinux_2_17_x86_64.whl").packages == ("libgl1",)
    both = {**only, **{f"x/linux/x86_64/lib{name}.so": elf() for name in "abc"}}
    found = loads(both, "x-1-py3-none-manylinux_2_17_x86_64.whl")
    assert found.status != "needs"


def test_a_library_that_the_wheel_holds_for_other_machines_alone_is_not_there():
    code = b"import ctypes\nlib = ctypes.CDLL('libusb-1.0.so.0')\n"
    for machine, status in ((62, "yes"), (183, "needs")):
        members = {"x/__init__.py": code, "x/libusb-1.0.so.0": elf(machine=machine)}
        assert loads(members, PURE).status == status


def test_extension_modules_that_no_import_statement_names_are_loaded_another_way():
    # as cv2: the package changes its search path and imports the extension module of its own name
    start = b"import importlib, sys\nsys.path.insert(1, 'x')\ncore = importlib.import_module('x')\n"
    members = {"x/__init__.py": start, "x/a.py": b"", "x/b.py": b"", "x/c.py": b""}
    assert loads({**members, f"x/x{TAG}": NEEDS_GL}).status == "needs"


def test_private_modules_beside_an_empty_top_are_for_other_packages():
    member = "x/_native.cpython-313-x86_64-linux-gnu.so"
    needing = elf(("libGL.so.1", "libc.so.6"))
    assert loads({"x/__init__.py": b'"""For y."""\n', member: needing}).status == "some files need"
    for code in (b"from . import _native\n", b"import importlib\nimportlib.import_module(name)\n"):
        assert loads({"x/__init__.py": code, member: needing}).status == "needs"
