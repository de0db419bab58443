"""`pyproject.toml`: what a project asks for, without building it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from situations import target

from wheelcheck.errors import RequirementsError
from wheelcheck.requirements import CommandLine, Origin, read

PROJECT = """
[project]
name = "My_Project"
version = "1"
requires-python = ">=3.10"
dependencies = [
    "pandas>=2",
    "psycopg2; sys_platform == 'linux'",
]

[project.optional-dependencies]
Web = ["aiohttp"]
all = ["my.project[web]", "orjson", "my-project[fast]; python_version < '3.12'"]
fast = ["uvloop; os_name == 'posix'"]

[dependency-groups]
dev = ["pytest>=8", {include-group = "lint"}]
lint = ["ruff", "my-project[web]"]
"""


def requirements(found):
    return [str(line.requirement) for line in found.lines]


def skip_reasons(found):
    return [(skip.why.code, str(skip.why)) for skip in found.skipped]


class TestStandardTables:
    def test_dependencies_with_their_lines(self, reading):
        found = reading({"pyproject.toml": PROJECT})
        assert requirements(found) == ["pandas>=2", 'psycopg2; sys_platform == "linux"']
        assert found.lines[0].origin == Origin("pyproject.toml", 7)
        assert not any(line.locked for line in found.lines)
        assert (found.skipped, found.warnings) == ((), ())

    @pytest.mark.parametrize(
        ("options", "more"),
        [
            ({"extras": ["web"]}, ["aiohttp"]),
            ({"extras": ["fast"]}, ['uvloop; os_name == "posix"']),
            (
                {"extras": ["ALL"]},
                ["aiohttp", "orjson", 'uvloop; python_version < "3.12" and os_name == "posix"'],
            ),
            ({"groups": ["dev"]}, ["pytest>=8", "ruff", "aiohttp"]),
            ({"groups": ["lint"], "extras": ["web"]}, ["aiohttp", "ruff"]),
        ],
    )
    def test_extras_and_groups_that_are_chosen(self, reading, options, more):
        found = reading({"pyproject.toml": PROJECT}, **options)
        assert requirements(found)[2:] == more
        assert found.warnings == ()

    def test_extras_and_groups_that_are_not_there(self, reading):
        found = reading({"pyproject.toml": PROJECT}, extras=["wep"], groups=["test"])
        assert found.warnings == (
            "--extra wep: none of the inputs has such an extra; there are all, fast, web",
            "--group test: none of the inputs has such a group; there are dev, lint",
        )

    def test_extras_and_groups_that_multiply(self, reading):
        extras = "".join(
            f"e{n} = [\"x[e{n + 1}]; os_name != 'a{n}'\", \"x[e{n + 1}]; os_name != 'b{n}'\"]\n"
            for n in range(60)
        )
        groups = "".join(
            f"g{n} = [{{include-group = 'g{n + 1}'}}, {{include-group = 'g{n + 1}'}}]\n"
            for n in range(60)
        )
        text = (
            f"[project]\nname = 'x'\n[project.optional-dependencies]\n{extras}e60 = ['a']\n"
            f"[dependency-groups]\n{groups}g60 = ['b']\n"
        )
        found = reading({"pyproject.toml": text}, extras=["e0"], groups=["g0"])
        reasons = [why for _, why in skip_reasons(found)]
        assert any("ask for each other too often" in why for why in reasons)
        assert any("includes too much" in why for why in reasons)

    def test_extras_in_a_circle(self, reading):
        text = (
            "[project]\nname = 'x'\n[project.optional-dependencies]\n"
            "a = ['one', \"x[b]; os_name == 'nt'\"]\nb = ['two', \"x[a]; os_name == 'posix'\"]\n"
        )
        found = reading({"pyproject.toml": text}, extras=["a"])
        assert requirements(found) == ["one", 'two; os_name == "nt"']

    def test_the_pythons_it_is_for(self, reading):
        (scope,) = reading({"pyproject.toml": PROJECT}).scopes
        assert scope.why == "it requires Python >=3.10"
        assert scope.admits(target(python=(3, 10)))
        assert not scope.admits(target(python=(3, 9)))

    def test_a_part_that_is_wrong_does_not_hide_the_others(self, reading):
        text = """[project]
requires-python = "three"
dependencies = ["a", "b=1", 7, "c; os_name ~= 'x'", "d @ file:///d.zip", "e @ git+https://x/e"]
[dependency-groups]
one = ["f", {include-group = "two"}]
two = [{include-group = "one"}]
"""
        found = reading({"pyproject.toml": text}, groups=["one"])
        assert requirements(found) == ["a"]
        assert [code for code, _ in skip_reasons(found)] == [
            "part-not-understood", "part-not-understood", "part-not-understood",
            "part-not-understood", "not-from-an-index", "vcs-requirement", "part-not-understood",
        ]  # fmt: skip
        assert "one -> two" in skip_reasons(found)[-1][1]

    def test_what_uv_alone_obeys_is_reported(self, reading):
        text = '[project]\ndependencies = ["a"]\n[tool.uv]\nsources = {a = {path = "."}}\n'
        found = reading({"pyproject.toml": text})
        assert found.warnings == (
            "pyproject.toml: [tool.uv] sources: obeyed by uv alone, not applied here",
        )

    def test_what_pdm_or_poetry_alone_obeys_is_reported(self, reading):
        text = """
