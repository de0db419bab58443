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
_DEFINED = re.compile(r"-D\s*([\w.-]+)=(\S+)")
_COMPARED = re.compile(r"(.+?)\s*(==|!=)\s*'([^']*)'")
_WORD = re.compile(r"\bvalue\s*:\s*'([^'\n]*)'")
_COMPILER = re.compile(r"(?:\w+|meson\.get_compiler\([^()]*\))\.get_id\(\)")
_NOT_FOUND = re.compile(r"not\s+(\w+)\.found\(\)")
_CHOICE = re.compile(r"\s*([^?:']+?)\s*\?\s*('[^'\n]*')\s*:\s*('[^'\n]*')\s*,?\s*")
_SOUGHT = re.compile(r"\b(?:dependency|find_library)\s*\(\s*([^\n]*\brequired\s*:\s*false\b[^\n]*)")
_THERE = frozenset(
    {"atomic", "c", "dl", "m", "numpy", "openmp", "pthread", "pybind11", "python", "python3", "rt"}
    | {"threads", "util"}
)
"""What a bare system with a compiler has, or the build environment."""
_LINE = re.compile(
    r"^[ \t]*(?:(if|elif|else|endif)\b([^\n]*)|(\w+)\s*(?:\+=[^\n]*|=\s*([^=\n][^\n]*)))$",
    re.MULTILINE,
)
_FEATURE = {"enabled": True, "disabled": False, "auto": None}
_SWITCHES = {**_FEATURE, "true": True, "false": False}
_DEEP = 8


class MesonValues:
    """Evaluates conditions and ``required:`` arguments, as far as `texts` of files state them.

    `given` are the options that the calling project sets.
    """

    def __init__(self, texts: Mapping[str, str], given: Mapping[str, str] | None = None) -> None:
        self.texts = texts
        self._options: dict[str, bool | None] = {}
        self._arrays: dict[str, list[str]] = {}
        self._words: dict[str, str] = {}
        self._known: dict[str, str | None] = {}
        self._assigned: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        """Of each variable its values, with the conditions around them; "": not to be known."""
        for path, text in texts.items():
            if path in {"meson_options.txt", "meson.options"}:
                self._options |= dict(_declared(text))
                self._arrays |= dict(_arrays(text))
                self._words |= dict(_words(text))
        stated = {**_given(texts.get("pyproject.toml", "")), **(given or {})}
        self._options |= {
            name: _SWITCHES[value] for name, value in stated.items() if value in _SWITCHES
        }
        self._words |= stated
        self._variables: dict[str, str] = {}
        self._loops: dict[str, str] = {}
        for path, text in texts.items():
            if path.endswith("meson.build"):
                self._variables |= dict(_ASSIGNED.findall(text))
                self._loops |= dict(_LOOP.findall(text))
                for name, value, conditions in _assignments(text):
                    self._assigned.setdefault(name, []).append((value, conditions))

    def truth(self, condition: str, depth: int = 0) -> bool | None:
        """Whether a condition holds on Linux; None where only a build knows."""
        text = condition.strip()
        if depth > _DEEP:
            return None
        for word, joined in ((" or ", any_of), (" and ", all_of)):
            if word in text and "(" not in text.replace("()", "").replace("get_option(", ""):
                return joined([self.truth(part, depth + 1) for part in text.split(word)])
        if self._is_not_there(text):
            return True
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

    def chosen(self, argument: str) -> str:
        """The side of ``condition ? 'a' : 'b'`` that is taken; other arguments as they are."""
        match = _CHOICE.fullmatch(argument)
        truth = self.truth(match[1]) if match else None
        return argument if match is None or truth is None else match[2 if truth else 3]

    def _is_not_there(self, condition: str) -> bool:
        """``not x.found()`` of what a project can do without: a bare system has none of it."""
        match = _NOT_FOUND.fullmatch(condition)
        values = self._assigned.get(match[1], []) if match else []
        sought = [_SOUGHT.search(value) for value, _ in values]
        names = [_STRINGS.findall(found[1])[:1] for found in sought if found]
        return bool(names) and all(name and name[0] not in _THERE for name in names)

    def _text_of(self, expression: str, depth: int) -> str | None:
        """The string that an expression gives; None where only a build knows."""
        text = expression.strip()
        literal, read = _STRINGS.fullmatch(text), _READ.fullmatch(text)
        if literal:
            return literal[1]
        if read:
            return self._words.get(read[1])
        if _COMPILER.fullmatch(text):
            return "gcc"
        if text not in self._known:
            self._run(text, depth + 1)
        return self._known[text]

    def _run(self, name: str, depth: int) -> None:
        """Follow a variable through the statements that set it, in their order."""
        self._known[name] = None
        for value, conditions in self._assigned.get(name, ()) if depth < _DEEP else ():
            truth = all_of([self.truth(condition, depth) for condition in conditions])
            if truth is not False:
                found = self._text_of(value, depth)
                same = truth is True or found == self._known[name]
                self._known[name] = found if same else None

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
        match = _COMPARED.fullmatch(text)
        if match:
            value = self._text_of(match[1], depth + 1)
            return None if value is None else (value == match[3]) is (match[2] == "==")
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


def _words(text: str) -> Iterable[tuple[str, str]]:
    """Options that are strings or choices, with their defaults."""
    for name, rest in _OPTION.findall(text):
        kind, value = _TYPE.search(rest), _WORD.search(rest)
        if kind and value and kind[1] in {"combo", "string"}:
            yield name, value[1]


def _assignments(text: str) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    """Variables, what they are set to, and the conditions around that."""
    around: list[str] = []
    for word, condition, name, value in _LINE.findall(text):
        if word == "if":
            around.append(condition)
        elif word == "endif":
            around = around[:-1]
        elif word and around:
            around[-1] = ""
        elif name:
            yield name, value, tuple(around)


def _arrays(text: str) -> Iterable[tuple[str, list[str]]]:
    """Options that are lists of strings, with their defaults."""
    for name, rest in _OPTION.findall(text):
        value = _ARRAY.search(rest)
        if value:
            yield name, _STRINGS.findall(value[1])


def _given(pyproject: str) -> Mapping[str, str]:
    """Options that `[tool.meson-python.args]` sets."""
    arguments = table(read_toml(pyproject), "tool", "meson-python", "args")
    words = strings(arguments.get("setup"))
    return dict(_DEFINED.findall(" ".join(words)))
