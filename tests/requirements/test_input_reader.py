"""The kinds of inputs, and the order in which they are read."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from wheelcheck.errors import RequirementsError
from wheelcheck.requirements import CommandLine, Origin, RequirementLine, read


def origins(found):
    return [(str(line.origin), str(line.requirement)) for line in found.lines]


@pytest.mark.parametrize(
    "text",
    [
        "pandas",
        "pandas>=2",
        "Pandas[all] ; os_name == 'x/y'",
        "a @ https://x.example/a-1.zip",
        "https://x.example/a-1.0-py3-none-any.whl",
        "https://x.example/a-1.0.tar.gz#sha256=12",
    ],
)
def test_strings_that_are_requirements(text):
    (line,) = read([text]).lines
    assert line.origin == Origin("<api>")


@pytest.mark.parametrize(
    "text",
    ["requirements.txt", "requirements.in", "sub/reqs", "./reqs", "pyproject.toml", "x/y>=2",
     "uv.lock", "setup.cfg"],
)  # fmt: skip
@pytest.mark.usefixtures("folder")
def test_strings_that_are_files_must_exist(text):
    with pytest.raises(RequirementsError) as caught:
        read([text])
    assert (caught.value.file, caught.value.line) == (text, None)
    assert "No such file" in caught.value.why


def test_constraints_of_builds_are_those_of_their_files_alone(folder):
    (folder / "b.txt").write_text("-c more.txt\nsetuptools < 70; python_version > '3'\n--pre\n")
    (folder / "more.txt").write_text("Cython==3.0.1 --hash=sha256:00\n")
    found = read("six", build_constraints=["b.txt"], options=CommandLine(pre=False))
    assert found.build_constraints == ("Cython==3.0.1", 'setuptools<70; python_version > "3"')
    assert (found.constraints, found.policy.pre) == ((), False)
    inherited = read("six", options=CommandLine(inherited_constraints=("more.txt",)))
    assert inherited.inherited_constraints == ("Cython==3.0.1",)


def test_a_line_that_pip_refuses_constrains_no_build_and_is_named(folder):
    (folder / "b.txt").write_text("setuptools<58\nwheel<1\nbad==\n")
    found = read("six", build_constraints=["b.txt"])
    assert found.build_constraints == ("setuptools<58", "wheel<1")
    (warning,) = found.warnings
    assert warning.startswith("b.txt:3: bad== is not applied to builds: ")
    assert not found.skipped


def test_any_existing_file_is_a_file(folder):
    (folder / "pandas").write_text("numpy\n")
    (folder / "plain").mkdir()
    assert origins(read(["pandas", "plain"])) == [("pandas:1", "numpy"), ("<api>", "plain")]


def test_paths_are_files_archives_or_projects(folder):
    (folder / "reqs").write_text("numpy\n")
    (folder / "a-1.0-py3-none-any.whl").touch()
    (folder / "project").mkdir()
    (folder / "project" / "setup.py").touch()
    found = read([Path("reqs"), Path("a-1.0-py3-none-any.whl"), Path("project")])
    assert [line.text for line in found.lines] == ["numpy", "./a-1.0-py3-none-any.whl"]
    assert found.lines[1].requirement.url == (folder / "a-1.0-py3-none-any.whl").as_uri()
    assert [(skip.text, skip.why.code) for skip in found.skipped] == [
        ("./project", "local-project")
    ]
    assert str(folder) not in str(found.lines[1].requirement)
    with pytest.raises(RequirementsError, match="nowhere"):
        read([Path("nowhere")])


def test_values_pass_through():
    line = RequirementLine(Requirement("b"), Origin("mine", 3), "b", frozenset({"sha256:12"}))
    found = read([Requirement("a>=1"), line, Requirement("c @ git+https://x.example/c.git")])
    assert found.lines == (
        RequirementLine(Requirement("a>=1"), Origin("<api>"), "a>=1"),
        line,
    )
    assert found.skipped[0].name == "c"
    assert found.policy.require_hashes


def test_a_value_with_credentials_is_shown_without():
    (line,) = read([Requirement("a @ https://me:s3cret@x.example/a-1.zip")]).lines
    assert line.requirement.url == "https://me:s3cret@x.example/a-1.zip"
    assert "s3cret" not in f"{line!r} {line.requirement} {line.requirement!r} {line.text}"


def test_standard_input_is_read_where_it_is_given():
    found = read(["-"], stdin=lambda: b"pandas\n")
    assert origins(found) == [("-:1", "pandas")]
    with pytest.raises(RequirementsError, match="standard input"):
        read(["-"])


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no endless file here")
def test_an_endless_file():
    with pytest.raises(RequirementsError, match="not a regular file"):
        read([Path("/dev/zero")])


def test_a_requirement_file_by_url():
    found = read(["https://x.example/reqs.txt"], fetch=lambda _: b"pandas")
    assert origins(found) == [("https://x.example/reqs.txt:1", "pandas")]


def test_constraints_then_packages_then_inputs(folder):
    (folder / "c.txt").write_text("a<9\n--no-binary :all:\n")
    (folder / "d.txt").write_text("a<8\n")
    (folder / "r.txt").write_text("c\n--no-binary :none:\n")
    found = read(
        ["r.txt", "d"],
        packages=["b", "requirements.txt"],
        constraints=[Path("d.txt")],
        options=CommandLine(constraints=("c.txt",)),
    )
    assert origins(found) == [
        ("--package", "b"),
        ("--package", "requirements.txt"),
        ("r.txt:1", "c"),
        ("<api>", "d"),
    ]
    assert [str(line.origin) for line in found.constraints] == ["c.txt:1", "d.txt:1"]
    assert not found.policy.no_binary.all_projects


@pytest.mark.parametrize("text", ["", "  ", "pandas=2", "--pre"])
def test_a_package_that_is_none(text):
    with pytest.raises(RequirementsError) as caught:
        read([], packages=[text])
    assert caught.value.file == "--package"
    assert caught.value.line is None


def test_variables_expand_in_files_alone(folder):
    (folder / "r.txt").write_text("${NAME}\n")
    assert origins(read(["r.txt"], environ={"NAME": "pandas"})) == [("r.txt:1", "pandas")]
    with pytest.raises(RequirementsError):
        read(["r.txt"])
    with pytest.raises(RequirementsError):
        read([], packages=["${NAME}"], environ={"NAME": "pandas"})


def test_extras_without_a_project_are_a_warning():
    assert read(["a"], extras=["x"]).warnings == (
        "--extra x: none of the inputs has such an extra",
    )