[project]
dependencies = ["a"]
[tool.pdm]
dev-dependencies = {}
[[tool.pdm.source]]
url = "https://index.example/simple"
[tool.pdm.resolution]
respect-source-order = true
overrides = {a = "1.0"}
excludes = ["b"]
[[tool.poetry.source]]
name = "own"
"""
        alone = "pyproject.toml: {}: obeyed by {} alone, not applied here"
        assert reading({"pyproject.toml": text}).warnings == (
            alone.format("[tool.pdm] source", "PDM"),
            alone.format("[tool.pdm.resolution] excludes, overrides", "PDM"),
            alone.format("[tool.poetry] source", "Poetry"),
        )
        odd = '[project]\ndependencies = ["a"]\n[tool.pdm]\nresolution = 1\n'
        found = reading({"pyproject.toml": odd})
        assert found.warnings == () == found.skipped  # pip does not look at it

    def test_where_uv_installs_its_settings_say_what_may_be_chosen(self, reading):
        uv = '[tool.uv]\nno-binary-package = ["a"]\nsources = {b = {path = "."}}\n'
        files = {"pyproject.toml": f'[project]\ndependencies = ["a"]\n{uv}'}
        found = reading(files, options=CommandLine(by_uv=True))
        assert found.policy.no_binary.names == {"a"}
        assert "[tool.uv] sources: obeyed" in found.warnings[0]
        given = CommandLine(by_uv=True, controls=(("only-binary", "a"),))
        assert reading(files, options=given).policy.only_binary.names == {"a"}
        assert not reading(files).policy.no_binary.names

    def test_where_uv_installs_its_settings_constrain_builds(self, reading):
        uv = '[tool.uv]\nbuild-constraint-dependencies = ["setuptools < 70", "b @ x:y", 1]\n'
        files = {"pyproject.toml": f'[project]\ndependencies = ["a"]\n{uv}'}
        assert reading(files, options=CommandLine(by_uv=True)).build_constraints == (
            "setuptools<70",
        )
        found = reading(files)
        assert found.build_constraints == ()
        assert "[tool.uv] build-constraint-dependencies: obeyed by uv alone" in found.warnings[-1]


class TestDynamic:
    TEXT = """
[build-system]
build-backend = "setuptools.build_meta"
[project]
name = "x"
dynamic = ["dependencies", "optional-dependencies"]
[tool.setuptools.dynamic]
dependencies = {file = ["requirements/main.txt"]}
optional-dependencies.web = {file = "web.txt"}
"""

    def test_setuptools_files_are_read(self, reading):
        files = {
            "pyproject.toml": self.TEXT,
            "requirements/main.txt": "pandas\n# no\nnumpy<2\n",
            "web.txt": "aiohttp\n",
        }
        assert requirements(reading(files)) == ["pandas", "numpy<2"]
        found = reading(files, extras=["web"])
        assert requirements(found) == ["pandas", "numpy<2", "aiohttp"]
        assert found.lines[1].origin == Origin("requirements/main.txt", 3)

    def test_what_a_backend_works_out_is_reported(self, reading):
        text = self.TEXT.replace("setuptools.build_meta", "hatchling.build").split("[tool")[0]
        assert skip_reasons(reading({"pyproject.toml": text})) == [
            (
                "dynamic-dependencies",
                "dynamic: its dependencies are not static; hatchling works them out when it builds",
            )
        ]

    def test_extras_that_a_backend_works_out_are_reported_where_they_are_chosen(self, reading):
        text = '[project]\nname = "x"\ndynamic = ["optional-dependencies"]\n'
        assert skip_reasons(reading({"pyproject.toml": text})) == []
        ((code, why),) = skip_reasons(reading({"pyproject.toml": text}, extras=["web"]))
        assert code == "dynamic-dependencies"
        assert "its extras" in why

    def test_a_project_without_its_table_is_reported(self, reading):
        ((code, why),) = skip_reasons(
            reading({"pyproject.toml": "[build-system]\nrequires = []\n"})
        )
        assert code == "dynamic-dependencies"
        assert "there is no [project]" in why

    @pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "link.txt", "nested.txt"])
    def test_no_file_outside_the_folder_is_read(self, tmp_path: Path, name: str):
        (tmp_path / "secret.txt").write_text("secret\n")
        folder = tmp_path / "project"
        folder.mkdir()
        (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
        (folder / "nested.txt").write_text("-r ../secret.txt\n")
        project = folder / "pyproject.toml"
        project.write_text(self.TEXT.replace("requirements/main.txt", name))
        found = read([project])
        assert requirements(found) == []
        ((code, why),) = skip_reasons(found)
        assert code == "dynamic-dependencies"
        assert "outside the folder" in why

    def test_unless_the_user_says_so(self, tmp_path: Path):
        (tmp_path / "shared.txt").write_text("pandas\n")
        (tmp_path / "project").mkdir()
        project = tmp_path / "project" / "pyproject.toml"
        project.write_text(self.TEXT.replace("requirements/main.txt", "../shared.txt"))
        assert requirements(read([project], allow_outside=True)) == ["pandas"]

    def test_a_requirement_file_of_the_user_may_name_any(self, tmp_path: Path):
        (tmp_path / "shared.txt").write_text("pandas\n")
        (tmp_path / "project").mkdir()
        file = tmp_path / "project" / "requirements.txt"
        file.write_text("-r ../shared.txt\n")
        assert requirements(read([file])) == ["pandas"]


class TestPoetry:
    TEXT = """
