"""What an import opens where a package beside it may give the same, as psycopg-binary does."""

import pytest
from elf_builder import elf
from fake_index import FakeIndex
from made_wheels import DAY, SLIM, wheel

from wheelcheck.analysis.loads.load_options import LoadOptions
from wheelcheck.api.analyse import analyse
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.requirements import CommandLine, read
from wheelcheck.targets import parse_target_on

CHAIN = b"""
def load():
    module = None
    try:
        from x_binary import fast as module
    except Exception:
        pass
    if not module:
        try:
            from . import slow as module
        except Exception:
            pass
    if not module:
        raise ImportError("no implementation")
load()
"""
SLOW = b"""
from ctypes.util import find_library
if not (path := find_library("pq")):
    raise ImportError("libpq is not there")
"""
MEMBERS = {
    "x-1-py3-none-any.whl": {
        "x/__init__.py": CHAIN,
        "x/slow.py": SLOW,
        **{f"x/{name}.py": b"" for name in ("rows", "types", "errors")},
    },
    "x_binary-1-py3-none-any.whl": {"x_binary/__init__.py": b"", "x_binary/fast.py": b""},
}


@pytest.fixture
def index() -> FakeIndex:
    return FakeIndex(
        {"x": {"1": ["x-1-py3-none-any.whl"]}, "x-binary": {"1": ["x_binary-1-py3-none-any.whl"]}},
        listings={
            name: {path: len(data) for path, data in members.items()}
            for name, members in MEMBERS.items()
        },
        wheels={name: wheel(members) for name, members in MEMBERS.items()},
    )


def test_facts_read_beside_some_packages_are_not_used_beside_others(index):
    target = parse_target_on(SLIM, as_of=DAY)
    found = []
    for packages in (["x"], ["x", "x-binary"], ["x"]):
        requirements = read([], packages=packages, options=CommandLine())
        report = analyse(requirements, [target], index, advice=False, loading=LoadOptions())
        loading = report.package("x").on[target.name].loads
        found.append((loading.status, loading.packages))
    assert found == [("needs", ("libpq5",)), ("yes", ()), ("needs", ("libpq5",))]


@pytest.mark.parametrize(
    ("packages", "library", "version", "status"),
    [
        (["whole"], "libvendor.so.1", "", "not-checked"),  # its sibling is built, may bring it
        (["bindings"], "libvendor.so.1", "", "no"),
        (["bindings", "libs"], "libvendor.so.1", "", "no"),  # nothing says that they are kin
        (["whole"], "libX11.so.6", "", "needs"),
        (["whole"], "libc.so.6", "GLIBC_2.99", "no"),  # nothing that is built brings a newer glibc
    ],
)
def test_a_library_of_no_package_may_be_of_a_sibling_that_is_built(
    packages, library, version, status
):
    name = "bindings-1-cp313-cp313-manylinux_2_17_x86_64.whl"
    core = elf((library,), versions={library: (version,)} if version else None)
    members = {"bindings/__init__.py": b"from . import core", "bindings/core.so": core}
    index = FakeIndex(
        {
            "whole": {"1": ["whole-1-py3-none-any.whl"]},
            "bindings": {"1": [name]},
            "libs": {"1": ["libs-1.tar.gz"]},
        },
        requires={"whole-1-py3-none-any.whl": ["bindings", "libs"]},
        listings={
            name: {path: len(data) for path, data in members.items()},
            "whole-1-py3-none-any.whl": {"whole.py": 0},
            "libs-1.tar.gz": {"libs-1/setup.py": "from setuptools import setup\nsetup()\n"},
        },
        wheels={name: wheel(members), "whole-1-py3-none-any.whl": wheel({"whole.py": b""})},
    )
    target = parse_target_on(SLIM, as_of=DAY)
    requirements = read([], packages=packages, options=CommandLine())
    report = analyse(requirements, [target], index, advice=False, loading=LoadOptions())
    loads = report.package("bindings").on[target.name].loads
    assert loads.status == status
    unknown = status == "not-checked"
    assert ("whether libs brings libvendor.so.1" in loads.reason) is unknown
    text = " ".join(render_text(report, width=200).split())
    assert ("not checked: bindings (whether libs brings libvendor.so.1" in text) is unknown
