import re

import pytest
from rich.cells import cell_len
from sample_bills import priced_story
from sample_dockerfiles import (
    CORRECTION,
    OTHER_IMAGE,
    broken_image,
    judged_dockerfile,
    sound_image,
    worded,
)
from sample_reports import (
    alpine_story,
    big,
    compiles,
    images,
    mixed,
    nasty,
    today,
    unjudged_target,
)

from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.report import Package, Report
from wheelcheck.reports.wording.dockerfile_phrases import nothing_found
from wheelcheck.reports.wording.marks import MARKS

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
REPORTS = [
    alpine_story(),
    today(),
    mixed(),
    big(),
    images(3),
    images(9),
    images(24),
    nasty(),
    unjudged_target(),
]


def section(text: str, title: str) -> str:
    return text.partition(f"\n\n{title}\n")[2].partition("\n\n")[0]


def rows_of(text: str) -> dict[str, str]:
    """The matrix: first word of each row → its cells."""
    matrix = text.split("\n\n")[1]
    return {line.split()[0]: "".join(line.split()[2:]) for line in matrix.splitlines()}


def test_the_alpine_story_as_a_whole():
    assert (
        render_text(alpine_story(), width=100)
        == """\
On python:3.8-alpine 4 of 10 packages compile from source: numpy, pandas, scikit-learn, scipy; on
python:3.8-slim all 10 come as wheels.

                    python:3.8-slim  python:3.8-alpine
numpy 1.24.2        · wheel          ▲ compiles
pandas 2.0.0        · wheel          ▲ compiles
scikit-learn 1.2.2  · wheel          ▲ compiles
scipy 1.10.1        · wheel          ▲ compiles
+ 6 packages come as wheels everywhere: joblib, python-dateutil, pytz, six, threadpoolctl, tzdata

▲ compiles from source   · comes as a wheel

Why
▲ numpy 1.24.2, pandas 2.0.0, scikit-learn 1.2.2, scipy 1.10.1 on python:3.8-alpine
  cp38 wheels exist for manylinux_2_17_x86_64; none for musllinux; the release has wheels built for
  a platform

What was judged
read               requirements.txt
index              as of the end of 2023-04-14 (UTC)
python:3.8-slim    CPython 3.8.16, glibc 2.31, x86_64
python:3.8-alpine  CPython 3.8.16, musl 1.2, x86_64
"""
    )


@pytest.mark.parametrize("width", [60, 72, 80, 100, 160, 200])
@pytest.mark.parametrize("number", range(len(REPORTS)))
def test_no_line_exceeds_the_width_nor_ends_in_space(number, width):
    for line in render_text(REPORTS[number], width=width).splitlines():
        assert cell_len(line) <= width, line
        assert line == line.rstrip()


@pytest.mark.parametrize("number", range(len(REPORTS)))
def test_colour_adds_colour_and_nothing_else(number):
    plain = render_text(REPORTS[number], colour=False)
    coloured = render_text(REPORTS[number], colour=True)
    assert "\x1b" not in plain
    assert "\x1b" in coloured
    assert ESCAPE.sub("", coloured) == plain


@pytest.mark.parametrize("number", range(len(REPORTS)))
def test_the_same_lines_in_ascii(number):
    full = render_text(REPORTS[number])
    ascii_only = render_text(REPORTS[number], ascii_only=True)
    assert ascii_only.isascii()
    assert [len(line) for line in ascii_only.splitlines()] == [
        len(line) for line in full.splitlines()
    ]


def test_the_signs_differ_from_each_other_also_in_ascii():
    for ascii_only in (False, True):
        text = render_text(mixed(), ascii_only=ascii_only)
        signs = {name: cells[-1] for name, cells in rows_of(text).items() if name != "Python"}
        bad = [signs[n] for n in ("torch", "scikit-learn", "mylib", "odd-thing", "docopt")]
        assert len(set(bad)) == 5


def test_blocks_that_agree_are_drawn_once():
    text = render_text(today(), width=100)
    assert re.search(r"glibc 2\.28 +musl 1\.2\n +x86_64, aarch64 +x86_64, aarch64\n", text)
    assert rows_of(text)["scikit-learn"] == "·" * 6 + "▲" * 6


