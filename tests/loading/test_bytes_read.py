"""How much of a wheel is read, and what the budget of a run is charged for it."""

import io
import random
import struct
import zipfile

from elf_builder import elf
from made_wheels import EXTENSION, INIT

from wheelcheck.index.archives.members import WheelBytes
from wheelcheck.index.archives.ranges import FileBytes
from wheelcheck.loading.elf_versions import moved_versions
from wheelcheck.loading.wheel_facts import WheelFacts
from wheelcheck.loading.wheel_reader import read_wheel
from wheelcheck.loading.wheel_reading import Budget

VERSIONS = {"libgomp.so.1": ("GOMP_4.0",), "libc.so.6": ("GLIBC_2.17",)}
NEEDED = ("libgomp.so.1", "libc.so.6")


def facts_of(module: bytes, budget: Budget) -> WheelFacts:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in {**INIT, EXTENSION: module}.items():
            wheel.writestr(path, content)
    reader = WheelBytes(FileBytes(file))
    return read_wheel(reader, budget=budget, others=frozenset(), opens=False, full=False)


def random_code(size: int) -> bytes:
    return random.Random(1).randbytes(size)  # cannot be packed


def test_of_a_large_module_with_its_names_in_front_a_few_kilobytes_are_read():
    found = facts_of(elf(("libGL.so.1", "libc.so.6"), code=random_code(400_000)), Budget(None))
    assert found.files[0].outside == ("libGL.so.1",)
    assert found.read_bytes < 10_000


def test_a_small_module_is_read_whole():
    found = facts_of(elf(soname="libown.so", code=random_code(20_000)), Budget(None))
    assert found.read_bytes > 20_000
    assert found.files[0].python == ("PyList_New",)


def test_no_more_is_read_for_symbol_versions_than_tells_them():
    symbols = tuple(f"_Py{random.Random(n).getrandbits(64):x}" for n in range(12_000))
    module = elf(
        NEEDED, versions=VERSIONS, symbols=symbols, moved=True, code=random_code(3_000_000)
    )
    found = facts_of(module, Budget(2_500_000))
    assert found.files[0].versions == ("GOMP_4.0", "GLIBC_2.17")
    assert 48_000 < found.read_bytes < 1_000_000


def test_the_budget_does_not_hang_on_how_soon_a_file_tells():
    budget = Budget(1_000_000)
    facts_of(elf(code=random_code(400_000)), budget)
    assert budget.left is not None
    assert 48 << 10 <= 1_000_000 - budget.left < 50 << 10


def test_a_table_of_versions_that_is_cut_short_names_none():
    data = elf(NEEDED, versions=VERSIONS, moved=True, code=b"")
    table = data.find(struct.pack("<2H", 1, 1), 64)
    assert moved_versions(data) == ("GOMP_4.0", "GLIBC_2.17")
    for end in range(table, table + 64):
        assert moved_versions(data[:end]) is None
