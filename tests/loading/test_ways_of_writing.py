"""The same opening of a library, written in different ways."""

import pytest
from made_wheels import loads

PURE = "x-1-py3-none-any.whl"
HEAD = "import contextlib, ctypes, os, platform, sys\n"
OPENS = "lib = ctypes.CDLL('libusb-1.0.so.0')\n"


def status(code: str) -> str:
    return loads({"x/__init__.py": (HEAD + code).encode()}, PURE).status


@pytest.mark.parametrize(
    "code",
    [
        "lib = ctypes.CDLL(os.environ.get('LIBUSB', 'libusb-1.0.so.0'))\n",
        "lib = ctypes.CDLL(os.getenv('LIBUSB') or 'libusb-1.0.so.0')\n",
        ("match sys.platform:\n    case 'win32':\n        lib = ctypes.CDLL('foo')\n"
        f"    case 'linux':\n        {OPENS}"),
        (
            "match platform.system():\n    case 'Windows' | 'Darwin':\n        pass\n"
            f"    case _:\n        {OPENS}"
        ),
        f"try:\n    {OPENS}except OSError:\n    print('none')\n    sys.exit(1)\n",
        f"lib = None\nwith contextlib.suppress(OSError):\n    {OPENS}lib.start.restype = int\n",
        f"if sys.version_info[0] >= 3:\n    {OPENS}",
        f"if sys.version_info >= (3,):\n    {OPENS}",
        f"with open(__file__) as file:\n    {OPENS}",
    ],
)  # fmt: skip
def test_an_import_fails_however_the_library_is_opened(code: str):
    assert status(code) == "needs"


@pytest.mark.parametrize(
    "code",
    [
        f"with contextlib.suppress(OSError):\n    {OPENS}",
        f"with open(__file__) as file, contextlib.suppress(OSError):\n    {OPENS}",
        f"match sys.platform:\n    case 'win32':\n        {OPENS}",
        f"if sys.version_info < (3, 0):\n    {OPENS}",
        f"if sys.version_info[0] == 2:\n    {OPENS}",
        f"if sys.version_info.major < 3:\n    {OPENS}",
        f"if PY2:\n    {OPENS}",
    ],
)
def test_an_import_goes_on_where_nothing_is_opened_or_the_failure_is_caught(code: str):
    assert status(code) in {"yes", "some files need"}
