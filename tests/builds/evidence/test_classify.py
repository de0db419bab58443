"""Whether building an sdist compiles: by its wheels' names, by its files, and by both."""

import pytest
from fake_index import FakeIndex
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.evidence.classification import MEANINGS, Classification, Confidence
from wheelcheck.builds.evidence.classify import judge_source_build, wheel_to_open
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts, read_sdist, wanted
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Sdist

PURE, NATIVE, UNKNOWN = Verdict.SOURCE_PURE, Verdict.SOURCE_NATIVE, Verdict.SOURCE_UNKNOWN
LINUX = "x-1-cp312-cp312-manylinux_2_17_x86_64.whl"
WINDOWS = "x-1-cp312-cp312-win_amd64.whl"
ANY = "x-1-py3-none-any.whl"
SETUP = "import sys, os\nfrom setuptools import Extension, setup\n"
EXTENSION = SETUP + "setup(ext_modules=[Extension('x', ['x.c'])])\n"
SWITCHED = (
    SETUP + "exts = [Extension('x', ['x.c'])] if os.environ.get('X_EXT') else []\n"
    "setup(ext_modules=exts)\n"
)
OPTIONAL = SETUP + "setup(ext_modules=[Extension('x', ['x.c'], optional=True)])\n"
PLAIN = SETUP + "setup(name='x')\n"


def backend(name: str, *requires: str, more: str = "") -> str:
    return f'[build-system]\nrequires = {list(requires)!r}\nbuild-backend = "{name}"\n{more}'


def read(index: FakeIndex, sdist: Sdist) -> SdistFacts | Unknown:
    listing = index.listing(sdist, wanted)
    return listing if isinstance(listing, Unknown) else read_sdist(SdistContents(listing))


def judge(
    files: dict[str, str | int] | Unknown,
    *wheels: str,
    neighbours: dict[str, list[str]] | None = None,
    wheel: dict[str, str | int] | None = None,
) -> Classification:
    """Judge release 1 of x: `files` from the sdist's root, `wheel` the contents of its wheels."""
    listing = files if isinstance(files, Unknown) else {f"x-1/{p}": t for p, t in files.items()}
    index = FakeIndex(
        {"x": {"1": ["x-1.tar.gz", *wheels], **(neighbours or {})}},
        listings={"x-1.tar.gz": listing, **dict.fromkeys(wheels, wheel or {"x/__init__.py": 1})},
    )
    project = index.project(NormalizedName("x"))
    assert not isinstance(project, Unknown)
    (sdist,) = [f for f in project.files(Version("1")) if isinstance(f, Sdist)]
    found = judge_source_build(project, sdist, index)
    opened = [what for how, what in index.questions if how == "listing" and what.endswith(".whl")]
    predicted = wheel_to_open(project, sdist, read(index, sdist))
    assert opened == ([predicted.filename] if predicted else [])
    assert all(piece.code in MEANINGS and piece.where for piece in found.evidence)
    assert found.reason
    return found


