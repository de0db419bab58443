"""Setup scripts and backends that compile without saying so in `ext_modules`."""

import pytest

from wheelcheck.builds.evidence.backend_evidence import classify_sdist
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import read_sdist
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.index.interface import ArchiveListing, ArchiveMember


def verdict(texts: dict[str, str], *sources: str) -> Verdict:
    members = tuple(ArchiveMember(f"x-1/{path}", 9) for path in (*texts, *sources))
    listing = ArchiveListing(members, {f"x-1/{path}": text for path, text in texts.items()})
    return classify_sdist(read_sdist(SdistContents(listing))).verdict


def test_a_command_that_returns_after_it_has_built_is_not_asleep():
    script = """
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
class Build(build_ext):
    def initialize_options(self):
        self.bundle = None
    def run(self):
        if self.bundle is None:
            build_ext.run(self)
            return
        copy_libraries()
setup(ext_modules=[Extension("x", ["x.i"])], cmdclass={"build_ext": Build})
"""
    assert verdict({"setup.py": script}, "x.i") is Verdict.SOURCE_NATIVE
    returning = script.replace("            build_ext.run(self)\n", "")
    assert verdict({"setup.py": returning}, "x.i") is Verdict.SOURCE_PURE


@pytest.mark.parametrize("value", ["yes", "lambda self: True"])
def test_a_function_in_place_of_has_ext_modules_calls_the_wheel_platform_specific(value: str):
    script = f"""
from setuptools import setup
from wheel.bdist_wheel import bdist_wheel
class Wheel(bdist_wheel):
    def finalize_options(self):
        def yes(self):
            return True
        Distribution.has_ext_modules = {value}
setup(cmdclass={{"bdist_wheel": Wheel}})
"""
    assert verdict({"setup.py": script}, "src/x.cpp") is Verdict.SOURCE_NATIVE


def test_a_backend_that_we_do_not_know_does_not_run_the_setup_script_beside_it():
    texts = {
        "setup.py": "import enscons.setup\nenscons.setup.setup()",
        "pyproject.toml": '[build-system]\nrequires = ["enscons"]\nbuild-backend = "enscons.api"\n',
    }
    assert verdict(texts, "src/x.c") is Verdict.SOURCE_NATIVE
    assert verdict(texts) is Verdict.SOURCE_PURE
