"""The words of the glossary: names, docstrings and messages against those that we do not use."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "wheelcheck"
GLOSSARY = ROOT / ".github" / "GLOSSARY.md"
IN_REPORTS = {"asked_by"}
"""Names that callers and JSON rely on."""
MODULES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS_AND_TESTS = sorted(
    path for folder in ("data", "tests") for path in ROOT.glob(f"{folder}/**/*.py")
)


def words_not_to_use(heading: str) -> list[str]:
    """The first column of the table after a line of the glossary."""
    text = GLOSSARY.read_text(encoding="utf-8").partition(f"\n{heading}:\n")[2]
    rows = re.findall(r"^\| (.*?) \|", text.split("\n\n")[0], flags=re.MULTILINE)
    found = [word.strip() for row in rows for word in row.split(",")]
    assert found[0] == "not"
    return found[1:]


PHRASES = re.compile(
    r"\b("
    + "|".join(map(re.escape, words_not_to_use("In docstrings, comments and messages")))
    + r")\b",
    re.IGNORECASE,
)
PARTS = frozenset(
    words_not_to_use("As parts of names (of modules, classes, functions, parameters and variables)")
)


def names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What a module names, each with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def docstrings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The docstrings of a module, also of its constants and attributes, each with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            text = node.value.value
            if isinstance(text, str):
                yield node.lineno, text


def messages(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Sentences in the code: strings with a blank in them that are not docstrings."""
    documentation = {line for line, _ in docstrings(tree)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and " " in text and node.lineno not in documentation:
            yield node.lineno, text


def comments(text: str) -> Iterator[tuple[int, str]]:
    """What follows a ``#``, as far as a line's pattern tells it from a string."""
    for number, line in enumerate(text.splitlines(), 1):
        found = re.search(r"(?:^|  )#\s+(.*)", line)
        if found:
            yield number, found[1]


def parts(name: str) -> set[str]:
    """The words of a name, in lower case."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def offences(path: Path) -> Iterator[tuple[str, int, str]]:
    """Kind, line and text of each use of a word that we do not use."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    if parts(path.stem) & PARTS:
        yield "names", 0, path.stem
    for line, name in names(tree):
        if parts(name) & PARTS and name not in IN_REPORTS:
            yield "names", line, name
    for kind, found in (
        ("docstrings", docstrings(tree)),
        ("messages", messages(tree)),
        ("comments", comments(text)),
    ):
        for line, words in found:
            match = PHRASES.search(" ".join(words.split()))
            if match:
                yield kind, line, match[0]


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def found_in(paths: Iterable[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line}: {text} ({kind})"
        for path in paths
        for kind, line, text in offences(path)
    ]


@pytest.mark.parametrize("name", sorted({room(path) for path in MODULES}))
def test_words_are_those_of_the_glossary(name: str):
    found = found_in(path for path in MODULES if room(path) == name)
    assert found == [], "see .github/GLOSSARY.md"


def test_scripts_and_tests_use_these_words_too():
    assert found_in(SCRIPTS_AND_TESTS) == [], "see .github/GLOSSARY.md"
