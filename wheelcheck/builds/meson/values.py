"""What is known of a Meson project's options and variables before it is configured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from wheelcheck.builds.sdist.build_system import read_toml, strings, table
from wheelcheck.truth import all_of, any_of, opposite

__all__ = ["MesonValues"]

_OPTION = re.compile(r"\boption\s*\(\s*'([\w.-]+)'([^)]{0,2000})\)")
_TYPE = re.compile(r"\btype\s*:\s*'(\w+)'")
_VALUE = re.compile(r"\bvalue\s*:\s*'?(\w+)'?")
_READ = re.compile(r"get_option\s*\(\s*'([\w.-]+)'\s*\)(?:\s*\.\s*(\w+)\(\))?")
_SYSTEM = re.compile(
    r"(?:host|target|build)_machine\.system\(\)(?:\.to_lower\(\))?\s*(==|!=)\s*'(\w+)'"
)
_LIST = re.compile(r"(?:host|target|build)_machine\.system\(\)\s*(not\s+)?in\s*\[([^\]]*)\]")
_ASSIGNED = re.compile(r"^[ \t]*(\w+)\s*=\s*([^\n]+)$", re.MULTILINE)
_LOOP = re.compile(r"^[ \t]*foreach\s+(\w+)\s*:\s*([^\n]+)$", re.MULTILINE)
_ARRAY = re.compile(r"\bvalue\s*:\s*\[([^\]]*)\]")
_STRINGS = re.compile(r"'([^'\n]*)'")
_DEFINED = re.compile(r"-D\s*([\w.-]+)=(\w+)")
_FEATURE = {"enabled": True, "disabled": False, "auto": None}
_DEEP = 8


class MesonValues:
    """Evaluates conditions and ``required:`` arguments, as far as `texts` of files state them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self._options: dict[str, bool | None] = {}
        self._arrays: dict[str, list[str]] = {}
        for path, text in texts.items():
            if path in {"meson_options.txt", "meson.options"}:
                self._options |= dict(_declared(text))
                self._arrays |= dict(_arrays(text))
        self._options |= dict(_given(texts.get("pyproject.toml", "")))
        self._variables: dict[str, str] = {}
        self._loops: dict[str, str] = {}
        for path, text in texts.items():
            if path.endswith("meson.build"):
                self._variables |= dict(_ASSIGNED.findall(text))
                self._loops |= dict(_LOOP.findall(text))

    def truth(self, condition: str, depth: int = 0) -> bool | None:
        """Whether a condition holds on Linux; None where only a build knows."""
        text = condition.strip()
        if depth > _DEEP:
            return None
        for word, joined in ((" or ", any_of), (" and ", all_of)):
            if word in text and "(" not in text.replace("()", "").replace("get_option(", ""):
                return joined([self.truth(part, depth + 1) for part in text.split(word)])
        if text.startswith("not "):
            return opposite(self.truth(text[4:], depth + 1))
        return self._atom(text, depth)

    def is_of_system(self, condition: str) -> bool:
        """Whether a condition speaks of the system, by itself or by a variable."""
        words = re.findall(r"\w+", condition)
        texts = (condition, *(self._variables.get(word, "") for word in words))
        return any(".system()" in text for text in texts)

    def words(self, variable: str) -> list[str]:
        """The strings that the variable of a loop takes on, one after another; [] if not known."""
        over = self._loops.get(variable.strip(), "").strip()
        text = self._variables.get(over, over).strip()
        match = _READ.fullmatch(text)
        if match:
            return self._arrays.get(match[1], [])
        return _STRINGS.findall(text) if text.startswith("[") else []

    def _atom(self, text: str, depth: int) -> bool | None:
        if text in {"true", "false"}:
            return text == "true"
        match = _SYSTEM.fullmatch(text)
        if match:
            return (match[2] == "linux") is (match[1] == "==")
        match = _LIST.fullmatch(text)
        if match:
            return ("'linux'" in match[2]) is (match[1] is None)
        match = _READ.fullmatch(text)
        if match:
            return self._option(match[1], match[2] or "")
        known = self._variables.get(text)
        return self.truth(known, depth + 1) if known is not None else None

    def _option(self, name: str, method: str) -> bool | None:
        value = self._options.get(name)
        if method == "disabled":
            return None if name not in self._options else value is False
        if method == "enabled":
            return None if name not in self._options else value is True
        return value

    def is_required(self, argument: str) -> bool:
        """Whether a dependency with this ``required:`` must be there.

        An option that is ``auto`` or not known is no demand; what is demanded for want of another
        dependency is, since a bare system has none of them.
        """
        text = argument.strip()
        known = self.truth(text)
        if known is not None:
            return known
        source = self._variables.get(text, text)
        if "get_option" in source:
            return False
        return ".found()" in source or re.fullmatch(r"\w+", source) is None


def _declared(text: str) -> Iterable[tuple[str, bool | None]]:
    for name, rest in _OPTION.findall(text):
        kind, value = _TYPE.search(rest), _VALUE.search(rest)
        word = value[1] if value else ""
        if kind and kind[1] == "feature":
            yield name, _FEATURE.get(word or "auto")
        elif kind and kind[1] == "boolean":
            yield name, (word or "true") == "true"


def _arrays(text: str) -> Iterable[tuple[str, list[str]]]:
    """Options that are lists of strings, with their defaults."""
    for name, rest in _OPTION.findall(text):
        value = _ARRAY.search(rest)
        if value:
            yield name, _STRINGS.findall(value[1])


def _given(pyproject: str) -> Iterable[tuple[str, bool | None]]:
    """Options that `[tool.meson-python.args]` sets."""
    arguments = table(read_toml(pyproject), "tool", "meson-python", "args")
    words = strings(arguments.get("setup"))
    for name, value in _DEFINED.findall(" ".join(words)):
        if value in {"true", "false", *_FEATURE}:
            yield name, _FEATURE.get(value, value == "true")