def judge_read(files: dict[str, str | int], wheel: str) -> Classification:
    """Judge release 1 of x, beside a wheel, as a caller does who has read its sdist."""
    listing = {f"x-1/{path}": text for path, text in files.items()}
    index = FakeIndex({"x": {"1": ["x-1.tar.gz", wheel]}}, listings={"x-1.tar.gz": listing})
    project = index.project(NormalizedName("x"))
    assert not isinstance(project, Unknown)
    (sdist,) = [f for f in project.files(Version("1")) if isinstance(f, Sdist)]
    return judge_source_build(project, sdist, index, read=lambda: read(index, sdist))


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        ({"setup.py": EXTENSION, "x.c": 9}, NATIVE),
        ({"setup.py": PLAIN, "x/__init__.py": 9}, PURE),
        ({"setup.py": PLAIN, "tests/data/x.c": 9}, PURE),
        ({"setup.py": PLAIN, "vendor/x.c": 9}, PURE),
        ({"setup.py": SWITCHED, "x.c": 9}, PURE),
        ({"setup.py": SETUP + "exts = [Extension('x', ['x.c'])] if os.name == 'nt' else []\n"
          "setup(ext_modules=exts)", "x.c": 9}, PURE),
        ({"setup.py": SETUP + "setup(cffi_modules=['b.py:ffi'], setup_requires=['cffi'])"}, NATIVE),
        ({"setup.py": "from setuptools import setup\nfrom Cython.Build import cythonize\n"
          "setup(ext_modules=cythonize('x.pyx'))", "x.pyx": 9}, NATIVE),
        ({"setup.py": "from setuptools import setup\nfrom setuptools_rust import RustExtension\n"
          "setup(rust_extensions=[RustExtension('x')])", "Cargo.toml": "[package]\n"}, NATIVE),
        ({"setup.py": "from skbuild import setup\nsetup(name='x')",
          "pyproject.toml": backend("setuptools.build_meta", "scikit-build")}, NATIVE),
        ({"pyproject.toml": backend("setuptools.build_meta", "setuptools",
          more="[[tool.setuptools.ext-modules]]\nname = 'x'\nsources = ['x.c']\n")}, NATIVE),
        ({"pyproject.toml": backend("setuptools.build_meta", "setuptools", "cython",
          more="[tool.setuptools.cmdclass]\nbuild_py = '_build.build_py'\n"),
          "_build.py": "from setuptools import Extension\n"
          "from setuptools.command.build_py import build_py as base\n"
          "class build_py(base):\n    def run(self):\n"
          "        self.distribution.ext_modules = [Extension('x', ['x.c'])]\n"
          "        base.run(self)\n", "x.c": 9}, NATIVE),
        ({"pyproject.toml": backend("setuptools.build_meta", "setuptools",
          more="[tool.setuptools.cmdclass]\nbuild_py = '_build.build_py'\n"),
          "_build.py": "from setuptools.command.build_py import build_py\n", "x.c": 9}, PURE),
        ({"pyproject.toml": backend("setuptools.build_meta", "setuptools-rust",
          more="[[tool.setuptools-rust.ext-modules]]\ntarget = 'x'\n")}, NATIVE),
        ({"pyproject.toml": backend("maturin", "maturin"), "Cargo.toml": "[package]\n"}, NATIVE),
        ({"pyproject.toml": backend("scikit_build_core.build", "scikit-build-core")}, NATIVE),
        ({"pyproject.toml": backend("scikit_build_core.build", "scikit-build-core",
          more="[tool.scikit-build.wheel]\ncmake = false\n")}, PURE),
        ({"pyproject.toml": backend("mesonpy", "meson-python"),
          "meson.build": "project('x', 'c', 'cython')"}, NATIVE),
        ({"pyproject.toml": backend("mesonpy", "meson-python"),
          "meson.build": "project('x')\npy.install_sources('x.py')"}, PURE),
        ({"pyproject.toml": backend("flit_core.buildapi", "flit_core"), "x.c": 9}, PURE),
        ({"pyproject.toml": backend("hatchling.build", "hatchling")}, PURE),
        ({"pyproject.toml": backend("hatchling.build", "hatchling", "hatch-mypyc",
          more="[tool.hatch.build.targets.wheel.hooks.mypyc]\n")}, NATIVE),
        ({"pyproject.toml": backend("hatchling.build", "hatchling", "hatch-mypyc",
          more="[tool.hatch.build.targets.wheel.hooks.mypyc]\nenable-by-default = false\n")}, PURE),
        ({"pyproject.toml": backend("poetry.core.masonry.api", "poetry-core",
          more="[tool.poetry.build]\nscript = 'build.py'\n"),
          "build.py": "from setuptools import Extension\n"
          "def build(kw):\n    kw.update(ext_modules=[Extension('x', ['x.c'])])\n"}, NATIVE),
        ({"pyproject.toml": backend("poetry.core.masonry.api", "poetry-core",
          more="[tool.poetry.build]\nscript = 'build.py'\n"),
          "build.py": "def build(kw):\n    print('hello')\n"}, PURE),
        ({"setup.py": PLAIN, "setup.cfg": "[extension=x]\nsources = x.c\n"}, NATIVE),
        ({"README": "nothing to build by"}, UNKNOWN),
    ],
)  # fmt: skip
def test_without_siblings_the_sdist_decides(files: dict[str, str | int], verdict: Verdict):
    found = judge(files)
    assert (found.verdict, found.optional_extensions) == (verdict, False)


def test_optional_extensions_build_pure():
    found = judge({"setup.py": OPTIONAL, "x.c": 9}, LINUX, wheel={"x.cpython-312.so": 9})
    assert (found.verdict, found.optional_extensions) == (PURE, True)


