"""Libraries of a wheel that lie where the loader looks for them, and where it does not."""

from random import Random

import pytest
from elf_builder import elf
from made_wheels import ALPINE, EXTENSION, INIT, MUSL, loads

OWN = elf(("libc.so.6",), soname="libown.so.1")


def needing(*names: str, runpath: str = "") -> bytes:
    return elf((*names, "libc.so.6"), runpath=runpath)


@pytest.mark.parametrize(
    ("place", "runpath"),
    [
        ("x/libown.so.1", "$ORIGIN"),
        ("x/lib/libown.so.1", "$ORIGIN/lib"),
        ("x/lib/libown.so.1", "/usr/lib:${ORIGIN}/lib/"),
        ("lib/libown.so.1", "$ORIGIN/../lib"),
        ("x.libs/libown.so.1", "$ORIGIN/../x.libs"),
        ("x-1.data/platlib/x/libown.so.1", "$ORIGIN"),
        ("x-1.data/data/lib/libown.so.1", "$ORIGIN/../../../../lib"),
    ],
)
def test_a_library_on_the_search_path_is_found(place: str, runpath: str):
    members = {**INIT, EXTENSION: needing("libown.so.1", runpath=runpath), place: OWN}
    assert loads(members).status == "yes"


@pytest.mark.parametrize("runpath", ["", "$ORIGIN", "$ORIGIN/../lib", "/build/x/data"])
def test_a_library_beside_the_search_path_is_out_of_reach(runpath: str):
    members = {**INIT, EXTENSION: needing("libown.so.1", runpath=runpath)}
    found = loads({**members, "x/data/libown.so.1": OWN})
    assert found.status == "no"
    assert found.needs == ("libown.so.1",)
    assert "which the wheel holds where the loader does not look for it" in found.reason


def test_a_library_out_of_reach_may_come_from_a_package():
    members = {**INIT, EXTENSION: needing("libgomp.so.1"), "x/data/libgomp.so.1": OWN}
    assert loads(members).packages == ("libgomp1",)


def lending(extension: bytes, library: bytes = b"") -> dict[str, bytes]:
    """A wheel whose extension module leads to a library, and this to another beside it."""
    return {
        **INIT,
        EXTENSION: extension,
        "x/lib/libown.so.1": library or elf(("libmore.so.2", "libc.so.6"), code=b""),
        "x/lib/libmore.so.2": OWN,
    }


def test_what_a_library_needs_is_looked_for_on_the_path_of_what_loads_it():
    extension = elf(("libown.so.1", "libc.so.6"), rpath="$ORIGIN/lib", code=b"")
    assert loads(lending(extension)).status == "yes"


def test_glibc_does_not_look_on_the_runpath_of_what_loads_a_library():
    extension = elf(("libown.so.1", "libc.so.6"), runpath="$ORIGIN/lib", code=b"")
    found = loads(lending(extension))
    assert (found.status, found.needs) == ("no", ("libmore.so.2",))
    both = elf(("libown.so.1", "libmore.so.2", "libc.so.6"), runpath="$ORIGIN/lib", code=b"")
    assert loads(lending(both)).status == "yes"


def test_first_bytes_do_not_say_whose_path_it_is():
    code = Random(1).randbytes(1 << 20)  # cannot be packed, and is not read
    extension = elf(("libown.so.1", "libc.so.6"), runpath="$ORIGIN/lib", code=code)
    assert loads(lending(extension)).status == "yes"


def test_a_runpath_of_its_own_shuts_out_the_rpath_of_what_loads_a_library():
    extension = elf(("libown.so.1", "libc.so.6"), rpath="$ORIGIN/lib", code=b"")
    library = elf(("libmore.so.2", "libc.so.6"), runpath="/usr/lib", code=b"")
    assert loads(lending(extension, library)).needs == ("libmore.so.2",)


def test_musl_looks_on_the_runpath_of_what_loads_a_library():
    libc = "libc.musl-x86_64.so.1"
    extension = EXTENSION.replace("gnu", "musl")
    members = {
        **INIT,
        extension: elf(("libown.so.1", libc), runpath="$ORIGIN/lib", code=b""),
        "x/lib/libown.so.1": elf(("libmore.so.2", libc), code=b""),
        "x/lib/libmore.so.2": elf((libc,), soname="libmore.so.2", code=b""),
    }
    assert loads(members, MUSL, ALPINE).status == "yes"


def test_a_library_that_another_extension_module_loads_is_there_already():
    other = "x/_first.cpython-313-x86_64-linux-gnu.so"
    members = {
        "x/__init__.py": b"from . import _first, core\n",
        EXTENSION: needing("libown.so.1"),
        other: needing("libown.so.1", runpath="$ORIGIN/data"),
        "x/data/libown.so.1": OWN,
    }
    assert loads(members).status == "yes"


def test_a_library_that_python_code_may_open_before_is_there_already():
    code = b"import ctypes, os\nctypes.CDLL(os.path.join(HERE, 'data', 'libown.so.1'))\n"
    members = {
        "x/__init__.py": code + b"from . import core\n",
        EXTENSION: needing("libown.so.1"),
        "x/data/libown.so.1": OWN,
    }
    assert loads(members).status == "yes"


def test_musl_looks_where_glibc_does():
    data = elf(("libown.so.1", "libc.musl-x86_64.so.1"))
    extension = EXTENSION.replace("gnu", "musl")
    own = elf(("libc.musl-x86_64.so.1",), soname="libown.so.1")
    found = loads({**INIT, extension: data, "x/data/libown.so.1": own}, MUSL, ALPINE)
    assert "where the loader does not look" in found.reason
