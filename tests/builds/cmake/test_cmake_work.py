"""What a CMake project compiles: the sources of the targets that a build makes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.builds.cmake.commands import cmake_commands
from wheelcheck.builds.cmake.conditions import is_true
from wheelcheck.builds.cmake.language import Scope
from wheelcheck.builds.cmake.targets import cmake_work

SETTINGS = "[build-system]\nrequires = ['scikit-build-core']\n[tool.scikit-build]\n"


def work(top: str, files: list[str], more: dict[str, str] | None = None) -> dict[str, int]:
    """How often which member is compiled; `more` are further build files; " / " ends a line."""
    texts = {"CMakeLists.txt": top.replace(" / ", "\n"), **(more or {})}
    sizes = dict.fromkeys([*texts, *files], 10)
    return dict(cmake_work(texts, sizes).sources)


def test_sources_of_targets_are_compiled_and_no_others():
    top = "add_library(x MODULE a.c src/b.c) / add_executable(tool main.c)"
    assert work(top, ["a.c", "src/b.c", "main.c", "c.c"]) == {"a.c": 1, "src/b.c": 1, "main.c": 1}


def test_a_source_of_two_libraries_is_compiled_twice():
    top = "set(all a.c b.c) / add_library(x STATIC ${all}) / add_library(y SHARED ${all} c.c)"
    assert work(top, ["a.c", "b.c", "c.c"]) == {"a.c": 2, "b.c": 2, "c.c": 1}


@pytest.mark.parametrize(
    ("added", "linked", "compiled"),
    [
        ("add_subdirectory(lib)", False, True),
        ("add_subdirectory(lib EXCLUDE_FROM_ALL)", False, False),
        ("add_subdirectory(lib EXCLUDE_FROM_ALL)", True, True),
        (
            'option(WITH_LIB "with; it" OFF) / if(WITH_LIB) / add_subdirectory(lib) / endif()',
            True,
            False,
        ),
        ("if(WIN32) / add_subdirectory(lib) / else() / endif()", True, False),
        ("if(NOT TARGET foo) / add_subdirectory(lib) / endif()", True, True),
        ("find_package(foo) / if(NOT foo_FOUND) / add_subdirectory(lib) / endif()", True, True),
        (
            "find_package(foo REQUIRED) / if(NOT foo_FOUND) / add_subdirectory(lib) / endif()",
            True,
            False,
        ),
        (
            (
                "include(FetchContent) / "
                "FetchContent_Declare(foo SOURCE_DIR ${CMAKE_SOURCE_DIR}/lib) / "
                "FetchContent_MakeAvailable(foo)"
            ),
            True,
            True,
        ),
    ],
)
def test_a_bundled_library_is_compiled_where_the_build_takes_it(
    added: str,
    linked: bool,  # noqa: FBT001
    compiled: bool,  # noqa: FBT001
):
    top = f"{added} / add_library(x MODULE x.c) / "
    top += "target_link_libraries(x PRIVATE $<BUILD_INTERFACE:foo::foo>)" if linked else ""
    lib = "add_library(foo foo.c) / add_library(foo::foo ALIAS foo)"
    found = work(top, ["x.c", "lib/foo.c"], {"lib/CMakeLists.txt": lib})
    assert ("lib/foo.c" in found) is compiled


def test_only_the_targets_that_settings_name_are_built_with_what_they_use():
    top = (
        "add_library(base OBJECT base.c) / add_library(x MODULE x.c $<TARGET_OBJECTS:base>) / "
        "add_library(other other.c) / add_custom_command(OUTPUT x.h COMMAND make-x)"
    )
    settings = {"pyproject.toml": f"{SETTINGS}build.targets = ['x']\n"}
    assert work(top, ["base.c", "x.c", "other.c"], settings) == {"base.c": 1, "x.c": 1}
    everything = {"pyproject.toml": f"{SETTINGS}build.targets = ['install']\n"}
    assert "other.c" in work(top, ["base.c", "x.c", "other.c"], everything)


def test_options_of_the_settings_decide():
    top = (
        'option(FULL "" ON) / add_library(x x.c) / if(FULL) / '
        "target_sources(x PRIVATE y.c) / endif()"
    )
    off = {"pyproject.toml": f"{SETTINGS}[tool.scikit-build.cmake.define]\nFULL = 'OFF'\n"}
    assert work(top, ["x.c", "y.c"]) == {"x.c": 1, "y.c": 1}
    assert work(top, ["x.c", "y.c"], off) == {"x.c": 1}


@pytest.mark.parametrize(
    ("policy", "shared"),
    [
        ("cmake_minimum_required(VERSION 3.5)", False),
        ("cmake_minimum_required(VERSION 3.5...3.30)", True),
    ],
)
def test_an_option_hides_a_variable_in_projects_for_an_old_cmake(
    policy: str,
    shared: bool,  # noqa: FBT001
):
    # policy CMP0077 of CMake 3.13
    top = (
        f'{policy} / set(SHARED ON) / option(SHARED "" OFF) / if(SHARED) / '
        f"add_library(y y.c) / endif() / add_library(x x.c)"
    )
    assert ("y.c" in work(top, ["x.c", "y.c"])) is shared


@pytest.mark.parametrize(
    "named",
    [
        (
            "file(GLOB all RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} src/*.c) / "
            "list(REMOVE_ITEM all src/c.c)"
        ),
        "file(GLOB_RECURSE all ${x_SOURCE_DIR}/src/*.c) / list(FILTER all EXCLUDE REGEX c[.]c$)",
        "set(all) / foreach(each a b) / list(APPEND all src/${each}.c) / endforeach()",
        "aux_source_directory(src all) / list(REMOVE_ITEM all ${CMAKE_SOURCE_DIR}/src/c.c)",
        (
            "set_property(GLOBAL PROPERTY mine src/a.c src/b.c) / "
            "get_property(all GLOBAL PROPERTY mine)"
        ),
        (
            "set(names a b) / list(TRANSFORM names PREPEND src/ OUTPUT_VARIABLE all) / "
            "list(TRANSFORM all APPEND .c)"
        ),
        "include(sources)",
    ],
)
def test_lists_of_sources_are_worked_out(named: str):
    top = f"project(x C) / {named} / add_library(x MODULE ${{all}})"
    more = {"cmake/sources.cmake": "set(all src/a.c ${CMAKE_CURRENT_LIST_DIR}/../src/b.c)"}
    found = work(top, ["src/a.c", "src/b.c", "src/c.c"], more)
    assert found == {"src/a.c": 1, "src/b.c": 1}


def test_functions_of_the_project_are_followed():
    top = """
    function(add_fast name)
      cmake_parse_arguments(ARG "QUIET" "KIND" "SOURCES;LINKS" ${ARGN})
      add_library(${name} ${ARG_KIND} ${ARG_SOURCES})
      target_link_libraries(${name} PRIVATE ${ARG_LINKS})
    endfunction()
    add_library(base EXCLUDE_FROM_ALL base.c)
    add_fast(x KIND MODULE SOURCES a.c b.c LINKS base)
    """
    assert set(work(top, ["a.c", "b.c", "base.c", "c.c"])) == {"a.c", "b.c", "base.c"}


@pytest.mark.parametrize(
    "named",
    [
        "pybind11_add_module(x MODULE x.pyx)",
        "cython_extension(x LINKS base)",
        (
            "cython_transpile(x.pyx LANGUAGE C OUTPUT_VARIABLE out) / "
            "python_add_library(x MODULE ${out} WITH_SOABI)"
        ),
        "add_cython_target(x) / add_library(x MODULE ${x})",
        "add_custom_command(OUTPUT x.c COMMAND cython x.pyx DEPENDS x.pyx) / add_library(x x.c)",
        (
            "add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/y.c COMMAND cy ARGS x.pyx) / "
            "add_library(x ${CMAKE_CURRENT_BINARY_DIR}/y.c)"
        ),
        "add_library(x MODULE ${CMAKE_CURRENT_BINARY_DIR}/x.c)",
    ],
)
def test_what_cython_translates_is_compiled_once(named: str):
    assert work(f"{named} / ", ["x.pyx"]) == {"x.pyx": 1}


def test_a_folder_with_another_build_is_named_as_not_followed():
    texts = {
        "CMakeLists.txt": "ExternalProject_Add(z SOURCE_DIR ${CMAKE_SOURCE_DIR}/z)\n"
        "add_library(x x.c)"
    }
    found = cmake_work(texts, {"CMakeLists.txt": 1, "x.c": 1, "z/z.c": 1})
    assert found.unfollowed == {"z"}
    assert set(found.sources) == {"x.c"}


def test_where_folders_have_unknown_names_all_that_were_not_come_to_are_named():
    texts = {
        "CMakeLists.txt": "file(READ list names)\nforeach(each ${names})\n"
        "add_subdirectory(modules/${each})\nendforeach()\nadd_subdirectory(base)",
        "base/CMakeLists.txt": "add_library(base base.c)",
        "modules/a/CMakeLists.txt": "add_library(a a.c)",
    }
    found = cmake_work(texts, dict.fromkeys([*texts, "base/base.c", "modules/a/a.c"], 1))
    assert found.unfollowed == {"modules/a"}
    assert set(found.sources) == {"base/base.c"}


def test_a_project_below_takes_the_root_of_the_sdist():
    texts = {
        "pyproject.toml": f"{SETTINGS}cmake.source-dir = 'python'\n",
        "python/CMakeLists.txt": "add_subdirectory(.. lib)\nadd_library(x x.c)",
        "CMakeLists.txt": "add_library(base src/base.c)",
    }
    found = cmake_work(texts, dict.fromkeys([*texts, "python/x.c", "src/base.c"], 1))
    assert set(found.sources) == {"python/x.c", "src/base.c"}


def test_what_depends_on_a_trial_compilation_is_compiled():
    top = (
        "try_compile(FITS ${CMAKE_BINARY_DIR} fits.c) / if(FITS) / add_library(x fuzz.c) / endif()"
    )
    assert work(top, ["fuzz.c", "fits.c"]) == {"fuzz.c": 1}


def test_a_return_ends_a_file_and_a_function_alone():
    lib = "if(ALREADY) / return() / endif() / add_library(y y.c)"
    top = (
        "add_subdirectory(lib) / set(ALREADY 1) / add_library(x x.c) / "
        "return() / add_library(z z.c)"
    )
    found = work(top, ["x.c", "lib/y.c", "z.c"], {"lib/CMakeLists.txt": lib})
    assert set(found) == {"x.c", "lib/y.c"}


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("A STREQUAL one", True),
        ("NOT A STREQUAL one OR B", False),
        ("${A} MATCHES ^o AND NOT UNSET", True),
        ("A IN_LIST LIST", True),
        ("3.10.2 VERSION_GREATER_EQUAL 3.9", True),
        ("CMAKE_VERSION VERSION_LESS 3.9", False),
        ("2 GREATER 10", False),
        ("DEFINED B AND NOT DEFINED C", True),
        ("( B OR A ) AND ( NOT ( B ) )", True),
        ("OPEN", None),
        ("OPEN OR A", True),
        ("OPEN AND B", False),
        ("OPEN STREQUAL x", None),
        ("EXISTS /usr/x", None),
        ("some-NOTFOUND", False),
        ("A MATCHES [", None),
        ("x LESS 1", False),
        ("a STRLESS b", True),
        ("A PATH_EQUAL one", None),
        ("", False),
    ],
)
def test_conditions(condition: str, truth: bool | None):  # noqa: FBT001
    values = {"A": "one", "B": "OFF", "LIST": "one;two", "OPEN": None, "CMAKE_VERSION": "4.1"}
    assert is_true(condition.split(), Scope({}, values), {}) is truth


@pytest.mark.parametrize(
    "top",
    [
        "function(f)\nf()\nendfunction()\nf()\nadd_library(x x.c)",
        "include(CMakeLists.txt)\nadd_library(x x.c)",
        "set(x ${x}${x})\n" * 20 + "add_library(x x.c)",
        "if(A\nadd_library(x x.c)",
        "endif()\nadd_library(x x.c)",
    ],
)
def test_projects_without_end_or_sense_end(top: str):
    assert set(work(top, ["x.c"])) <= {"x.c"}


@pytest.mark.parametrize(
    ("before", "after"), [("(", ")"), ("NOT ", ""), ("NOT (", ")")], ids=["(", "not", "not ("]
)
def test_no_condition_is_nested_too_deeply(before: str, after: str):
    text = f"if({before * 5000}A{after * 5000})\nadd_library(x x.c)\nendif()"
    assert set(work(text, ["x.c"])) <= {"x.c"}
    names = [command.name for command in cmake_commands({"CMakeLists.txt": text})]
    assert names == ["add_library"]


@given(st.text(alphabet='abif()${} ;"\n#addlibrsetou_', max_size=200))
def test_no_text_breaks_it(text: str):
    work(text, ["a.c"])


def test_what_is_copied_to_the_build_folder_is_compiled_there():
    top = (
        "file(COPY vendor/lib ./over.c DESTINATION .) / "
        "add_subdirectory(${CMAKE_CURRENT_BINARY_DIR}/lib ${CMAKE_CURRENT_BINARY_DIR}/lib/build)"
    )
    more = {"vendor/lib/CMakeLists.txt": "add_library(lib STATIC a.c)"}
    assert work(top, ["vendor/lib/a.c", "vendor/lib/b.c"], more) == {"vendor/lib/a.c": 1}
    below = "file(COPY ../vendor/lib DESTINATION .) / add_library(x MODULE lib/a.c)"
    nested = {"src/CMakeLists.txt": below.replace(" / ", "\n")}
    assert work("add_subdirectory(src)", ["vendor/lib/a.c"], nested) == {"vendor/lib/a.c": 1}


def test_a_helper_for_cython_translates_the_source_of_its_name_beside_others():
    top = "cython_extension(_x LINKS y SOURCES more.cpp)"
    assert work(top, ["_x.pyx", "more.cpp"]) == {"_x.pyx": 1, "more.cpp": 1}


def test_a_folder_of_an_sdist_is_no_link():
    top = "set(CORE lib) / if(IS_SYMLINK ${CORE}) / set(CORE ../lib) / endif()"
    top += " / add_subdirectory(${CORE} EXCLUDE_FROM_ALL) / add_library(x MODULE a.c)"
    top += " / target_link_libraries(x lib)"
    more = {"lib/CMakeLists.txt": "add_library(lib STATIC b.c)"}
    assert work(top, ["a.c", "lib/b.c"], more) == {"a.c": 1, "lib/b.c": 1}
