"""Passwords from the user's keyring, as pip and uv ask it: the library, else the program.

Only where a host has refused a request, and never with a prompt of our own. Source:
pip.pypa.io/en/stable/topics/authentication, "Keyring Support".
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

__all__ = ["from_keyring"]

_SECONDS = 20
"""A keyring that is locked may ask its user first."""


def from_keyring(url: str, user: str = "") -> tuple[str, str] | None:
    """Name and password for a page's host; None where no keyring has them, or there is none.

    Looked for under the folder of the page, which is the index, and under the host.
    """
    services = [urljoin(url, ".."), urlsplit(url).netloc]
    found = _by_library(services, user)
    return next(_by_program(services, user), None) if found is None else found


def _by_library(services: list[str], user: str) -> tuple[str, str] | None:
    try:
        import keyring
    except ImportError:
        return None
    for service in services:
        with suppress(Exception):  # a keyring may fail in ways of its own
            found = keyring.get_credential(service, user or None)
            if found is not None and found.password is not None:
                return found.username or user, found.password
    return None


def _by_program(services: list[str], user: str) -> Iterator[tuple[str, str]]:
    program = shutil.which("keyring")
    if program is None:
        return
    for service in services:
        words = ["--mode", "creds", "--output", "json", "get", service, *([user] if user else [])]
        with suppress(OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
            done = subprocess.run(  # noqa: S603 (no shell; what follows get is one word)
                [program, *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=True,
            )
            answer = json.loads(done.stdout)
            yield str(answer.get("username") or user), str(answer["password"])
