"""Imports that fail by ways which are not written where the library is opened."""

import pytest
from elf_builder import elf
from made_wheels import ALPINE, EXTENSION, INIT, MUSL, loads

PURE = "x-1-py3-none-any.whl"
HEAD = "import ctypes, os, sys\nfrom ctypes.util import find_library\n"
OPENS = "def opened():\n    return ctypes.CDLL('libusb-1.0.so.0')\n"
BY_SYSTEM = (
    "def by_system(linux_fn, win_fn):\n    if sys.platform.startswith('linux'):\n"
    "        return linux_fn()\n    elif sys.platform == 'win32':\n        return win_fn()\n"
)
FAIL = (
    "def fail(error, mode):\n    def end():\n        if mode == 'error':\n            raise error\n"
    "        print(error)\n    end()\n"
)


def found(code: str, on: str | None = None):
    return loads({"x/__init__.py": (HEAD + code).encode()}, PURE, **({"on": on} if on else {}))


TRIES = (
    "def load_library(name, *others, optional=False):\n    for each in (name, *others):\n"
    "        try:\n            return ctypes.CDLL(each)\n"
    "        except OSError:\n            pass\n"
)
IN_HANDLER = (
    "def load_library(name, required=True):\n    try:\n        return ctypes.CDLL(name)\n"
    "    except OSError:\n        if required:\n            raise\n"
)
BEFORE = TRIES + "    if optional:\n        return None\n    raise OSError(name)\n"
BEHIND = TRIES + "    if not optional:\n        raise OSError(name)\n"


@pytest.mark.parametrize(
    ("loader", "call", "status"),
    [
        # as weasyprint: the call says whether the library may be missing
        (BEFORE, "load_library('libusb-1.0.so.0', optional=True)", "some files need"),
        (BEFORE, "load_library('libusb-1.0.so.0')", "needs"),
        (BEHIND, "load_library('libusb-1.0.so.0', optional=True)", "some files need"),
        (BEHIND, "load_library('libusb-1.0.so.0', optional=False)", "needs"),
        (IN_HANDLER, "load_library('libusb-1.0.so.0', False)", "some files need"),
        (IN_HANDLER, "load_library('libusb-1.0.so.0')", "needs"),
        (TRIES + "    raise OSError(name)\n", "load_library('libusb-1.0.so.0', True)", "needs"),
    ],
)
def test_a_loader_may_be_called_for_a_library_that_may_be_missing(loader, call, status):
    assert found(f"{loader}usb = {call}\n").status == status


@pytest.mark.parametrize(
    ("use", "status"),
    [
        ("", "some files need"),
        ("usb.libusb_init.restype = int\n", "needs"),
        ("if usb is not None:\n    usb.libusb_init.restype = int\n", "some files need"),
    ],
)
def test_an_import_that_uses_what_its_loader_did_not_find_fails(use, status):
    loader = (
        "def attempt(name):\n    try:\n        return ctypes.CDLL(name)\n"
        "    except OSError:\n        return None\n"
    )
    assert found(f"{loader}usb = attempt('libusb-1.0.so.0')\n{use}").status == status


@pytest.mark.parametrize(
    "code",
    [
        # as mvtec-halcon: a function is given to another, which runs it on Linux
        BY_SYSTEM + OPENS + "lib = by_system(linux_fn=opened, win_fn=None)\n",
        BY_SYSTEM + OPENS + "lib = by_system(opened, None)\n",
        FAIL + OPENS + "try:\n    lib = opened()\nexcept OSError as e:\n    fail(e, 'error')\n",
        # as sunvox: one branch searches, another has a name
        (
            "if os.environ.get('X'):\n    name = 'libusb-1.0.so.0'\nelse:\n"
            "    name = find_library('usb-1.0')\nlib = ctypes.CDLL(name)\n"
        ),
        # as pynetsnmp: a function of its own around find_library, used for others as well
        (
            "search = find_library\ndef find_library(name):\n    return search(name)\n"
            "try:\n    crypto = ctypes.CDLL(find_library('z'))\nexcept Exception:\n    pass\n"
            "lib = ctypes.CDLL(find_library('usb-1.0'))\nlib.libusb_init.restype = int\n"
        ),
    ],
)
def test_an_import_fails(code: str):
    assert (found(code).status, found(code).packages) == ("needs", ("libusb-1.0-0",))


@pytest.mark.parametrize(
    "code",
    [
        BY_SYSTEM + OPENS + "lib = by_system(linux_fn=None, win_fn=opened)\n",
        FAIL + OPENS + "try:\n    lib = opened()\nexcept OSError as e:\n    fail(e, 'warn')\n",
        "try:\n    lib = ctypes.CDLL(find_library('IOKit'))\nexcept Exception:\n    raise\n",
    ],
)
def test_an_import_goes_on(code: str):
    assert found(code).status in {"yes", "some files need"}


