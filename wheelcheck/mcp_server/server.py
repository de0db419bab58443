"""The server over stdio, with the official SDK. Standard output is the protocol's alone."""

from __future__ import annotations

import logging
import threading
import traceback
from functools import partial
from typing import Any

import anyio
import mcp_types as types
from anyio.to_thread import run_sync
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

import wheelcheck
from wheelcheck.errors import UsageError, WheelcheckError
from wheelcheck.mcp_server.answer_pages import Pages
from wheelcheck.mcp_server.tools import TOOLS, Workplace

__all__ = ["serve"]

_AT_ONCE = 4
"""Calls that are answered side by side; further calls wait."""
_MOST_WORDS = 1_000
"""Characters of a message."""
_INSTRUCTIONS = (
    "wheelcheck says what comes as a wheel and what compiles from source, for requirement files, "
    "projects, locks and Dockerfiles of its folder. An answer has at most 8,000 characters; its "
    "last line says how to get the rest."
)


def serve(workplace: Workplace) -> None:
    """Answer calls from standard input until it ends."""
    logging.basicConfig(level=logging.WARNING, format="wheelcheck: %(message)s")
    anyio.run(_served, workplace)


async def _served(workplace: Workplace) -> None:
    calls = Calls(workplace)
    server: Server[Any] = Server(
        "wheelcheck",
        version=wheelcheck.__version__,
        instructions=_INSTRUCTIONS,
        on_list_tools=calls.listed,
        on_call_tool=calls.called,
    )
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


class _Cancelled(BaseException):
    """The client wants the answer no more. No handler of ordinary errors may take it."""


class _Cancellable:
    """Ends the work at its next step once the client has cancelled the call."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()

    def update(self, stage: str, done: int, total: int) -> None:
        """Raise where the call was cancelled; progress is shown nowhere."""
        del stage, done, total
        if self.cancelled.is_set():
            raise _Cancelled


class Calls:
    """Answers the requests of a client: lists the tools, and calls them in threads."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._pages = Pages()
        self._at_once = anyio.CapacityLimiter(_AT_ONCE)

    async def listed(self, *_: object) -> types.ListToolsResult:
        """All tools, with the schemas of their arguments."""
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=tool.name,
                    description=tool.description,
                    input_schema=tool.arguments.model_json_schema(),
                    annotations=types.ToolAnnotations(read_only_hint=True, open_world_hint=True),
                )
                for tool in TOOLS.values()
            ]
        )

    async def called(self, _: object, call: types.CallToolRequestParams) -> types.CallToolResult:
        """The first page of an answer, or one sentence on what is wrong with the call."""
        progress = _Cancellable()
        try:
            text = await run_sync(
                partial(self._answer, call.name, dict(call.arguments or {}), progress),
                abandon_on_cancel=True,
                limiter=self._at_once,
            )
        except anyio.get_cancelled_exc_class():
            progress.cancelled.set()
            raise
        except (WheelcheckError, OSError) as error:
            return _result(_sentence(error), is_error=True)
        except Exception as error:  # noqa: BLE001 (a defect must not end the server)
            traceback.print_exception(error)
            words = f"{call.name} failed: this is a defect of wheelcheck ({type(error).__name__})"
            return _result(words, is_error=True)
        return _result(text)

    def _answer(self, name: str, given: dict[str, Any], progress: _Cancellable) -> str:
        tool = TOOLS.get(name)
        if tool is None:
            raise UsageError(f"there is no tool {name[:40]!r}; there are {', '.join(TOOLS)}")
        cursor = given.get("cursor")
        if isinstance(cursor, str):
            return self._pages.following(cursor)
        try:
            return self._pages.first(tool.called(self._workplace, given, progress))
        except _Cancelled:
            return ""  # nobody waits for it


def _sentence(error: Exception) -> str:
    words = " ".join(str(error).split())
    return words if len(words) <= _MOST_WORDS else f"{words[:_MOST_WORDS]}…"


def _result(text: str, *, is_error: bool = False) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)], is_error=is_error
    )
