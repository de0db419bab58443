"""Nothing that a build file names ends in silence: a package, an unresolved need, or no need."""

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.needs.build_need import (
    BuildNeed,
    NeedKind,
    Role,
    SourceNeedsInput,
    needs_input,
)
from wheelcheck.builds.needs.header_packages import holder_of_header
from wheelcheck.builds.needs.library_needs import library_needs
from wheelcheck.builds.needs.names import need_called
from wheelcheck.builds.needs.package_files import build_package, run_packages
from wheelcheck.builds.needs.source_needs import source_needs
from wheelcheck.builds.needs.system_packages import install_commands
from wheelcheck.builds.obstacles.obstacle_rules import missing_from_distribution
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import read_sdist
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.index.archives.build_texts import build_texts
from wheelcheck.index.archives.sources.source_reading import read_marks
from wheelcheck.index.interface import ArchiveListing, ArchiveMember

TRIXIE = Distribution(Family.APT, "debian", "13")
BULLSEYE = Distribution(Family.APT, "debian", "11")
NOBLE = Distribution(Family.APT, "ubuntu", "24.04")
ALPINE = Distribution(Family.APK, "alpine", "3.22")
FEDORA = Distribution(Family.DNF, "fedora", "42")


def facts(texts: dict[str, str] | None = None, **more) -> SourceNeedsInput:
    return SourceNeedsInput(NormalizedName("thing"), Version("1.0"), texts=texts or {}, **more)


def roles(texts: dict[str, str], **more) -> dict[str, Role]:
    return {need.name: need.role for need in library_needs(facts(texts, **more))}


def required(text: str, **more) -> set[str]:
    found = roles({"setup.py": text}, **more)
    return {name for name, role in found.items() if role is Role.REQUIRED}


def packages(texts: dict[str, str], distribution: Distribution = TRIXIE, **more) -> set[str]:
    return set(install_commands(source_needs(facts(texts, **more)), distribution).build_packages)


# What distributions hold


@pytest.mark.parametrize(
    ("kind", "name", "package"),
    [
        (FileKind.LIB, "rrd", "librrd-dev"),
        (FileKind.LIB, "cddgmp", "libcdd-dev"),
        (FileKind.PC, "ipopt", "coinor-libipopt-dev"),
        (FileKind.LIB, "fplll", "libfplll-dev"),
        (FileKind.EXECUTABLE, "dot", "graphviz"),
        (FileKind.EXECUTABLE, "m4", "m4"),
        (FileKind.HEADER, "rrd.h", "librrd-dev"),
        (FileKind.LIB, "nobody-packages-this", None),
    ],
)
def test_a_file_leads_to_the_package_that_holds_it(kind: FileKind, name: str, package: str | None):
    assert build_package((kind, name), TRIXIE) == package


def test_what_is_built_loads_the_library_behind_the_headers():
    assert run_packages("librrd-dev", TRIXIE) == ("librrd8t64",)
    assert run_packages("librrd-dev", BULLSEYE) == ("librrd8",)
    assert run_packages("libeigen3-dev", TRIXIE) == ()


def test_ubuntu_has_what_the_debians_around_it_agree_on():
    assert build_package((FileKind.LIB, "rrd"), NOBLE) == "librrd-dev"
    assert build_package((FileKind.LIB, "rrd"), ALPINE) is None


def test_the_commands_hold_what_was_found_and_say_what_was_not():
    text = 'setup(ext_modules=[Extension("x", ["x.c"], libraries=["rrd", "nowhere"])])'
    commands = install_commands(source_needs(facts({"setup.py": text})), TRIXIE)
    assert commands.build_packages == ("librrd-dev",)
    assert commands.run_packages == ("librrd8t64",)
    assert [need.name for need in commands.unresolved] == ["-lnowhere"]
    on_alpine = install_commands(source_needs(facts({"setup.py": text})), ALPINE)
    assert {need.name for need in on_alpine.unresolved} == {"-lrrd", "-lnowhere"}


@pytest.mark.parametrize(
    ("distribution", "message"),
    [
        (TRIXIE, "no package of Debian 13 holds nowhere.pc: its library must be built first"),
        (ALPINE, ("nowhere.pc is needed; its package is not known here "
            "(apk search --exact pc:nowhere looks for it)")),
        (FEDORA, ("nowhere.pc is needed; its package is not known here "
            "(dnf provides 'pkgconfig(nowhere)' looks for it)")),
    ],
)  # fmt: skip
def test_what_no_package_holds_is_an_obstacle(distribution: Distribution, message: str):
    needs = list(need_called(FileKind.PC, "nowhere", "meson.build"))
    (obstacle,) = missing_from_distribution(facts(), needs, distribution)
    assert (obstacle.code, obstacle.message, obstacle.fatal) == ("not-packaged", message, False)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (FileKind.LIB, "m"), (FileKind.LIB, "pthread"), (FileKind.LIB, "dl"), (FileKind.LIB, "rt"),
        (FileKind.LIB, "ws2_32"), (FileKind.LIB, "python3.12"), (FileKind.LIB, "zlib.lib"),
        (FileKind.CMAKE, "Threads"), (FileKind.CMAKE, "Python3"), (FileKind.PC, "python3-embed"),
        (FileKind.EXECUTABLE, "uname"), (FileKind.EXECUTABLE, "xcrun"),
    ],
)  # fmt: skip
def test_the_c_library_python_and_other_systems_are_no_needs(kind: FileKind, name: str):
    assert list(need_called(kind, name, "here")) == []


def test_the_c_plus_plus_library_means_its_compiler():
    (need,) = need_called(FileKind.LIB, "stdc++", "here")
    assert (need.kind, need.name) == (NeedKind.TOOL, "c++")


# Setup scripts


@pytest.mark.parametrize(
    "text",
    [
        'libraries = ["rrd"]',
        'kw = dict(libraries=["rrd"])',
        'kw = {"libraries": ["rrd"]}',
        'kw["libraries"] = ["m"] + ["rrd"]',
        'ext.libraries.append("rrd")',
        'libs += ["rrd"]',
        'LIBRARIES.insert(0, "rrd")',
        'Extension("x", ["x.c"], extra_link_args=["-lrrd"])',
        'ldflags = "-L/opt/lib -lrrd"',
        'ffi.set_source("_x", "#include <rrd.h>", libraries=["rrd"])',
        'class build_ext(b):\n  def finalize_options(self):\n    self.libraries = ["rrd"]',
        'if self.libraries is None:\n  self.libraries = ["rrd"]',
        'if not LIBRARIES:\n  LIBRARIES.append("rrd")',
        'if "-lrrd" not in LDFLAGS:\n  add()',
        'if "rrd" not in libs:\n  libs.append("rrd")',
        'if sys.platform == "win32":\n  libs = ["foo"]\nelse:\n  libs = ["rrd"]',
        'if name == "foo.lib":\n  libs = ["foo"]\nelse:\n  libs = ["rrd"]',
        'if os.name != "nt":\n  libs = ["rrd"]',
        'libs = {"win32": ["foo"], "linux": ["rrd"]}\nlibraries = ["rrd"]',
    ],
)
def test_libraries_that_a_script_links_with(text: str):
    assert required(text) == {"-lrrd"}


