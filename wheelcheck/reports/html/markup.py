"""HTML that cannot be forgotten to be escaped: text becomes markup through `element` alone."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from wheelcheck.reports.wording.phrases import clean

__all__ = ["EMPTY", "Markup", "element", "joined", "verbatim"]

_VOID = frozenset({"br", "input", "wbr"})


class Markup(str):
    """HTML source. Any other string is text, however it looks."""

    __slots__ = ()


EMPTY = Markup("")


def element(tag: str, *children: object, **attributes: str | float | bool | None) -> Markup:
    """``element("td", name, class_="wheel", aria_label="wheel")``.

    Children are `Markup`, text (cleaned and escaped), iterables of these, or None. In attribute
    names ``_`` stands for ``-`` and a trailing one is dropped; True is an attribute without value,
    False and None are no attribute.
    """
    text = "".join(_attribute(name, value) for name, value in attributes.items())
    inner = joined(*children)
    return Markup(f"<{tag}{text}>" if tag in _VOID else f"<{tag}{text}>{inner}</{tag}>")


def joined(*children: object) -> Markup:
    """Children one after the other, without an element around them."""
    return Markup("".join(map(_child, children)))


def verbatim(text: str) -> Markup:
    """Text that is clean already, with all its white space."""
    return Markup(escape(text, quote=False))


def _child(child: object) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, str):
        return escape("\n".join(map(clean, child.splitlines())), quote=False)
    if isinstance(child, Iterable):
        return "".join(map(_child, child))
    return escape(str(child), quote=False)


def _attribute(name: str, value: str | float | bool | None) -> str:  # noqa: FBT001 (see `element`)
    if value is None or value is False:
        return ""
    name = name.removesuffix("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(clean(str(value)))}"'
