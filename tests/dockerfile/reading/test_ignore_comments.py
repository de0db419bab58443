"""Comments that let findings pass: what they name, why, and which lines they are about."""

import pytest

from wheelcheck.dockerfile.reading.ignore_comments import ignore_comments

FILE = """\
# syntax=docker/dockerfile:1
FROM python:3.12-alpine
# wheelcheck: ignore[missing-compiler, musl-base] the base has one
# another comment

RUN apk add libffi-dev && \\
    # wheelcheck: ignore[no-cache-mount]
    pip install numpy \\
      scipy  # wheelcheck:ignore[missing-library]: bundled
RUN <<EOT
pip install pandas
# wheelcheck: ignore[built-again]
EOT
# wheelcheck: ignore[pip-upgraded]
"""


def test_each_comment_with_its_codes_reason_and_lines():
    found = [(c.line, c.codes, c.reason, c.first, c.last) for c in ignore_comments(FILE)]
    assert found == [
        (3, ("missing-compiler", "musl-base"), "the base has one", 6, 9),
        (7, ("no-cache-mount",), "", 6, 9),
        (9, ("missing-library",), "bundled", 6, 9),
        (12, ("built-again",), "", 10, 13),
        (14, ("pip-upgraded",), "", 0, 0),
    ]


def test_a_comment_for_the_whole_file():
    (comment,) = ignore_comments("# wheelcheck: ignore-file[musl-base]\nFROM a\nRUN b\n")
    assert comment.covers("musl-base", 2)
    assert comment.covers("musl-base", 3)
    assert not comment.covers("no-pip", 3)


@pytest.mark.parametrize(
    "line",
    [
        "# wheelcheck is nice",
        "RUN echo '# not wheelcheck: ignored'",
        "# hadolint ignore=DL3006",
        "",
    ],
)
def test_what_is_no_such_comment(line):
    assert ignore_comments(f"FROM a\n{line}\n") == []


@pytest.mark.parametrize("line", ["# wheelcheck: ignore", "#wheelcheck: ignore[] why"])
def test_a_comment_that_names_nothing(line):
    (comment,) = ignore_comments(f"{line}\nFROM a\n")
    assert comment.codes == ()
