"""What build files run by other ways than a plain command, and packages that exclude each other."""

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.needs.build_need import Role, SourceNeedsInput, needs_input
from wheelcheck.builds.needs.library_needs import library_needs
from wheelcheck.builds.needs.source_needs import source_needs
from wheelcheck.builds.needs.system_packages import install_commands
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import read_sdist
from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.index.archives.sources.source_reading import read_marks
from wheelcheck.index.interface import ArchiveListing, ArchiveMember

TRIXIE = Distribution(Family.APT, "debian", "13")


def source(texts: dict[str, str], **more) -> SourceNeedsInput:
    return SourceNeedsInput(NormalizedName("thing"), Version("1.0"), texts=texts, **more)


def required(texts: dict[str, str], **more) -> set[str]:
    found = library_needs(source(texts, **more))
    return {need.name for need in found if need.role is Role.REQUIRED}


def packages(texts: dict[str, str], **more) -> set[str]:
    return set(install_commands(source_needs(source(texts, **more)), TRIXIE).build_packages)


def sdist_packages(texts: dict[str, str], *others: str) -> set[str]:
    """The packages for an sdist with these files, read as a whole."""
    sizes = {path: len(text) for path, text in texts.items()} | dict.fromkeys(others, 100)
    members = tuple(
        ArchiveMember(f"thing-1.0/{path}", size, marks=read_marks(texts.get(path, "").encode()))
        for path, size in sizes.items()
    )
    of_archive = {f"thing-1.0/{path}": text for path, text in texts.items()}
    contents = SdistContents(ArchiveListing(members, of_archive))
    facts = read_sdist(contents)
    needs = source_needs(needs_input(NormalizedName("thing"), Version("1.0"), facts, contents))
    return set(install_commands(needs, TRIXIE).build_packages)


def extension(*libraries: str) -> dict[str, str]:
    return {"setup.py": f'setup(ext_modules=[Extension("x", ["x.c"], libraries={libraries})])'}


@pytest.mark.parametrize("libraries", [("iomp5", "omp"), ("omp", "iomp5")])
def test_of_versions_that_exclude_each_other_that_which_holds_all_is_taken(libraries):
    assert packages(extension(*libraries)) == {"libomp-22-dev"}


def test_in_a_table_by_compilers_those_beside_gcc_are_of_no_build():
    text = """
options = {"gcc": ["-fopenmp"], "clang w/ Intel OpenMP": ["-liomp5"], "icc": ["-lirng"]}
setup(ext_modules=[Extension("x", ["x.c"], extra_link_args=options["gcc"])])
"""
    assert required({"setup.py": text}) == set()


COMMANDS = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[tool.setuptools.cmdclass]
build_ext = "_build.custom_build_ext"
"""
CONFIGURING = """
from setuptools import Extension
from setuptools.command.build_ext import build_ext

class custom_build_ext(build_ext):
    def run(self):
        if self.compiler_type != "msvc":
            self._run_shell_command("configure --disable-nls --disable-shared-libs")
        super().run()
"""


def test_a_command_of_pyproject_that_configures_needs_make():
    assert "make" in required({"pyproject.toml": COMMANDS, "_build.py": CONFIGURING})


@pytest.mark.parametrize(
    ("call", "tool"),
    [
        ('run("cd lib; make clean all BUILD_TOOLS=0", shell=True)', "make"),
        ('run(f"cd lib && cmake {folder}", shell=True)', "cmake"),
        ('subprocess.check_call(["./configure", "--disable-shared"])', "make"),
    ],
)
def test_a_line_for_the_shell_may_change_the_folder_first(call: str, tool: str):
    assert tool in packages({"setup.py": f"import subprocess\n{call}\nsetup()"})


def test_a_library_that_a_command_of_pyproject_makes_is_compiled_without_cmake():
    texts = {
        "pyproject.toml": COMMANDS,
        "setup.py": "from setuptools import setup\nsetup()",
        "_build.py": (
            "from subprocess import run\nfrom setuptools import Extension\n"
            "def library():\n    run('cd lib; make all', shell=True)\n"
            "module = Extension('x', ['x.c'], extra_objects=['lib/libx.a'])\n"
        ),
        "lib/CMakeLists.txt": "project(x C CXX)\nfind_package(Boost REQUIRED)\n",
    }
    assert sdist_packages(texts, "x.c", "lib/y.c") >= {"gcc", "libc6-dev", "make"}
    assert "libboost-all-dev" not in sdist_packages(texts, "x.c", "lib/y.c")


VERSION = """
import subprocess
def from_git():
    return subprocess.run(["git", "describe", "--tags"], stdout=subprocess.PIPE)
try:
    version = from_git()
except CannotDiscoverVersion:
    version = None
