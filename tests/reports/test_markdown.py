import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from sample_bills import priced_matrix, priced_story
from sample_dockerfiles import CORRECTION, OTHER_IMAGE, broken_image, sound_image, worded
from sample_reports import alpine_story, big, images, mixed, nasty, today, unjudged_target

from wheelcheck.reports.markdown import render_markdown
from wheelcheck.reports.markdown_escapes import code, fenced, text
from wheelcheck.reports.values.report import Problem, Report
from wheelcheck.reports.values.violation import Violation
from wheelcheck.reports.wording.dockerfile_phrases import nothing_found
from wheelcheck.reports.wording.phrases import clean

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
REPORTS = {
    "alpine story": alpine_story(),
    "today": today(),
    "mixed": mixed(),
    "big": big(),
    "sixty images": images(60),
    "nasty": nasty(),
    "unjudged target": unjudged_target(),
    "priced story": priced_story(),
    "priced matrix": priced_matrix(),
    "dockerfile": broken_image(),
    "sound dockerfile": sound_image(),
    "nothing": Report(inputs=(), targets=(), packages=()),
}


def test_the_alpine_story_as_a_whole():
    assert (
        render_markdown(alpine_story())
        == """\
**On python:3.8-alpine 4 of 10 packages compile from source: numpy, pandas, scikit-learn, scipy; \
on python:3.8-slim all 10 come as wheels.**

| Package | `python:3.8-slim` | `python:3.8-alpine` |
| --- | --- | --- |
| **numpy** 1.24.2 | · wheel | ▲ **compiles** |
| **pandas** 2.0.0 | · wheel | ▲ **compiles** |
| **scikit-learn** 1.2.2 | · wheel | ▲ **compiles** |
| **scipy** 1.10.1 | · wheel | ▲ **compiles** |

<details><summary>· 6 packages come as wheels everywhere</summary>

joblib, python-dateutil, pytz, six, threadpoolctl, tzdata

</details>

<details><summary>Why</summary>

- ▲ **numpy 1.24.2, pandas 2.0.0, scikit-learn 1.2.2, scipy 1.10.1** on python:3.8-alpine: \
cp38 wheels exist for manylinux_2_17_x86_64; none for musllinux; \
the release has wheels built for a platform

</details>

<sub>read requirements.txt · index as of the end of 2023-04-14 (UTC)</sub>
"""
    )


def tables(report: Report) -> list[list[list[str]]]:
    """All tables, as a reader sees them: rows of cells."""
    found: list[list[list[str]]] = []
    for token in READER.parse(render_markdown(report)):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline" and found and found[-1]:
            found[-1][-1].append("".join(child.content for child in token.children))
    return found


