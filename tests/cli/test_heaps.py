"""Threads share a heap where the C library is glibc, and large blocks are not in it."""

import platform
import subprocess
import sys

import pytest

THREADS = """
import ctypes, sys, threading
from wheelcheck.cli.heaps import share_heap
if sys.argv[1] == "shared":
    share_heap()
libc, together = ctypes.CDLL(None), threading.Barrier(8)
def allocate():
    together.wait()
    libc.malloc(1000)
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have one heap")
def test_threads_share_a_heap():
    assert _heaps("shared") == 1
    assert _heaps("as they are") > 1


def _heaps(how: str) -> int:
    command = [sys.executable, "-c", THREADS, how]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.count("<heap nr=")


LARGE = """
import ctypes, sys
from pathlib import Path
from wheelcheck.cli.heaps import share_heap
if sys.argv[1] == "shared":
    share_heap()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
libc.free(libc.malloc(16 << 20))
place = libc.malloc(4 << 20)
[heap] = (line for line in Path("/proc/self/maps").read_text().splitlines() if "[heap]" in line)
first, last = (int(end, 16) for end in heap.split()[0].split("-"))
print(first <= place < last)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="of glibc")
def test_large_blocks_stay_outside_the_heap():
    def is_inside(how: str) -> str:
        command = [sys.executable, "-c", LARGE, how]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert is_inside("shared") == "False"
    assert is_inside("as they are") == "True"
