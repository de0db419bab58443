"""What a user may import, and what an import costs."""

import inspect
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from archive_builders import wheel_of

import wheelcheck

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", wheelcheck.__all__)
def test_every_public_name_imports(name):
    assert getattr(wheelcheck, name) is not None


def test_the_exported_names_are_those_with_a_home():
    assert set(wheelcheck.__all__) == set(wheelcheck._HOMES)
    assert set(wheelcheck.__all__) <= set(dir(wheelcheck))


def test_every_public_name_is_what_its_annotation_says():
    """Types come from the `if TYPE_CHECKING` block: it must name the same objects."""
    source = (ROOT / "wheelcheck" / "__init__.py").read_text(encoding="utf-8")
    imports = source.partition("if TYPE_CHECKING:\n")[2].partition("\n\n")[0]
    namespace = {}
    exec("if True:\n" + imports, namespace)
    names = namespace.keys() - {"__builtins__"}
    assert names == set(wheelcheck.__all__)
    assert all(namespace[name] is getattr(wheelcheck, name) for name in names)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = wheelcheck.nothing


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["dynamic"] == ["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", wheelcheck.__version__)


def test_the_script_runs_what_python_m_runs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, function = project["scripts"]["wheelcheck"].partition(":")
    assert module == "wheelcheck.__main__"
    assert callable(getattr(import_module(module), function))


HEAVY = {"httpx", "msgspec", "packaging", "pydantic", "resolvelib", "rich"}
SLOW_TO_HELP = {"dataclasses", "pathlib", "shutil", "typing"}


OF_OTHER_RUNS = {
    "wheelcheck.advice",
    "wheelcheck.advice.adviser",
    "wheelcheck.dockerfile.dockerfile_report",
    "wheelcheck.api.emit",
    "wheelcheck.api.explain",
    "wheelcheck.builds.setup_script.interpreter",
    "wheelcheck.dockerfile.fixing",
    "wheelcheck.dockerfile.judging",
    "wheelcheck.gate.difference",
    "wheelcheck.reports.values.explanation_values",
    "wheelcheck.reports.html",
    "wheelcheck.reports.notebook",
    "wheelcheck.reports.text.text_page",
    "wheelcheck.reports.text.report_text",
    "wheelcheck.dockerfile.reading.dockerfile_model",
    "wheelcheck.dockerfile.reading.dockerfile_reader",
    "httpx",
    "pandas",
    "rich",
}
"""What a check of wheels that lie at hand has no use for, when it answers in JSON."""


def loaded_by(statement: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after a statement."""
    code = f"{statement}; import sys; print('\\nLOADED', *sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.rpartition("LOADED")[2].split())


def checking(*words: str) -> str:
    return f"from wheelcheck.cli import main; assert main({words}) == 0"


@pytest.mark.parametrize(
    "statement",
    [
        "import wheelcheck",
        "from wheelcheck.cli import main; main(['--help'])",
        "from wheelcheck.cli import main; main(['--version'])",
        "from wheelcheck.cli import main; main(['cache', '--help'])",
        "from wheelcheck.cli import main; main(['--no-such-option'])",
    ],
)
def test_starting_imports_nothing_heavy(statement):
    assert not HEAVY & loaded_by(statement)


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["--hlep"], ["x", "--cores", "0"]])
def test_what_needs_no_work_imports_next_to_nothing(words):
    statement = f"from wheelcheck.cli import main; main({words})"
    assert not SLOW_TO_HELP & (loaded_by(statement) - loaded_by("import argparse"))


def test_a_check_imports_what_it_uses(tmp_path):
    """Each name stands for something that is loaded as soon as the name is read."""
    (tmp_path / "kit-1.0-py3-none-any.whl").write_bytes(wheel_of("kit", "1.0"))
    place = ("--no-index", "--find-links", str(tmp_path), "--no-cache", "--no-policy")
    target = ("--target", "cp312-manylinux_2_36_x86_64", "--format", "json")
    plain = loaded_by(checking("-p", "kit", *place, *target, "--no-advice"))
    assert "wheelcheck.api.analyse" in plain
    assert not OF_OTHER_RUNS & plain
    assert "wheelcheck.advice.adviser" in loaded_by(checking("-p", "kit", *place, *target))
    page = (*place, *target[:-1], "html", "--no-advice")
    assert "wheelcheck.reports.html" in loaded_by(checking("-p", "kit", *page))


def test_no_name_of_what_must_not_be_loaded_is_out_of_date():
    ours = {name for name in OF_OTHER_RUNS if name.startswith("wheelcheck.")}
    assert all(find_spec(name) for name in ours)


@pytest.mark.parametrize("name", ["check", "explain"])
def test_keywords_are_spelled_out_for_help(name):
    signature = str(inspect.signature(getattr(wheelcheck, name)))
    assert "exclude_newer: 'str | date | datetime | None' = None" in signature
    assert "cache_dir: 'str | Path | None' = 'default'" in signature
    assert "question" not in signature
