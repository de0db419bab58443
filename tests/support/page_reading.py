"""Read a page as a browser without scripts would: elements, their text, and the embedded data."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "wbr", "input"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    children: list = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    def all(self, tag: str, **attributes: str) -> list["Element"]:
        """Descendants with this tag and these attributes (``class_`` for class)."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [
            element
            for element in self.walk()
            if element.tag == tag and all(element.attributes.get(n) == v for n, v in wanted.items())
        ]

    def walk(self):
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()


class _Parser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        self.open[-1].children.append(data)


def parsed(page: str) -> Element:
    """The root of the page's elements; asserts that all are closed in order."""
    parser = _Parser()
    parser.feed(page)
    parser.close()
    assert parser.open == [parser.root]
    return parser.root


def embedded(page: str) -> dict:
    """The data that the page's script works on, decoded as the script does."""
    (script,) = parsed(page).all("script", id="data")
    document = json.loads(script.text)
    values: list = []
    for entry in document["entries"]:
        if not isinstance(entry, list):
            values.append(entry)
            continue
        parts = [values[number] for number in entry[1:]]
        shape = document["shapes"][entry[0]] if entry[0] >= 0 else None
        values.append(parts if shape is None else dict(zip(shape, parts, strict=True)))
    return values[-1]