[tool.poetry]
name = "x"
[tool.poetry.dependencies]
python = "^3.10"
pandas = "^2.1"
numpy = {version = "~1.26", python = "<3.12", extras = ["x"]}
scipy = [{version = "1.10.*", markers = "os_name == 'nt'"}, {version = ">=1.11,<2"}]
orjson = {version = "*", optional = true}
either = "^1 || ^3"
local = {path = "../local"}
checkout = {git = "https://x.example/checkout"}
banana = "banana"
[tool.poetry.extras]
fast = ["orjson"]
[tool.poetry.group.dev.dependencies]
pytest = "^8"
"""

    def test_constraints_of_poetry_become_specifiers(self, reading):
        found = reading({"pyproject.toml": self.TEXT})
        assert requirements(found) == [
            "pandas<3,>=2.1",
            'numpy[x]<1.27,>=1.26; python_full_version < "3.12"',
            'scipy==1.10.*; os_name == "nt"',
            "scipy<2,>=1.11",
        ]
        assert {(skip.name, skip.why.code) for skip in found.skipped} == {
            ("either", "part-not-understood"),
            ("local", "not-from-an-index"),
            ("checkout", "not-from-an-index"),
            (None, "part-not-understood"),
        }
        (scope,) = found.scopes
        assert not scope.admits(target(python=(3, 9)))

    def test_extras_and_groups_add_their_requirements(self, reading):
        found = reading({"pyproject.toml": self.TEXT}, extras=["fast"], groups=["dev"])
        assert requirements(found)[-2:] == ["orjson", "pytest<9,>=8"]
        assert found.warnings == ()

    def test_the_standard_table_goes_before_it(self, reading):
        text = f'[project]\ndependencies = ["six"]\n{self.TEXT}'
        found = reading({"pyproject.toml": text}, groups=["dev"])
        assert requirements(found) == ["six", "pytest<9,>=8"]


class TestScripts:
    TEXT = """#!/usr/bin/env -S uv run
# Words.
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "requests<3",
#   "rich",
# ]
# [tool.uv]
# exclude-newer = "2023-10-16T00:00:00Z"
# ///
import requests
"""

    def test_what_it_asks_for(self, reading):
        found = reading({"example.py": self.TEXT})
        assert requirements(found) == ["requests<3", "rich"]
        assert found.lines[0].origin == Origin("example.py", 6)
        assert found.scopes[0].why == "it requires Python >=3.11"
        assert str(found.policy.exclude_newer) == "2023-10-16 00:00:00+00:00"
        assert found.warnings == ()

    def test_the_users_date_goes_before_its_own(self, reading):
        moment = datetime(2024, 1, 1, tzinfo=UTC)
        found = reading({"example.py": self.TEXT}, options=CommandLine(exclude_newer=moment))
        assert found.policy.exclude_newer == moment

    def test_a_span_is_not_plain(self, reading):
        text = self.TEXT.replace("2023-10-16T00:00:00Z", "1 week")
        found = reading({"example.py": text})
        assert found.policy.exclude_newer is None
        assert "exclude-newer: obeyed by uv alone" in found.warnings[0]

    @pytest.mark.parametrize(
        ("text", "line", "why"),
        [
            ("#!x\n# /// script\n# a = 1\n# dependencies = ]\n# ///\n", 4, "not valid TOML"),
            ("# /// script\n# dependencies = []\n\nimport x\n", None, "not closed"),
            ("# /// script\n# ///\n\n# /// script\n# ///\n", None, "several"),
        ],
    )
    def test_blocks_that_cannot_be_read(self, reading, text, line, why):
        with pytest.raises(RequirementsError) as caught:
            reading({"example.py": text})
        assert caught.value.line == line
        assert why in caught.value.why

    def test_another_block_and_an_inner_end(self, reading):
        text = (
            "# /// other\r\n# x\r\n# ///\r\n\r\n# /// script\r\n# dependencies = ['a']\r\n#\r\n"
            "# note = '''\r\n# ///\r\n# '''\r\n# ///\r\n"
        )
        assert requirements(reading({"example.py": text})) == ["a"]
