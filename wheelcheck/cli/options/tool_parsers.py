"""The parsers of the commands beside judging: mcp, show, completion, calibrate, cache."""

from __future__ import annotations

import argparse

from wheelcheck.cli.options.option_groups import (
    FORMATS,
    add_allow,
    add_cache_dir,
    add_format,
    add_index_urls,
    add_settings,
)
from wheelcheck.cli.options.option_parser import (
    Help,
    Parser,
)

__all__ = ["cache_parser", "calibrate_parser", "completion_parser", "mcp_parser", "show_parser"]

_MCP_EXAMPLES = """\
in the configuration of a client:
  {"mcpServers": {"wheelcheck": {"command": "wheelcheck", "args": ["mcp", "--root", "FOLDER"]}}}
"""


def mcp_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck mcp``."""
    parser = Parser(
        "mcp",
        description="Serve check, explain, advise and ready to clients of the Model Context "
        "Protocol,\nover standard input and output.",
        epilog=_MCP_EXAMPLES,
        formatter_class=Help,
    )
    parser.add_argument(
        "--root", default=".", metavar="FOLDER", help="no file outside it is read (this folder)"
    )
    add_index_urls(parser)
    cache = parser.add_mutually_exclusive_group()
    add_cache_dir(cache)
    cache.add_argument("--no-cache", action="store_true", help="keep nothing on disk")
    parser.add_argument("--offline", action="store_true", help="ask nothing but the cache")
    return parser


def show_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck show``."""
    parser = Parser(
        "show",
        description="Write a report of --format json again, in any format. No index is queried.",
    )
    parser.add_argument("report", metavar="REPORT", help="a file of --format json")
    parser.add_argument("--builds", action="store_true", help="show the whole build plan")
    parser.add_argument("--versions", action="store_true", help="show the version of every package")
    add_allow(parser)
    add_settings(parser)
    add_format(parser, *FORMATS)
    return parser


def completion_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck completion``."""
    parser = Parser(
        "completion",
        description='Write a completion script: eval "$(wheelcheck completion bash)".',
    )
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    return parser


def calibrate_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck calibrate``."""
    return Parser(
        "calibrate",
        description="Compile two small sources of wheelcheck's own and tell how fast this machine "
        "is: the number for --machine-factor.",
    )


def cache_parser() -> argparse.ArgumentParser:
    """The parser of ``wheelcheck cache``."""
    parser = Parser(
        "cache",
        description="Look at or empty the cache of index pages and file facts.",
    )
    parser.add_argument(
        "action", choices=("info", "clear"), help="info: where and how much; clear: empty it"
    )
    add_cache_dir(parser)
    return parser
