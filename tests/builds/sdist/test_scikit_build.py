"""Overrides of scikit-build-core's settings; the answers are those of its release 1.1.2."""

import pytest

from wheelcheck.builds.evidence.backend_evidence import classify_sdist
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.scikit_build import scikit_build_settings
from wheelcheck.builds.sdist.sdist_facts import SdistFacts, read_sdist
from wheelcheck.builds.setup_script.script_context import BuildSite, ScriptContext
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.index.interface import ArchiveListing, ArchiveMember

AROUND = ScriptContext(site=BuildSite(python=(3, 13)))
BACKEND = '[build-system]\nrequires = ["scikit-build-core"]\n'
BACKEND += 'build-backend = "scikit_build_core.build"\n[tool.scikit-build]\n'
OVERRIDE = "[[tool.scikit-build.overrides]]\n"


def facts(*lines: str, python: tuple[int, int] = (3, 13)) -> SdistFacts:
    texts = {
        "p-1/pyproject.toml": BACKEND + "\n".join(lines),
        "p-1/CMakeLists.txt": "cmake_minimum_required(VERSION 3.20)\nproject(x)\n",
    }
    members = tuple(ArchiveMember(path, len(text)) for path, text in texts.items())
    return read_sdist(SdistContents(ArchiveListing(members, texts)), BuildSite(python=python))


@pytest.mark.parametrize(
    ("condition", "applies"),
    [
        ('if.python-version = ">=3.13"', True),
        ('if.python-version = "<3.13"', False),
        ('if.platform-system = "^(linux|darwin)"', True),
        ('if.platform-system = "win32"', False),
        ('if.implementation-name = "pypy"', False),
        ('if.state = "wheel"', True),
        ('if.state = "^sdist$"', False),
        ("if.from-sdist = true", True),
        ("if.from-sdist = false", False),
        ("if.failed = true", False),
        ("if.failed = false", True),
        ("if.env.NOT_SET = true", False),
        ("if.env.NOT_SET = false", True),
        ('if.env.NOT_SET = "x"', False),
        ('if.any.state = "sdist"\nif.any.python-version = ">3"', True),
        ('if.any.state = "sdist"\nif.any.failed = true', False),
        ('if.state = "wheel"\nif.not.python-version = "<3.13"', True),
        ('if.not.state = "wheel"\nif.not.failed = true', False),
        ('if.state = "wheel"\nif.python-version = "<3"', False),
    ],
)
def test_an_override_applies_where_its_conditions_are_met(condition: str, applies):
    text = f"{BACKEND}build-type = 'A'\n{OVERRIDE}{condition}\nbuild-type = 'B'\n"
    found = scikit_build_settings({"pyproject.toml": text}, AROUND)
    assert found["build-type"] == ("B" if applies else "A")


@pytest.mark.parametrize(
    "condition", ['if.platform-node = "x"', 'if.abi-flags = "t"', "if.new = 1"]
)
def test_what_cannot_be_known_does_not_count(condition: str):
    text = f"{BACKEND}{OVERRIDE}{condition}\nwheel.cmake = false\n"
    assert "wheel" not in scikit_build_settings({"pyproject.toml": text}, AROUND)


def test_overrides_inherit_lists_and_tables_and_replace_the_rest():
    text = f"""{BACKEND}
cmake.args = ["-DA=1"]
cmake.define = {{B = "1"}}
cmake.version = ">=3.20"
{OVERRIDE}if.state = "wheel"
inherit.cmake.args = "append"
inherit.cmake.define = "prepend"
cmake.args = ["-DC=1"]
cmake.define = {{B = "2", D = "1"}}
{OVERRIDE}if.state = "wheel"
cmake.version = ">=3.25"
"""
    cmake = scikit_build_settings({"pyproject.toml": text}, AROUND)["cmake"]
    assert cmake["args"] == ["-DA=1", "-DC=1"]
    assert cmake["define"] == {"B": "1", "D": "1"}
    assert cmake["version"] == ">=3.25"


def test_a_build_that_is_made_again_without_cmake_needs_no_compiler():
    """rapidfuzz since 3.14: pure where its C++ does not compile."""
    found = facts(
        "wheel.cmake = false",
        OVERRIDE + "if.any.system-cmake = '>=3.15'\nif.any.cmake-wheel = true\nwheel.cmake = true",
        OVERRIDE + "if.failed = true\nif.env.RELEASE = false\nwheel.cmake = false",
    )
    verdict = classify_sdist(found)
    assert (verdict.verdict, verdict.optional_extensions) == (Verdict.SOURCE_PURE, True)
    assert found.hook.requires == ("cmake>=3.20",)
    assert found.hook.builds_for_metadata


def test_a_second_attempt_that_runs_cmake_again_is_no_way_out():
    found = facts(OVERRIDE + "if.failed = true\ncmake.args = ['-DSIMD=OFF']")
    assert classify_sdist(found).verdict is Verdict.SOURCE_NATIVE
    assert found.hook.builds_for_metadata
    released = facts(OVERRIDE + "if.failed = true\nif.env.RELEASE = true\nwheel.cmake = false")
    assert classify_sdist(released).verdict is Verdict.SOURCE_NATIVE


def test_an_override_of_the_python_switches_cmake_off():
    lines = OVERRIDE + "if.python-version = '>=3.14'\nwheel.cmake = false"
    assert classify_sdist(facts(lines)).verdict is Verdict.SOURCE_NATIVE
    newer = facts(lines, python=(3, 14))
    assert classify_sdist(newer).verdict is Verdict.SOURCE_PURE
    assert newer.hook.requires == ()
    assert "python" in newer.context_keys
