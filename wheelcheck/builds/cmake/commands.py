"""The commands of a CMake project that run on Linux, and which of them always do.

Read from the top `CMakeLists.txt` through `add_subdirectory`, with the values of options and
variables as far as the files state them; nothing is run.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from wheelcheck.builds.cmake.condition_words import holds, is_false, matches
from wheelcheck.builds.cmake.environment import is_unset, without_environment
from wheelcheck.builds.cmake.syntax import cmake_statements
from wheelcheck.truth import opposite

__all__ = ["CMakeCommand", "Way", "cmake_commands"]

_LONG = 1_000_000
_MOST = 40_000
"""Commands that are read of one project."""
_LINUX: Mapping[str, str] = {
    "UNIX": "1", "LINUX": "1", "WIN32": "", "APPLE": "", "MSVC": "", "MINGW": "", "CYGWIN": "",
    "ANDROID": "", "IOS": "", "EMSCRIPTEN": "", "BORLAND": "", "MSYS": "", "BSD": "", "WASM": "",
    "CMAKE_SYSTEM_NAME": "Linux", "CMAKE_C_COMPILER_ID": "GNU", "CMAKE_CXX_COMPILER_ID": "GNU",
    "CMAKE_COMPILER_IS_GNUCC": "1", "CMAKE_COMPILER_IS_GNUCXX": "1", "SKBUILD": "2",
    "CMAKE_CURRENT_SOURCE_DIR": "", "CMAKE_SOURCE_DIR": "", "PROJECT_SOURCE_DIR": "",
    "PROJECT_IS_TOP_LEVEL": "1", "CMAKE_CROSSCOMPILING": "", "BUILD_TESTING": "",
}  # fmt: skip
_TRUE = re.compile(r"(1|on|yes|true|y|[1-9]\d*)$", re.IGNORECASE)
_REFERENCE = re.compile(r"\$\{(\w+)\}")


class Way(NamedTuple):
    """A branch of an ``if``, by the numbers of both; `is_else`: the last, where no other is."""

    condition: int
    branch: int = 0
    is_else: bool = False


class CMakeCommand(Struct, frozen=True):
    """One command, its name in lower case. `sure`: no condition that a build decides is around it.

    `conditions` are the words of the conditions around it; `off`: by default they do not hold;
    `way` is the branch it is on, where that is all that only a build decides.
    """

    name: str
    words: tuple[str, ...]
    path: str
    sure: bool
    conditions: tuple[str, ...] = ()
    off: bool = False
    way: Way | None = None


class _Block(Struct):
    """An ``if``, a loop or a function: whether it runs (None: unknown), and its words.

    `decided` says that a branch before was taken (None: perhaps), so that no later branch is;
    `by_system` that it is the system that decides, and no option that a user may switch. `way` is
    the branch of an ``if``.
    """

    runs: bool | None
    words: tuple[str, ...] = ()
    decided: bool | None = False
    by_system: bool = False
    way: Way | None = None

    def next_branch(self, *, is_else: bool = False) -> None:
        if self.way is not None:
            self.way = Way(self.way.condition, self.way.branch + 1, is_else)


class _Walk(Struct):
    texts: Mapping[str, str]
    values: dict[str, str | None]
    root: str = ""
    seen: set[str] = field(default_factory=set)
    blocks: list[_Block] = field(default_factory=list)
    count: int = 0
    folders: list[str] = field(default_factory=list)
    """Where ``include(Name)`` looks: CMAKE_MODULE_PATH."""
    defining: str = ""
    finders: set[str] = field(default_factory=set)
    """The project's own functions that hand names on to ``find_library``."""


def cmake_commands(
    texts: Mapping[str, str], root: str = "CMakeLists.txt", defines: Mapping[str, str] | None = None
) -> Iterator[CMakeCommand]:
    """The commands of a project, in order.

    Parameters:
        texts: The sdist's build files by path.
        root: The project's own `CMakeLists.txt`.
        defines: Variables that the backend or the setup script sets on the command line.
    """
    walk = _Walk(texts, {**_LINUX, **(defines or {})}, root)
    walk.seen.add(root)
    yield from _file(walk, root)


def _file(walk: _Walk, path: str) -> Iterator[CMakeCommand]:
    outer, walk.blocks = walk.blocks, [*walk.blocks]
    depth = len(walk.blocks)
    for name, words in cmake_statements(walk.texts.get(path, "")[:_LONG]):
        walk.count += 1
        if walk.count > _MOST:
            break
        if name in _BLOCKS:
            _BLOCKS[name](walk, words, depth)
            continue
        if any(block.runs is False and block.by_system for block in walk.blocks):
            continue
        command = _command(walk, name, words, path)
        yield command
        yield from _handed_on(walk, command)
        if name == "return" and command.sure:
            break
        if name in {"add_subdirectory", "include"} and command.words:
            yield from _nested(walk, name, path, command.words[0])
    walk.blocks = outer


