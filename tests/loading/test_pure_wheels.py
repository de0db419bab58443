"""Pure wheels: which of them are read, and what is said of what their imports open."""

import pytest
from elf_builder import elf
from made_wheels import EXTENSION, loads

from wheelcheck.analysis.loads import readings
from wheelcheck.loading.python_code.opened import read_module
from wheelcheck.loading.python_code.python_files import likely_openers
from wheelcheck.loading.python_code.reachable_files import reach
from wheelcheck.loading.python_code.wheel_modules import WheelModules
from wheelcheck.loading.wheel_reader import read_wheel
from wheelcheck.loading.wheel_reading import Budget

PURE = "x-1-py3-none-any.whl"
IN_PARTS = {
    # as chromaprint: names come from one function, and are opened in another
    "def names():\n    if sys.platform == 'darwin':\n        return ('libusb.dylib',)\n"
    "    return ('libusb-1.0.so.0', 'libusb-0.1.so.4')\n"
    "def opened(name):\n    try:\n        return ctypes.CDLL(name)\n    except OSError:\n"
    "        return None\n"
    "for name in names():\n    lib = opened(name)\n    if lib:\n        break\nelse:\n"
    "    raise ImportError('none')\n": ("libusb-1.0.so.0", "libusb-0.1.so.4"),
    # as openslide: a function in a function
    "def load():\n    def attempt(names):\n        return cdll.LoadLibrary(names[0])\n"
    "    return attempt(['libopenslide.so.0'])\nlib = load()\n": ("libopenslide.so.0",),
    # as libnacl: any version
    "def load():\n    path = find_library('sodium')\n    if path is not None:\n"
    "        return cdll.LoadLibrary(path)\n    for version in (23, 18):\n        try:\n"
    "            return cdll.LoadLibrary('libsodium.so.{0}'.format(version))\n"
    "        except OSError:\n            pass\n    raise OSError\nlib = load()\n": (
        "sodium", "libsodium",
    ),
    # as taospy: a table of functions by system
    "def on_linux():\n    return CDLL('libtaos.so')\ndef on_windows():\n    return WinDLL('taos')\n"
    "def load():\n    table = {'Linux': on_linux, 'Windows': on_windows}\n"
    "    return table[platform.system()]()\nlib = load()\n": ("libtaos.so",),
    # a table of names by system, and a variable that says which
    "NAMES = {'linux': 'libfoo.so.1', 'darwin': 'libfoo.dylib', 'win32': 'foo'}\n"
    "lib = CDLL(NAMES[sys.platform])\n": ("libfoo.so.1",),
    "IS_WINDOWS = os.name == 'nt'\nif IS_WINDOWS:\n    lib = CDLL('foo64')\nelse:\n"
    "    lib = CDLL('libfoo.so.1')\n": ("libfoo.so.1",),
    "lib = CDLL('foo64' if is_windows() else 'libfoo.so.1')\n": ("libfoo.so.1",),
    # as libevdev: a class starts by its base, which another class overrides
    "class Base:\n    def __init__(self):\n        self.lib = self.load()\n"
    "class Own(Base):\n    def load(self):\n        return CDLL('libevdev.so.2')\nOwn()\n": (
        "libevdev.so.2",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "names"), IN_PARTS.items())
def test_names_are_followed_through_the_functions_of_a_module(code: str, names: tuple[str, ...]):
    assert [opened.names for _, opened in _reached(code).opened] == [names]


@pytest.mark.parametrize(
    "code",
    [
        # as labjack-ljm: what the function raises it catches itself
        (
            "def load():\n    try:\n        try:\n            return CDLL('libfoo.so')\n"
            "        except Exception:\n            raise FooError\n    except FooError:\n"
            "        print('not here')\n        return None\nlib = load()\n"
        ),
        # as firebird-driver: starting one class starts no other
        (
            "class Base:\n    pass\nclass Reader(Base):\n    def __init__(self):\n"
            "        super().__init__()\nclass Opener:\n    def __init__(self):\n"
            "        self.lib = CDLL('libfoo.so')\nReader()\n"
        ),
        # the method of a dictionary is no method of the module's classes
        (
            "class Opener:\n    def update(self):\n        self.lib = CDLL('libfoo.so')\n"
            "known = {}\nknown.update(a=1)\n"
        ),
    ],
)
def test_an_import_does_not_open_what_only_looks_called(code: str):
    assert _reached(code).opened == []


