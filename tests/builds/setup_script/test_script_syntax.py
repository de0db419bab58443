"""Walking the syntax of scripts, with the standard library's own walk as the judge."""

import ast
import sysconfig
from pathlib import Path

import pytest

from wheelcheck.builds.setup_script.script_syntax import statements

MODULES = ("argparse.py", "dataclasses.py", "inspect.py", "subprocess.py", "tarfile.py")


@pytest.mark.parametrize("name", MODULES)
def test_statements_are_all_that_a_walk_through_everything_finds(name: str):
    tree = ast.parse(Path(sysconfig.get_path("stdlib"), name).read_text("utf-8"))
    expected = {id(node) for node in ast.walk(tree) if isinstance(node, ast.stmt)}
    found = [id(node) for node in statements(tree)]
    assert len(found) == len(expected)
    assert set(found) == expected


def test_statements_of_handlers_cases_and_classes_are_among_them():
    tree = ast.parse(
        "class A:\n"
        " def f(self):\n"
        "  try: a\n"
        "  except E: b\n"
        "  else: c\n"
        "  finally:\n"
        "   match d:\n"
        "    case 1: e\n"
    )
    names = {
        node.value.id
        for node in statements(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Name)
    }
    assert names == set("abce")
