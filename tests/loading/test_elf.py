"""What one ELF file asks for: from all of it, from its beginning, and when it lies."""

import struct

import pytest
from elf_builder import elf
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.loading.elf import NotElf, Prefix, read_elf, read_prefix

GL = ("libGL.so.1", "libc.so.6")
VERSIONS = {"libc.so.6": ("GLIBC_2.14", "GLIBC_2.28")}


def test_a_whole_file_says_what_it_needs():
    found = read_elf(elf(GL, versions=VERSIONS, soname="libx.so.1", isa=2))
    assert found.needed == GL
    assert found.versions == VERSIONS
    assert found.soname == "libx.so.1"
    assert found.isa == 2
    assert found.machine == "x86_64"
    assert found.python == ("PyList_New",)


def test_its_beginning_says_the_same_long_before_its_end():
    data = elf(GL, versions=VERSIONS)
    state, found = read_prefix(data[:4096])
    assert state is Prefix.ENOUGH
    assert found is not None
    assert set(found.needed) == set(GL)
    assert set(found.version_names()) == set(VERSIONS["libc.so.6"])
    assert not found.exact


def test_more_is_wanted_where_the_names_are_cut():
    data = elf(GL, symbols=tuple(f"symbol_{n:05}" for n in range(1000)))
    assert read_prefix(data[:2000]) == (Prefix.MORE, None)


def test_names_that_patchelf_has_moved_are_not_guessed():
    data = elf(GL, moved=True)
    assert read_prefix(data[:4096]) == (Prefix.MOVED, None)
    assert read_elf(data).needed == GL


def test_strings_of_the_code_are_no_names():
    code = b"\0libother.so.3\0dlopen\0liblate.so\0text\0" + b"\x90" * 200_000
    _, found = read_prefix(elf(GL, code=code)[:4096])
    assert found is not None
    assert set(found.needed) == set(GL)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ" + bytes(100),
        b"\x7fELF",
        b"\x7fELF\x09\1" + bytes(100),
        b"\x7fELF\2\1" + bytes(58) + b"\xff" * 8,
        elf()[:40],
    ],
)
def test_what_is_no_elf_file_is_refused(data: bytes):
    with pytest.raises(NotElf):
        read_elf(data)


@pytest.mark.parametrize("place", [*range(16, 64), *range(64, 64 + 168, 4)])
def test_a_header_that_lies_is_refused_or_says_nothing(place: int):
    data = bytearray(elf(GL, versions=VERSIONS, code=b"\x90" * 500))
    struct.pack_into("<I", data, place, 0xFFFF_FFF0)
    try:
        found = read_elf(bytes(data))
    except NotElf:
        return
    assert len(found.needed) <= 2


@given(st.binary(max_size=3000), st.integers(0, 2900))
def test_damage_anywhere_ends_in_an_answer(noise: bytes, place: int):
    data = bytearray(elf(GL, versions=VERSIONS, code=b"\x90" * 500))
    data[place : place + len(noise)] = noise
    for read in (read_elf, read_prefix):
        try:
            read(bytes(data))
        except NotElf:
            continue
