"""Projects in folders of this machine: what they require is read, and how they are built."""

import pytest

import wheelcheck
from wheelcheck import Verdict
from wheelcheck.requirements.input_reader import read

PYPROJECT = """
[project]
name = "My.Tool"
version = "1.5"
dependencies = ["numpy>=1.20"]
[project.optional-dependencies]
dev = ["pandas ; python_version >= '3.8'"]
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    return tmp_path


def lines_of(folder, text):
    (folder / "requirements.txt").write_text(text)
    found = read(["requirements.txt"])
    return found, [(str(line.origin), str(line.requirement)) for line in found.lines]


@pytest.mark.parametrize(
    "text", ["-e .", "--editable=./", ".", "./[none]", "file:.", "my-tool @ file:."]
)
def test_a_project_and_what_it_requires_are_read(folder, text):
    uri = folder.as_uri()
    found, lines = lines_of(folder, text.replace("file:.", uri))
    assert lines == [
        ("pyproject.toml:5", "numpy>=1.20"),
        ("requirements.txt:1", "My.Tool @ ."),
    ]
    assert found.lines[1].requirement.url == f"{uri}#egg=my-tool-1.5"
    assert (found.lines[0].of_project, found.lines[1].in_folder) == (True, True)
    assert not found.skipped


def test_its_extras_and_the_marker_of_its_line_count(folder):
    found, lines = lines_of(folder, '.[dev,docs] ; sys_platform == "linux"')
    assert [text for _, text in lines[:2]] == [
        'numpy>=1.20; sys_platform == "linux"',
        'pandas; sys_platform == "linux" and python_version >= "3.8"',
    ]
    assert found.warnings == ("requirements.txt:1: My.Tool does not provide the extra 'docs'",)


def test_a_name_that_is_not_the_project_s_is_not_judged(folder):
    found, lines = lines_of(folder, f"other @ {folder.as_uri()}")
    assert (lines, [skip.why.code for skip in found.skipped]) == ([], ["local-project"])


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"setup.cfg": "[metadata]\nname = old\nversion = 2.0\n", "setup.py": "x = 1\n"}, "2.0"),
        ({"setup.py": "from setuptools import setup\nsetup(name='old', version='3')\n"}, "3"),
        ({"setup.py": "import setuptools\nsetuptools.setup(name='old', version=v())\n"}, None),
        ({"pyproject.toml": "[tool.poetry]\nname = 'old'\nversion = '4'\n"}, "4"),
    ],
)
def test_the_name_is_read_from_any_file_that_may_state_it(folder, files, version):
    (folder / "pyproject.toml").unlink()
    for name, text in files.items():
        (folder / name).write_text(text)
    _, lines = lines_of(folder, "-e .")
    found = read(["requirements.txt"]).lines[-1]
    assert lines == [("requirements.txt:1", "old @ .")]
    assert found.requirement.url.endswith(f"#egg=old-{version or '0+unknown'}")


@pytest.mark.parametrize(
    "pyproject", ["[build-system]\nrequires = []\n", "[project\n", "[project]\nname = '../x'\n"]
)
def test_a_project_without_a_plain_name_is_not_judged(folder, pyproject):
    (folder / "pyproject.toml").write_text(pyproject)
    found, lines = lines_of(folder, "-e .")
    assert (lines, [skip.why.code for skip in found.skipped]) == ([], ["editable-requirement"])


class TestJudged:
    @pytest.fixture
    def report(self, folder, public_index):
        """A project with an extension module, beside what version control and builds left."""
        (folder / "setup.py").write_text(
            "from setuptools import Extension, setup\n"
            "setup(ext_modules=[Extension('fast', ['src/fast.c'], libraries=['pq'])])\n"
        )
        for path in ("src/fast.c", ".git/x.rs", "build/lib/y.f90", "venv/pyvenv.cfg", "venv/z.go"):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text("int f(void) { return 1; }\n" * 20)
        (folder / "requirements.txt").write_text("-e .\n")

        def judge(**options):
            return wheelcheck.check(
                "requirements.txt",
                targets=["python:3.8-slim"],
                exclude_newer="2023-04-14",
                index_url=public_index.url,
                cache_dir=None,
                **options,
            )

        return judge

    def test_it_is_built_and_its_needs_are_known(self, report):
        found = report()
        cell = found.package("my-tool").on["python:3.8-slim"]
        assert (cell.verdict, cell.version) == (Verdict.SOURCE_NATIVE, "1.5")
        assert "a project in a folder" in cell.reason
        assert found.package("numpy").on["python:3.8-slim"].verdict is Verdict.WHEEL
        install = found.plan("python:3.8-slim").commands.build
        assert "libpq-dev" in install
        assert "gfortran" not in install
        assert not [each for each in found.problems if each.severity == "error"]

    def test_only_binary_does_not_keep_pip_from_building_it(self, report):
        cell = report(only_binary=[":all:"]).package("my-tool").on["python:3.8-slim"]
        assert cell.verdict is Verdict.SOURCE_NATIVE

    def test_uv_builds_it_though_it_is_no_archive_that_uv_takes(self, report):
        cell = report(installer="uv==0.13.9").package("my-tool").on["python:3.8-slim"]
        assert cell.verdict is Verdict.SOURCE_NATIVE

    def test_a_bare_path_behind_its_name_is_for_uv_alone(self, folder, report):
        (folder / "requirements.txt").write_text("my-tool @ ./\n")
        for installer, outcome in (("uv==0.13.9", "installs"), ("pip==23.0.1", "refused")):
            found = report(installer=installer)
            assert found.package("my-tool").on["python:3.8-slim"].verdict is Verdict.SOURCE_NATIVE
            assert found.targets[0].outcome == outcome
            assert not found.problems

    def test_pip_does_not_look_at_a_bare_path_that_its_marker_rules_out(self, folder, report):
        (folder / "requirements.txt").write_text("my-tool @ ./ ; python_version < '3'\nsix\n")
        assert report(installer="pip==23.0.1").targets[0].outcome == "installs"

    def test_without_dependencies_it_comes_alone(self, report):
        assert [each.name for each in report(no_deps=True).packages] == ["my-tool"]

    def test_hash_checking_mode_refuses_it(self, folder, report):
        (folder / "requirements.txt").write_text("--require-hashes\n-e .\n")
        found = report()
        assert {each.code for each in found.targets[0].refusals} >= {"not-hashable"}

    def test_the_index_never_hears_its_name(self, report, public_index):
        before = len(public_index.log)
        report()
        paths = [path for _, path, _ in public_index.log[before:]]
        assert any("numpy" in path for path in paths)
        assert not any("my-tool" in path for path in paths)


class TestRefused:
    """Metadata with which the build of a project ends."""

    @pytest.fixture
    def fatal(self, folder, public_index):
        def judge(pyproject: str, **files: str) -> list[str]:
            (folder / "pyproject.toml").write_text(pyproject)
            for name, text in files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text)
            (folder / "requirements.txt").write_text(".\n")
            found = wheelcheck.check(
                "requirements.txt",
                targets=["python:3.11-slim"],
                index_url=public_index.url,
                cache_dir=None,
            )
            (build,) = found.plan("python:3.11-slim").builds
            return [each.code for each in build.obstacles if each.fatal]

        return judge

    BASE = '[project]\nname = "own"\nversion = "1"\n{}\n[build-system]\nrequires = ["{}"]\n'

    def project(self, lines: str, requires: str, backend: str) -> str:
        return self.BASE.format(lines, requires) + f'build-backend = "{backend}"\n'

    @pytest.mark.parametrize(
        ("requires", "backend", "codes"),
        [
            ("hatchling", "hatchling.build", ["missing-readme"]),
            ("setuptools", "setuptools.build_meta", []),
        ],
    )
    def test_a_readme_that_lacks(self, fatal, requires, backend, codes):
        text = self.project('readme = "README.md"', requires, backend)
        assert fatal(text, **{"own.py": ""}) == codes
        assert fatal(text, **{"own.py": "", "README.md": ""}) == []

    @pytest.mark.parametrize(
        ("requires", "backend", "codes"),
        [
            ("setuptools", "setuptools.build_meta", ["license-classifier"]),
            ("hatchling", "hatchling.build", []),
        ],
    )
    def test_a_license_expression_beside_a_classifier(self, fatal, requires, backend, codes):
        both = 'license = "MIT"\nclassifiers = ["License :: OSI Approved :: MIT License"]'
        files = {"own.py": ""}
        assert fatal(self.project(both, requires, backend), **files) == codes
        assert fatal(self.project('license = "MIT"', requires, backend), **files) == []

    @pytest.mark.parametrize(
        ("requires", "backend", "files", "codes"),
        [
            ("hatchling", "hatchling.build", {}, ["no-module-found"]),
            ("hatchling", "hatchling.build", {"src/own/__init__.py": ""}, []),
            ("setuptools", "setuptools.build_meta", {}, []),
            ("setuptools", "setuptools.build_meta", {"a/x.py": ""}, []),
            ("setuptools", "setuptools.build_meta", {"a/x": "", "b/x": ""}, ["no-module-found"]),
        ],
    )
    def test_a_backend_that_finds_no_module_or_several(
        self, fatal, requires, backend, files, codes
    ):
        assert fatal(self.project("", requires, backend), **files) == codes
