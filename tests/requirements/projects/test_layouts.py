"""Any list of requirements, written in any layout, reads back the same."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from wheelcheck.requirements import read
from wheelcheck.requirements.pip.pip_syntax import InvalidLine, logical_lines, split_options

NAMES = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,6}[A-Za-z0-9])?", fullmatch=True)
VERSIONS = st.builds("{}.{}".format, st.integers(0, 99), st.integers(0, 9))
SPECIFIERS = st.lists(
    st.builds("{}{}".format, st.sampled_from(["==", ">=", "<", "!=", "~="]), VERSIONS), max_size=3
)
EXTRAS = st.lists(NAMES, max_size=2)
MARKERS = st.sampled_from(
    ["", ' ; python_version < "3.11"', " ; sys_platform == 'linux' and extra == 'a'"]
)


@st.composite
def requirements(draw: st.DrawFn) -> str:
    extras = draw(EXTRAS)
    listed = f"[{', '.join(extras)}]" if extras else ""
    return draw(NAMES) + listed + " " + ", ".join(draw(SPECIFIERS)) + draw(MARKERS)


@st.composite
def laid_out(draw: st.DrawFn, requirement: str) -> str:
    """Write one requirement: indented, continued at its spaces, commented, surrounded."""
    glue = draw(st.sampled_from([" ", " \\\n", " \\\n    ", "\\\n  "]))
    before = draw(st.sampled_from(["", "\n", "# a remark\n", "  # an indented remark\n", "  "]))
    after = draw(st.sampled_from(["\n", "  \n", "  # why\n", "\t#\n", "\n\n", " \\\n# ends it\n"]))
    return before + glue.join(requirement.strip().split(" ")) + after


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[str], dict[str, str]]:
    """Requirements in reading order, and files (name → text) that nest them; the first is top."""
    expected: list[str] = []
    files: dict[str, str] = {}

    def write(depth: int) -> str:
        name = f"{'sub/' * depth}{len(files)}.txt"
        files[name] = ""
        text = ""
        for _ in range(draw(st.integers(0, 4))):
            if depth < 2 and draw(st.booleans()):
                inner = Path(write(depth + 1))
                text += f"-r sub/{inner.name}{draw(st.sampled_from(['', '  # nested']))}\n"
            else:
                expected.append(draw(requirements()))
                text += draw(laid_out(expected[-1]))
        files[name] = text
        return name

    write(0)
    return expected, files


@given(tree=trees(), encode=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_any_layout_reads_back(tree: tuple[list[str], dict[str, str]], encode: str):
    expected, files = tree
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode(encode))
        found = read([Path(folder, "0.txt")])
    assert [line.requirement for line in found.lines] == [Requirement(text) for text in expected]
    assert (found.skipped, found.constraints, found.warnings) == ((), (), ())


@given(st.text("ab \\#\n\t-=;${}A'\"\r\x0c"))
def test_no_text_breaks_the_line_grammar(text: str):
    numbers = []
    for line in logical_lines(text, {"A": "x"}):
        numbers.append(line.number)
        assert line.text
        try:
            split_options(line.text)
        except InvalidLine:
            continue
    assert numbers == sorted(set(numbers))
