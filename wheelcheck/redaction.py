"""Keeping secrets out of everything that people or files get to see."""

from __future__ import annotations

import re

__all__ = ["has_secret", "redact", "without_secrets"]

_USERINFO = re.compile(
    r"(?<=://)(?:[^\s/?#]*@|[^\s/?#@:\[]*:(?!\d{0,5}(?:[/?#\s\"']|$))[^\s\"']*@)"
)
"""Userinfo (RFC 3986, 3.2.1) as a whole: an index token is as often the user as the password.

A slash within a password makes the host end early, at no valid port.
"""
_PARAMETER = re.compile(r"([?&;][\w.%-]++=)([^\s&;#'\"]++)")
_SECRET_NAME = re.compile(
    r"token|key|secret|passw|pwd|signature|\bsig\b|\bsig=|credential|auth|\bjwt|session",
    re.IGNORECASE,
)
"""Names are matched in part: hiding a value too many does no harm."""


def redact(text: str) -> str:
    """Return the text with the credentials of every URL in it replaced by ``****``.

    Hidden are the user and password before ``@`` and the values of query parameters whose name
    speaks of a token, key, secret, password, signature or credential.
    """
    if "://" in text:
        text = _USERINFO.sub("****@", text)
    return _PARAMETER.sub(_hidden, text) if "=" in text else text


def has_secret(text: str) -> bool:
    """Whether a text holds something that `redact` hides."""
    return ("?" in text or "@" in text) and redact(text) != text


def without_secrets(text: str) -> str:
    """As `redact`, but user names and passwords are left out: for files that tools read."""
    return redact(_USERINFO.sub("", text))


def _hidden(found: re.Match[str]) -> str:
    return f"{found[1]}****" if _SECRET_NAME.search(found[1]) else found[0]