def test_a_start_in_another_module_is_followed():
    code = {
        "x/__init__.py": "from .lib import Own\nOwn()\n",
        "x/lib.py": "class Own:\n    def __init__(self):\n        self.lib = CDLL('libfoo.so')\n",
    }
    assert [opened.names for _, opened in _reached(code).opened] == [("libfoo.so",)]


def test_a_small_wheel_is_read_whatever_its_metadata_say():
    found = loads({"x.py": b"import ctypes\nlib = ctypes.CDLL('libusb-1.0.so.0')\n"}, PURE)
    assert (found.status, found.packages) == ("needs", ("libusb-1.0-0",))


def test_of_a_large_wheel_the_modules_named_for_it_decide():
    large = b"X = 1\n" * 50_000
    opens = b"import ctypes\nlib = ctypes.CDLL('libusb-1.0.so.0')\n"
    named = {"x/__init__.py": b"from . import _lib\n", "x/_lib.py": opens, "x/data.py": large}
    assert loads(named, PURE).status == "needs"
    unnamed = {"x/__init__.py": b"from . import y\n", "x/y.py": opens, "x/data.py": large}
    assert loads(unnamed, PURE).status == "yes"
    sizes = {path: len(data) for path, data in named.items()}
    assert likely_openers(sizes) == ["x/_lib.py"]


def test_a_library_that_no_package_has_never_loads():
    found = loads({"x.py": b"import ctypes\nlib = ctypes.CDLL('libOfAVendor.so')\n"}, PURE)
    assert (found.status, found.needs, found.packages) == ("no", ("libOfAVendor.so",), ())
    assert "no package of Debian 13" in found.reason


def test_what_packages_bring_is_named_before_what_none_has():
    code = b"import ctypes\na = ctypes.CDLL('libusb-1.0.so.0')\nb = ctypes.CDLL('libNowhere.so')\n"
    assert loads({"x.py": code}, PURE).packages == ("libusb-1.0-0",)


def test_a_library_without_a_package_that_may_wait_is_no_need():
    code = b"import ctypes\ndef use():\n    return ctypes.CDLL('libOfAVendor.so')\n"
    assert loads({"x.py": code}, PURE).status == "yes"


def test_a_name_that_the_code_makes_up_is_not_checked():
    code = b"import ctypes, os\nfor name in os.listdir('/opt'):\n    lib = ctypes.CDLL(name)\n"
    found = loads({"x.py": code}, PURE)
    assert found.status == "not-checked"
    assert "makes up" in found.reason


def test_an_import_of_tkinter_needs_tk():
    found = loads({"x.py": b"import tkinter as tk\n"}, PURE)
    assert (found.status, found.packages) == ("needs", ("libtk8.6",))
    guarded = b"try:\n    import tkinter\nexcept ImportError:\n    tkinter = None\n"
    assert loads({"x.py": guarded}, PURE).status == "yes"


def test_what_is_opened_beside_an_extension_module_counts_by_its_whole_name():
    for code, opened in (
        (b"lib = ctypes.CDLL('libusb-1.0.so.0')\n", (("libusb-1.0.so.0",),)),
        (b"lib = ctypes.CDLL('usb')\n", ()),
    ):
        head = b"import ctypes\nfrom . import core\n"
        members = _Members({"x/__init__.py": head + code, EXTENSION: elf()})
        everything = {"budget": Budget(None), "others": frozenset(), "full": False}
        assert read_wheel(members, opens=True, **everything).opened == opened


def test_a_run_reads_no_more_than_its_budget(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readings, "BUDGET_BYTES", 0)
    found = loads({"x/__init__.py": b"", EXTENSION: elf(("libgomp.so.1",))})
    assert (found.status, "budget" in found.reason) == ("not-checked", True)


def test_whole_files_leave_the_reserve_to_beginnings():
    budget = Budget(100, reserve=30)
    assert not budget.take(80, whole=True)
    assert budget.take(60, whole=True)
    assert budget.take(35)
    assert not budget.take(10)


class _Members:
    """The members of a wheel, as `MemberReader`."""

    def __init__(self, members):
        self.members = members
        self.sizes = {path: (len(data), len(data)) for path, data in members.items()}

    def announce(self, beginnings):
        """Nothing is fetched."""

    def beginning(self, path, packed):
        """Their first bytes."""
        return self.members[path][:packed], packed >= len(self.members[path])

    def remember(self):
        """Nothing was fetched."""