"""


@pytest.mark.parametrize(
    ("meson", "needed"),
    [
        ("project('x', 'c', version: run_command('python3', 'version.py').stdout())", {"git"}),
        ("rev = run_command('git', 'describe', check: false)", {"git"}),
        ("numpy = run_command('python3', '-c', 'import numpy')", set()),
        ("if host_machine.system() == 'windows'\nrun_command('git', 'x')\nendif", set()),
    ],
)
def test_meson_must_find_what_it_runs(meson: str, needed: set[str]):
    assert required({"meson.build": meson, "version.py": VERSION}) == needed


def test_a_script_that_meson_runs_may_go_on_without_a_program():
    text = """
import subprocess
try:
    version = subprocess.run(["git", "describe"])
except Exception:
    version = None
"""
    meson = "version = run_command('python3', 'version.py')"
    assert required({"meson.build": meson, "version.py": text}) == set()


@pytest.mark.parametrize(("default", "needed"), [("YES", {"libkrb5-dev"}), ("no", set())])
def test_a_flag_is_what_its_helper_gives_without_the_environment(default: str, needed: set[str]):
    text = f"""
LINK_KRB5 = check_env("LINK_KRB5", "{default}")
libraries = ["sybdb"]
class build(build_ext):
    def build_extensions(self):
        if LINK_KRB5:
            libraries.extend(["gssapi_krb5", "krb5"])
setup(ext_modules=[Extension("x", ["x.c"], libraries=libraries)])
"""
    assert packages({"setup.py": text}) & {"libkrb5-dev"} == needed


@pytest.mark.parametrize("include", ["<Eigen/Dense>", '"Eigen/Dense"'])
def test_headers_without_an_ending_are_known_by_their_folder(include: str):
    texts = {
        "setup.py": (
            "from setuptools import Extension, setup\n"
            "setup(ext_modules=[Extension('x', ['x.cpp'], libraries=['fftw3'])])"
        ),
        "x.cpp": f"#include {include}\n#include <vector>\n",
    }
    assert sdist_packages(texts) >= {"libeigen3-dev", "libfftw3-dev"}
    with_copy = sdist_packages(texts, "Eigen/Dense", "Eigen/Core")
    assert "libeigen3-dev" not in with_copy


def test_a_library_that_the_sdist_makes_is_none_of_the_system():
    script = """
from setuptools import Extension, setup
setup(ext_modules=[Extension("x", ["x.c"], libraries=["nobodys", "rrd"])])
"""
    needs = {need.name for need in library_needs(source({"setup.py": script}))}
    assert needs == {"-lnobodys", "-lrrd"}
    makefile = "libnobodys.a: x.o\n\tar rv libnobodys.a x.o\nlibrrd.a:\n"
    texts = {"setup.py": script, "Makefile": makefile}
    assert {need.name for need in library_needs(source(texts))} == {"-lrrd"}


@pytest.mark.parametrize(
    ("test", "needed"),
    [
        ("len(sys.argv) > 1 and sys.argv[1] == 'authors'", set()),
        ("sys.argv[1] == 'bdist_wheel'", {"git"}),
        ("True", {"git"}),
    ],
)
def test_what_the_setup_script_does_for_another_command_is_no_part_of_a_build(test, needed):
    text = f"""
def check_authors():
    return subprocess.check_output(["git", "log", "--format=%an"]).decode()

if __name__ == "__main__":
    if {test}:
        check_authors()
    else:
        setup(ext_modules=[Extension("x", ["x.c"])])
"""
    assert packages({"setup.py": text}) & {"git"} == needed


@pytest.mark.parametrize(("value", "needed"), [("False", set()), ('"1.2"', {"pkg-config"})])
def test_a_switch_called_like_a_package_asks_pkg_config_for_nothing(value: str, needed: set[str]):
    text = f"""
report = {{"zlib": {value}}}
try:
    flags = subprocess.check_output(["pkg-config", "--libs", "yajl"])
except OSError:
    pass
setup(ext_modules=[Extension("x", ["x.c"])])
"""
    assert packages({"setup.py": text}) & {"pkg-config"} == needed


@pytest.mark.parametrize(("library", "needed"), [("jansson", set()), ("glib-2.0", {"pkg-config"})])
def test_pkg_config_is_optional_where_all_is_that_a_known_build_asks_it_for(library, needed):
    text = f"""
class Conf:
    def __init__(self):
        if self.get("malloc") == "jemalloc":
            self.libs.append("-ljemalloc")
        if self.get("json") == "auto":
            self.flags = spcall("pkg-config --cflags {library}")
setup(ext_modules=[Extension("x", ["x.c"])])
"""
    name = "uwsgi" if library == "jansson" else "pygobject"
    facts = SourceNeedsInput(NormalizedName(name), Version("3.50.0"), texts={"setup.py": text})
    commands = install_commands(source_needs(facts), TRIXIE)
    assert {"pkg-config"} & set(commands.build_packages) == needed