@pytest.mark.parametrize(
    "text",
    [
        'subprocess.check_output(["pkg-config", "--libs", "ipopt"])',
        'os.popen("pkg-config --libs ipopt").read()',
        'subprocess.getoutput("pkg-config --cflags --libs ipopt >= 3")',
        'def cmd(line):\n    return run(line)\ncmd("pkg-config ipopt --cflags")',
        'pkgconfig.parse("ipopt")',
        'def flags(*packages):\n  run(["pkg-config", "--libs"] + list(packages))\nflags("ipopt")',
        'NAME = "ipopt"\npkgconfig.parse(NAME)',
        'for name in ["ipopt"]:\n  check_output(["pkg-config", "--libs", name])',
        'def pkg_config(name, option):\n  pass\npkg_config("ipopt", "cflags-only-I")',
    ],
)
def test_packages_that_a_script_asks_pkg_config_for(text: str):
    assert required(text) == {"ipopt.pc", "pkg-config"}


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ('subprocess.check_output(["dot", "-V"])', "dot"),
        ('os.system("m4 in > out")', "m4"),
        ('subprocess.check_call(["git", "describe"])', "git"),
        ('subprocess.Popen(shlex.split("net-snmp-config --libs"))', "net-snmp-config"),
        ('cpp = shlex.split(os.environ.get("CPP", "cpp"))\nsubprocess.Popen(["cpp", "-"])', "c"),
        ('Extension("x", ["x.pyx"], language="c++")', "c++"),
        ('Extension("x", ["x.pyx"], extra_compile_args=["-std=c++17"])', "c++"),
    ],
)
def test_programs_that_a_script_runs(text: str, program: str):
    assert required(text) == {program}


@pytest.mark.parametrize(
    "text",
    [
        'libraries = ["m"]\nif have_rrd():\n  libraries.append("rrd")\nif True: libs = ["z"]',
        'try:\n  subprocess.check_call(["dot"])\nexcept OSError:\n  pass\nlibs = ["z"]',
        'libs = ["z"]\nif "--with-rrd" in sys.argv:\n  libs.append("rrd")',
        'libs = ["z"]\nif pkgconfig.exists("ipopt"):\n  libs.append("ipopt")',
        'libs = ["z"]\nshutil.which("dot")',
        'libs = ["z"]\ndef f():\n  if not exists(".git"):\n    return\n  subprocess.run(["git"])',
    ],
)
def test_what_a_script_can_do_without_is_optional(text: str):
    found = {name: role for name, role in roles({"setup.py": text}).items() if name != "pkg-config"}
    assert found.pop("zlib") is Role.REQUIRED
    assert set(found.values()) <= {Role.OPTIONAL}


@pytest.mark.parametrize(
    "text",
    [
        'if platform.system() == "Windows":\n  libs = ["rrd"]',
        'def mac_libraries():\n  libs = ["rrd"]',
        'class TestCommand(c):\n  def run(self):\n    subprocess.call(["dot"])',
        'setup(libraries=[("rrd", {"sources": ["rrd.c"]})])\nExtension("x", libraries=["rrd"])',
        'subprocess.run(["ls", "-lrrd"])',
        'subprocess.run([sys.executable, "x.py"])',
    ],
)
def test_other_systems_tests_and_what_the_sdist_builds_itself_are_no_needs(text: str):
    assert roles({"setup.py": text}) == {}


def test_a_library_that_the_script_has_built_is_no_need_of_an_extension_module():
    """PyWavelets 1.3.0 names it by a value: ``libraries=[c_lib[0]]``."""
    script = 'c_lib = ("c_wt", {"sources": sources})\nsetup(libraries=[c_lib])'
    linked = (("setup.py:1", ("c_wt",), False), ("setup.py:1", ("rrd",), False))
    found = library_needs(facts(extension_libraries=linked, texts={"setup.py": script}))
    assert [need.name for need in found] == ["-lrrd"]


def test_a_list_of_python_packages_names_no_libraries():
    lists = 'TEST_LIBS = ["rrd"]\nEXTRAS = {"t": TEST_LIBS}\nsetup(extras_require=EXTRAS)'
    assert required(lists) == set()
    linked = 'LIBS = ["rrd"]\nsetup(ext_modules=[f(LIBS)], install_requires=["x"])'
    assert required(linked) == {"-lrrd"}


def test_what_is_written_for_others_asks_pkg_config_for_nothing():
    """numpy 1.23.2: numpy.distutils writes an .ini of this template."""
    text = "# pkg-config\nconfig.add_npy_pkg_config('npymath.ini.in', 'lib', {'sep': '/'})\n"
    assert required(text) == set()
    assert required("# pkg-config\nwrite_pkgconfig('npymath', 'lib')\n") == set()


def test_pkg_config_is_no_package_of_its_own():
    text = "subprocess.check_call(['pkg-config', '--exists', 'pkg-config'])"
    assert "pkg-config.pc" not in roles({"setup.py": text})


def test_alternatives_under_conditions_count_where_nothing_is_certain():
    text = 'if version > 3:\n  libs = ["rrd"]\nelse:\n  libs = ["rrd", "nowhere"]'
    assert roles({"setup.py": text}) == {"-lrrd": Role.REQUIRED, "-lnowhere": Role.OPTIONAL}


def test_conditions_that_the_walk_through_the_script_decides_are_known():
    text = 'if shared:\n  libs = ["rrd"]\nelse:\n  libs = ["nowhere"]\n'
    found = roles({"setup.py": text}, decided={("setup.py", 1): True})
    assert found == {"-lrrd": Role.REQUIRED, "-lnowhere": Role.OPTIONAL}


def test_modules_that_the_setup_script_imports_are_read_and_no_others():
    texts = {
        "setup.py": "import tools.flags\nsetup(cffi_modules=['src/thing/make.py:ffi'])",
        "tools/flags.py": 'libs = ["rrd"]',
        "src/thing/make.py": 'ffi.set_source("_x", "", libraries=["cdd"])',
        "src/thing/config.py": 'libs = ["nowhere"]',
    }
    assert set(roles(texts)) == {"-lrrd", "-lcdd"}


def test_programs_and_libraries_that_come_with_the_build_environment_are_no_needs():
    text = 'subprocess.check_call(["scons"])\nsubprocess.check_call(["./waf"])\nlibs = ["own"]'
    members = ("waf", "lib/libown.a")
    assert roles({"setup.py": text}, build_requires=("SCons>=4",), members=members) == {}


# Meson


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("dependency('ipopt')", Role.REQUIRED),
        ("dependency('ipopt', required: false)", Role.OPTIONAL),
        ("x = a.found() ? false : true\ndependency('ipopt', required: x)", Role.REQUIRED),
        ("dependency('ipopt', required: get_option('auto'))", Role.OPTIONAL),
        ("dependency('ipopt', required: get_option('on'))", Role.REQUIRED),
        ("if get_option('off')\n  dependency('ipopt')\nendif", Role.OPTIONAL),
        ("if host_machine.system() == 'windows'\n  dependency('ipopt')\nendif", None),
        ("if host_machine.system() == 'windows'\n  x\nelse\n  dependency('ipopt')\nendif",
            Role.REQUIRED),
        ("mac = host_machine.system() == 'darwin'\nif not mac\n  dependency('ipopt')\nendif",
            Role.REQUIRED),
        ("if unknown\n  dependency('ipopt')\nendif", Role.OPTIONAL),
        ("dependency('ipopt')\nmeson.override_dependency('ipopt', dep)", None),
    ],
)  # fmt: skip
def test_meson_dependencies_are_read_with_their_roles(text: str, role: Role | None):
    options = """
option('auto', type: 'feature', value: 'auto')
option('on', type: 'feature', value: 'enabled')
option('off', type: 'boolean', value: false)
"""
    found = roles({"meson.build": text, "meson_options.txt": options})
    assert found.get("ipopt.pc") is role
    assert found.get("pkg-config") is role


