"""``.dockerignore`` by Docker's rules: the examples of its reference, and what BuildKit does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.dockerfile.reading.files.ignore_file import IgnoreFile, parse_ignore_file


def rules(*lines: str) -> IgnoreFile:
    return parse_ignore_file("\n".join(lines), ".dockerignore")


def excluded(path: str, *lines: str) -> bool:
    return rules(*lines).rule_for(path) is not None


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        # docs.docker.com/build/concepts/context
        ("*/temp*", ["somedir/temporary.txt", "somedir/temp"], ["temp", "a/b/temp"]),
        ("*/*/temp*", ["somedir/subdir/temporary.txt"], ["somedir/temporary.txt"]),
        ("temp?", ["tempa", "tempb"], ["temp", "temper"]),
        ("**/*.go", ["main.go", "cmd/main.go", "a/b/c.go"], ["main.gone", "go"]),
        ("/foo/bar", ["foo/bar", "foo/bar/x"], ["bar", "a/foo/bar"]),
        ("foo/bar/", ["foo/bar", "foo/bar/x"], ["foo"]),
        ("foo/../bar", ["bar"], ["foo"]),
        # a folder is left out with all that is in it
        ("docs", ["docs", "docs/a", "docs/a/b"], ["docs2", "a/docs"]),
        ("*", ["requirements.txt", "app/main.py"], []),
        ("**", ["requirements.txt", "app/main.py"], []),
        ("*.txt", ["requirements.txt"], ["requirements/base.txt", "requirements.txt.in"]),
        ("**/requirements", ["requirements", "a/requirements/base.txt"], ["requirements.txt"]),
        ("a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["a", "az", "b/z"]),
        ("a/**", ["a/b", "a/b/c"], ["a", "ab"]),
        ("a**", ["a", "ab", "a/b"], ["b"]),
        ("**.pyc", ["x.pyc", "a/x.pyc", ".pyc"], ["x.py"]),
        ("**.py[co]", [".pyc", "a/.pyo"], ["x.pyc", "a/x.pyc"]),  # so BuildKit has it
        ("[a-c]x[^y]", ["axz", "bx."], ["dxz", "axy"]),
        (r"a\*b", ["a*b"], ["axb"]),
        ("a+(b).c$", ["a+(b).c$"], ["aab.c"]),
        ("a b", ["a b"], ["a", "b"]),
        ("#x", [], ["#x", "x"]),
        (" #x", ["#x"], []),
        (".", [], ["a", "."]),
        ("", [], ["a"]),
    ],
)
def test_patterns_exclude_what_docker_excludes(pattern: str, inside: list[str], outside: list[str]):
    assert [path for path in inside if not excluded(path, pattern)] == []
    assert [path for path in outside if excluded(path, pattern)] == []


@pytest.mark.parametrize(
    ("lines", "inside", "outside"),
    [
        (["*.md", "!README.md"], ["a.md"], ["README.md"]),
        (
            ["*.md", "!README*.md", "README-secret.md"],
            ["a.md", "README-secret.md"],
            ["README.md", "README-x.md"],
        ),
        (["*.md", "README-secret.md", "!README*.md"], ["a.md"], ["README.md", "README-secret.md"]),
        (["*", "!requirements.txt", "!app/"], ["setup.py"], ["requirements.txt", "app/x.py"]),
        (["docs", "!docs/keep"], ["docs", "docs/x"], ["docs/keep", "docs/keep/x"]),
        (["*", "! **/*.txt"], ["a/x.py"], ["x.txt", "a/b/x.txt"]),
        (["!a", "a"], ["a"], []),
    ],
)
def test_the_last_rule_that_matches_counts(lines, inside, outside):
    assert [path for path in inside if not excluded(path, *lines)] == []
    assert [path for path in outside if excluded(path, *lines)] == []


def test_a_rule_knows_its_file_and_line():
    rule = parse_ignore_file("\ufeff# first\r\n\r\n  *.txt \r\n!\n", "x.dockerignore").rule_for(
        "a.txt"
    )
    assert rule is not None
    assert (rule.file, rule.line, rule.pattern) == ("x.dockerignore", 3, "*.txt")


@given(st.text(alphabet="a/*?[]!\\-^.#\n ", max_size=60), st.text(alphabet="a/.", max_size=30))
def test_any_text_is_read_and_matched(text: str, path: str):
    found = parse_ignore_file(text, "x").rule_for(path)
    assert found is None or not found.takes_back


def test_no_pattern_takes_long():
    assert not excluded("a/" * 400 + "b", "**/a" * 200 + "/c")