@pytest.mark.parametrize("name", REPORTS)
def test_details_are_closed_and_tables_are_whole(name):
    markdown = render_markdown(REPORTS[name])
    assert (
        markdown.count("<details>") == markdown.count("</details>") == markdown.count("</summary>")
    )
    for table in re.findall(r"(?:^\|.*\|$\n)+", markdown, re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1


def test_many_targets_are_grouped_by_reason():
    (reasons, *_) = tables(mixed())
    assert reasons[1][:3] == ["✗ no file", "torch 2.12.0", "musl"]


def test_costs_have_a_table():
    (_, costs) = tables(priced_story())
    slim, alpine = costs[1:]
    assert slim[:3] == ["python:3.8-slim", "0", "31 s (22–40 s)"]
    assert alpine[2] == "1 h 42 min (76 min – 2 h 8 min)"
    assert "more than the machine has" in alpine[3]


def test_advice_and_commands_can_be_pasted():
    fences = [
        token for token in READER.parse(render_markdown(priced_story())) if token.type == "fence"
    ]
    assert fences[0].content == "FROM python:3.8-slim\n"
    before, after, run = fences[2].content.splitlines()
    assert before.startswith("apk add --no-cache --virtual .build-deps g++")
    assert before.endswith("  # before")
    assert after == "apk del .build-deps  # after"
    assert run.endswith("  # to run it")


def test_an_incomplete_answer_is_a_warning():
    markdown = render_markdown(mixed())
    assert "> [!WARNING]\n> This answer is incomplete: see 1 problem." in markdown
    assert "`requirements.txt:9`: git requirements are not judged" in markdown
    assert "[!WARNING]" not in render_markdown(alpine_story())


def test_violations_come_right_after_the_answer():
    broken = Violation(rule="fail-on", target="python:3.8-alpine", message="numpy compiles")
    markdown = render_markdown(alpine_story().model_copy(update={"violations": (broken,)}))
    assert markdown.split("\n\n")[1:3] == [
        "#### The policy is violated",
        "- **fail-on**: numpy compiles",
    ]


@pytest.mark.parametrize("limit", [65_000, 20_000, 6_000])
@pytest.mark.parametrize("name", REPORTS)
def test_a_comment_is_never_too_long(name, limit):
    assert len(render_markdown(REPORTS[name], limit=limit)) <= limit


def test_rows_that_are_left_out_are_counted():
    problems = tuple(
        Problem(code="x", message=f"problem {i} " + "m" * 900, package="numpy") for i in range(500)
    )
    markdown = render_markdown(alpine_story().model_copy(update={"problems": problems}))
    assert len(markdown) <= 65_000
    assert re.search(r"^- and \d+ more$", markdown, re.MULTILINE)


def test_endless_words_are_cut_rather_than_sent():
    problem = Problem(code="x" * 5_000, message="*" * 100_000, where="`" * 100_000)
    packages = tuple(
        package.model_copy(update={"name": "_*@" * 20_000}) for package in alpine_story().packages
    )
    report = alpine_story().model_copy(update={"problems": (problem,) * 50, "packages": packages})
    assert len(render_markdown(report)) <= 65_000


def visible(markdown: str) -> str:
    """Plain words of one paragraph, after a check that it is nothing but plain words."""
    (start, inline, end) = READER.parse(markdown)
    assert (start.type, end.type) == ("paragraph_open", "paragraph_close")
    words = ""
    for token in inline.children:
        if token.type == "html_inline":
            assert token.content == "<!-- -->"
        else:
            assert token.type in {"text", "text_special"}, token
            words += token.content
    return words


MARKUP = st.text(st.sampled_from("\\`*_{}[]()#+-.!|~<>&@/:$^=\"' \n\tabcw019;"), min_size=1)


@example("&#0")
@given(MARKUP | st.text(min_size=1))
def test_text_is_shown_as_it_is(words):
    line = " ".join(clean(words).split())
    if line:
        assert visible(text(line)) == line


@pytest.mark.parametrize(
    "words", ["@someone", "see #12", "GH-12", "https://index.example/x", "www.index.example"]
)
def test_text_mentions_nobody_and_links_nowhere(words):
    assert words not in text(words)
    assert "<!-- -->" in text(words)


@given(MARKUP)
def test_code_is_shown_as_it_is_also_in_a_table(words):
    line = clean(words).strip()
    if not line:
        return
    table = f"| a | b |\n| --- | --- |\n| {code(line)} | end |\n"
    cells = [token for token in READER.parse(table) if token.type == "inline"][2:]
    ((span,), (end,)) = (cell.children for cell in cells)
    assert span.type == "code_inline"
    assert span.content.strip() == line
    assert end.content == "end"


@given(st.text())
def test_a_block_of_code_holds_all_its_lines(words):
    (block,) = READER.parse(fenced(words))
    assert block.type == "fence"
    assert block.content == "\n".join(map(clean, words.splitlines())) + "\n"


def diffs_in(markdown: str) -> list[str]:
    return [
        token.content
        for token in READER.parse(markdown)
        if token.type == "fence" and token.info == "diff"
    ]


def test_findings_of_a_dockerfile_are_a_list_with_errors_first():
    markdown = render_markdown(broken_image())
    assert (
        "> [!CAUTION]\n> deploy/app.Dockerfile does not work as it is: line 4 fails, see below."
        in markdown
    )
    findings = markdown.partition("#### What is found in deploy/app.Dockerfile\n\n")[2]
    first, _, second, note, unjudged = findings.partition("\n\n")[0].splitlines()
    assert first == (
        "- ✗ **line 4** (stage 0): numpy 1.24.2 needs a C compiler, and nothing installs one: "
        "the step fails; add gcc, musl-dev `missing-compiler`"
    )
    assert second.endswith("; leave out git `build-packages-unused`")
    assert note.startswith("- · **line 3**")
    assert unjudged == "- line 9: pip install \\$TOOLS: not judged: TOOLS is not known"
    assert "Left to do by hand:\n\n- numpy 1.18.5 needs" in markdown


def test_a_sound_dockerfile_needs_no_mending():
    markdown = render_markdown(sound_image())
    assert f"- {nothing_found(sound_image().dockerfile)}" in markdown
    assert "[!CAUTION]" not in markdown
    assert diffs_in(markdown) == []


def test_corrections_are_whole_diffs_that_can_be_applied():
    markdown = render_markdown(broken_image())
    assert diffs_in(markdown) == [OTHER_IMAGE, CORRECTION]
    assert markdown.count("<details><summary>Corrected, on ") == 2


def test_a_diff_that_does_not_fit_is_left_out_whole():
    long = broken_image().dockerfile.model_copy(update={"correction": CORRECTION * 100})
    markdown = render_markdown(broken_image().model_copy(update={"dockerfile": long}))
    assert diffs_in(markdown) == [OTHER_IMAGE]
    assert "Too long to be shown here" in markdown
    assert len(markdown) <= 65_000


@pytest.mark.parametrize(
    "words",
    [
        "```",
        "~~~~ `````` ~~~",
        "</details></summary>",
        "<!-- <script>",
        "\x0b\x0c\x1c\u2028# a\u2029",
        "@someone #12 https://index.example",
        "| a | b |",
    ],
)
def test_a_diff_stays_in_its_fence_whatever_the_file_says(words):
    diffs = diffs_in(render_markdown(worded(words)))
    assert len(diffs) == 2
    for diff in diffs:
        removed, added, context = diff.splitlines()[-3:]
        assert (removed[0], added[0], context[0]) == ("-", "+", " ")
        assert removed[1:] == added[1:] == context[1:]
        assert len(context) == len(words) + 1


@settings(max_examples=30)
@given(MARKUP)
def test_no_dockerfile_adds_blocks_to_a_comment(words):
    words = words.replace("\n", " ")
    kinds = [token.type for token in READER.parse(render_markdown(worded(f"a{words}z")))]
    assert kinds == [token.type for token in READER.parse(render_markdown(worded("a z")))]