VENDOR = """
id = fc.get_id()
if id == 'intel-llvm'
  id = 'intel'
endif
vendor = get_option('vendor')
if vendor == 'auto'
  if id == 'intel'
    vendor = 'other'
  endif
endif
if vendor == 'other'
  cc.find_library('nowhere')
else
  rrd = dependency(wide ? 'rrd64' : 'librrd', required: false)
  if not rrd.found()
    rrd = cc.find_library('rrd')
  endif
endif
"""


@pytest.mark.parametrize(
    ("vendor", "expected"),
    [
        ("auto", {"-lrrd": Role.REQUIRED, "-lnowhere": Role.OPTIONAL}),
        ("other", {"-lrrd": Role.OPTIONAL, "-lnowhere": Role.REQUIRED}),
    ],
)
def test_the_way_that_an_option_of_meson_chooses_is_required(
    vendor: str, expected: dict[str, Role]
):
    options = f"option('vendor', type: 'combo', value: '{vendor}', choices: ['auto', 'other'])"
    found = roles({"meson.build": VENDOR, "meson_options.txt": options})
    assert {name: found[name] for name in expected} == expected


def test_what_pyproject_gives_an_option_of_meson_is_its_value():
    texts = {
        "meson.build": VENDOR,
        "meson_options.txt": "option('vendor', type: 'combo', value: 'auto')",
        "pyproject.toml": "[tool.meson-python.args]\nsetup = ['-Dvendor=other']\n",
    }
    found = roles(texts)
    assert (found["-lrrd"], found["-lnowhere"]) == (Role.OPTIONAL, Role.REQUIRED)


def test_a_word_of_meson_that_grows_is_not_known():
    text = "x = 'a'\nx += 'b'\nif x == 'a'\n  dependency('ipopt')\nendif"
    assert roles({"meson.build": text})["ipopt.pc"] is Role.OPTIONAL
    known = text.replace("x += 'b'\n", "")
    assert roles({"meson.build": known})["ipopt.pc"] is Role.REQUIRED


def test_what_a_bare_system_has_is_found_by_meson():
    text = (
        "x = dependency('threads', required: false)\nif not x.found()\n  dependency('ipopt')\nendif"
    )
    assert roles({"meson.build": text})["ipopt.pc"] is Role.OPTIONAL


def test_a_subproject_in_the_sdist_asks_for_what_it_needs():
    call = "dependency('own', version: '>=@0@'.format(meson.project_version()), "
    call += "fallback: ['own', 'dep'], default_options: ['{}'])"
    below = "project('own')\nsubdir('part' / 'inner')"
    inner = "if get_option('extra')\n  dependency('ipopt')\nendif"
    texts = {
        "subprojects/own/meson.build": below,
        "subprojects/own/part/inner/meson.build": inner,
        "subprojects/own/meson_options.txt": "option('extra', type: 'boolean', value: false)",
        "subprojects/other/meson.build": "dependency('librrd')",
    }
    more = {"members": dict.fromkeys(texts, 1)}
    found = roles({**texts, "meson.build": call.format("extra=true")}, **more)
    assert found["ipopt.pc"] is Role.REQUIRED
    assert "librrd.pc" not in found
    found = roles({**texts, "meson.build": call.format("default_library=static")}, **more)
    assert found.get("ipopt.pc", Role.OPTIONAL) is Role.OPTIONAL


def test_a_folder_is_no_package_that_cmake_finds():
    texts = {"CMakeLists.txt": "find_package(Widget REQUIRED)"}
    members = {f"widget/{name}.cpp": 1 for name in "abcdef"}
    for backend in ("scikit_build_core.build", "cmeel.build"):
        found = roles(texts, members=members, backend=backend)
        assert found["WidgetConfig.cmake"] is Role.REQUIRED
    found = roles(texts, members=members, left_to_cmake=True)
    assert found["WidgetConfig.cmake"] is Role.REQUIRED
    own = {**members, "cmake/FindWidget.cmake": 1}
    found = roles(texts, members=own, backend="scikit_build_core.build")
    assert found["WidgetConfig.cmake"] is Role.BUNDLED


def test_meson_asks_for_its_own_dependencies_without_pkg_config():
    found = roles({"meson.build": "dependency('blas')\ndependency('threads')"})
    assert found == {"openblas": Role.REQUIRED}


def test_programs_in_functions_of_a_package_s_modules_are_optional():
    texts = {
        "setup.py": "import thing.tools.build\nlibs = ['z']",
        "thing/tools/build.py": "def version():\n  return subprocess.check_output(['dot', '-V'])",
    }
    assert roles(texts) == {"zlib": Role.REQUIRED, "dot": Role.OPTIONAL}


def test_scripts_of_the_project_are_no_programs_of_the_system():
    text = "find_program('tools/cythoner.py')\nfind_program('tempita')\nfind_program('dot')"
    project = facts({"src/meson.build": text}, members=("src/tempita",))
    assert {need.name for need in source_needs(project)} & {"cythoner.py", "tempita", "dot"} == {
        "dot"
    }


def test_options_of_a_script_are_no_programs():
    text = "options = ['with-xml2-config']\nsubprocess.call(['xml2-config', '--libs'])"
    assert required(text) == {"xml2-config"}
    assert "libxml2-dev" in packages({"setup.py": text}, ALPINE)
    assert "libxml2-dev" in packages({"setup.py": text}, TRIXIE)


def test_several_names_are_a_single_need():
    text = "cc.find_library('nowhere', 'rrd')"
    assert packages({"meson.build": text}) == {"librrd-dev"}


def test_subprojects_of_cmake_need_cmake():
    assert roles({"meson.build": "p = cmake.subproject('x')"})["cmake"] is Role.REQUIRED


# CMake


def cmake(text: str, **more) -> dict[str, Role]:
    return roles({"CMakeLists.txt": text}, backend="scikit_build_core.build", **more)


WHERE = "find_package(IPOPT REQUIRED)"


@pytest.mark.parametrize(
    ("before", "condition", "role"),
    [
        ("", "1", Role.REQUIRED),
        ("", "OFF", Role.OPTIONAL),
        ("set(X a)", "X STREQUAL a", Role.REQUIRED),
        ("set(X a)", "X STREQUAL b", Role.OPTIONAL),
        ("set(X a)", 'X MATCHES "^a"', Role.REQUIRED),
        ("set(X a)", 'X MATCHES "["', Role.OPTIONAL),
        ("set(X a)", "X VERSION_LESS 3", Role.OPTIONAL),
        ("set(X a)", "DEFINED X", Role.REQUIRED),
        ("", "EXISTS x.txt", Role.OPTIONAL),
        ("set(X OFF)", "X OR (NOT X AND 1)", Role.REQUIRED),
        ("set(X OFF)", "NOT (X OR NOT X)", Role.OPTIONAL),
        ("set(X OFF CACHE BOOL text)", "X", Role.OPTIONAL),
        ("set(X ON PARENT_SCOPE)", "X", Role.REQUIRED),
        ("set(Y N)\nset(X O${Y})", "X", Role.REQUIRED),
        ("set(X ${UNKNOWN})", "X", Role.OPTIONAL),
        ("foreach(X a b)\nendforeach()", "X", Role.OPTIONAL),
        ("if(UNKNOWN)\nset(X ON)\nendif()", "X", Role.OPTIONAL),
    ],
)
def test_the_condition_around_a_library_sets_its_role(before: str, condition: str, role: Role):
    found = cmake(f"{before}\nif({condition})\n{WHERE}\nendif()")
    assert {found[name] for name in found if "ipopt" in name.lower()} == {role}


