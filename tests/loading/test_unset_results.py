"""Code that uses what a caught failure left unset."""

import pytest
from made_wheels import loads

PURE = "x-1-py3-none-any.whl"
HEAD = "import ctypes\n"
TRIED = "try:\n    lib = ctypes.CDLL('libusb-1.0.so.0')\nexcept OSError:\n    "


@pytest.mark.parametrize(
    "code",
    [
        TRIED + "lib = None\nlib.libusb_init.restype = int\n",
        TRIED + "print('none')\nversion = lib.libusb_get_version()\n",
        TRIED + "pass\nstart = getattr(lib, 'libusb_init')\n",
        TRIED + "pass\nfor name in ('a', 'b'):\n    print(lib[name].x)\n",
        # as amdsmi: found by a function, stored in a table
        (
            "known = {}\ndef search():\n    places = []\n    places.append('libusb-1.0.so.0')\n"
            "    for place in places:\n        try:\n            return ctypes.CDLL(place), place\n"
            "        except OSError as error:\n            failure = error\n    raise failure\n"
            "try:\n    known['usb'], place = search()\nexcept OSError as error:\n    print(error)\n"
            "start = known['usb'].libusb_init\n"
        ),
    ],
)
def test_an_import_fails_that_uses_what_it_could_not_open(code: str):
    found = loads({"x.py": (HEAD + code).encode()}, PURE)
    assert (found.status, found.packages) == ("needs", ("libusb-1.0-0",))


@pytest.mark.parametrize(
    "code",
    [
        TRIED + "lib = None\n",
        TRIED + "lib = None\nif lib:\n    lib.libusb_init.restype = int\n",
        TRIED + "lib = Nothing()\nlib.libusb_init.restype = int\n",
        TRIED + "lib = None\nif lib is None:\n    lib = Nothing()\nlib.libusb_init()\n",
        TRIED + "lib = None\nstart = lib and lib.libusb_init\n",
        TRIED + "lib = None\ndef start():\n    return lib.libusb_init()\n",
        TRIED + "lib = None\nstart = getattr(lib, 'libusb_init', None)\n",
        TRIED + "lib = None\ntry:\n    lib.libusb_init()\nexcept AttributeError:\n    pass\n",
    ],
)
def test_an_import_goes_on_that_looks_at_what_it_has(code: str):
    assert loads({"x.py": (HEAD + code).encode()}, PURE).status in {"yes", "some files need"}
