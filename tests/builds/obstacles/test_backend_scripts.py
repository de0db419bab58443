"""Build scripts of Poetry, PDM and Hatch, and modules that they do not find."""

import pytest
from packaging.version import Version

from wheelcheck.builds.obstacles.backend_scripts import backend_scripts
from wheelcheck.builds.obstacles.importable import Importable

CFFI = "import cffi\nffi = cffi.FFI()\nffi.set_source('x', '')\nffi.compile()\n"
PATHS = frozenset({"build.py", "helper.py", "pyproject.toml"})


def found(script: str, python: tuple[int, int] = (3, 12), **versions: str) -> list[str]:
    held = {name.replace("_", "-"): Version(version) for name, version in versions.items()}
    finds = Importable(python, {"poetry-core": Version("2.1"), **held})
    obstacles = backend_scripts(["build.py"], {"build.py": script}, PATHS, finds)
    return [each.message for each in obstacles if each.fatal]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("from distutils.core import Extension\n", "build.py:1: the module distutils"),
        ("import os\nfrom setuptools import Extension\n", "build.py:2: the module setuptools"),
        (CFFI, "takes setuptools"),
        ("try:\n    import setuptools\nexcept ImportError:\n    pass\n", ""),
        ("import helper, os\n", ""),
        ("def build():\n    import setuptools\n", ""),
        ("import (\n", ""),
    ],
)
def test_what_a_build_script_does_not_find(script: str, words: str):
    stops = found(script, cffi="1.17")
    assert len(stops) == bool(words)
    assert all(words in message for message in stops)


def test_what_is_there_stops_nothing():
    imports = "from distutils.core import Extension\nimport setuptools\n"
    assert found(imports, setuptools="80.0") == []
    assert found("import distutils\n", python=(3, 11)) == []
    assert found(CFFI, python=(3, 11), cffi="1.17") == []
