import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.dockerfile.reading.shell.script_commands import commands


def texts(script: str, **values: str) -> list[tuple[str, ...]]:
    return [command.texts for command in commands(script, values) if command.words]


def within(script: str) -> dict[str, str]:
    return {each.texts[-1]: each.within for each in commands(script, {}) if each.words}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a b && c; d || e", [("a", "b"), ("c",), ("d",), ("e",)]),
        ("a\nb # not this\nc", [("a",), ("b",), ("c",)]),
        ("a 'b  c' \"d $X\" e\\ f", [("a", "b  c", "d x", "e f")]),
        ("a > /dev/null 2>&1 < in && b >>log", [("a",), ("b",)]),
        ("a &>/dev/null & b", [("a",), ("b",)]),
        ("a | b |& c", [("a",), ("b",), ("c",)]),
        ("(a; b) && { c; }", [("a",), ("b",), ("c",)]),
        ("a>=1 b", [("a", "b")]),
        ("'a>=1' b", [("a>=1", "b")]),
        ("cat <<E\nx && y\nE\nz", [("cat",), ("z",)]),
        ("a \\\n b", [("a", "b")]),
    ],
)
def test_a_script_is_split_into_its_commands(script: str, expected: list[tuple[str, ...]]):
    assert texts(script, X="x") == expected


def test_an_unquoted_variable_is_split_into_words_and_a_quoted_variable_is_not():
    assert texts('add $P x"$P"', P="gcc  make") == [("add", "gcc", "make", "xgcc  make")]


def test_a_variable_set_before_counts_for_what_follows():
    assert texts("P='gcc make' && add $P; export Q=z && b $Q") == [
        ("add", "gcc", "make"),
        ("export", "Q=z"),
        ("b", "z"),
    ]


def test_a_variable_set_for_a_command_belongs_to_it():
    (command,) = commands("A=1 B=$C run", {"C": "c"})
    assert [(name, word.text) for name, word in command.assignments] == [("A", "1"), ("B", "c")]


def test_what_cannot_be_known_is_named():
    first, second = commands("a $X $(b | c) && d `e`", {})
    assert first.unknown == ("X", "$(b | c)")
    assert second.unknown == ("`e`",)


def test_what_decides_whether_a_command_runs():
    found = within(
        "one; if t; then two; else three; fi; four; for x in a b; do five; done; six || seven; "
        "[ -f y ] && eight && nine; ten; f() { eleven; }; twelve; case $x in a) thirteen;; esac; "
        "while u; do fourteen; done; (fifteen); function g { sixteen; }; seventeen"
    )
    always = {"one", "four", "six", "ten", "twelve", "fifteen", "seventeen"}
    assert {name for name in always if found[name]} == set()
    assert {found[name] for name in ("two", "three")} == {"if"}
    assert (found["five"], found["seven"]) == ("for", "||")
    assert (found["eight"], found["nine"]) == ("test", "test")
    assert (found["eleven"], found["sixteen"]) == ("function", "function")
    assert (found["thirteen"], found["fourteen"]) == ("case", "while")


def test_subshells_are_counted():
    assert [each.depth for each in commands("a; (b; (c); d); e", {})] == [0, 1, 2, 1, 0]


def test_a_command_knows_its_place():
    script = "one &&\n  two"
    assert [script[each.offset :][:3] for each in commands(script, {})] == ["one", "two"]


@given(st.text(alphabet="ab if then fi {}()<>|&;$'\"`\\\n=#"))
def test_any_script_is_read(script: str):
    assert all(0 <= each.offset <= len(script) for each in commands(script, {"a": "b"}))


def test_a_command_sees_what_the_script_exported_before():
    script = "A=1; export B=2 C; x; export A PATH=/v/bin:$PATH D=$Q; if t; then export B=3; fi; y"
    found = {each.texts[0]: dict(each.exported) for each in commands(script, {}) if each.texts}
    assert found["x"] == {"B": "2", "C": None}
    assert found["y"] == {"A": "1", "B": None, "C": None, "D": None, "PATH": "/v/bin:"}
