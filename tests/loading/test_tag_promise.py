"""Wheels that do not hold what their tag says: names of extension modules, and Python symbols."""

import pytest
from elf_builder import elf
from made_wheels import DAY, EXTENSION, GLIBC, INIT, MUSL, SLIM, cell, loads

from wheelcheck.loading.tag_promise import suffix_of
from wheelcheck.targets import parse_target_on

ABI3 = "x-1-cp38-abi3-manylinux_2_17_x86_64.whl"
ANY_PYTHON = "x-1-py3-none-manylinux_2_17_x86_64.whl"


@pytest.mark.parametrize(
    ("name", "target", "fits"),
    [
        ("x/c.cpython-313-x86_64-linux-gnu.so", "python:3.13-slim", True),
        ("x/c.cpython-312-x86_64-linux-gnu.so", "python:3.13-slim", False),
        ("x/c.cpython-313t-x86_64-linux-gnu.so", "python:3.13-slim", False),
        ("x/c.cpython-313t-x86_64-linux-gnu.so", "cp313t-manylinux_2_28-x86_64", True),
        ("x/c.cpython-37m-x86_64-linux-gnu.so", "python:3.7-slim", True),
        ("x/c.cpython-313-aarch64-linux-gnu.so", "python:3.13-slim", False),
        ("x/c.cpython-313-x86_64-linux-gnu.so", "python:3.13-alpine", False),
        ("x/c.cpython-313-x86_64-linux-musl.so", "python:3.13-alpine", True),
        ("x/c.cpython-310-x86_64-linux-gnu.so", "python:3.10-alpine", True),
        ("x/c.abi3.so", "python:3.13-slim", True),
        ("x/c.abi3.so", "cp313t-manylinux_2_28-x86_64", False),
        ("x/c.abi3t.so", "cp315t-manylinux_2_28-x86_64", True),
        ("x/c.pypy310-pp73-x86_64-linux-gnu.so", "python:3.10-slim", False),
    ],
)
def test_python_looks_for_extension_modules_by_name(name: str, target: str, *, fits: bool):
    suffix = suffix_of(name)
    assert suffix is not None
    assert suffix.fits(parse_target_on(target, as_of=DAY)) is fits


def test_a_wheel_without_a_file_for_its_own_python_never_loads():
    found = loads({**INIT, "x/core.cpython-312-x86_64-linux-gnu.so": elf()})
    assert found.status == "no"
    assert "CPython 3.12" in found.reason
    assert "CPython 3.13" in found.reason


def test_a_musl_wheel_with_names_of_glibc_never_loads():
    members = {**INIT, EXTENSION: elf(("libc.musl-x86_64.so.1",))}
    assert loads(members, MUSL, "python:3.13-alpine3.22").status == "no"


def test_a_wheel_may_have_files_for_other_pythons_beside_the_right_file():
    other = "x/core.cpython-312-x86_64-linux-gnu.so"
    found = loads({**INIT, EXTENSION: elf(), other: elf(("libGL.so.1", "libc.so.6"))}, ANY_PYTHON)
    assert (found.status, found.needs) == ("yes", ())


def test_a_file_for_a_single_python_in_a_wheel_for_all_is_remarked_on():
    (remark,) = cell({**INIT, EXTENSION: elf()}, ABI3).remarks
    assert "CPython 3.13" in remark
    assert "cp38-abi3" in remark


def test_symbols_of_a_later_stable_abi_are_remarked_on():
    data = elf(symbols=("__cxa_finalize", "PyList_New", "PyType_GetModule", "PyInit_core"))
    found = cell({**INIT, "x/core.abi3.so": data}, ABI3)
    assert found.loads.status == "yes"
    (remark,) = found.remarks
    assert "PyType_GetModule, stable since CPython 3.10" in remark


def test_symbols_that_the_python_lacks_keep_a_wheel_from_loading():
    data = elf(symbols=("__cxa_finalize", "PyList_New", "PyUnicode_EqualToUTF8", "PyInit_core"))
    found = loads({**INIT, "x/core.abi3.so": data}, ABI3, "python:3.11-slim-bookworm")
    assert found.status == "no"
    assert "PyUnicode_EqualToUTF8, which CPython has since 3.13" in found.reason
    assert loads({**INIT, "x/core.abi3.so": data}, ABI3).status == "yes"


def test_private_symbols_in_a_stable_wheel_are_remarked_on():
    data = elf(symbols=("__cxa_finalize", "PyList_New", "_PyType_Lookup", "PyInit_core"))
    (remark,) = cell({**INIT, "x/core.abi3.so": data}, ABI3).remarks
    assert "_PyType_Lookup" in remark


def test_python_symbols_in_a_wheel_for_every_python_are_remarked_on():
    (remark,) = cell({**INIT, "x/core.so": elf()}, ANY_PYTHON).remarks
    assert "PyList_New" in remark
    assert "py3-none" in remark


def test_a_wheel_that_is_what_its_tag_says_needs_no_remark():
    assert cell({**INIT, EXTENSION: elf()}, GLIBC).remarks == ()
    assert cell({**INIT, "x/core.abi3.so": elf()}, ABI3, SLIM).remarks == ()