class TestSiblings:
    def test_a_pure_wheel_alone_settles_it_and_nothing_is_opened(self):
        found = judge(Unknown("never", "must not be opened"), ANY)
        assert (found.verdict, found.confidence) == (PURE, Confidence.CERTAIN)
        assert [piece.code for piece in found.evidence] == ["sibling-pure-wheel"]

    @pytest.mark.parametrize(
        ("languages", "verdict"), [("'x', 'c'", NATIVE), ("'x'", PURE)], ids=["c", "none"]
    )
    def test_a_meson_project_in_c_takes_a_compiler_beside_a_pure_wheel(
        self, languages: str, verdict: Verdict
    ):
        files: dict[str, str | int] = {
            "pyproject.toml": backend("mesonpy", "meson-python"),
            "meson.build": f"project({languages})\npy.install_sources('x.py')",
        }
        found = judge_read(files, ANY)
        assert found.verdict is verdict
        assert "sibling-pure-wheel" in {piece.code for piece in found.evidence}

    def test_a_declared_extension_beside_a_pure_wheel_says_nothing(self):
        assert judge_read({"setup.py": EXTENSION, "x.c": 9}, ANY).verdict is PURE

    def test_a_platform_wheel_of_an_sdist_that_cannot_be_read(self):
        found = judge(Unknown("archive-refused", "a bomb"), LINUX, wheel={"x.cpython-312.so": 9})
        assert (found.verdict, found.confidence) == (NATIVE, Confidence.CERTAIN)

    def test_an_sdist_that_cannot_be_read_and_no_wheel(self):
        found = judge(Unknown("archive-refused", "a bomb"))
        assert (found.verdict, found.confidence) == (UNKNOWN, Confidence.NONE)
        assert "a bomb" in found.reason

    def test_extensions_behind_a_switch_build_pure_though_wheels_have_them(self):
        found = judge({"setup.py": SWITCHED, "x.c": 9}, LINUX, wheel={"x.cpython-312.so": 9})
        assert found.verdict is PURE

    def test_a_switch_beside_a_cmake_project_is_native(self):
        cmake = "cmake_minimum_required(VERSION 3.5)\nproject(x)\nadd_library(x SHARED x.cpp)\n"
        found = judge(
            {"setup.py": SWITCHED, "ffi/CMakeLists.txt": cmake, "ffi/x.cpp": 9},
            LINUX,
            wheel={"x/libx.so": 9},
        )
        assert (found.verdict, found.confidence) == (NATIVE, Confidence.CERTAIN)

    def test_a_platform_wheel_without_native_code_leaves_the_sdist_pure(self):
        found = judge({"setup.py": PLAIN}, LINUX, wheel={"x/__init__.py": 9})
        assert found.verdict is PURE
        assert "wheel-without-native-code" in {piece.code for piece in found.evidence}

    def test_a_platform_wheel_with_native_code_outranks_a_plain_script(self):
        found = judge({"setup.py": PLAIN}, LINUX, wheel={"x/_x.abi3.so": 9})
        assert (found.verdict, found.confidence) == (NATIVE, Confidence.CERTAIN)

    def test_windows_wheels_do_not_make_a_plain_sdist_native(self):
        assert judge({"setup.py": PLAIN}, WINDOWS).verdict is PURE


class TestNeighbours:
    DOUBTFUL = {"setup.py": "print 'Python 2'\n" + EXTENSION, "vendor/x.c": 9}  # noqa: RUF012

    def test_pure_neighbours_decide_where_the_sdist_leaves_doubt(self):
        found = judge(self.DOUBTFUL, neighbours={"2": ["x-2-py3-none-any.whl"]})
        assert (found.verdict, found.confidence) == (PURE, Confidence.WEAK)

    def test_platform_neighbours_confirm(self):
        wheel = LINUX.replace("-1-", "-2-")
        found = judge(Unknown("archive-refused", "no"), neighbours={"2": [wheel]})
        assert (found.verdict, found.confidence) == (NATIVE, Confidence.WEAK)

    def test_a_clear_sdist_does_not_ask_them(self):
        wheel = "x-2-py3-none-any.whl"
        assert judge({"setup.py": EXTENSION, "x.c": 9}, neighbours={"2": [wheel]}).verdict is NATIVE


def test_a_project_that_is_not_known_is_judged_by_its_sdist():
    index = FakeIndex(
        {"x": {"1": ["x-1.tar.gz"]}}, listings={"x-1.tar.gz": {"x-1/setup.py": EXTENSION}}
    )
    sdist = index.at_url("https://files.index.example/x-1.tar.gz", NormalizedName("x"))
    assert isinstance(sdist, Sdist)
    found = judge_source_build(Unknown("not-listed", "named by its URL"), sdist, index)
    assert found.verdict is NATIVE


def test_what_the_caller_has_read_is_not_read_again():
    index = FakeIndex(
        {"x": {"1": ["x-1.tar.gz"], "2": ["x-2.tar.gz", "x-2-py3-none-any.whl"]}},
        listings={"x-1.tar.gz": {"x-1/setup.py": EXTENSION, "x-1/x.c": "int x;"}},
    )
    project = index.project(NormalizedName("x"))
    assert not isinstance(project, Unknown)
    facts = []

    def read():
        listing = index.listing(project.files(Version("1"))[0], wanted)
        assert not isinstance(listing, Unknown)
        facts.append(read_sdist(SdistContents(listing)))
        return facts[0]

    verdicts = {
        version: judge_source_build(project, project.files(Version(version))[0], index, read=read)
        for version in ("1", "2")
    }
    assert verdicts["1"].verdict is NATIVE
    assert verdicts["2"].verdict is PURE
    assert len(facts) == index.counts["listing"]


