"""The cases are those of BuildKit's reference and of its parser's own test files, in our words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.dockerfile.reading.dockerfile_syntax import parse


def only(text: str):
    (instruction,) = parse(text).instructions
    return instruction


def test_continued_lines_lose_comments_and_blank_lines():
    instruction = only("RUN one && \\\n  # why\n\n    two \\\n && three\n")
    assert instruction.text == "one &&     two  && three"
    assert (instruction.line, instruction.end_line) == (1, 5)


def test_a_command_has_a_line_of_its_own():
    instruction = only("RUN one && \\\n  # why\n  two \\\n && three")
    assert instruction.line_at(instruction.text.index("one")) == 1
    assert instruction.line_at(instruction.text.index("two")) == 3
    assert instruction.line_at(instruction.text.index("three")) == 4


def test_directives_come_first_and_once():
    syntax = parse(
        "# syntax=docker/dockerfile:1\n# Escape = `\n# a comment\n# check=skip=all\nFROM x"
    )
    assert syntax.directives == (("syntax", "docker/dockerfile:1"), ("escape", "`"))
    assert parse("# a comment\n# escape=`\nFROM x").escape == "\\"


def test_the_backtick_may_be_the_escape():
    instruction = only("# escape=`\nRUN dir `\n  c:\\")
    assert instruction.text == "dir   c:\\"


def test_a_byte_order_mark_and_line_ends_of_windows_are_no_text():
    first, second = parse("\ufeffFROM python\r\nRUN pip \\\r\n  check\r\n").instructions
    assert (first.keyword, first.text) == ("FROM", "python")
    assert second.text == "pip   check"


def test_flags_are_parted_from_the_words():
    instruction = only('RUN --mount=type=cache,target=/x --network="none" -- pip check')
    assert instruction.flags == (("mount", "type=cache,target=/x"), ("network", "none"))
    assert instruction.text == "pip check"
    assert instruction.flag("network") == "none"
    assert instruction.flag("security") is None


def test_exec_form_needs_valid_json():
    assert only('RUN ["pip", "install", "a b"]').exec_form == ("pip", "install", "a b")
    assert only("RUN ['pip', 'install']").exec_form is None
    assert only('RUN ["pip", 1]').fault


def test_heredocs_belong_to_their_instruction():
    run, copy = parse(
        "RUN <<EOF\npip install a\n# kept\nEOF\nCOPY <<-'A' <<B /x/\n\tone\n\tA\ntwo\nB\n"
    ).instructions
    assert [each.content for each in run.heredocs] == ["pip install a\n# kept\n"]
    assert (run.end_line, run.heredocs[0].line) == (4, 2)
    assert [(each.content, each.expand) for each in copy.heredocs] == [
        ("one\n", False),
        ("two\n", True),
    ]


@pytest.mark.parametrize("text", ["RUN cat <<<EOF", "RUN echo '<<EOF'", "ENV A=<<EOF", "RUN 1<<2"])
def test_what_only_looks_like_a_heredoc(text: str):
    assert [each.keyword for each in parse(f"{text}\nRUN next").instructions][1:] == ["RUN"]


def test_a_heredoc_without_an_end_is_a_fault():
    assert "EOF" in only("RUN <<EOF\npip install a").fault


def test_an_unknown_instruction_is_a_fault():
    assert only("RUNN pip install a").fault == "RUNN is no instruction"


@given(st.text(alphabet="RUNCOPY FROM\\\n\t <-'\"E[]#=`$é"))
def test_any_text_is_read(text: str):
    lines = 0
    for instruction in parse(text).instructions:
        assert lines < instruction.line <= instruction.end_line <= text.count("\n") + 1
        lines = instruction.end_line
        assert all(instruction.line_at(at) >= instruction.line for at in range(3))
