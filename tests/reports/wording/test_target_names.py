import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_reports import image, matrix_targets, tagged

from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.wording.target_names import Places

TARGETS = matrix_targets()
PLACES = Places(TARGETS)


def chosen(condition):
    return [target.name for target in TARGETS if condition(target)]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (lambda t: bool(t.name), "all 24 targets"),
        (lambda t: t.libc == "musl", "musl"),
        (lambda t: t.free_threaded, "Python 3.15t"),
        (lambda t: t.python == "3.11", "Python 3.11"),
        (lambda t: not t.free_threaded, "Python 3.11–3.15"),
        (lambda t: t.python >= "3.14", "Python 3.14, 3.15, 3.15t"),
        (lambda t: t.libc == "musl" and t.arch == "aarch64", "musl aarch64"),
        (
            lambda t: t.libc == "musl" and t.arch == "aarch64" and t.python == "3.12",
            "musl aarch64 (Python 3.12)",
        ),
        (lambda t: t.libc == "musl" or t.free_threaded, "musl and Python 3.15t"),
        (lambda t: t.name != TARGETS[0].name, "all targets but glibc x86_64 (Python 3.11)"),
    ],
)
def test_sets_of_the_matrix_have_short_names(condition, words):
    names = chosen(condition)
    described = PLACES.describe(names)
    assert described == words


def test_a_set_without_a_pattern_is_counted():
    names = [target.name for i, target in enumerate(TARGETS) if i % 5 in {0, 2}]
    assert PLACES.describe(names) == f"{len(names)} of 24 targets"


@given(st.sets(st.sampled_from([target.name for target in TARGETS]), min_size=1))
def test_the_boxes_cover_the_set_and_nothing_else(names):
    boxes = PLACES._cover(frozenset(names))
    held = {
        name
        for name, point in PLACES._points.items()
        if any(all(v in side for v, side in zip(point, box, strict=True)) for box in boxes)
    }
    assert held == names


def test_images_keep_their_names():
    targets = [
        image(f"python:3.{minor}-alpine", f"3.{minor}.1", "musl", "1.2") for minor in range(8, 15)
    ]
    names = [target.name for target in targets]
    places = Places(targets)
    assert places.describe(names[:2]) == "python:3.8-alpine, python:3.9-alpine"
    assert places.describe(names[:5]) == (
        "all targets but python:3.13-alpine and python:3.14-alpine"
    )
    assert Places(targets[:2]).describe(names[:2]) == "both targets"
    assert Places(targets[:1]).describe(names[:1]) == "python:3.8-alpine"


def test_two_versions_of_a_libc_are_distinguished():
    targets = [tagged("3.12", "glibc", version, "x86_64") for version in ("2.17", "2.28")]
    assert Places(targets).describe([targets[0].name]) == "glibc 2.17"


def test_pypy_is_named():
    cpython = tagged("3.11", "glibc", "2.28", "x86_64")
    pypy = cpython.model_copy(update={"name": "pp311", "implementation": "pypy"})
    assert Places([cpython, pypy]).describe(["pp311"]) == "PyPy 3.11"


def _on(system: str, python: str, arch: str = "amd64", **more) -> TargetSummary:
    return TargetSummary(
        name=f"{system}-{arch}-{python}",
        python=python,
        python_full_version=f"{python}.0",
        implementation="cpython",
        free_threaded=False,
        libc=more.pop("libc", None),
        libc_version=more.pop("libc_version", None),
        arch=arch,
        system=system,
        installable=True,
        **more,
    )


class TestMixedSystems:
    """Not each platform has each CPU and Python: sets are named by platform first."""

    targets = (
        *(
            _on("linux", python, arch, libc="glibc", libc_version="2.41")
            for python in ("3.12", "3.13")
            for arch in ("x86_64", "aarch64")
        ),
        *(
            _on("windows", python, arch)
            for python in ("3.12", "3.13")
            for arch in ("amd64", "arm64")
        ),
        *(_on("macos", python, "arm64", system_version="14.0") for python in ("3.12", "3.13")),
        _on("emscripten", "3.13", "wasm32", system_version="2025.0"),
    )

    @pytest.mark.parametrize(
        ("chosen", "words"),
        [
            (lambda t: t.system == "windows", "Windows amd64/Windows arm64"),
            (lambda t: t.arch == "arm64", "Windows arm64/macOS"),
            (lambda t: t.system == "emscripten", "Pyodide"),
            (lambda t: t.libc and t.arch == "aarch64", "glibc aarch64"),
            (lambda t: t.system == "macos" and t.python == "3.12", "macOS (Python 3.12)"),
            (lambda t: t.libc or t.system == "macos", "glibc x86_64/aarch64 and macOS"),
        ],
    )
    def test_sets_are_named(self, chosen, words):
        names = [target.name for target in self.targets if chosen(target)]
        assert Places(self.targets).describe(names) == words


def test_a_single_target_is_named_by_its_own_python_where_platforms_have_different_ones():
    linux = [_on("linux", p, "x86_64", libc="musl", libc_version="1.2") for p in ("3.12", "3.15")]
    pyodide = [_on("emscripten", p, "wasm32", system_version="2025.0") for p in ("3.13", "3.14")]
    places = Places([*linux, *pyodide])
    assert places.describe([pyodide[0].name]) == "Pyodide (Python 3.13)"
    assert places.describe([target.name for target in pyodide]) == "Pyodide"
