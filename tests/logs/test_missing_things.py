import pytest

from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.errors import Unknown
from wheelcheck.logs.log_causes import causes, find_cause
from wheelcheck.logs.log_lines import LogLine
from wheelcheck.logs.missing_things import remedy_for

DEBIAN = Distribution(Family.APT, "debian", "12")
ALPINE = Distribution(Family.APK, "alpine", "3.20")


def finding(text):
    found = find_cause([LogLine(1, text)])
    assert found is not None, text
    return found


@pytest.mark.parametrize(
    ("text", "debian", "alpine"),
    [
        (
            "x.c:1:10: fatal error: lber.h: No such file or directory",
            "libldap2-dev",
            "openldap-dev",
        ),
        ("fatal error: 'graphviz/cgraph.h' file not found", "libgraphviz-dev", "graphviz-dev"),
        (
            "fatal error: libxml/xmlversion.h: No such file or directory",
            "libxml2-dev",
            "libxml2-dev",
        ),
        ("fatal error: sys/types.h: No such file or directory", "libc6-dev", "musl-dev"),
        ("Error: pg_config executable not found.", "libpq-dev", "libpq-dev"),
        ("/usr/bin/ld: cannot find -lgeos_c: No such file", "libgeos-dev", "geos-dev"),
        ("No package 'libffi' found", "libffi-dev", "libffi-dev"),
        (
            'meson.build:1:0: ERROR: Dependency "OpenBLAS" not found',
            "libopenblas-dev",
            "openblas-dev",
        ),
        ("  Could NOT find ZLIB (missing: ZLIB_LIBRARY)", "zlib1g-dev", "zlib-dev"),
        ("error: command 'gcc' failed: No such file or directory", "gcc", "gcc"),
        ("error: can't find Rust compiler", "cargo", "cargo"),
        ("ERROR: Unknown compiler(s): [['gfortran'], ['flang']]", "gfortran", "gfortran"),
        ("fatal error: Python.h: No such file or directory", "python3-dev", "python3-dev"),
        ("ERROR: Cannot find command 'git' - do you have 'git' installed?", "git", "git"),
    ],
)
def test_what_is_missing_leads_to_the_package_that_brings_it(text, debian, alpine):
    found = finding(text.strip())
    for distribution, package in ((DEBIAN, debian), (ALPINE, alpine)):
        remedy = remedy_for([found], distribution)
        assert package in remedy.packages
        assert package in remedy.command


@pytest.mark.parametrize(
    ("soname", "debian", "alpine"),
    [
        ("libGL.so.1", "libgl1", "mesa-gl"),
        ("libglib-2.0.so.0", "libglib2.0-0", "glib"),
        ("libgomp.so.1", "libgomp1", "libgomp"),
    ],
)
def test_what_an_import_lacks_leads_to_the_package_to_run_it(soname, debian, alpine):
    glibc = f"ImportError: {soname}: cannot open shared object file: No such file or directory"
    musl = (
        f"ImportError: Error loading shared library {soname}: No such file or directory "
        "(needed by /usr/lib/python3.13/site-packages/x.so)"
    )
    for text, distribution, package in ((glibc, DEBIAN, debian), (musl, ALPINE, alpine)):
        found = finding(text)
        assert found.cause.code == "library-not-loaded"
        assert found.means.startswith(f"the import wants the shared library {soname}")
        assert remedy_for([found], distribution).packages == (package,)


def test_a_program_that_lacks_a_library_is_no_import():
    text = "cc1: error while loading shared libraries: libmpc.so.3: cannot open shared object file"
    found = finding(text)
    assert found.means == "a program wants the shared library libmpc.so.3, which is not there"
    assert remedy_for([found], DEBIAN).packages == ("libmpc3",)


def test_a_header_that_no_list_has_is_unknown():
    found = finding("fatal error: corp/secret.h: No such file or directory")
    assert isinstance(remedy_for([found], DEBIAN), Unknown)


def test_no_package_is_named_where_none_would_help():
    assert remedy_for([finding("error: externally-managed-environment")], DEBIAN) is None
    text = "error: Microsoft Visual C++ 14.0 or greater is required."
    assert remedy_for([finding(text)], DEBIAN) is None


def test_every_cause_says_what_helps_or_is_mended_by_a_system_package():
    for cause in causes():
        assert cause.means
        assert cause.source
        system = cause.code in {"compiler-missing", "header-missing"} | {
            "library-missing",
            "library-not-loaded",
        }
        assert cause.mend or system or cause.code in {"tool-missing", "no-version", "compile-error"}
