"""The measuring tool's pure parts: no package is built here."""

import csv
import gzip
import sys
from pathlib import Path
from types import ModuleType

import pytest

DATA = Path(__file__).parents[2] / "data" / "builds"


@pytest.fixture
def measuring(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(DATA))
    import measuring
    import measuring.building
    import measuring.columns

    return measuring


@pytest.mark.parametrize(
    ("log", "reason", "detail"),
    [
        (
            "x.c:1:10: fatal error: mysql.h: No such file or directory\nerror: gcc failed",
            "missing header or library",
            "mysql.h",
        ),
        (
            "/usr/bin/ld: cannot find -lsnappy: No such file",
            "missing header or library",
            "-lsnappy",
        ),
        (
            'mpl/meson.build:3:0: ERROR: Dependency "libpng" not found, tried pkgconfig',
            "missing header or library",
            "libpng",
        ),
        ("error: failed to get `serde` as a dependency of package `x`", "network", "serde"),
        (
            "urllib.error.URLError: <urlopen error [Errno -2] Name or service not known>",
            "network",
            "urlopen",
        ),
        (
            "c++: fatal error: Killed signal terminated program cc1plus\nninja: build stopped",
            "out of memory",
            "Killed",
        ),
        ("Error compiling Cython file:\n----\nninja: build stopped", "Cython error", "Cython"),
        (
            "src/a.c:12:5: error: unknown type name 'PyObj'\nerror: command '/usr/bin/gcc' failed",
            "compiler error",
            "PyObj",
        ),
        ("ModuleNotFoundError: No module named 'distutils'", "build requirements", "distutils"),
        (
            "Traceback (most recent call last):\n  File \"setup.py\", line 3\nKeyError: 'version'",
            "backend error",
            "KeyError: 'version'",
        ),
        ("all went silent", "unknown", "silent"),
    ],
)
def test_a_failed_build_is_named_by_its_cause(
    measuring: ModuleType, log: str, reason: str, detail: str
) -> None:
    failure = measuring.failures.classify(log)
    assert failure.reason == reason
    assert detail in failure.detail


def test_a_build_out_of_time_is_no_compiler_error(measuring: ModuleType) -> None:
    failure = measuring.failures.classify("error: command 'gcc' failed", timed_out=True)
    assert failure.reason == "timeout"


def test_what_is_in_the_table_counts_as_measured_whatever_came_of_it(
    measuring: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "measurements.csv"
    assert measuring.table.measured(path) == set()
    base = {"requested": "", "python": "3.12.1", "constraints": "", "cores": 2}
    measuring.table.append_build(path, base | {"name": "a", "outcome": "success"})
    measuring.table.append_build(
        path,
        base | {"name": "b", "requested": "1.0", "outcome": "failure", "detail": 'say "no",\nno'},
    )
    assert measuring.table.measured(path) == {
        ("a", "", "3.12", "", "2"),
        ("b", "1.0", "3.12", "", "2"),
    }


def test_a_column_nobody_declared_is_refused(measuring: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="colour"):
        measuring.table.append_build(tmp_path / "measurements.csv", {"colour": "red"})


def test_compiler_calls_are_appended_to_a_single_readable_archive(
    measuring: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "calls.csv.gz"
    for name in ("a", "b"):
        measuring.table.append_calls(path, [[name, *range(len(measuring.table.CALL_COLUMNS) - 1)]])
    with gzip.open(path, "rt", newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["a", "b"]


def _log_line(tool: str, source: str, marks: str, *arguments: str) -> str:
    numbers = ("0", "1.5", "0.25", "2.0", "2048")
    described = (source, "1000", "50", marks) if source else ("", "0", "0", "")
    return "\t".join((tool, *numbers, "/p", *described, "\x1f".join(arguments) + "\x1f"))


def test_compiler_calls_are_distinguished(measuring: ModuleType, tmp_path: Path) -> None:
    log = tmp_path / "log"
    lines = [
        _log_line("gcc", "src/a.c", "", "-g", "-O3", "-c", "src/a.c", "-o", "a.o"),
        _log_line("gcc", "b.c", "cython ", "-O2", "-c", "b.c"),
        _log_line("g++", "b.cpp", "pybind11 ", "-c", "b.cpp"),
        _log_line("gcc", "/tmp/copy/src/a.c", "", "-c", "/tmp/copy/src/a.c"),
        _log_line("cc", "build/meson-private/tmp1/testfile.c", "", "testfile.c"),
        _log_line("gcc", "", "", "a.o", "-o", "a.so"),
        _log_line("gcc", "", "", "--version"),
        "gcc\t0\tcut short",
    ]
    log.write_text("\n".join(lines) + "\n")
    calls = measuring.compilers.read_log(log, Path("/p"), {"src/a.c": 1000, "b.c": 999})
    assert [call.language for call in calls] == ["c", "c", "c++", "c", "probe", "link", "query"]
    # b.c lies in the sdist too, but with other bytes: the build wrote it again.
    assert [call.shipped for call in calls[:4]] == [True, False, False, True]
    assert calls[3].source == "…/src/a.c"
    assert calls[0].options == "-g -O3"
    assert calls[0].cpu == 1.75
    assert calls[0].peak == 2 * 2**20
    sums = measuring.columns.of_calls(calls)
    assert (sums["c_files"], sums["cython_c_files"], sums["cxx_files"]) == (2, 1, 1)
    assert (sums["links"], sums["probes"], sums["c_lines"]) == (1, 1, 100)


def test_a_held_out_package_is_never_built(measuring: ModuleType) -> None:
    building = measuring.building
    request = building.Request("Python_LDAP", "", Path(sys.executable))
    with pytest.raises(SystemExit, match="held out"):
        building.measure(request, building.Settings("https://index.example/simple/", 1.0), 3.0)


def test_no_held_out_package_is_listed_or_measured(measuring: ModuleType) -> None:
    held_out = set(measuring.building.held_out())
    assert len(held_out) == 25
    for name in ("packages.csv", "measurements.csv"):
        with (DATA / name).open(newline="") as file:
            assert held_out.isdisjoint(row["name"] for row in csv.DictReader(file))
