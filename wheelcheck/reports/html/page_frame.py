"""The frame of every page: one file, which allows itself nothing but its own style and script."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib import resources
from string import Template

from wheelcheck.reports.html.markup import Markup

__all__ = ["asset", "framed", "script_of"]


def framed(
    *, title: Markup, about: Markup, body: Markup, data: str, style: str, script: str
) -> str:
    """A whole page that needs no network. `data` is JSON that is safe inside a script element."""
    return Template(asset("page.html")).substitute(
        policy=_policy(style, script),
        title=title,
        style=style,
        about=about,
        body=body,
        data=data,
        script=script,
    )


def asset(name: str) -> str:
    """The text of a file in ``assets/``."""
    folder = resources.files("wheelcheck.reports.html").joinpath("assets")
    return folder.joinpath(name).read_text(encoding="utf-8")


def script_of(*names: str) -> str:
    """The scripts of ``assets/`` in one scope of their own."""
    parts = "\n".join(asset(f"{name}.js") for name in names)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


def _policy(style: str, script: str) -> str:
    """A content security policy under which only these two texts take effect (CSP level 3)."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
