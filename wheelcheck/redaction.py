"""Keeping secrets out of everything that people or files get to see."""

from __future__ import annotations

import re

__all__ = ["has_secret", "redact"]

_USERINFO = re.compile(r"(?<=://)[^\s/?#]*@")
"""Userinfo (RFC 3986, 3.2.1) as a whole: an index token is as often the user as the password."""
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


def has_secret(url: str) -> bool:
    """Whether a URL holds something that `redact` hides."""
    return redact(url) != url


def _hidden(found: re.Match[str]) -> str:
    return f"{found[1]}****" if _SECRET_NAME.search(found[1]) else found[0]
