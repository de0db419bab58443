"""Libraries that Python code opens by name: which, and whether an import fails without them."""

import pytest

from wheelcheck.loading.python_code.opened import read_module
from wheelcheck.loading.python_code.reachable_files import reach
from wheelcheck.loading.python_code.wheel_modules import WheelModules

SNIPPETS = {
    # as sounddevice
    "from ctypes.util import find_library as _find_library\nfor name in ('portaudio', 'p.dll'):\n"
    "    name = _find_library(name)\n    if name is not None:\n        break\nelse:\n"
    "    raise OSError('not found')\n": ("portaudio",),
    # as cairocffi
    "def dlopen(ffi, names, files):\n    raise OSError\n"
    "cairo = dlopen(ffi, ('cairo-2', 'cairo'), ('libcairo.so.2', 'libcairo-2.dll'))\n": (
        "cairo-2", "cairo", "libcairo.so.2",
    ),
    # as pulsectl
    "import ctypes as c\nlib = c.CDLL(c.util.find_library('pulse') or 'libpulse.so.0')\n": (
        "pulse", "libpulse.so.0",
    ),
    # as pyfluidsynth
    "def find():\n    for name in 'fluidsynth libfluidsynth'.split():\n"
    "        lib = find_library(name)\n        if lib:\n            return lib\n"
    "    raise ImportError\nlib = find()\n": ("fluidsynth", "libfluidsynth"),
    # as soundcard: where the handler fails, too, nothing catches it
    "try:\n    lib = ffi.dlopen('pulse')\nexcept OSError:\n    lib = ffi.dlopen('libpulse.so')\n": (
        "pulse", "libpulse.so",
    ),
    "try:\n    lib = CDLL('libfoo.so.2')\nexcept OSError:\n    lib = CDLL('libbar.so.1')\n": (
        "libfoo.so.2", "libbar.so.1",
    ),
    # branches of other systems
    "import sys\nif sys.platform == 'win32':\n    lib = CDLL('magic1')\nelse:\n"
    "    lib = CDLL('libmagic.so.1')\n": ("libmagic.so.1",),
}  # fmt: skip


@pytest.mark.parametrize(("code", "names"), SNIPPETS.items())
def test_an_import_needs_what_its_code_opens(code: str, names: tuple[str, ...]):
    assert [each.names for _, each in _reached(code).opened] == [names]


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    lib = CDLL('libfoo.so.1')\nexcept OSError:\n    lib = None\n",
        "path = find_library('foo')\nif path is not None:\n    lib = CDLL(path)\n",
        "def use():\n    return CDLL('libfoo.so.1')\n",
        "def start():\n    return CDLL('libfoo.so.1')\nif __name__ == '__main__':\n    start()\n",
        (
            "try:\n    lib = CDLL('libfoo.so.2')\nexcept OSError:\n    try:\n"
            "        lib = CDLL('libfoo.so.1')\n    except OSError:\n        lib = None\n"
        ),
        "import os\npath = 'libfoo.so.1'\nif os.path.exists(path):\n    lib = CDLL(path)\n",
        (
            "def find():\n    return find_library('foo')\npath = find()\n"
            "if os.environ.get('STRICT') == 'old':\n    raise RuntimeError\n"
        ),
        # CDLL(None) opens the program itself: as python-vlc
        (
            "def find():\n    p = find_library('vlc')\n    try:\n        return CDLL(p)\n"
            "    except OSError:\n        raise NotImplementedError\nlib = find()\n"
        ),
    ],
)
def test_an_import_goes_on_without_what_is_optional(code: str):
    found = _reached(code)
    assert found.opened == []
    assert found.optional


def test_the_encoding_of_a_name_is_no_library():
    """As threadpoolctl opens what is loaded already, and a name that comes as bytes."""
    unknown = "def load(path):\n    path = path.decode('utf-8')\n    return CDLL(path)\n"
    assert [each.names for _, each in _reached(unknown).optional] == [()]
    named = "lib = CDLL('libfoo.so.2'.encode('ascii'))\n"
    assert [each.names for _, each in _reached(named).opened] == [("libfoo.so.2",)]


def test_an_import_that_is_tried_is_met_by_another_wheel():
    code = {
        "db/__init__.py": "from . import pq\n",
        "db/pq.py": "def load():\n    try:\n        from db_binary import pq\n        return pq\n"
        "    except ImportError:\n        pass\n    try:\n        from . import ctypes_pq\n"
        "    except ImportError:\n        pass\n    raise ImportError('no pq')\nload()\n",
        "db/ctypes_pq.py": "path = find_library('pq')\nif not path:\n    raise ImportError\n",
    }
    assert [each.names for _, each in _reached(code).opened] == [("pq",)]
    assert _reached(code, others=frozenset({"db_binary"})).opened == []


def _reached(code: str | dict[str, str], others: frozenset[str] = frozenset()):
    files = {"mod.py": code} if isinstance(code, str) else code
    modules = WheelModules.of(files)

    def read(name: str):
        is_package = name in modules.packages
        return read_module(files[modules.python[name]], name, is_package=is_package)

    return reach(modules.tops, modules, read, others)


@pytest.mark.parametrize(
    "code",
    [
        "x = " + " + ".join(["'a'"] * 900) + "\nlib = CDLL(x)\n",
        "if a:\n    pass\n" + "".join(f"elif b{n}:\n    CDLL('libx.so')\n" for n in range(900)),
        "try:\n    x" + "[0]" * 1500 + " = CDLL('libx.so')\nexcept OSError:\n    pass\nx.a\n",
        "def f():\n    if a:\n        pass\n"
        + "".join(f"    elif b{n}:\n        CDLL('libx.so')\n" for n in range(900)),
    ],
)  # fmt: skip
def test_code_that_nests_deeper_than_the_stack_ends_no_run(code: str):
    facts = read_module("import ctypes\n" + code, "x", is_package=False)
    for scope in list(facts.bodies):
        facts.settle(scope)
        facts.raises_without(scope)


@pytest.mark.parametrize(
    "top",
    [
        "import x.gpu, x.rpc\nif x.rpc.is_available():\n    x.gpu.Device\n",
        "from x import gpu, rpc\nif not rpc.is_available():\n    raise ImportError\n",
        "import x.gpu\ndef is_available():\n    return True\nif is_available():\n    pass\n",
    ],
)
def test_a_function_of_another_module_with_the_same_name_is_not_called(top: str):
    gpu = (
        "def count():\n    return ctypes.CDLL('libnvidia-ml.so.1').count()\n"
        "def is_available():\n    return count() > 0\n"
        "def start():\n    if not is_available():\n        raise RuntimeError\n"
    )
    rpc = "def is_available():\n    return True\n"
    files = {"x/__init__.py": top, "x/gpu.py": gpu, "x/rpc.py": rpc}
    assert not _reached(files).opened
    called = files | {"x/__init__.py": "import x.gpu\nx.gpu.is_available()\n"}
    assert _reached(called).opened


def test_a_function_that_is_given_away_for_later_is_not_called():
    code = (
        "def later(call):\n    if is_ready():\n        call()\n"
        "    else:\n        queue.append(call)\n"
        "def check():\n    ctypes.CDLL('libnvidia-ml.so.1')\n"
    )
    assert not _reached(code + "later(check)\n").opened
    assert _reached(code + "def now(call):\n    call()\nnow(check)\n").opened
