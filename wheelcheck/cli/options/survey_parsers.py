"""The parsers of ``wheelcheck survey``. Imports argparse alone: `--help` must answer at once."""

from __future__ import annotations

import argparse

from wheelcheck.cli.options.option_groups import add_format, add_index
from wheelcheck.cli.options.option_parser import (
    Parser,
    add_help,
    add_repeatable,
    grouped_parser,
    positive,
)

__all__ = ["diff_parser", "report_parser", "survey_parser"]

_EXAMPLES = """\
examples:
  wheelcheck survey names.txt --output surveys --contact me@example.org
      the latest release of each project named, on the default matrix
  wheelcheck survey files.parquet --each-release --output surveys
      every release in an export of the index's file table, without a request
  wheelcheck survey services/ --target python:3.13-alpine --output fleet
      every requirement file, lock and Dockerfile below a folder, each judged whole
  wheelcheck survey files.parquet --output surveys --scheduler tcp://127.0.0.1:8786
      the same on the workers of a Dask cluster
  wheelcheck survey report surveys -o wheels.html
  wheelcheck survey diff surveys@2026-05-28 surveys@2026-11-28

exit codes: 0 all was judged, 2 wrong usage, 3 some projects could not be judged
"""


def survey_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck survey``."""
    parser = grouped_parser(
        "survey",
        usage="%(prog)s SOURCE... --output FOLDER [options]",
        description="Judge many projects or many requirement files, and write a dated Parquet\n"
        "dataset. A second start goes on where the first one ended.",
        epilog=_EXAMPLES,
    )
    source = parser.add_argument_group("what to survey")
    source.add_argument(
        "source",
        nargs="+",
        metavar="SOURCE",
        help="a file of project names (- is stdin), a Parquet table of files or a folder of such, "
        "a folder of requirement files, or several requirement files",
    )
    source.add_argument(
        "--each-release",
        nargs="?",
        const="",
        metavar="SINCE",
        help="every release, or those first uploaded since a day, instead of the latest alone",
    )
    source.add_argument("--exclude-newer", metavar="DATE", help="the index as of the end of a day")
    source.add_argument(
        "--read-sdists",
        action="store_true",
        help="of names: open the sdists of what would be built; else the wheels beside them decide",
    )
    add_repeatable(
        parser.add_argument_group("where it would be installed"),
        "-t",
        "--target",
        metavar="TARGET",
        words="an image or a tag, as for wheelcheck itself (repeatable)",
    )
    _add_wire(parser)
    machines = parser.add_argument_group("on what it runs")
    machines.add_argument(
        "--workers", type=positive(int), metavar="N", help="processes (one for each processor)"
    )
    machines.add_argument(
        "--scheduler", metavar="ADDRESS", help="a Dask scheduler, e.g. tcp://127.0.0.1:8786"
    )
    machines.add_argument(
        "--rows-per-shard",
        type=positive(int),
        default=250_000,
        metavar="N",
        help="files of a table that are judged at once: less takes less memory (250000)",
    )
    output = parser.add_argument_group("where the dataset goes")
    output.add_argument(
        "--output", required=True, metavar="FOLDER", help="a folder, or any URL that fsspec opens"
    )
    add_help(output)
    return parser


def _add_wire(parser: argparse.ArgumentParser) -> None:
    index = parser.add_argument_group("where to look")
    add_index(index)
    polite = parser.add_argument_group("how to ask")
    polite.add_argument(
        "--max-requests",
        type=positive(int),
        default=1_000,
        metavar="N",
        help="refuse a survey that may make more requests (1000)",
    )
    polite.add_argument(
        "--requests-per-second",
        type=positive(float),
        default=20.0,
        metavar="N",
        help="of all workers together (20)",
    )
    polite.add_argument(
        "--contact",
        default="",
        metavar="TEXT",
        help="an address for the operator of the index, sent with every request",
    )


def report_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck survey report``."""
    parser = Parser(
        "survey report",
        description="Write one self-contained page on the newest day of a survey's folder.",
    )
    parser.add_argument("folder", metavar="FOLDER", help="of a survey")
    parser.add_argument(
        "--weights",
        metavar="FILE",
        help="CSV or Parquet: project and a number, downloads for example; orders and weighs",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write there instead of stdout")
    return parser


def diff_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck survey diff``."""
    parser = Parser(
        "survey diff",
        description="Which projects gained or lost wheels between two surveys. FOLDER alone means "
        "its oldest day for OLD and its newest for NEW. Exit code 1 where one lost wheels.",
    )
    parser.add_argument("old", metavar="OLD", help="FOLDER or FOLDER@2026-05-28")
    parser.add_argument("new", metavar="NEW", help="FOLDER or FOLDER@2026-11-28")
    add_format(parser, "text", "json")
    return parser