@pytest.mark.parametrize(
    ("first", "second", "role"),
    [
        ("ON", "ON", Role.OPTIONAL),
        ("OFF", "ON", Role.REQUIRED),
        ("OFF", "UNKNOWN", Role.OPTIONAL),
        ("UNKNOWN", "ON", Role.OPTIONAL),
    ],
)
def test_later_branches_of_cmake(first: str, second: str, role: Role):
    found = cmake(f"if({first})\nelseif({second})\n{WHERE}\nelse()\nendif()")
    assert {found[name] for name in found if "ipopt" in name.lower()} == {role}


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("find_package(IPOPT REQUIRED)", Role.REQUIRED),
        ("find_package(IPOPT)", Role.OPTIONAL),
        ("find_package(IPOPT)\nif(NOT IPOPT_FOUND)\nmessage(FATAL_ERROR no)\nendif()",
            Role.REQUIRED),
        ("if(WIN32)\nfind_package(IPOPT REQUIRED)\nendif()", None),
        ("if(WIN32)\nelse()\nfind_package(IPOPT REQUIRED)\nendif()", Role.REQUIRED),
        ('option(X "" OFF)\nif(X)\nfind_package(IPOPT REQUIRED)\nendif()', Role.OPTIONAL),
        ('option(X "" ON)\nif(X AND NOT APPLE)\nfind_package(IPOPT REQUIRED)\nendif()',
            Role.REQUIRED),
        ("if(UNKNOWN)\nfind_package(IPOPT REQUIRED)\nendif()", Role.OPTIONAL),
        ("function(f)\nfind_package(IPOPT REQUIRED)\nendfunction()", Role.OPTIONAL),
        ("#[[\nfind_package(IPOPT REQUIRED)\n]]", None),
    ],
)  # fmt: skip
def test_cmake_packages_are_read_with_their_roles(text: str, role: Role | None):
    assert cmake(text).get("IPOPTConfig.cmake") is role


def test_a_name_of_cmake_leads_to_a_package_of_pkg_config():
    assert build_package((FileKind.CMAKE, "IPOPT"), TRIXIE) == "coinor-libipopt-dev"


def test_modules_of_pkg_config_libraries_and_programs_in_cmake():
    text = """
pkg_check_modules(IPOPT REQUIRED IMPORTED_TARGET ipopt>=3.11)
find_library(RRD NAMES rrd rrd_th PATHS /opt/lib REQUIRED)
find_program(DOT dot REQUIRED)
find_package(Threads REQUIRED)
"""
    assert cmake(text) == {
        "ipopt.pc": Role.REQUIRED,
        "pkg-config": Role.REQUIRED,
        "-lrrd": Role.REQUIRED,
        "dot": Role.REQUIRED,
    }


def compilers(text: str, **more) -> set[str]:
    texts = {"CMakeLists.txt": text, **more}
    source = facts(
        texts,
        backend="scikit_build_core.build",
        build_requires=("scikit-build-core",),
        languages={"c": "1 file", "c++": "2 files", "fortran": "3 files"},
    )
    needs = source_needs(source)
    return {
        need.name
        for need in needs
        if need.role is Role.REQUIRED and need.name in {"c", "c++", "fortran"}
    }


def test_cmake_says_which_languages_it_compiles():
    assert compilers("project(x LANGUAGES NONE)") == set()
    assert compilers("project(x LANGUAGES C)") == {"c"}
    assert compilers("project(x C Fortran)") == {"c", "fortran"}
    assert compilers("project(x)") == {"c", "c++"}
    assert compilers("project(x NONE)\nenable_language(CXX)") == {"c++"}
    assert compilers("set(x 1)") == {"c", "c++", "fortran"}  # no project: what the sources are


def test_nobody_has_set_a_project_s_own_variables_of_the_environment():
    """gracklepy: what it links to is found only where Grackle_ROOT is set, else compiled."""
    project = "project(x C)\nif(DEFINED ENV{%s})\nelse()\nenable_language(Fortran)\nendif()"
    assert compilers(project % "Grackle_ROOT") == {"c", "fortran"}
    assert compilers(project % "PATH") == {"c"}
    named = (
        'project(x C)\nif(NOT "$ENV{LINK}" STREQUAL "")\nelse()\nenable_language(Fortran)\nendif()'
    )
    assert compilers(named) == {"c", "fortran"}


def test_folders_that_are_not_built_ask_for_nothing():
    text = (
        'project(x C)\noption(F "" OFF)\nif(F)\nadd_subdirectory(f)\nendif()\nadd_subdirectory(g)'
    )
    below = {"f/CMakeLists.txt": "enable_language(Fortran)", "g/CMakeLists.txt": "project(g CXX)"}
    assert compilers(text, **below) == {"c", "c++"}


def test_what_the_backend_defines_decides():
    text = 'option(W "" OFF)\nif(W)\nfind_package(IPOPT REQUIRED)\nendif()'
    define = "[tool.scikit-build.cmake.define]\nW = true\n"
    texts = {"CMakeLists.txt": text, "pyproject.toml": define}
    found = roles(texts, backend="scikit_build_core.build")
    assert found["IPOPTConfig.cmake"] is Role.REQUIRED


def test_a_cmake_project_that_the_build_does_not_run_is_optional():
    texts = {"setup.py": "setup()", "CMakeLists.txt": "find_package(IPOPT REQUIRED)"}
    assert roles(texts)["IPOPTConfig.cmake"] is Role.OPTIONAL


def test_modules_of_a_cmake_project_are_read_where_it_includes_them():
    texts = {
        "CMakeLists.txt": "list(APPEND CMAKE_MODULE_PATH ${CMAKE_SOURCE_DIR}/cmake/)\ninclude(Own)",
        "cmake/Own.cmake": "find_library(R rrd REQUIRED)",
        "other/Own.cmake": "find_library(I ipopt REQUIRED)",
    }
    assert {name for name, role in roles(texts).items() if role is Role.REQUIRED} == {"-lrrd"}


SEEK = """
function(seek OUT)
  cmake_parse_arguments(ARG "REQUIRED" "" "NAMES" ${ARGN})
  find_library(${OUT} NAMES ${ARG_NAMES})
endfunction()
"""


@pytest.mark.parametrize(
    ("calls", "role"),
    [
        ("seek(X REQUIRED NAMES rrd HINTS /opt)", Role.REQUIRED),
        ("if(KIND)\n  seek(X REQUIRED NAMES rrd)\nelse()\n  seek(X REQUIRED NAMES rrd)\nendif()",
         Role.REQUIRED),
        ("if(KIND)\n  seek(X REQUIRED NAMES rrd)\nelse()\n  seek(X NAMES rrd)\nendif()",
         Role.OPTIONAL),
        ("seek(X HINTS rrd)", None),
    ],
)  # fmt: skip
def test_a_function_of_cmake_hands_names_on_to_find_library(calls: str, role: Role | None):
    assert roles({"CMakeLists.txt": f"{SEEK}{calls}"}).get("-lrrd") is role


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("if(A)\n{0}\nelse()\n{0}\nendif()", Role.REQUIRED),
        ("if(A)\n{0}\nelseif(B)\n{0}\nelse()\n{0}\nendif()", Role.REQUIRED),
        ("if(A)\n{0}\nelseif(B)\n{0}\nendif()", Role.OPTIONAL),
        ("if(A)\nelseif(B)\n{0}\nelse()\n{0}\nendif()", Role.OPTIONAL),
        ("if(A)\n{0}\nendif()\nif(A)\n{0}\nendif()", Role.OPTIONAL),
        ("if(A)\n{0}\n{0}\nendif()", Role.OPTIONAL),
        ("function(seek)\n{0}\n{0}\nendfunction()", Role.OPTIONAL),
    ],
)
def test_what_every_way_of_a_condition_of_cmake_demands_is_required(text: str, role: Role):
    found = roles({"CMakeLists.txt": text.format("find_package(GSL REQUIRED)")})
    assert found == {"gsl": role}