def test_each_python_keeps_its_column():
    cells = rows_of(render_text(mixed(), width=100))
    assert cells["cffi"] == "·····▲" * 2
    assert cells["torch"] == "·" * 6 + "✗" * 6


def test_many_images_share_numbered_columns_with_a_key():
    text = render_text(images(24), width=80)
    assert re.search(r"\n +2  python:3\.15-slim, python:3\.15-bookworm\n", text)
    assert rows_of(text)["lxml"] == "·▲·▲"


def test_the_legend_explains_what_occurs_and_no_more():
    text = render_text(today())
    legend = text.split("\n\n")[2]
    assert legend == "▲ compiles from source   · comes as a wheel"
    assert all(
        mark.meaning in render_text(mixed()).replace("\n", " ")
        for mark in [mark for verdict, mark in MARKS.items() if verdict != "not-required"]
    )


def test_a_reason_is_given_once_for_all_it_holds_for():
    why = section(render_text(big(), width=160), "Why")
    assert "for example package-010 on musl x86_64 (Python 3.11): cp311 wheels exist" in why
    assert "and 8 more on musl" in why
    single = section(render_text(today()), "Why")
    assert "scikit-learn 1.9.1 on musl, requested in requirements.txt:1" in single


def test_why_names_who_asks():
    story = alpine_story()

    def why(*names):
        packages = tuple(package for package in story.packages if package.name in names)
        return section(render_text(story.model_copy(update={"packages": packages})), "Why")

    assert "scikit-learn 1.2.2 on python:3.8-alpine, requested in requirements.txt:1" in why(
        "scikit-learn"
    )
    both = why("numpy", "scikit-learn")  # they share a reason, and one line
    assert "requested" not in both
    distinct = compiles(
        "numpy",
        "1.24.2",
        "cp38-cp38-manylinux_2_17_x86_64",
        reason="other",
        requested_by=("requirements.txt:4", "scikit-learn[test] 1.2.2"),
    )
    numpy = Package(name="numpy", on={**story.package("numpy").on, "python:3.8-alpine": distinct})
    pair = (numpy, story.package("scikit-learn"))
    text = render_text(story.model_copy(update={"packages": pair}))
    assert "requested in requirements.txt:4, needed by scikit-learn[test] 1.2.2" in " ".join(
        text.split()
    )


def test_version_skew_is_reported():
    assert section(render_text(mixed()), "Versions that differ between targets") == (
        "numpy 2.6.0 on Python 3.12–3.15, 3.15t, 2.4.2 on Python 3.11"
    )


def test_problems_name_their_place_and_code():
    problems = section(render_text(mixed(), width=160), "Problems")
    assert "? requirements.txt:9: git requirements are not judged" in problems
    assert "[vcs-requirement]" in problems
    assert "! odd-thing: " in problems
    assert "This answer is incomplete: see 1 problem below." in render_text(mixed())


def test_a_target_without_any_answer_has_no_column():
    text = render_text(unjudged_target())
    assert "+ " not in text
    assert "10 packages come as wheels on python:3.8-slim:" in text
    assert "numpy<1 and numpy>2 exclude each other (on python:3.8-alpine)" in text


def test_text_from_outside_is_shown_as_text():
    text = render_text(nasty(), width=160, colour=True)
    visible = ESCAPE.sub("", text)
    assert "[bold red]pk" in visible
    assert "[link=https://index.example]" in visible
    assert all(char.isprintable() or char == "\n" for char in visible)
    assert "\x1b[31m" not in text
    assert "\x1b]" not in text


def test_targets_and_what_was_assumed_are_named():
    facts = section(render_text(today()) + "\n", "What was judged")
    assert "libc    glibc 2.28, musl 1.2" in facts
    assert "free-threaded CPython 3.15.1" in facts
    assert "note" in section(render_text(nasty()) + "\n", "What was judged")


def test_a_package_is_requested_with_an_option_and_in_a_file():
    def rendered(place: str) -> str:
        targets = images(1).targets
        cell = compiles("sci", "1.0", "cp38-cp38-manylinux_2_17_x86_64")
        cell = cell.model_copy(update={"requested_by": (place,)})
        package = Package(name="sci", on={targets[0].name: cell})
        report = images(1).model_copy(update={"packages": (package,)})
        return render_text(report)

    assert "requested with --package" in rendered("--package")
    assert "requested in requirements.txt:3" in rendered("requirements.txt:3")


