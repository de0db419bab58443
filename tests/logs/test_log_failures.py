"""Logs of really failed installations, and public logs: see data/logs."""

import tomllib
from pathlib import Path

import pytest

from wheelcheck.logs.log_failures import read_log

LOGS = Path(__file__).parents[2] / "data" / "logs"
CASES = {
    case["name"]: case
    for name in ("cases", "restated")
    for case in tomllib.loads((LOGS / f"{name}.toml").read_text(encoding="utf-8"))["case"]
}
FILES = {path.stem: path for path in sorted(LOGS.glob("re*/*.log"))}
OTHER_ANSWERS = {"index-wants-a-password": "pip does not say that the index refused it"}
"""Cases whose log does not show what was expected before it was made."""


@pytest.mark.parametrize("name", sorted(set(CASES) & set(FILES) - set(OTHER_ANSWERS)))
def test_package_cause_and_missing_thing_are_found(name):
    case, reading = CASES[name], read_log(FILES[name].read_text(encoding="utf-8"))
    failure = reading.failures[0]
    assert failure.finding is not None
    assert failure.finding.cause.code == case["cause"]
    if case["package"]:
        assert failure.packages[0].name == case["package"]
    if case["missing"]:
        assert failure.finding.what == case["missing"]


def prefixed(text, prefix):
    return "\n".join(prefix(number, line) for number, line in enumerate(text.split("\n")))


PREFIXES = {
    "BuildKit": lambda n, line: f"#7 {n / 10:.3f} {line}",
    "BuildKit's end": lambda n, line: f"{n / 100:.2f} {line}",
    "GitHub Actions": lambda n, line: f"2026-11-28T12:00:{n % 60:02}.1234567Z {line}",
    "gh run view": lambda n, line: f"build\tInstall\t2026-11-28T12:00:{n % 60:02}.1Z {line}",
    "GitLab": lambda n, line: f"2026-11-28T12:00:{n % 60:02}.123456Z 01O {line}",
    "colour": lambda _, line: f"\x1b[31m{line}\x1b[0m",
    "copied colour": lambda _, line: f"^[[31m{line}^[[0m",
    "compose": lambda _, line: f"web-1  | {line}",
    "Windows": lambda _, line: f"{line}\r",
    "progress": lambda _, line: f"  ━━━ 1/2 kB\r  ━━━ 2/2 kB\r{line}",
}


@pytest.mark.parametrize("how", PREFIXES)
@pytest.mark.parametrize("name", ["psycopg2-no-pg-config", "alpine-cffi-2019", "uv-pyqpbo-numpy"])
def test_what_builders_and_terminals_add_changes_nothing(name, how):
    text = FILES[name].read_text(encoding="utf-8")
    plain, dressed = read_log(text), read_log(prefixed(text, PREFIXES[how]))
    assert [f.packages for f in dressed.failures] == [f.packages for f in plain.failures]
    assert [f.finding.cause for f in dressed.failures] == [f.finding.cause for f in plain.failures]
    assert dressed.environment.python == plain.environment.python


@pytest.mark.parametrize(
    ("text", "python", "libc", "arch", "system"),
    [
        (
            "Saved a-1-cp312-cp312-musllinux_1_2_aarch64.whl",
            "3.12",
            "musl",
            "aarch64",
            "linux",
        ),
        ("Saved a-1-cp39-abi3-manylinux_2_28_x86_64.whl", "", "glibc", "x86_64", "linux"),
        ("creating build\\lib.win-amd64-cpython-313\\a", "3.13", "", "x86_64", "windows"),
        ("creating build/lib.macosx-11.0-arm64-cpython-311/a", "3.11", "", "arm64", "macos"),
        ("creating build/temp.linux-x86_64-3.7/a", "3.7", "", "x86_64", "linux"),
        ("#5 [1/4] FROM docker.io/library/python:3.13-alpine", "3.13", "musl", "", "linux"),
        (
            "Saved a-1-cp313-cp313t-manylinux_2_28_x86_64.whl",
            "3.13t",
            "glibc",
            "x86_64",
            "linux",
        ),
        ("/opt/hostedtoolcache/Python/3.11.10/x64/bin/python", "3.11", "", "", ""),
        (
            "C:\\Users\\x\\AppData\\Local\\Programs\\Python\\Python312\\python.exe",
            "3.12",
            "",
            "",
            "windows",
        ),
        (
            "Package 'x' requires a different Python: 3.8.18 not in '>=3.9'",
            "3.8",
            "",
            "",
            "",
        ),
        ("nothing", "", "", "", ""),
    ],
)
def test_where_it_ran_is_read_in_passing(text, python, libc, arch, system):
    place = read_log(text).environment
    assert (place.python, place.libc, place.arch, place.system) == (python, libc, arch, system)


def test_a_build_that_fails_for_its_own_requirement_names_both():
    (failure,) = read_log(FILES["alpine-cffi-2019"].read_text()).failures
    assert [str(package) for package in failure.packages] == ["cffi 1.12.3"]
    assert failure.required_by == "cryptography 2.6.1"


def test_each_of_several_failures_is_named():
    failures = read_log(FILES["windows-msvc-312"].read_text()).failures
    assert [str(each.packages[0]) for each in failures] == ["frozenlist 1.3.3", "multidict 6.0.4"]


def test_a_build_that_fails_counts_before_what_pip_says_of_other_releases():
    text = (
        "Collecting a==1\n  Downloading a-1.tar.gz (1 kB)\n"
        "    ERROR: Command errored out with exit status 1:\n"
        "    ModuleNotFoundError: No module named 'Cython'\n"
        "WARNING: Discarding https://index.example/a-1.tar.gz. Command errored out with exit\n"
        "ERROR: Could not find a version that satisfies the requirement a==1 (from versions: 1)\n"
        "ERROR: No matching distribution found for a==1\n"
    )
    (failure,) = read_log(text).failures
    assert (failure.finding.cause.code, failure.finding.what) == ("build-module-missing", "Cython")


def test_warnings_do_not_hide_the_error():
    text = (
        "WARNING: Retrying (Retry(total=4)) after connection broken by 'Read timed out.'\n"
        "Collecting a==1\n  Downloading a-1.tar.gz (1 kB)\n"
        "  Building wheel for a (setup.py): finished with status 'error'\n"
        "  a.c:1:10: fatal error: ffi.h: No such file or directory\n"
    )
    (failure,) = read_log(text).failures
    assert (failure.finding.cause.code, failure.finding.what) == ("header-missing", "ffi.h")


def test_optional_libraries_that_cmake_looks_for_in_vain_are_no_cause():
    text = (
        "ERROR: Failed building wheel for a\n-- Could NOT find Doxygen (missing: DOXYGEN)\n"
        "a.cpp:1:1: error: 'x' was not declared in this scope\n"
    )
    (failure,) = read_log(text).failures
    assert failure.finding.cause.code == "compile-error"


@pytest.mark.parametrize(
    ("text", "cut", "succeeded"),
    [
        ("Collecting a\nBuilding wheel for a (setup.py): started", True, False),
        ("Collecting a\n  Downloading a-1.tar.gz", True, False),
        ("Collecting a\nSuccessfully installed a-1", False, True),
        ("Installed 3 packages in 12ms\n + a==1", False, True),
        ("hello\nworld", False, False),
        ("", False, False),
    ],
)
def test_a_log_without_a_failure_says_what_it_is(text, cut, succeeded):
    reading = read_log(text)
    assert not reading.failures
    assert (reading.cut is not None, reading.succeeded) == (cut, succeeded)
