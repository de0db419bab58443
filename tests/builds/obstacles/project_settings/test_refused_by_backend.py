"""What build backends refuse of a `[project]` table: what is expected is what they said."""

from __future__ import annotations

import tomllib

import pytest
from packaging.version import Version

from wheelcheck.builds.obstacles.project_settings.refused_by_backend import refused_by_backend
from wheelcheck.tables import read_table

NEWEST = {
    "hatchling": "1.33.0", "flit-core": "4.2.0", "pdm-backend": "2.5.0", "poetry-core": "2.5.0",
    "scikit-build-core": "1.1.2", "meson-python": "0.22.1", "pyproject-metadata": "0.12.1",
}  # fmt: skip
HATCHLING, FLIT, PDM, POETRY = "hatchling", "flit_core", "pdm", "poetry"
CMAKE, MESON = "scikit_build_core", "mesonpy"
BACKENDS = {HATCHLING, FLIT, PDM, POETRY, CMAKE, MESON}
BEGIN = '[project]\nname = "x"\nversion = "1"\n'
FILES = frozenset({"LICENSE", "README.md", "docs/LICENSE.MIT", "x/__init__.py"})


def refusing(text: str, releases: dict[str, str] = NEWEST) -> set[str]:
    tree = tomllib.loads(BEGIN + text)

    def version_of(name: str) -> Version | None:
        return Version(releases[name]) if name in releases else None

    return {name for name in BACKENDS if refused_by_backend(tree, name, version_of, FILES)}


@pytest.mark.parametrize(
    ("text", "backends"),
    [
        ("", set()),
        ('license = "MIT License"', {HATCHLING, FLIT, CMAKE, MESON}),
        ('license = "mit OR Apache-2.0"', set()),
        ('license-files = ["GONE*"]', {FLIT, PDM, POETRY, CMAKE, MESON}),
        ('license-files = ["LICEN?E", "docs/LICENSE.*"]', set()),
        ('license-files = ["**/GONE", "[L]ICENSE"]', set()),
        ('license-files = {paths = ["LICENSE"]}', {FLIT, PDM, POETRY, CMAKE, MESON}),
        ('license = {file = "GONE"}', BACKENDS),
        ('license = {file = "./LICENSE"}', set()),
        ('foo = "bar"', {FLIT, CMAKE}),
        ('authors = [{name = "a", url = "b"}]', {FLIT, PDM, POETRY, CMAKE, MESON}),
        ('description = "a\\nb"', {CMAKE}),
        (f'urls = {{"{"a" * 33}" = "https://a.example"}}', {PDM, CMAKE, MESON}),
        (f'urls = {{"{"a" * 32}" = "https://a.example"}}', set()),
        ('entry-points = {console_scripts = {a = "x:f"}}', {HATCHLING, FLIT, POETRY}),
        ('readme = {file = "README.md"}', BACKENDS),
        ('dependencies = ["foo>=1.*"]', {HATCHLING, PDM, CMAKE, MESON}),
    ],
)
def test_what_the_newest_releases_refuse(text: str, backends: set[str]):
    assert refusing(text) == backends


def test_what_older_releases_took():
    older = {**NEWEST, "pdm-backend": "2.4.0", "scikit-build-core": "0.10.7"}
    assert refusing('foo = "bar"', older) == {FLIT}
    assert PDM not in refusing('authors = [{name = "a", url = "b"}]', older)
    assert refusing('foo = "bar"', {}) == set()


def test_files_that_are_not_known_say_nothing():
    tree = tomllib.loads(BEGIN + 'license = {file = "GONE"}')
    assert refused_by_backend(tree, HATCHLING, lambda _: Version("1.33.0"), None) == ""


def test_the_table_names_each_defect_of_a_backend_once():
    rows = [(row["defect"], row["backend"]) for row in read_table(
        "builds/obstacles/project_refusals.csv"
    )]  # fmt: skip
    assert len(rows) == len(set(rows))