@pytest.mark.parametrize(("name", "role"), [("GSL", Role.REQUIRED), ("Nowhere", Role.OPTIONAL)])
def test_a_package_spares_what_cmake_fetches_where_it_is_not_found(name: str, role: Role):
    text = f"""
find_package({name} 2.1)
if(NOT {name}_FOUND)
  ExternalProject_Add({name} URL ftp://index.example/it.tar.gz)
endif()
"""
    assert {role} == {
        found for key, found in roles({"CMakeLists.txt": text}).items() if key != "make"
    }


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("find_package(GSL QUIET)\nif(GSL_FOUND)\nelse()\n  {0}\nendif()", Role.REQUIRED),
        ("find_package(GSL QUIET)\nif(NOT TARGET GSL::gsl)\n  {0}\nendif()", Role.REQUIRED),
        ("find_package(GSL QUIET)\nif(GSL_FOUND)\n  {0}\nendif()", Role.OPTIONAL),
        ("find_package(GSL)\nif(A AND GSL_FOUND)\nelse()\n  {0}\nendif()", Role.OPTIONAL),
        ("FetchContent_Declare(GSL URL ftp://index.example/it.zip FIND_PACKAGE_ARGS 2.1)",
         Role.REQUIRED),
        ("FetchContent_Declare(it URL ftp://index.example/it.zip FIND_PACKAGE_ARGS NAMES GSL)",
         Role.REQUIRED),
        ("CPMFindPackage(NAME GSL GITHUB_REPOSITORY it/it VERSION 2.1)", Role.REQUIRED),
        ("CPMAddPackage(NAME GSL GITHUB_REPOSITORY it/it VERSION 2.1)", None),
    ],
)  # fmt: skip
def test_what_cmake_looks_for_before_it_fetches_spares_the_network(text: str, role: Role | None):
    """harmonypy: Armadillo's headers."""
    fetch = "FetchContent_Declare(GSL URL ftp://index.example/it.tar.gz)"
    assert roles({"CMakeLists.txt": text.format(fetch)}).get("gsl") is role


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("find_package(GSL 9 QUIET)\nif(NOT GSL_FOUND)\n  find_package(GSL REQUIRED)\nendif()",
         Role.REQUIRED),
        ("find_package(GSL 9)\nif(NOT TARGET GSL::gsl)\n  find_package(GSL REQUIRED)\nendif()",
         Role.REQUIRED),
        ("if(NOT TARGET GSL::gsl)\n  find_package(GSL REQUIRED)\nendif()", Role.OPTIONAL),
        ("find_package(GSL)\nif(NOT GSL_FOUND)\nelse()\n  find_package(GSL REQUIRED)\nendif()",
         Role.OPTIONAL),
        ("find_package(GSL)\nif(A)\nelseif(NOT GSL_FOUND)\n  find_package(GSL REQUIRED)\nendif()",
         Role.OPTIONAL),
        ("find_package(GSL)\nif(NOT TARGET FFTW::x)\n  find_package(GSL REQUIRED)\nendif()",
         Role.OPTIONAL),
        ("find_package(GSL)\nif(NOT GSL_FOUND AND WANTED)\n  find_package(GSL REQUIRED)\nendif()",
         Role.OPTIONAL),
    ],
)  # fmt: skip
def test_a_package_that_is_demanded_where_it_was_not_found_is_required(text: str, role: Role):
    assert roles({"CMakeLists.txt": text})["gsl"] is role


def test_a_release_that_is_only_tried_is_no_minimum():
    """As pyfes, which builds with Eigen 3.4."""
    demanded = "find_package(GSL 2.1 REQUIRED)"
    tried = f"find_package(GSL 9 CONFIG QUIET)\nif(NOT TARGET GSL::gsl)\n{demanded}\nendif()"
    for text in (demanded, tried):
        (need,) = (n for n in library_needs(facts({"CMakeLists.txt": text})) if n.name == "gsl")
        assert need.minimum_version == Version("2.1")


def test_an_entry_of_a_dictionary_names_libraries():
    text = "exec(open(os.path.join('thing', '_config.py')).read())\n"
    text += "modules[0].libraries += env['RRD'].split(',')"
    texts = {"setup.py": text, "thing/_config.py": "env = {'RRD': 'rrd,z', 'OTHER': 'ipopt'}"}
    assert roles(texts) == {"-lrrd": Role.REQUIRED, "zlib": Role.REQUIRED}


# Crates


def test_crates_that_link_with_a_library_are_recognised_by_their_names():
    text = '[dependencies]\nrrd-sys = "1"\nwindows-sys = "1"\njs-sys = "1"\n'
    assert roles({"Cargo.toml": text}) == {"-lrrd": Role.OPTIONAL}


def test_a_hash_in_a_string_of_a_cargo_toml_is_no_comment():
    text = '[package]\nname = "x"\ndescription = "C# too"\n[dependencies]\nrrd-sys = "1"\n'
    assert roles({"Cargo.toml": text}) == {"-lrrd": Role.OPTIONAL}


def test_needs_of_hostile_build_files_end():
    deep = "if(" * 5000 + "\nfind_package(X)\n" + ")" * 5000
    assert isinstance(library_needs(facts({"CMakeLists.txt": deep})), tuple)
    assert isinstance(library_needs(facts({"CMakeLists.txt": "NOT " * 9000})), tuple)
    loop = "add_subdirectory(.)\nadd_subdirectory(a)"
    texts = {"CMakeLists.txt": loop, "a/CMakeLists.txt": "add_subdirectory(..)"}
    assert library_needs(facts(texts)) == ()
    nested = "if " + "not " * 5000 + "x\ndependency('y')\nendif"
    assert isinstance(library_needs(facts({"meson.build": nested})), tuple)


def test_what_is_merged_keeps_the_files_that_are_looked_for():
    first = BuildNeed(NeedKind.LIBRARY, "-lrrd", "a", Role.OPTIONAL, files=((FileKind.LIB, "rrd"),))
    assert first.files == ((FileKind.LIB, "rrd"),)


def test_headers_count_where_no_build_file_names_a_library():
    headers = {
        "rrd.h": 2,
        "X11/Xlib.h": 1,
        "algorithm": 5,
        "byteswap.h": 3,
        "stdio.h": 9,
        "windows.h": 1,
        "Python.h": 4,
    }
    needs = {need.name: need.role for need in library_needs(facts(headers=headers))}
    assert needs == {"rrd.h": Role.REQUIRED, "X11/Xlib.h": Role.OPTIONAL}
    assert packages({}, headers=headers) == {"librrd-dev"}
    assert not library_needs(facts(headers={"rrd/rrd.h": 2}, build_requires=("rrd",)))
    named = roles({"setup.py": 'libs = ["cdd"]'}, headers=headers)
    assert named == {"-lcdd": Role.REQUIRED}


# What wheels carry


def test_what_a_wheel_carries_is_needed_where_no_build_file_names_a_library():
    assert roles({}, vendored=("x.libs/libcurl-f42b8de4.so.4",)) == {"curl": Role.REQUIRED}


def test_libraries_of_libraries_that_a_wheel_carries_are_optional():
    """exiv2's wheels carry curl, with which the libexiv2 of their system was linked."""
    script = {"setup.py": 'setup(ext_modules=[Extension("x", ["x.c"], libraries=["exiv2"])])'}
    carried = ("x.libs/libexiv2-a1b2c3d4.so.27", "x.libs/libcurl-f42b8de4.so.4")
    assert roles(script, vendored=carried)["curl"] is Role.OPTIONAL
    included = roles(script, vendored=carried, headers={"curl/curl.h": 2})
    assert included["curl"] is Role.REQUIRED