def _reached(code: str | dict[str, str]):
    files = {"mod.py": code} if isinstance(code, str) else code
    modules = WheelModules.of(files)

    def read(name: str):
        is_package = name in modules.packages
        return read_module(files[modules.python[name]], name, is_package=is_package)

    return reach(modules.tops, modules, read, frozenset())


def test_what_a_module_catches_around_its_start_is_no_need():
    # as zwoasi: the error is of its own
    code = (
        "class OwnError(Exception):\n    pass\ndef init():\n    path = find_library('sodium')\n"
        "    if path is None:\n        raise OwnError\n    return CDLL(path)\n"
    )
    caught = code + "try:\n    init()\nexcept OwnError as error:\n    print(error)\n"
    assert _reached(caught).opened == []
    assert [opened.names for _, opened in _reached(code + "init()\n").opened] == [("sodium",)]


def test_a_library_of_the_wheel_that_the_modules_below_an_empty_top_open_is_needed():
    code = b"import ctypes, os\nhere = os.path.dirname(__file__)\n"
    code += b"lib = ctypes.CDLL(os.path.join(here, 'libown.so'))\n"
    members = {
        "x/__init__.py": b"",
        "x/terminal.py": code,
        "x/libown.so": elf(("libGL.so.1", "libc.so.6")),
    }
    assert loads(members, "x-1-py3-none-manylinux_2_17_x86_64.whl").status == "needs"


def test_an_extension_module_in_a_private_folder_that_no_import_loads_may_wait():
    private = "x/_vendor/core.cpython-313-x86_64-linux-gnu.so"
    members = {"x/__init__.py": b"", private: elf(("libGL.so.1", "libc.so.6"))}
    assert loads(members).status == "some files need"


def test_a_name_that_another_module_gives_is_followed():
    # as picosdk: each driver starts the class that opens what it is given
    base = (
        "class Library:\n    def __init__(self, name):\n        self.name = name\n"
        "        self.dll = self.load()\n    def load(self):\n"
        "        path = find_library(self.name)\n        if path is None:\n"
        "            raise ImportError(self.name)\n        return cdll.LoadLibrary(path)\n"
    )
    driver = (
        "from .library import Library\nclass Usb(Library):\n    def __init__(self):\n"
        "        super().__init__('usb-1.0')\nusb = Usb()\n"
    )
    members = {"x/__init__.py": "from . import usb\n", "x/library.py": base, "x/usb.py": driver}
    found = loads({path: code.encode() for path, code in members.items()}, PURE)
    assert (found.status, found.packages) == ("needs", ("libusb-1.0-0",))


def test_a_name_that_another_module_gives_is_put_into_the_name_of_the_file():
    helper = "def get(name):\n    return ctypes.CDLL(f'lib{name}.so.0')\n"
    members = {"x/__init__.py": "from .helper import get\nusb = get('usb-1.0')\n"}
    found = loads(
        {"x/__init__.py": members["x/__init__.py"].encode(), "x/helper.py": helper.encode()}, PURE
    )
    assert (found.status, found.packages) == ("needs", ("libusb-1.0-0",))


def test_a_system_may_be_compared_from_either_side():
    code = (
        "if 'Windows' == platform.system():\n    lib = CDLL('foo64')\n"
        "else:\n    lib = CDLL('libfoo.so.1')\n"
    )
    assert [opened.names for _, opened in _reached(code).opened] == [("libfoo.so.1",)]


def test_a_byte_order_mark_hides_no_import():
    assert loads({"x.py": b"\xef\xbb\xbffrom tkinter import ttk\n"}, PURE).packages == ("libtk8.6",)


def test_what_is_opened_in_a_browser_is_not_opened_on_linux():
    # as pychloride: the library beside the code is WebAssembly, that of Linux is searched for
    code = (
        b"import ctypes, sys\nfrom ctypes.util import find_library\n"
        b"_IS_PYODIDE = sys.platform == 'emscripten'\n"
        b"if _IS_PYODIDE:\n    path = os.path.join(os.path.dirname(__file__), 'libsodium.so')\n"
        b"    lib = ctypes.cdll.LoadLibrary(path)\n"
        b"else:\n    path = find_library('sodium') or find_library('libsodium')\n"
        b"    if path:\n        lib = ctypes.cdll.LoadLibrary(path)\n"
        b"    else:\n        raise ValueError('Unable to find libsodium')\n"
    )
    members = {"x/__init__.py": code, "x/libsodium.so": b"\0asm" + bytes(100_000)}
    assert loads(members, PURE).packages == ("libsodium23",)