@pytest.mark.parametrize(
    "loop",
    [
        "for name in os.listdir(folder):\n        if 'assimp' not in name:\n            continue\n",
        "for name in os.listdir(folder):\n        if name.lower().find('assimp') == -1: continue\n",
        "for name in glob.glob(folder + '/libassimp*.so*'):\n        pass\n",
        "for name in Path(folder).iterdir():\n        if name.startswith('libassimp'): pass\n",
    ],
)
def test_a_library_that_a_search_through_folders_wants(loop: str):
    code = (
        "def search():\n    for folder in ('/usr/lib/x86_64-linux-gnu', '/usr/local/lib'):\n      "
        + loop.replace("\n", "\n  ").rstrip(" ")
        + "          path = os.path.join(folder, name)\n"
        "          try:\n              return ctypes.CDLL(path)\n          except OSError:\n"
        "              continue\n    raise RuntimeError('assimp not found')\nlib = search()\n"
    )
    assert found(code).packages == ("libassimp5",)


def test_a_fallback_to_python_2_is_none():
    code = "try:\n    from tkinter import ttk\nexcept ImportError:\n    import ttk\n"
    assert found(code).needs == ("libtk8.6.so",)
    code = "try:\n    from tkinter import ttk\nexcept ImportError:\n    ttk = None\n"
    assert found(code).status == "yes"


def test_no_wheel_holds_what_find_library_alone_looks_for():
    code = b"name = find_library('usb-1.0')\nif not name:\n    raise OSError('no libusb')\n"
    members = {"x/__init__.py": HEAD.encode() + code, "x/other/libusb-1.0.so.0": elf()}
    filename = "x-1-py3-none-manylinux_2_17_x86_64.whl"
    assert loads(members, filename).packages == ("libusb-1.0-0",)
    on_musl = loads(members, filename.replace("manylinux_2_17", "musllinux_1_2"), ALPINE)
    assert (on_musl.status, on_musl.packages) == ("needs", ("libusb-dev", "binutils"))


def test_what_the_finder_finds_on_musl_nobody_brings_is_never_loaded():
    code = HEAD + "name = find_library('of_nobody')\nif not name:\n    raise OSError('none')\n"
    found = loads({"x/__init__.py": code.encode()}, "x-1-py3-none-any.whl", ALPINE)
    assert (found.status, found.needs) == ("no", ("of_nobody",))


def test_a_loader_of_a_package_opens_the_plain_name_on_musl():
    code = HEAD + "import x.own\nlib = x.own.load_library('GL')\n"
    own = "def load_library(name):\n    return ctypes.CDLL(find_library(name) or f'lib{name}.so')\n"
    members = {"x/__init__.py": code.encode(), "x/own.py": (HEAD + own).encode()}
    found = loads(members, "x-1-py3-none-any.whl", ALPINE)
    assert (found.status, found.needs, found.packages) == ("needs", ("libGL.so",), ("mesa-dev",))


def test_libraries_without_python_code_are_for_other_wheels():
    members = {"nvidia/lib/libcufile_rdma.so.1": elf(("libmlx5.so.1", "libc.so.6"))}
    filename = "x-1-py3-none-manylinux_2_17_x86_64.whl"
    assert loads(members, filename).status == "some files need"


def test_a_private_symbol_that_cpython_has_lost():
    data = elf(symbols=("_PyObject_LookupAttr", "PyInit_core", "PyList_New", "__cxa_finalize"))
    members = {**INIT, EXTENSION.replace("cpython-313-x86_64-linux-gnu", "abi3"): data}
    lost = loads(members, "x-1-cp310-abi3-manylinux_2_17_x86_64.whl")
    assert lost.status == "no"
    assert lost.reason == "core.abi3.so uses _PyObject_LookupAttr, which CPython had until 3.12"
    older = "x-1-cp310-abi3-manylinux_2_17_x86_64.whl"
    assert loads(members, older, on="python:3.12-slim-trixie").status == "yes"


def test_musl_opens_no_library_with_initial_exec_tls():
    data = elf(("libc.musl-x86_64.so.1",), static_tls=True, code=b"\x90" * 4000)
    extension = EXTENSION.replace("gnu", "musl")
    on_musl = loads({**INIT, extension: data}, MUSL, ALPINE)
    assert on_musl.status == "no"
    assert "uses initial-exec TLS" in on_musl.reason
    data = elf(("libc.so.6",), static_tls=True, code=b"\x90" * 4000)
    assert loads({**INIT, EXTENSION: data}).status == "yes"