@pytest.mark.parametrize(
    ("sources", "files", "verdict"),
    [
        ("[one for one in row['src']]", {}, PURE),
        ("[one for one in row['src']]", {"x.c": 9}, NATIVE),
        ("['x.py']", {"x.py": 9}, NATIVE),  # Cython compiles Python too
    ],
)
def test_modules_of_an_unknown_list_need_something_to_compile(
    sources: str, files: dict[str, str | int], verdict: Verdict
):
    # one setup.py serves many packages, and most of them leave its list of modules empty
    script = (
        SETUP + "exts = []\nfor row in read_table():\n"
        f"    exts.append(Extension(row['name'], {sources}))\nsetup(ext_modules=exts)\n"
    )
    found = judge({"setup.py": script, **files})
    assert (found.verdict, found.confidence) == (verdict, Confidence.WEAK)


@pytest.mark.parametrize(
    ("script", "confidence"),
    [
        (EXTENSION, Confidence.CERTAIN),
        (SETUP + "if unknown():\n    setup(ext_modules=[Extension('x', ['x.c'])])\n"
         "else:\n    setup()\n", Confidence.STRONG),
    ],
)  # fmt: skip
def test_a_platform_wheel_makes_certain_what_the_sdist_says_outright(
    script: str, confidence: Confidence
):
    # where the sdist leaves doubt, its modules may still be optional
    found = judge({"setup.py": script, "x.c": 9}, LINUX)
    assert (found.verdict, found.confidence) == (NATIVE, confidence)


def test_a_library_that_the_sdist_does_not_hold_is_left_out_of_what_is_built():
    """glfw: its wheels carry the library, its sdist builds a wheel of Python alone."""
    bundled = {"x/__init__.py": 1, "x/libx.so": 900}
    found = judge({"setup.py": PLAIN, "x/__init__.py": ""}, LINUX, wheel=bundled)
    assert (found.verdict, found.confidence) == (PURE, Confidence.STRONG)
    assert "leaves out x/libx.so" in found.reason
    assert "library-left-out" in {piece.code for piece in found.evidence}


def test_a_library_may_be_made_of_the_sources_that_there_are():
    bundled = {"x/__init__.py": 1, "x/libx.so": 900}
    files: dict[str, str | int] = {"setup.py": PLAIN, "x/__init__.py": "", "src/x.c": "int x;"}
    assert judge(files, LINUX, wheel=bundled).verdict is NATIVE
    module = {"x/__init__.py": 1, "x/x.cpython-312-x86_64-linux-gnu.so": 900}
    assert judge({"setup.py": PLAIN}, LINUX, wheel=module).verdict is NATIVE


RUNS_CMAKE = """import subprocess
from setuptools import setup
from setuptools.command.build import build
from setuptools.command.build_ext import build_ext
class Compile(build_ext):
    def run(self):
        subprocess.check_call(["cmake", "core"])
class Build(build):
    def run(self):
        self.run_command("build_ext")
        super().run()
setup(name="x", cmdclass={"build": Build, "build_ext": Compile})
"""


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("", "", NATIVE),
        ('"build": Build, ', "", PURE),  # nothing to compile, so that nothing runs build_ext
        ("subprocess.check", "if x: subprocess.check", PURE),
        ("        subprocess.check", "        return\n        subprocess.check", PURE),
        ("subprocess.check_call([", "self.spawn([", NATIVE),
        ('"cmake"', '"cp"', PURE),
    ],
)
def test_a_pure_wheel_whose_build_runs_cmake_in_any_case(old: str, new: str, verdict: Verdict):
    script = RUNS_CMAKE.replace(old, new) if old else RUNS_CMAKE
    files = {"setup.py": script, "core/CMakeLists.txt": "project(x Fortran)\n"}
    assert judge_read(files, ANY).verdict is verdict


def test_a_function_that_a_command_executes_is_followed():
    script = RUNS_CMAKE.replace('self.run_command("build_ext")', "self.execute(core, ())")
    script = script.replace(
        "class Compile", "def core():\n    subprocess.call(['cmake'])\nclass Compile"
    )
    files = {"setup.py": script, "core/CMakeLists.txt": "project(x Fortran)\n"}
    assert judge_read(files, ANY).verdict is NATIVE