def test_a_dockerfile_is_reported_with_errors_first_and_diffs_to_paste():
    text = render_text(broken_image(), width=160)
    assert "deploy/app.Dockerfile does not work as it is: line 4 fails, see below." in text
    findings = section(text, "What is found in deploy/app.Dockerfile").splitlines()
    assert findings[0].startswith("✗ line 4 (stage 0): numpy 1.24.2 needs a C compiler")
    assert findings[2:6] == [
        "    4 | RUN pip install --no-cache-dir -r requirements.txt",
        "  add gcc, musl-dev",
        "! line 1 (stage 0): 4 source builds on an image with musl [musl-base]",
        "    1 | FROM python:3.8-alpine",
    ]
    assert findings[-1] == "line 9: pip install $TOOLS: not judged: TOOLS is not known"
    assert nothing_found(sound_image().dockerfile) in render_text(sound_image())
    for diff in (OTHER_IMAGE, CORRECTION):
        # No line ends in space, and rich has no tabs.
        assert diff.replace(" \n", "\n").expandtabs() in text


@pytest.mark.parametrize("line", ["RUN pip install " + "a" * 200, "RUN pip install " + "松" * 99])
def test_an_excerpt_is_cut_to_the_width(line):
    judged = judged_dockerfile()
    finding = judged.findings[0].model_copy(update={"excerpt": line})
    report = broken_image().model_copy(
        update={"dockerfile": judged.model_copy(update={"findings": (finding,)})}
    )
    for ascii_only in (False, True):
        text = render_text(report, width=60, ascii_only=ascii_only)
        (shown,) = [each for each in text.splitlines() if each.startswith("    1 | ")]
        assert shown.startswith("    1 | RUN pip install ")
        assert shown.endswith("...")
        assert 58 <= cell_len(shown) <= 60


def test_a_line_that_several_findings_share_is_shown_once():
    judged = judged_dockerfile()
    error = judged.findings[1]
    more = error.model_copy(update={"code": "missing-library"})
    late = error.model_copy(update={"code": "no-cache-mount", "severity": "note"})
    report = broken_image().model_copy(
        update={
            "dockerfile": judged.model_copy(update={"findings": (*judged.findings, more, late)})
        }
    )
    assert render_text(report).count("    4 | RUN") == 1


def test_what_is_left_to_do_by_hand_is_reported_without_a_diff_too():
    judged = judged_dockerfile().model_copy(update={"correction": "", "other_image": ""})
    text = render_text(broken_image().model_copy(update={"dockerfile": judged}))
    assert section(text, "Left to do by hand").startswith("! numpy 1.18.5 needs")


def test_a_long_command_is_known_by_its_beginning():
    judged = judged_dockerfile()
    words = "pip install --no-cache-dir " + "package " * 40
    step = judged.steps[1].model_copy(update={"command": words, "unjudged": None, "note": "there"})
    report = broken_image().model_copy(
        update={"dockerfile": judged.model_copy(update={"steps": (step,)})}
    )
    shown = "line 9: pip install --no-cache-dir package package package ...: there"
    assert shown in render_text(report)


def test_a_dockerfile_cannot_add_lines_to_its_diffs_nor_speak_to_the_terminal():
    text = render_text(worded("RUN \x1b[31mx\x0b\u2028y"), width=160)
    assert "\n+RUN �[31mx��y\n" in text


def test_every_pin_of_a_way_out_can_be_pasted():
    story = priced_story()
    pins = tuple(f"package-{number}==1.0" for number in range(24))
    change = story.advice[0].model_copy(update={"change": pins})
    text = render_text(story.model_copy(update={"advice": (change,)}))
    assert "\n".join(f"    {pin}" for pin in pins) in text
    assert "more line" not in text


@pytest.mark.parametrize("width", [72, 100])
def test_names_of_images_up_to_forty_columns_are_not_broken(width):
    (target,) = images(1).targets
    name = "ghcr.io/someone/python:3.14-slim-trixie2"
    assert len(name) == 40
    report = Report(inputs=(), targets=(target.model_copy(update={"name": name}),), packages=())
    facts = section(render_text(report, width=width) + "\n", "What was judged")
    assert f"\n{name}  CPython" in facts