def test_headers_in_several_versions_lead_to_the_version_of_the_distribution():
    assert holder_of_header("boost/format.hpp") == "libboost-dev"
    assert holder_of_header("zlib.h") == "zlib1g-dev"
    assert holder_of_header("nobody-has/this.h") is None


def test_cmake_says_which_compilers_a_setup_script_needs_that_leaves_all_to_it():
    texts = {"CMakeLists.txt": "project(x LANGUAGES C)\n", "setup.py": "run(['cmake'])"}
    shipped = {"c": "3 source files", "fortran": "5 source files", "c++": "2 source files"}
    named = {
        left: {
            need.name
            for need in source_needs(facts(texts, languages=shipped, left_to_cmake=left))
            if need.kind is NeedKind.TOOL
        }
        for left in (True, False)
    }
    assert {"c"} <= named[True]
    assert not {"fortran", "c++"} & named[True]
    assert {"c", "fortran", "c++"} <= named[False]


def test_where_each_way_sets_the_libraries_the_last_counts():
    """pyhdf: the libraries are called otherwise where a file is found."""
    text = "if has_alt():\n    libraries = ['mfhdfalt']\nelse:\n    libraries = ['mfhdf']\n"
    assert required(text + "libraries += ['jpeg']\n") == {"-lmfhdf", "libjpeg"}
    bundled = "if has():\n    libraries = ['mfhdf']\nelse:\n    sources = ['own.c']\n"
    assert required(bundled + "libraries += ['jpeg']\n") == {"libjpeg"}


# What setup scripts have other tools find


def test_a_makefile_that_the_script_runs_names_its_libraries():
    """bluepy: make compiles a helper that links with GLib."""
    script = "for cmd in ['make -C x clean', 'make -C x -j1']:\n    check_output(split(cmd))\n"
    makefile = (
        "# pkg-config libxml-2.0 --libs\n"
        "CPPFLAGS += $(shell pkg-config glib-2.0 --cflags)\nLDLIBS += -lrrd \\\n  -lm\n"
    )
    texts = {"setup.py": script, "x/Makefile": makefile}
    assert roles(texts) == {
        "make": Role.REQUIRED,
        "glib": Role.REQUIRED,
        "pkg-config": Role.REQUIRED,
        "-lrrd": Role.REQUIRED,
    }
    assert roles({**texts, "setup.py": "setup()"}) == {}


def test_a_program_of_a_library_in_a_helper_is_an_alternative_way_to_find_it():
    """mariadb: where no path is given, the helper runs ``mariadb_config``."""
    helper = (
        "def config(options):\n"
        "    try:\n        program = options['config']\n"
        "    except KeyError:\n        program = 'mariadb_config'\n"
    )
    texts = {"setup.py": "from x_posix import config\n", "x_posix.py": helper}
    assert roles(texts) == {"mariadb-client": Role.REQUIRED}


def test_libraries_that_cmake_finds_count_where_none_is_required():
    """pymumps: what ``find_library`` looks for in any case, if some distribution has it."""
    looks = "project(x C)\nfind_library(A NAMES coinmumps smumps)\nfind_library(B nowhere)\n"
    scripts = {"pyproject.toml": "[build-system]\nrequires = ['scikit-build-core']\n"
        "build-backend = 'scikit_build_core.build'\n"}  # fmt: skip
    more = {"backend": "scikit_build_core.build"}
    found = roles({**scripts, "CMakeLists.txt": looks}, **more)
    assert found["-lcoinmumps"] is Role.REQUIRED
    assert found["-lnowhere"] is Role.OPTIONAL
    named = looks + "find_package(ZLIB REQUIRED)\n"
    assert roles({**scripts, "CMakeLists.txt": named}, **more)["-lcoinmumps"] is Role.OPTIONAL


def test_meson_looks_for_what_a_loop_names():
    """python-mumps: an option lists the libraries, and a loop ends where one is missing."""
    options = "option('names', type: 'array', value: ['rrd', 'zlib'])\n"
    loop = (
        "project('x', 'c')\nnames = get_option('names')\nforeach name : names\n"
        "  pkg = dependency(name, required: false)\n  if pkg.found()\n    continue\n  endif\n"
        "  error('no ' + name)\nendforeach\n"
    )
    texts = {"meson.build": loop, "meson.options": options}
    assert roles(texts) == {
        "rrd.pc": Role.REQUIRED, "zlib": Role.REQUIRED, "pkg-config": Role.REQUIRED,
    }  # fmt: skip
    forgiving = {**texts, "meson.build": loop.replace("error(", "warning(")}
    assert set(roles(forgiving).values()) == {Role.OPTIONAL}


# What extension modules link with


def linked(*names: str, optional: bool = False, **more) -> tuple[BuildNeed, ...]:
    return library_needs(facts(extension_libraries=(("setup.py:9", names, optional),), **more))


def test_any_of_several_names_leads_to_a_package():
    needs = linked("rrd_th", "rrd")
    assert [(need.name, need.role, need.inferred) for need in needs] == [
        ("-lrrd_th", Role.REQUIRED, True)
    ]
    assert "librrd-dev" in install_commands(needs, TRIXIE).build_packages


def test_what_nobody_packages_is_needed_though_a_row_written_by_hand_does_not_have_it():
    def roles_of(project: str, *, optional: bool = False) -> dict[str, Role]:
        libraries = (("setup.py:132", ("ta_lib",), optional),)
        own = SourceNeedsInput(
            NormalizedName(project), Version("0.4.28"), extension_libraries=libraries
        )
        return {need.name: need.role for need in source_needs(own)}

    assert roles_of("ta-lib")["-lta_lib"] is Role.REQUIRED
    assert roles_of("ta-lib", optional=True)["-lta_lib"] is Role.OPTIONAL
    # behind this row is a recipe, which does without
    assert roles_of("adblock")["-lta_lib"] is Role.OPTIONAL


def test_a_library_whose_header_every_build_includes_is_known_to_be_needed():
    headers = {"rrd.h": "x.c"}
    (known,) = linked("rrd", sure_headers=headers)
    assert (known.role, known.inferred) == (Role.REQUIRED, False)
    for other in (
        linked("rrd", sure_headers={"magic.h": "x.c"}),
        linked("rrd", optional=True, sure_headers=headers),
        linked("rrd_th", "rrd", sure_headers=headers),
        linked("rrd", sure_headers=headers, texts={"setup.py": "cmdclass={'build_ext': own}"}),
    ):
        assert next(need for need in other if "rrd" in need.name).inferred


def test_a_library_that_no_package_holds_and_its_header_neither_fails_the_build():
    """pybgpstream: -lbgpstream, and its sources include bgpstream.h."""
    headers = {"nowhere.h": "x.c"}
    (need,) = linked("nowhere", unmet_headers=headers)
    (obstacle,) = missing_from_distribution(facts(), [need], TRIXIE)
    assert (obstacle.code, obstacle.fatal) == ("not-packaged", True)
    assert not any(each.fatal for each in missing_from_distribution(facts(), [need], ALPINE))
    for other in (
        linked("nowhere"),
        linked("nowhere", unmet_headers={"config.h": "x.c"}),
        linked("nowhere", optional=True, unmet_headers=headers),
        linked("nowhere", unmet_headers=headers, texts={"setup.py": "subprocess.call(['make'])"}),
    ):
        assert next(need for need in other if "nowhere" in need.name).inferred


def test_a_known_need_fails_no_build_where_its_package_is_not_known():
    needs = linked("rrd", sure_headers={"rrd.h": "x.c"})
    (unknown,) = missing_from_distribution(facts(), needs, ALPINE)
    assert not unknown.fatal
    crypt = linked("crypt", sure_headers={"crypt.h": "x.c"})  # musl brings it
    assert not any(each.fatal for each in missing_from_distribution(facts(), crypt, ALPINE))
    assert not list(missing_from_distribution(facts(), needs, TRIXIE))


