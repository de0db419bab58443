"""From the bytes of a requirement file to its text, in pip's order of guesses."""

from __future__ import annotations

import codecs
import locale
import re

__all__ = ["decode"]

# UTF-32 before UTF-16: the little-endian UTF-32 mark begins with the UTF-16 one. The machine's
# own order goes by the name without an order, as in pip: it swallows a second mark.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
)
_COOKIE = re.compile(rb"coding[:=]\s*([-\w.]+)")


def decode(data: bytes, locale_encoding: str | None = None) -> tuple[str, str | None]:
    """Decode a requirement file; return its text and a warning, or None.

    A byte order mark decides; else a comment with a PEP 263 cookie in the first two lines; else
    it is UTF-8; else, with a warning, the locale's encoding (by default this process's). That is
    the order of pip 25.0 and later. Raises UnicodeDecodeError, or LookupError for a cookie that
    names no encoding.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding), None
    for line in data.split(b"\n")[:2]:
        cookie = _COOKIE.search(line) if line.startswith(b"#") else None
        if cookie:
            return data.decode(cookie[1].decode("ascii")), None
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        encoding = locale_encoding or locale.getencoding()
        return data.decode(encoding), (
            f"not valid UTF-8, read as {encoding} from the locale; "
            f"say '# -*- coding: {encoding} -*-' in the first line if that is meant"
        )
