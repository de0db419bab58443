"""Projects of the build context: what a Dockerfile builds of them, and whether it can."""

import pytest

import wheelcheck
from wheelcheck import Verdict

SETUP = "from setuptools import Extension, setup\nsetup(name='own', version='2'{})\n"
EXTENSION = ", ext_modules=[Extension('fast', ['fast.c'])]"


@pytest.fixture
def judged(tmp_path, public_index):
    def judge(text: str, setup: str):
        (tmp_path / "setup.py").write_text(setup)
        (tmp_path / "fast.c").write_text("#include <Python.h>\nint f(void) { return 1; }\n")
        (tmp_path / "requirements.txt").write_text("-e .\n")
        (tmp_path / "Dockerfile").write_text(text)
        return wheelcheck.check(
            str(tmp_path / "Dockerfile"),
            exclude_newer="2023-04-14",
            index_url=public_index.url,
            cache_dir=None,
        )

    return judge


def codes(report) -> set[tuple[str, int]]:
    return {(each.code, each.line) for each in report.dockerfile.findings}


@pytest.mark.parametrize("install", ["pip install .", "pip install -r requirements.txt"])
def test_a_project_that_compiles_fails_without_a_compiler(judged, install):
    found = judged(
        f"FROM python:3.8-slim\nWORKDIR /src\nCOPY . .\nRUN {install}\n",
        SETUP.format(EXTENSION),
    )
    assert ("missing-compiler", 4) in codes(found)
    (cell,) = found.package("own").on.values()
    assert (cell.verdict, cell.version) == (Verdict.SOURCE_NATIVE, "2")


def test_its_build_is_in_no_cache_that_could_be_mounted(judged):
    text = (
        "FROM python:3.8-slim\nWORKDIR /src\nCOPY . .\n"
        "RUN apt-get update && apt-get install -y gcc libc6-dev && pip install .\n"
    )
    found = {code for code, _ in codes(judged(text, SETUP.format(EXTENSION)))}
    assert not found & {"missing-compiler", "no-cache-mount"}


def test_a_pure_project_needs_nothing(judged):
    found = judged(
        "FROM python:3.8-slim\nWORKDIR /s\nCOPY . .\nRUN pip install .\n", SETUP.format("")
    )
    assert not {code for code, _ in codes(found)} & {"missing-compiler", "no-cache-mount"}
    (cell,) = found.package("own").on.values()
    assert cell.verdict is Verdict.SOURCE_PURE


def test_of_a_project_that_is_copied_in_part_only_the_requirements_are_read(judged):
    found = judged(
        "FROM python:3.8-slim\nWORKDIR /s\nCOPY setup.py .\nRUN pip install .\n",
        SETUP.format(EXTENSION + ", install_requires=['six']"),
    )
    assert [package.name for package in found.packages] == ["six"]


def test_a_project_that_requires_nothing_is_judged(judged):
    found = judged(
        "FROM python:3.8-slim\nWORKDIR /s\nCOPY setup.py .\nRUN pip install .\n", SETUP.format("")
    )
    assert (found.packages, found.problems) == ((), ())
    assert not found.dockerfile.unread


@pytest.mark.parametrize(
    ("ignored", "found"), [("", {"build-fails"}), ("data\n", set()), ("**/x\n", {"build-fails"})]
)
def test_what_dockerignore_keeps_out_is_no_part_of_a_project(
    tmp_path, public_index, ignored, found
):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "own"\nversion = "2"\n')
    for path in ("own/__init__.py", "data/table.csv"):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text("")
    (tmp_path / ".dockerignore").write_text(ignored)
    text = "FROM python:3.8-slim\nWORKDIR /src\nCOPY . .\nRUN pip install .\n"
    (tmp_path / "Dockerfile").write_text(text)
    report = wheelcheck.check(
        str(tmp_path / "Dockerfile"),
        exclude_newer="2023-04-14",
        index_url=public_index.url,
        cache_dir=None,
    )
    assert {code for code, _ in codes(report)} & {"build-fails"} == found


APPLICATION = "FROM python:3.8-slim\nWORKDIR /src\n"


@pytest.mark.parametrize(
    ("ignored", "steps", "fails"),
    [
        ("", "COPY . .\nRUN pip install .", "build-fails"),
        ("*\n!pyproject.toml\n!own\n", "COPY . .\nRUN pip install .", ""),
        ("**\n!pyproject.toml\n!own/**\n", "COPY . .\nRUN pip install .", ""),
        ("", "COPY . .\nRUN rm -rf data && pip install .", ""),
        ("", "COPY . .\nRUN rm -rf data\nRUN pip install .", ""),
        ("", "COPY . .\nRUN mv data /data && pip install .", ""),
        (
            "",
            "COPY . .\nRUN printf '[options]\\npackages=own\\n' > setup.cfg\nRUN pip install .",
            "",
        ),
        ("", "COPY . .\nRUN rm -rf $PWD/data && pip install .", ""),
        ("", "COPY . .\nRUN for d in data; do rm -rf $d; done\nRUN pip install .", ""),
        ("", "COPY . .\nRUN find data -delete; pip install .", ""),
        ("", "COPY . .\nRUN make clean && pip install .", ""),
        ("", "COPY . .\nRUN ./prepare.sh\nRUN pip install .", ""),
        ("", "COPY . .\nRUN rm -rf /var/lib/apt/lists/*\nRUN pip install .", "build-fails"),
        (
            "",
            "COPY . .\nRUN rm -rf data\nFROM python:3.8\nCOPY --from=0 /src /o\nRUN pip install /o",
            "",
        ),
        ("", "COPY --exclude=data . .\nRUN pip install .", ""),
        ("", "COPY pyproject.toml .\nCOPY own ./own\nRUN pip install .", ""),
        ("", "COPY . .\nCOPY data/conf/setup.cfg .\nRUN pip install .", ""),
    ],
)
def test_only_what_is_in_the_image_is_part_of_a_project(
    tmp_path, public_index, ignored, steps, fails
):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "own"\nversion = "2"\n')
    for path in ("own/__init__.py", "data/table.csv", "data/conf/setup.cfg"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("")
    (tmp_path / ".dockerignore").write_text(ignored)
    (tmp_path / "Dockerfile").write_text(APPLICATION + steps)
    report = wheelcheck.check(
        str(tmp_path / "Dockerfile"),
        exclude_newer="2023-04-14",
        index_url=public_index.url,
        cache_dir=None,
    )
    found = {each.code for each in report.dockerfile.findings if each.severity == "error"}
    assert found == ({fails} if fails else set())


def test_a_step_that_reads_what_nothing_copies_fails(tmp_path, public_index):
    (tmp_path / "requirements.txt").write_text("six\n")
    (tmp_path / "Dockerfile").write_text(APPLICATION + "RUN pip install -r requirements.txt\n")
    options = {"index_url": public_index.url, "cache_dir": None}
    report = wheelcheck.check(str(tmp_path / "Dockerfile"), **options)
    assert ("no-such-file", 3) in codes(report)
    copied = "COPY others.txt .\nRUN pip install -r others.txt\n"  # and the context lacks it
    (tmp_path / "Dockerfile").write_text(APPLICATION + copied)
    with pytest.raises(wheelcheck.NothingJudged):
        wheelcheck.check(str(tmp_path / "Dockerfile"), **options)