def test_a_library_that_a_list_gains_on_some_ways_is_optional():
    script = (
        "from setuptools import Extension, setup\nnames = ['z']\n"
        "if found_it():\n    names.append('rrd')\n"
        "setup(ext_modules=[Extension('x', ['x.c'], libraries=names)])\n"
    )
    listing = ArchiveListing((ArchiveMember("x-1/setup.py", 1),), {"x-1/setup.py": script})
    contents = SdistContents(listing)
    found = needs_input(NormalizedName("x"), Version("1"), read_sdist(contents), contents)
    assert [(names, optional) for _, names, optional in found.extension_libraries] == [
        (("z",), False),
        (("rrd",), True),
    ]


# What sources include


def test_headers_that_sources_include_in_every_build_name_a_package():
    """bonsai: no build file names SASL, whose header its sources include."""
    script = {"setup.py": "setup(ext_modules=[Extension('x', ['x.c'], libraries=['ldap'])])"}
    found = {"ldap.h": "x.c", "sasl/sasl.h": "x.h", "nobody-has/this.h": "x.c"}
    assert roles(script, sure_headers=found) == {
        "openldap": Role.REQUIRED, "cyrus-sasl": Role.REQUIRED,
    }  # fmt: skip
    assert "libsasl2-dev" in packages(script, sure_headers=found)


def test_a_header_of_a_package_that_comes_along_is_no_need_of_its_own():
    script = {"setup.py": "setup(ext_modules=[Extension('x', ['x.c'], libraries=['GL'])])"}
    assert len(roles(script, sure_headers={"X11/Xlib.h": "x.c"})) == 1
    alone = roles({"setup.py": "setup()"}, sure_headers={"X11/Xlib.h": "x.c"})
    assert list(alone.values()) == [Role.REQUIRED]


def test_headers_count_for_declared_sources_and_what_these_include():
    script = (
        "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('x', ['x.c'])])\n"
    )
    files = {
        "setup.py": script,
        "x.c": '#include "x.h"\n#include <rrd.h>\n#include <own.h>\n',
        "x.h": '#include <sasl/sasl.h>\n#include "IpNowhere.hpp"\n#include "Python.h"\n',
        "own.h": "",
        "other.c": "#include <magic.h>\n",
    }
    members = [
        ArchiveMember(f"x-1/{path}", len(text), marks=read_marks(text.encode()))
        for path, text in files.items()
    ]
    contents = SdistContents(ArchiveListing(tuple(members), {"x-1/setup.py": script}))
    found = needs_input(NormalizedName("x"), Version("1"), read_sdist(contents), contents)
    assert found.sure_headers == {"rrd.h": "x.c", "sasl/sasl.h": "x.h"}
    assert found.unmet_headers == {"IpNowhere.hpp": "x.h"}


def test_a_header_that_nothing_has_is_of_the_only_library_of_pkg_config():
    """ipyopt: where pkg-config fails, the script goes on, and the compiler stops."""
    ask = "try:\n  flags = pkg_config('{}')\nexcept RuntimeError:\n  warn('set CFLAGS')\n"
    helper = "def pkg_config(*names):\n  return run(('pkg-config', '--libs', *names))\n"
    script = {"setup.py": helper + ask.format("ipopt")}
    unmet = {"IpIpoptApplication.hpp": "x.hpp"}
    assert "coinor-libipopt-dev" in packages(script, unmet_headers=unmet)
    assert "coinor-libipopt-dev" not in packages(script)
    assert "coinor-libipopt-dev" not in packages(script, unmet_headers={"stdio.h": "x.c"})
    several = {"setup.py": helper + ask.format("ipopt") + ask.format("gtk4")}
    assert "coinor-libipopt-dev" not in packages(several, unmet_headers=unmet)


def test_an_interface_without_its_wrapper_needs_swig():
    """box2d-py: a script that is not followed gathers the interface with other sources."""
    texts = {"setup.py": "swig_source = 'x.i'\nsetup(ext_modules=[Extension('x', files())])\n"}
    shipped = {"swig": "1 source files in the sdist"}

    def tools(*members: str) -> set[str]:
        needs = source_needs(facts(texts, languages=shipped, members=members))
        return {need.name for need in needs if need.kind is NeedKind.TOOL}

    assert "swig" in tools("x.i", "setup.py")
    assert "swig" not in tools("x.i", "x_wrap.cpp", "setup.py")


def test_a_build_tool_that_a_variable_names_is_run():
    script = (
        "make_cmd = 'make'\nif bsd:\n    make_cmd = 'gmake'\nsubprocess.run([make_cmd, '-j'])\n"
    )
    assert roles({"setup.py": script})["make"] is Role.REQUIRED
    assert roles({"setup.py": "title = 'make'\nsubprocess.run(title)\n"}) == {}


@pytest.mark.parametrize(
    "name", ["boost_python", "boost_python3", "boost_python-py36", "boost_python313"]
)
def test_boosts_libraries_are_called_after_the_python(name: str):
    assert required(f"setup(ext_modules=[Extension('x', libraries=['{name}'])])") == {
        "boost-python"
    }


def test_headers_of_boost_python_call_for_its_library():
    header = "boost/python.hpp"
    sure = {"headers": {header: 3}, "sure_headers": {header: "src/x.cpp"}}
    assert "libboost-python-dev" in packages({"setup.py": ""}, **sure)
    bundled = packages({"setup.py": ""}, members=(f"extern/{header}",), **sure)
    assert "libboost-python-dev" not in bundled


def test_a_script_for_cffi_in_a_package_names_libraries_and_headers():
    """sparseqr: only what ``cffi_modules`` names is known to be a build script."""
    texts = {
        "x-1/setup.py": "setup(cffi_modules=['thing/thing_gen.py:builder'])",
        "x-1/thing/thing_gen.py": (
            "libraries = ['rrd']\nbuilder.set_source('x', '#include <magic.h>', "
            "libraries=libraries)\n"
        ),
        "x-1/thing/other_gen.py": "libraries = ['ldap']\n",
    }
    contents = SdistContents(ArchiveListing(tuple(ArchiveMember(path, 1) for path in texts), texts))
    found = needs_input(NormalizedName("x"), Version("1"), read_sdist(contents), contents)
    assert found.sure_headers == {"magic.h": "thing/thing_gen.py"}
    assert {need.name for need in library_needs(found)} >= {"-lrrd"}
    assert "openldap" not in {need.name for need in library_needs(found)}


def test_a_library_of_java_calls_for_a_jdk():
    """jep: helpers in a folder of commands give setup() the names."""
    script = {"setup.py": "setup(ext_modules=[Extension('x', ['x.c'], libraries=['jvm'])])"}
    assert "default-jdk-headless" in packages(script)
    assert build_texts("x-1/commands/java.py")


def test_a_target_of_cmake_that_is_always_made_names_its_build_tool():
    """rwkv-cpp: CMake makes its files by make, though Ninja runs the build."""
    command = "add_custom_command(OUTPUT lib.so COMMAND make lib.so)\n"
    assert "make" not in cmake(command)
    assert "make" not in cmake(f"{command}add_custom_target(run DEPENDS lib.so)")
    assert cmake(f"{command}add_custom_target(run ALL DEPENDS lib.so)")["make"] is Role.REQUIRED
    assert cmake("add_custom_target(run ALL COMMAND make)")["make"] is Role.REQUIRED


