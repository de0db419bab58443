"""The tables of needs: every row has its source, and names only what other tables know."""

import re

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.builds.needs.libraries import library_table
from wheelcheck.builds.needs.toolchain import tool_table, tools_on_pypi
from wheelcheck.tables import read_table

ITEM = re.compile(r"[A-Za-z0-9][\w.+-]*(@(?:ubuntu\d\d\.\d\d|(\d[\d.]*)?(\.\.(\d[\d.]*)?)?))?")
KINDS = {"pc", "cmake", "crate", "lib", "so", "exe", "header"}


@pytest.mark.parametrize(
    "name",
    [
        "builds/obstacles/breaking_changes",
        "builds/sdist/compiling_tools",
        "builds/hook_requires",
        "distributions/image_packages",
        "builds/needs/libraries",
        "builds/needs/other_names",
        "builds/needs/system_packages",
        "builds/needs/toolchain",
    ],
)
def test_every_row_has_its_source(name: str):
    found = read_table(f"{name}.csv")
    assert found
    for row in found:
        assert row["source"].strip(), row


@pytest.mark.parametrize("name", ["libraries", "toolchain"])
def test_package_cells_can_be_read(name: str):
    for row in read_table(f"builds/needs/{name}.csv"):
        for column in ("apk", "apt", "dnf"):
            for stage in ("build", "run"):
                for item in row[f"{column}_{stage}"].split():
                    assert ITEM.fullmatch(item), (row, item)


def test_no_name_of_a_build_system_means_two_libraries():
    owners: dict[str, set[str]] = {}
    for library, row in library_table().items():
        for name in row["names"].split():
            assert name.partition(":")[0] in KINDS
            owners.setdefault(name, set()).add(library)
    assert {name: who for name, who in owners.items() if len(who) > 1} == {}


def test_libraries_bring_along_known_libraries():
    for row in library_table().values():
        assert set(row["pulls"].split()) <= set(library_table())


def test_projects_need_only_what_the_tables_know():
    for row in read_table("builds/needs/system_packages.csv"):
        assert row["project"] == canonicalize_name(row["project"])
        SpecifierSet(row["versions"])
        for column in ("required", "optional", "bundled"):
            assert set(row[column].split()) <= set(library_table()), row
        assert set(row["tools"].split()) <= set(tool_table()), row


def test_rows_of_a_project_do_not_overlap():
    """So that the first row that fits is the only one."""
    spans: dict[str, list[SpecifierSet]] = {}
    for row in read_table("builds/needs/system_packages.csv"):
        spans.setdefault(row["project"], []).append(SpecifierSet(row["versions"]))
    for project, sets in spans.items():
        edges = {Version(specifier.version) for span in sets for specifier in span}
        for edge in edges:
            assert sum(edge in span for span in sets) <= 1, project
        assert edges or len(sets) == 1, project


def test_what_requirements_stand_for_is_known():
    for row in read_table("builds/sdist/compiling_tools.csv"):
        assert str(Requirement(row["name"])) == canonicalize_name(row["name"])
        assert set(row["needs"].split()) <= set(tool_table()), row
        assert row["needs"] or row["name"] in {*tools_on_pypi(), "meson-python"}, row
        assert row["source"].startswith("https://"), row


def test_tools_on_pypi_are_known_as_build_requirements():
    assert tools_on_pypi().keys() <= {
        row["name"] for row in read_table("builds/sdist/compiling_tools.csv")
    }


def test_versions_are_of_known_tools_and_libraries():
    known = set(library_table()) | set(tool_table()) | {"gcc"}
    for row in read_table("distributions/versions.csv"):
        assert row["name"] in known
        numbers = [value for key, value in row.items() if key != "name" and value]
        assert numbers
        assert all(value[0].isdigit() for value in numbers), row


def test_other_names_mean_nothing_or_what_our_tables_know():
    seen: set[tuple[str, str]] = set()
    for row in read_table("builds/needs/other_names.csv"):
        meaning = row["means"]
        if meaning.startswith("library:"):
            assert meaning.removeprefix("library:") in library_table()
        else:
            assert not meaning or meaning in tool_table()
        for name in row["names"].split():
            assert (row["kind"], name) not in seen
            seen.add((row["kind"], name))
