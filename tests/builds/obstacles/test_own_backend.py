"""Build backends that are part of the sdist (PEP 517, `backend-path`)."""

import pytest

from wheelcheck.builds.obstacles.own_backend import own_backend_obstacles
from wheelcheck.builds.sdist.build_system import BuildSystem
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.index.interface import ArchiveListing, ArchiveMember


def codes(files, *, backend="backend", path=("tools",), complete=True):
    texts = {f"lib-1/{name}": text for name, text in files.items()}
    members = tuple(ArchiveMember(name, len(text)) for name, text in texts.items())
    system = BuildSystem(backend=backend, backend_path=path)
    contents = SdistContents(ArchiveListing(members, texts))
    return [each.code for each in own_backend_obstacles(system, contents, complete=complete)]


@pytest.mark.parametrize(
    "text",
    [
        "def build_wheel(folder, settings=None, metadata=None): ...",
        "async def build_wheel(): ...",
        "from setuptools.build_meta import *",
        "from flit_core.buildapi import build_wheel",
        "from setuptools import build_meta\nbuild_wheel = build_meta.build_wheel",
        "try:\n    from a import build_wheel\nexcept ImportError:\n    from b import build_wheel",
        "def __getattr__(name): ...",
        "globals().update(hooks())",
        "def build_wheel(:",  # what cannot be read is not judged
    ],
)
def test_a_backend_with_its_hook_however_it_is_bound_is_no_obstacle(text):
    assert codes({"pyproject.toml": "", "tools/backend.py": text}) == []


@pytest.mark.parametrize(
    "text", ["", "def build_sdist(): ...", "def make():\n    build_wheel = 1", "import build.wheel"]
)
def test_a_backend_that_binds_no_build_wheel_fails(text):
    files = {"pyproject.toml": "", "tools/backend.py": text}
    assert codes(files) == ["backend-without-hook"]
    assert codes(files, backend="backend:api") == []


def test_a_backend_is_missing_only_where_all_files_are_known():
    assert codes({"pyproject.toml": ""}) == ["backend-missing"]
    assert codes({"pyproject.toml": ""}, complete=False) == []
    assert codes({"pyproject.toml": "", "tools/backend.cpython-312-x86_64-linux-gnu.so": ""}) == []
    assert codes({"pyproject.toml": ""}, path=()) == []


def test_a_backend_that_a_function_fills_has_its_hook():
    filled = """
def fill():
    import sys
    from setuptools import build_meta
    for name in build_meta.__all__:
        setattr(sys.modules[__name__], name, getattr(build_meta, name))

fill()
"""
    assert codes({"pyproject.toml": "", "tools/backend.py": filled}) == []