def _command(walk: _Walk, name: str, words: list[str], path: str) -> CMakeCommand:
    """A command with its variables filled in; what it sets holds from here on."""
    sure = all(block.runs for block in walk.blocks)
    if name in {"set", "option"} and words:
        _assign(walk, name, words, sure=sure)
    elif name == "cmake_dependent_option" and len(words) == _DEPENDENT:
        _assign_dependent(walk, words)
    elif name == "list" and words[1:2] == ["CMAKE_MODULE_PATH"]:
        _add_folders(walk, words[2:])
    elif name == "get_directory_property" and words[1:] == ["PARENT_DIRECTORY"]:
        walk.values[words[0]] = "" if path == walk.root and sure else None
    around = tuple(word for block in walk.blocks for word in block.words)
    expanded = tuple(part for word in words for part in _expanded(walk, word))
    off = any(block.runs is False for block in walk.blocks)
    ways = [block.way for block in walk.blocks if block.runs is None]
    way = ways[0] if len(ways) == 1 else None
    return CMakeCommand(name, expanded, path, sure, around, off, way)


def _handed_on(walk: _Walk, command: CMakeCommand) -> Iterator[CMakeCommand]:
    """The ``find_library`` of a function of the project that is called with ``NAMES``."""
    if command.name == "find_library" and walk.defining:
        if any(_NAMES.fullmatch(word) for word in command.words):
            walk.finders.add(walk.defining)
    elif command.name in walk.finders and "NAMES" in command.words[1:]:
        at = command.words.index("NAMES")
        wanted = ("REQUIRED",) if "REQUIRED" in command.words else ()
        words = (command.words[0], *command.words[at:], *wanted)
        yield replace(command, name="find_library", words=words)


_NAMES = re.compile(r"\$\{\w*NAMES\}")


def _nested(walk: _Walk, name: str, path: str, target: str) -> Iterator[CMakeCommand]:
    base = posixpath.dirname(path)
    file = "CMakeLists.txt" if name == "add_subdirectory" else ""
    places = [posixpath.join(folder, target.lstrip("/"), file) for folder in (base, "")]
    if name == "include" and not target.endswith(".cmake"):
        places = [f"{part.lstrip('/')}/{target}.cmake" for part in walk.folders if "$" not in part]
        places += [posixpath.join(base, place) for place in places]
    for below in map(posixpath.normpath, places):
        if below in walk.texts and below not in walk.seen:
            walk.seen.add(below)
            yield from _file(walk, below)
            return


def _expanded(walk: _Walk, word: str) -> tuple[str, ...]:
    """A word with the variables whose value is known; a list gives several words."""
    if "$" not in word:
        return (word,)

    def value(match: re.Match[str]) -> str:
        known = walk.values.get(match[1])
        return match[0] if known is None else known

    text = _REFERENCE.sub(value, without_environment(word))
    return tuple(part for part in text.split(";") if part) if ";" in text else (text,)


def _add_folders(walk: _Walk, words: Iterable[str]) -> None:
    walk.folders += (part for word in words for part in _expanded(walk, word))


def _assign(walk: _Walk, name: str, words: Sequence[str], *, sure: bool) -> None:
    variable = words[0]
    if variable == "CMAKE_MODULE_PATH":
        _add_folders(walk, words[1:])
    if variable in _LINUX:
        return
    if name == "option":
        default = words[2] if len(words) > 2 else "OFF"  # noqa: PLR2004 (name, text, value)
        walk.values.setdefault(variable, _expanded(walk, default)[0] if default else "")
        return
    rest = list(words[1:])
    if "CACHE" in rest:
        if variable in walk.values and "FORCE" not in rest:
            return
        rest = rest[: rest.index("CACHE")]
    if rest[-1:] == ["PARENT_SCOPE"]:
        rest = rest[:-1]
    value = ";".join(part for word in rest for part in _expanded(walk, word))
    walk.values[variable] = value if sure else None


def _assign_dependent(walk: _Walk, words: Sequence[str]) -> None:
    """``cmake_dependent_option(name text value conditions otherwise)``; a value given stays."""
    name, _, value, conditions, otherwise = words
    answers = {_truth(walk, part.split()) for part in conditions.split(";")}
    if False in answers:
        walk.values[name] = otherwise
    elif None not in answers:
        walk.values.setdefault(name, value)


_DEPENDENT = 5