@pytest.mark.parametrize(
    "script",
    [
        "extensions = Lazy([{'name': 'x', 'pkgconfig': 'md4c md4c-html'}])",
        "import pkgconfig\npkgconfig.parse('md4c md4c-html >= 0.4')",
    ],
)
def test_several_packages_in_a_string_for_pkg_config(script: str):
    found = required("# pkg-config\nimport subprocess, pkgconfig\n" + script)
    assert {"md4c.pc", "md4c-html.pc"} <= found


def test_what_pkg_config_requires_of_a_package_is_installed_with_it():
    asks = {"setup.py": "import subprocess\nsubprocess.run(['pkg-config', '--libs', 'libalpm'])"}
    assert {"libalpm-dev", "libarchive-dev", "libgpgme-dev"} <= packages(asks)
    links = {"setup.py": "setup(ext_modules=[Extension('x', libraries=['alpm'])])"}
    assert "libgpgme-dev" not in packages(links)
    assert not {"libarchive-dev", "libgpgme-dev"} & packages(asks, ALPINE)


def test_what_a_lesser_part_of_a_library_requires_is_not_installed_for_all():
    # cairo.pc of Debian 13 does not name lzo2, cairo-script-interpreter.pc of its package does
    asks = {"setup.py": "import subprocess\nsubprocess.run(['pkg-config', '--libs', 'cairo'])"}
    assert "libcairo2-dev" in packages(asks)
    assert "liblzo2-dev" not in packages(asks)


def test_what_the_headers_of_a_package_include_is_installed_with_it():
    # <ucto/tokenize.h> includes <libfolia/folia.h>, and Debian's libucto-dev depends on neither
    links = {"setup.py": "setup(ext_modules=[Extension('x', libraries=['ucto'])])"}
    assert {"libucto-dev", "libfolia-dev", "libticcutils-dev", "libicu-dev"} <= packages(links)
    assert "libfolia-dev" not in packages(links, ALPINE)


@pytest.mark.parametrize(
    "looks",
    [
        "find_library(Tunes_LIBRARY NAMES taglib tag)",
        "find_path(Tunes_INCLUDE_DIR NAMES taglib/tag.h)",
        "pkg_check_modules(PC_Tunes QUIET taglib>=1.9)",
    ],
)
def test_the_projects_own_module_for_cmake_says_what_a_library_is_called(looks: str):
    texts = {
        "pyproject.toml": "[build-system]\nrequires = ['scikit-build-core']\n"
        "build-backend = 'scikit_build_core.build'\n",
        "CMakeLists.txt": "project(x CXX)\nfind_package(Tunes REQUIRED)\n",
    }
    assert not {"libtag-dev", "libtag1-dev"} & packages(texts)
    found = packages({**texts, "cmake/FindTunes.cmake": looks})
    assert {"libtag-dev", "libtag1-dev"} & found


@pytest.mark.parametrize("name", ["klu", "libklu.a", "libklu.so"])
def test_a_library_may_be_called_by_its_file(name: str):
    (found,) = need_called(FileKind.LIB, name, "setup.py")
    assert (FileKind.LIB, "klu") in found.files or found.name == "suitesparse"


def test_cmake_behind_a_variable_is_needed_and_ninja_is_not():
    script = (
        "import subprocess\nfrom shutil import which\n"
        "cmake = which('cmake')\nninja = which('ninja')\nsubprocess.call([cmake, '.'])\n"
    )
    assert required(script) == {"cmake"}


NASM = "if(CMAKE_SYSTEM_PROCESSOR MATCHES x86_64)\n  enable_language(ASM_NASM)\nendif()\n"


@pytest.mark.parametrize(
    ("cmake", "needed"), [(NASM, True), ("check_language(ASM_NASM)\n" + NASM, False)]
)
def test_a_makefile_runs_the_assembler_that_cmake_would(cmake: str, needed: bool):  # noqa: FBT001
    texts = {"setup.py": "import subprocess\nsubprocess.run(['make'])", "lib/CMakeLists.txt": cmake}
    found = required(texts["setup.py"], members=("lib/crc.asm",))
    assert "nasm" not in found
    needs = roles(texts, members=("lib/crc.asm",))
    assert (needs.get("nasm") is Role.REQUIRED) is needed


# The GNU build system

CONFIGURE = """
AM_INIT_AUTOMAKE([foreign 1.11])
LT_INIT([disable-static])
dnl PKG_CHECK_MODULES([OLD], [libold])
PKG_CHECK_MODULES([SSL], [libssl >= 1.1 libcrypto])
PKG_CHECK_MODULES([XML], [libxml-2.0], [have_xml=yes], [have_xml=no])
AS_IF([test "x$with_lzma" = xyes], [
    PKG_CHECK_MODULES([LZMA], [liblzma])
])
"""
MAKES_CONFIGURE = "import subprocess\nsubprocess.run(['autoreconf', '--install'], cwd='lib')\n"


def test_a_configure_made_in_the_build_takes_what_its_macros_are_of():
    texts = {"setup.py": MAKES_CONFIGURE, "lib/configure.ac": CONFIGURE}
    run = {"tools_run": (("setup.py:2", "autoreconf"),)}
    found = roles(texts, **run)
    assert {name for name, role in found.items() if role is Role.REQUIRED} == {
        "autoconf", "automake", "libtool", "pkg-config", "openssl",
    }  # fmt: skip
    assert found["libxml2"] is Role.OPTIONAL
    assert "xz" not in found
    assert set(roles({"lib/configure.ac": CONFIGURE})) == set()  # nothing runs it


def test_a_configure_in_the_sdist_is_run_as_it_is():
    texts = {
        "setup.py": "import subprocess\nsubprocess.run(['./configure'], cwd='lib')\n",
        "lib/configure.ac": CONFIGURE,
    }
    run = {"tools_run": (("setup.py:2", "configure"),), "members": ("lib/configure",)}
    found = roles(texts, **run)
    assert {"automake", "libtool"}.isdisjoint(found)
    assert found["openssl"] is Role.REQUIRED


@pytest.mark.parametrize(
    ("command", "tool"),
    [
        ("${GIT_EXECUTABLE} apply fix.patch", "git"),
        ("git apply --check fix.patch", "git"),
        ("${Patch_EXECUTABLE} -p1 -i fix.patch", "patch"),
        ("${GIT_EXECUTABLE} describe --tags", None),
    ],
)
def test_sources_that_cmake_patches_need_the_program(command: str, tool: str | None):
    text = (
        "project(x LANGUAGES NONE)\nfind_package(Git QUIET)\nif(GIT_FOUND)\n"
        f"  execute_process(COMMAND {command})\nendif()\n"
    )
    found = {name for name, role in cmake(text).items() if role is Role.REQUIRED}
    assert found & {"git", "patch"} == ({tool} if tool else set())


@pytest.mark.parametrize("ends", [True, False])
def test_a_program_whose_lack_the_script_notes_and_then_ends_by_is_needed(ends: bool):  # noqa: FBT001
    script = (
        "import subprocess\ntry:\n    HAS_IT = subprocess.call(['thing-config', '--libs']) == 0\n"
        "except OSError:\n    HAS_IT = False\n"
        f"if not HAS_IT:\n    {'raise ValueError()' if ends else 'print()'}\n"
    )
    assert ("thing-config" in required(script)) is ends


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("['libone'] if platform.system() == 'Windows' else ['one', 'm']", {"-lone"}),
        ("['one'] if sys.platform.startswith('linux') else ['two']", {"-lone"}),
        ("('-lone' if os.name != 'nt' else 'two',)", {"-lone"}),
    ],
)
def test_libraries_that_a_choice_by_system_names(value: str, names: set[str]):
    script = f"import platform, sys, os\nffi.set_source('x', '', libraries={value})\n"
    assert required(script) == names
