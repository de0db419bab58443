"""R2 and R3: joining, comments, variables."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.requirements.pip import pip_syntax
from wheelcheck.requirements.pip.pip_syntax import InvalidLine, logical_lines, split_options


def texts(content, **environ):
    return [(line.number, line.text) for line in logical_lines(content, environ)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a\n\n  b  \n", [(1, "a"), (3, "b")]),
        ("a\r\nb", [(1, "a"), (2, "b")]),
        ("a ; \\\n  b\nc", [(1, "a ;   b"), (3, "c")]),
        ("a\\\nb", [(1, "ab")]),
        ("a\\", [(1, "a")]),
        ("a \\ \nb", [(1, "a \\"), (2, "b")]),  # a space behind the backslash: no continuation
        ("a # why\nb #\nc# d\n#e\n  # f", [(1, "a"), (2, "b"), (3, "c# d")]),
        ("a @ https://x.example/a#egg=b", [(1, "a @ https://x.example/a#egg=b")]),
        ("a\\\n# comment ends it\nb", [(1, "a"), (3, "b")]),
        ("a # joined first \\\nb", [(1, "a")]),  # the join comes before the comment is cut
        ("# a comment goes on \\\nb", [(2, "b")]),
        ("a \\\n  # comment \\\nb", [(1, "a"), (3, "b")]),
        ("a\n\\\nb", [(1, "a"), (2, "b")]),
        ("", []),
    ],
)
def test_lines_are_joined_then_comments_go(content, expected):
    assert texts(content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("${NAME}", "pandas"),
        ("${NAME}${NAME_2}", "pandas2"),
        ("$NAME", "$NAME"),
        ("${name}", "${name}"),
        ("${UNSET}", "${UNSET}"),
        ("${EMPTY}", "${EMPTY}"),
        ("${NA ME}", "${NA ME}"),
    ],
)
def test_only_upper_case_variables_in_braces_expand(content, expected):
    environ = {"NAME": "pandas", "NAME_2": "2", "name": "no", "EMPTY": ""}
    assert texts(content, **environ) == [(1, expected)]


def test_a_variable_may_hold_what_looks_like_a_comment():
    assert texts("a @ ${URL}", URL="https://x.example/a #b") == [(1, "a @ https://x.example/a #b")]


def test_people_see_the_variable_not_its_value():
    (line,) = logical_lines("a @ https://me:${TOKEN}@x.example/${TOKEN}/a.whl", {"TOKEN": "s3cret"})
    assert line.written == "a @ https://****@x.example/${TOKEN}/a.whl"
    assert line.hide(line.text) == line.written


@pytest.mark.parametrize(
    ("line", "requirement", "field", "value"),
    [
        ("-r a.txt", "", "requirements", ("a.txt",)),
        ("--requirement=a.txt", "", "requirements", ("a.txt",)),
        ('-r "a b.txt"', "", "requirements", ("a b.txt",)),
        ("--requirem a.txt", "", "requirements", ("a.txt",)),
        ("-ca.txt", "", "constraints", ("a.txt",)),
        ("-i https://x.example", "", "index_url", "https://x.example"),
        ("--pypi-url https://x.example", "", "index_url", "https://x.example"),
        ("--extra-index-url=https://x.example", "", "extra_index_urls", ("https://x.example",)),
        ("--no-index", "", "no_index", True),
        ("-f dist", "", "find_links", ("dist",)),
        ("--no-binary a --only-binary b", "", "controls",
         (("no-binary", "a"), ("only-binary", "b"))),
        ("--all-releases a", "", "controls", (("all-releases", "a"),)),
        ("--only-final :all:", "", "controls", (("only-final", ":all:"),)),
        ("--prefer-binary", "", "prefer_binary", True),
        ("--pre", "", "pre", True),
        ("--require-hashes", "", "require_hashes", True),
        ("--no-require-hashes", "", "no_require_hashes", True),
        ("--trusted-host x.example", "", "trusted_hosts", ("x.example",)),
        ("--use-feature fast-deps", "", "features", ("fast-deps",)),
        ("a --hash=sha256:12 --hash sha512:34", "a", "hashes", ("sha256:12", "sha512:34")),
        ('a --config-settings "k=v w" -C l=m', "a", "config_settings", ("k=v w", "l=m")),
        ("a --global-option=--fast", "a", "global_options", ("--fast",)),
        ("--pre a b", "", "ignored", ("a", "b")),
    ],
)  # fmt: skip
def test_every_option_line(line, requirement, field, value):
    found, options = split_options(line)
    assert found == requirement
    assert getattr(options, field) == value


@pytest.mark.parametrize(
    "line",
    [
        "--no-such-option",
        "--requirements a.txt",  # the library takes it, pip does not
        "-Z",
        "--allow-external a",
        "--no-use-wheel",
        "a --install-option=x",
        "-r",
        "--no",  # ambiguous
        "--pre=yes",
        "a --hash=sha1:12",
        "a --hash=12",
        "a --config-settings k",
        "--no-binary=-x",
        "-r 'a",
    ],
)
def test_options_that_pip_refuses(line):
    with pytest.raises(InvalidLine):
        split_options(line)


@given(st.text("ab -=,#[]'\"\\\t\x0c\u2003é", max_size=12))
def test_words_are_those_of_a_shell(text):
    try:
        expected = shlex.split(text)
    except ValueError:
        with pytest.raises(InvalidLine):
            pip_syntax._words(text)
    else:
        assert pip_syntax._words(text) == expected


def test_options_of_a_line_do_not_leak_into_the_next():
    split_options("a --hash=sha256:12")
    assert split_options("b --hash=sha256:34")[1].hashes == ("sha256:34",)