def _if(walk: _Walk, words: Sequence[str], _depth: int) -> None:
    truth = _truth(walk, words)
    by_system = truth is not None and _depends_on_system(walk, words)
    walk.blocks.append(_Block(truth, tuple(words), truth, by_system, Way(walk.count)))


def _elseif(walk: _Walk, words: Sequence[str], depth: int) -> None:
    if len(walk.blocks) > depth:
        block = walk.blocks[-1]
        block.next_branch()
        truth = _truth(walk, words)
        runs: bool | None = False
        if block.decided is not True:
            runs = None if block.decided is None and truth is not False else truth
        block.runs, block.words = runs, (*block.words, *words)
        block.by_system |= truth is not None and _depends_on_system(walk, words)
        if block.decided is not True:
            block.decided = truth if block.decided is False or truth is True else None


def _else(walk: _Walk, _words: Sequence[str], depth: int) -> None:
    if len(walk.blocks) > depth:
        block = walk.blocks[-1]
        block.next_branch(is_else=True)
        block.runs = opposite(block.decided)


def _end(walk: _Walk, _words: Sequence[str], depth: int) -> None:
    if len(walk.blocks) > depth:
        walk.blocks.pop()


def _function(walk: _Walk, words: Sequence[str], _depth: int) -> None:
    walk.blocks.append(_Block(runs=None))
    walk.defining = words[0].lower() if words else ""


def _end_of_function(walk: _Walk, words: Sequence[str], depth: int) -> None:
    _end(walk, words, depth)
    walk.defining = ""


def _loop(walk: _Walk, words: Sequence[str], _depth: int) -> None:
    if words:
        walk.values[words[0]] = None
    walk.blocks.append(_Block(runs=True))


_BLOCKS = {
    "if": _if, "elseif": _elseif, "else": _else, "endif": _end,
    "function": _function, "endfunction": _end_of_function, "macro": _function,
    "endmacro": _end_of_function,
    "foreach": _loop, "endforeach": _end, "while": _loop, "endwhile": _end,
}  # fmt: skip


def _truth(walk: _Walk, words: Sequence[str]) -> bool | None:
    """Whether a condition holds; None where only a build knows."""
    return holds(words, partial(_part, walk))


def _depends_on_system(walk: _Walk, words: Sequence[str]) -> bool:
    """Whether a condition with a known answer has none where the system is not known."""
    values = {name: value for name, value in walk.values.items() if name not in _LINUX}
    return _truth(_Walk(walk.texts, values), words) is None


_UNARY = {"DEFINED", "EXISTS", "TARGET", "COMMAND", "POLICY", "TEST", "IS_DIRECTORY", "IS_ABSOLUTE"}
_COMPARISON = re.compile(
    r"(STREQUAL|EQUAL|MATCHES|IN_LIST|LESS|GREATER|STRLESS|STRGREATER|PATH_EQUAL)"
    r"|(VERSION_)?(LESS|GREATER|EQUAL|LESS_EQUAL|GREATER_EQUAL)"
)


def _part(walk: _Walk, tokens: list[str]) -> bool | None:
    """Whether a part of a condition holds, whose words are taken off `tokens`."""
    if not tokens:
        return None
    word = tokens.pop(0)
    if word in _UNARY:
        operand = tokens.pop(0) if tokens else ""
        return _is_set(walk, operand) if word == "DEFINED" else None
    if tokens and _COMPARISON.fullmatch(tokens[0]):
        operator, right = tokens.pop(0), tokens.pop(0) if tokens else ""
        return _compared(walk, word, operator, right)
    return _constant(walk, word)


def _is_set(walk: _Walk, variable: str) -> bool | None:
    """The answer to ``DEFINED``: what no file sets a user may have set, but for `is_unset`."""
    if is_unset(variable):
        return False
    return True if walk.values.get(variable) else None


def _constant(walk: _Walk, word: str) -> bool | None:
    text = "".join(_expanded(walk, word))
    if "${" in text:
        return None
    if _TRUE.match(text):
        return True
    if is_false(text):
        return False
    known = walk.values.get(text)
    if known is None or "${" in known:
        return None
    return not is_false(known)


def _compared(walk: _Walk, left: str, operator: str, right: str) -> bool | None:
    if operator not in {"STREQUAL", "MATCHES"}:
        return None
    first = walk.values.get(left) if left in walk.values else ";".join(_expanded(walk, left))
    second = ";".join(_expanded(walk, right))
    if first is None or "${" in first or "${" in second:
        return None
    if left not in walk.values and first == left and not re.search(r"[\"$]", left):
        return None  # a variable that nothing read has set
    return first == second if operator == "STREQUAL" else matches(first, second)
