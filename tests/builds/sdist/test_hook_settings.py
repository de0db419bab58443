"""What the settings of a backend have it ask for in `get_requires_for_build_wheel`."""

import pytest

from wheelcheck.builds.sdist.hook_settings import HookSettings, hook_settings


def settings(backend: str, pyproject: str, **texts: str) -> HookSettings:
    files = {"pyproject.toml": pyproject, **texts}
    return hook_settings(backend, files)


def skb(pyproject: str, cmakelists: str = "", path: str = "CMakeLists.txt") -> HookSettings:
    texts = {"pyproject.toml": pyproject, path: cmakelists}
    return hook_settings("scikit_build_core.build", texts)


@pytest.mark.parametrize(
    ("pyproject", "cmakelists", "requires"),
    [
        ("", "cmake_minimum_required(VERSION 3.25...3.29)\n", ("cmake>=3.25",)),
        ("", "cmake_minimum_required(VERSION 3.1)\n", ("cmake>=3.15",)),
        ("", "# cmake_minimum_required(VERSION 3.25)\n", ("cmake>=3.15",)),
        (
            '[tool.scikit-build]\ncmake.version = ">=3.20,<4"',
            "cmake_minimum_required(VERSION 3.25)\n",
            ("cmake>=3.20,<4",),
        ),
        ('[tool.scikit-build]\ncmake.minimum-version = "3.18"', "", ("cmake>=3.18",)),
        (
            '[tool.scikit-build]\nminimum-version = "0.5"',
            "cmake_minimum_required(VERSION 3.25)\n",
            ("cmake>=3.15",),
        ),
        (
            ('[tool.scikit-build.metadata.version]\n'
            'provider = "scikit_build_core.metadata.setuptools_scm"'),
            "",
            ("cmake>=3.15", "setuptools-scm"),
        ),
        ('[tool.scikit-build]\nninja.version = ">=1.10"', "", ("cmake>=3.15", "ninja>=1.10")),
    ],
)  # fmt: skip
def test_scikit_build_core_asks_for_the_cmake_that_the_project_states(
    pyproject: str, cmakelists: str, requires: tuple[str, ...]
):
    assert skb(pyproject, cmakelists).requires == requires


def test_the_source_folder_says_which_cmakelists_is_read():
    text = '[tool.scikit-build]\ncmake.source-dir = "python"'
    found = skb(text, "cmake_minimum_required(VERSION 3.25)\n", "python/CMakeLists.txt")
    assert found.requires == ("cmake>=3.25",)


def test_without_a_cmake_step_no_cmake_is_required():
    assert skb("[tool.scikit-build]\nwheel.cmake = false") == HookSettings((), ("cmake", "ninja"))


def test_makefiles_need_no_ninja():
    text = '[tool.scikit-build]\ncmake.args = ["-G", "Unix Makefiles"]'
    assert skb(text).without == ("ninja",)


def test_hooks_of_hatchling_bring_their_dependencies():
    text = """
[project]
dependencies = ["numpy"]
[tool.hatch.build.targets.wheel]
dependencies = ["a"]
[tool.hatch.build.targets.wheel.hooks.mypyc]
dependencies = ["hatch-mypyc", "mypy"]
[tool.hatch.build.hooks.custom]
require-runtime-dependencies = true
[tool.hatch.build.hooks.other]
enable-by-default = false
dependencies = ["never"]
"""
    found = settings("hatchling.build", text)
    assert found.requires == ("a", "hatch-mypyc", "mypy", "numpy")


def test_pdm_asks_for_setuptools_where_it_runs_it():
    assert settings("pdm.backend", "[tool.pdm.build]\nrun-setuptools = true").requires == (
        "setuptools>=40.8.0",
    )


@pytest.mark.parametrize("backend", ["setuptools.build_meta", "mesonpy", "flit_core.buildapi"])
def test_other_backends_have_no_settings_of_that_kind(backend: str):
    assert settings(backend, "[tool.hatch.build]\ndependencies = ['a']") == HookSettings()


def test_settings_of_the_wrong_kind_do_no_harm():
    for text in ("[tool]\nscikit-build = 3", "tool = []", "[tool.scikit-build]\ncmake = 'x'", "("):
        assert isinstance(skb(text), HookSettings)
        assert isinstance(settings("hatchling.build", text), HookSettings)


@pytest.mark.parametrize(
    ("pyproject", "requires"),
    [
        ("", ()),
        ("[tool.py-build-cmake.cmake]\nminimum_version = '3.24'\n", ("cmake>=3.24",)),
        ("[tool.py-build-cmake.cmake]\nminimum_version = '3.1'\n", ("cmake>=3.15",)),
        ("[tool.py-build-cmake.linux.cmake]\ngenerator = 'Ninja'\n", ("cmake>=3.15", "ninja")),
        ("[[tool.py-build-cmake.cmake]]\nminimum_version = '4.0'\n", ("cmake>=4.0",)),
        ("[tool.py-build-cmake.cmake]\nminimum_version = 'new'\n", ("cmake>=3.15",)),
    ],
)
def test_py_build_cmake_requests_cmake_for_projects_that_configure_it(
    pyproject: str, requires: tuple[str, ...]
):
    assert settings("py_build_cmake.build", pyproject).requires == requires
