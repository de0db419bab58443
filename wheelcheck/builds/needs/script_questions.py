"""What a script asks the system for: libraries to link with, pkg-config's packages, programs."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from wheelcheck.builds.needs.libraries import library_called, programs
from wheelcheck.builds.needs.script_branches import Certainty, Part
from wheelcheck.builds.setup_script.script_syntax import walk
from wheelcheck.distributions.debian_package import FileKind

__all__ = ["Question", "questions"]

_LIBRARIES = re.compile(r"(?i)(.*_)?(libraries|libs|library_names|lib_names)")
_PKG_CONFIG = re.compile(r"(?i)(\w*_)?pkg_?config\w*|parse_pkg\w*|use_pkg_?config")
_COMMAND = "pkg-config"
_LINK = re.compile(r"-l([A-Za-z_][\w.+-]*)")
_CONFIG_PROGRAM = re.compile(
    r"(?!python|pkg-config|with-|without-|enable-)[A-Za-z][\w.+]*(-[\w.+]+)*-config"
)
_OPTION = re.compile(
    r"(print-|atleast-|exact-|max-)?(mod)?versions?|(cflags|libs)(-only-\w+)*|exists"
    r"|static|(pkg)?(data|include|lib|bin)?dir|prefix|exec_prefix|silence-errors|print-errors"
    r"|variable|short-errors|list-all"
)
"""Options of pkg-config, which helpers take without their dashes."""
_PACKAGE = re.compile(r"([A-Za-z][\w.+-]*?)\s*(?:(>=?|<=?|==?|!=)\s*([\d.]+))?")
_RUNNERS = {
    "call", "check_call", "check_output", "run", "Popen", "system", "spawn", "popen",
    "getoutput", "getstatusoutput", "exec_command",
}  # fmt: skip
_FINDERS = {"which", "find_executable", "find_program"}
_GROWS = {"append": 0, "extend": 0, "insert": 1}
_CXX_OPTION = re.compile(r"-std=(c|gnu)\+\+\w+")
_PROSE = 12
"""More words than a command has."""
_LONGEST = 200
_BUILD_TOOLS = {"make", "cmake", "ninja", "swig"}
_MAKE_COMMAND = re.compile(r"make( +-[A-Za-z]+ *[\w./-]*)+( +[\w-]+)*")


@dataclass(frozen=True, slots=True)
class Question:
    """A name that a script looks for, how, and whether it does so whatever else it finds."""

    kind: FileKind
    name: str
    line: int
    certainty: Certainty
    least: str = ""


def questions(parts: Iterable[Part]) -> Iterator[Question]:
    """All that a script asks for: `parts` are its nodes that may run."""
    nodes = [part for part in parts if isinstance(part[0], _RELEVANT)]
    values = [value for node, _ in nodes for value in _library_values(node)]
    linked = {id(part) for value in values for part in walk(value)}
    built = {name for node, _ in nodes for name in _built(node)}
    texts = [text for node, _ in nodes if (text := _constant(node))]
    names = any(_COMMAND in text for text in texts)
    calls = any(
        _PKG_CONFIG.fullmatch(_owner(node)) for node, _ in nodes if isinstance(node, ast.Call)
    )
    askers = _askers([node for node, _ in nodes]) if names else frozenset()
    lists = _lists([node for node, _ in nodes]) if names or calls else {}
    for node, certainty in nodes:
        for reader in _BY_TYPE.get(type(node), ()):
            for found in reader(node, certainty):
                if found.name not in built or found.kind is not FileKind.LIB:
                    yield found
        if isinstance(node, ast.List | ast.Tuple | ast.Call):
            yield from _packages(node, certainty, askers, lists)
        elif isinstance(node, ast.Constant) and id(node) not in linked:
            yield from _known_words(node, certainty, speaks=names or calls)


def _built(node: ast.AST) -> Iterator[str]:
    """Libraries that the sdist compiles: ``setup(libraries=[("name", {…})])``, `add_library`."""
    if isinstance(node, ast.Tuple) and len(node.elts) > 1 and _is_build_info(node.elts[1]):
        yield from _texts(node.elts[:1])
    elif isinstance(node, ast.Call) and _called(node) in {"add_library", "add_installed_library"}:
        yield from _texts(node.args[:1])
    elif isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg == "output_libname" or (
                keyword.arg in {"output_dir", "target_lang"} and _called(node) == "link"
            ):
                yield from _texts([keyword.value])
        if _called(node) == "create_static_lib":
            yield from _texts(node.args[1:2])


def _is_build_info(node: ast.expr) -> bool:
    return isinstance(node, ast.Dict) or _called(node) == "dict"


def _linked(node: ast.AST, certainty: Certainty) -> Iterator[Question]:
    """Names in ``libraries=[…]``, ``x.libraries += […]``, ``{"libraries": […]}`` and their like."""
    for value in _library_values(node):
        for name, certain in _names_in(value, certainty):
            link = _LINK.fullmatch(name)
            yield Question(FileKind.LIB, link[1] if link else name, value.lineno, certain)


def _library_values(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.keyword):
        if _LIBRARIES.fullmatch(node.arg or ""):
            yield node.value
    elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is not None and any(_is_libraries(target) for target in targets):
            yield node.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and _LIBRARIES.fullmatch(str(key.value)):
                yield value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        place = _GROWS.get(node.func.attr)
        if place is not None and len(node.args) > place and _is_libraries(node.func.value):
            yield node.args[place]


def _is_libraries(node: ast.expr) -> bool:
    """Whether an expression is a list of libraries by its name, ``kw["libraries"]`` included."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return _LIBRARIES.fullmatch(str(node.slice.value)) is not None
    if isinstance(node, ast.Call) and _called(node) == "setdefault" and node.args:
        return any(_LIBRARIES.fullmatch(text) for text in _texts(node.args[:1]))
    name = getattr(node, "attr", None) or getattr(node, "id", "")
    return _LIBRARIES.fullmatch(str(name)) is not None


def _names_in(node: ast.expr, certainty: Certainty) -> Iterator[tuple[str, Certainty]]:
    """The strings of a list, of lists that are added, and of both sides of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value.strip(), certainty
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        for part in node.elts:
            if not isinstance(part, ast.Tuple):
                yield from _names_in(part, certainty)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _names_in(node.left, certainty)
        yield from _names_in(node.right, certainty)
    elif isinstance(node, ast.Call) and _called(node) in {"split", "copy", "list"}:
        inner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if inner is not None:
            yield from ((word, certainty) for word in _constant(inner).split())


def _flags(node: ast.AST, certainty: Certainty) -> Iterator[Question]:
    """``-lfoo`` in lists of options, and in strings of nothing but options."""
    parts: Sequence[ast.expr] = ()
    if isinstance(node, ast.List | ast.Tuple):
        parts = () if _is_command(node) else node.elts
    elif isinstance(node, ast.Call) and _called(node) in _GROWS:
        parts = node.args
    elif isinstance(node, ast.Assign | ast.AugAssign | ast.keyword):
        parts = [node.value]
    for part in parts:
        text = _constant(part)
        words = text.split() if text.startswith("-") else []
        for word in words if all(item.startswith("-") for item in words) else ():
            link = _LINK.fullmatch(word)
            if link:
                yield Question(FileKind.LIB, link[1], part.lineno, certainty)


def _compared(node: ast.AST, certainty: Certainty) -> Iterator[Question]:
    """``if "-lfoo" not in flags``: what a script adds itself where nobody has."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
        link = _LINK.fullmatch(_constant(node.left))
        if link:
            doubt = max(certainty, Certainty.CONDITIONAL)
            yield Question(FileKind.LIB, link[1], node.lineno, doubt)


def _is_command(node: ast.List | ast.Tuple) -> bool:
    """Whether a list starts with a program: its options are that program's own."""
    first = node.elts[0] if node.elts else None
    text = _constant(first) if first is not None else ""
    return bool(text) and not text.startswith("-")


def _askers(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Functions of the script that hand their arguments on to pkg-config."""
    return frozenset(
        node.name
        for node in nodes
        if isinstance(node, ast.FunctionDef)
        and node.args.args + ([node.args.vararg] if node.args.vararg else [])
        and any(_COMMAND in _constant(part) for part in walk(node))
        and not any(isinstance(part, ast.FunctionDef) and part is not node for part in walk(node))
    )


def _lists(nodes: Iterable[ast.AST]) -> Mapping[str, tuple[str, ...]]:
    """Names that stand for strings: constants, lists of them, and variables of loops over lists."""
    found: dict[str, tuple[str, ...]] = {}
    for node in nodes:
        target: ast.expr | None = None
        value: ast.expr | None = None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.For):
            target, value = node.target, node.iter
        if isinstance(target, ast.Name) and value is not None:
            known = found.get(value.id, ()) if isinstance(value, ast.Name) else ()
            texts = [text for text, _ in _names_in(value, Certainty.SURE)]
            found[target.id] = (*found.get(target.id, ()), *known, *texts)
    return found


def _packages(
    node: ast.AST,
    certainty: Certainty,
    askers: frozenset[str],
    lists: Mapping[str, tuple[str, ...]],
) -> Iterator[Question]:
    """The packages that a command or a function asks pkg-config for."""
    words: list[str] = []
    if isinstance(node, ast.List | ast.Tuple):
        given = [text for part in node.elts for text in _meant(part, lists)]
        if any(word.rpartition("/")[2] == _COMMAND for word in given[:2]):
            words = [word for word in given if _COMMAND not in word]
    elif isinstance(node, ast.Call):
        name = _called(node)
        command = _text(node.args[0]) if node.args else ""
        if name in _RUNNERS and command.split()[:1] == [_COMMAND]:
            words = _joined(command.split()[1:])
        elif name in askers or (_PKG_CONFIG.fullmatch(_owner(node)) and name not in _RUNNERS):
            words = [text for item in node.args for text in _meant(item, lists)]
    for word in words:
        match = _PACKAGE.fullmatch(word.strip())
        if match and not _OPTION.fullmatch(match[1]) and not match[1].isupper():
            if _called(node) in {"exists", "installed"}:
                certainty = max(certainty, Certainty.CONDITIONAL)
            least = match[3] if (match[2] or "").startswith(">") else ""
            yield Question(FileKind.PC, match[1], _line(node), certainty, least)


def _meant(node: ast.expr, lists: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The strings that an argument may be."""
    if isinstance(node, ast.Starred):
        node = node.value
    if isinstance(node, ast.Name):
        yield from lists.get(node.id, ())
    elif isinstance(node, ast.List | ast.Tuple | ast.BinOp):
        yield from (text for text, _ in _names_in(node, Certainty.SURE))
    else:
        yield _text(node)


def _joined(words: Iterable[str]) -> list[str]:
    """The words of a command, a version joined to the package before it."""
    found: list[str] = []
    for word in words:
        if found and (word[0] in "<>=!" or found[-1][-1] in "<>="):
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def _owner(node: ast.Call) -> str:
    """The module or the function of a call: ``pkgconfig`` of ``pkgconfig.parse("x")``."""
    if isinstance(node.func, ast.Attribute):
        base = node.func.value
        owner = getattr(base, "id", getattr(base, "attr", ""))
        return owner if _PKG_CONFIG.fullmatch(owner) else node.func.attr
    return _called(node)


def _run(node: ast.AST, certainty: Certainty) -> Iterator[Question]:
    """Programs that are run, or looked for."""
    if not isinstance(node, ast.Call) or not node.args:
        return
    name, first = _called(node), node.args[0]
    if name in _FINDERS:
        yield from _programs([_text(first)], node.lineno, Certainty.TENTATIVE)
    elif name in _RUNNERS:
        if isinstance(first, ast.BinOp):
            first = first.left
        if _called(first) == "split" and isinstance(first, ast.Call) and first.args:
            first = first.args[0]  # of shlex
        if isinstance(first, ast.List | ast.Tuple):
            yield from _programs(
                [_text(first.elts[0])] if first.elts else [], node.lineno, certainty
            )
        else:
            yield from _programs(_text(first).split()[:1], node.lineno, certainty)


def _program_variable(node: ast.AST, certainty: Certainty) -> Iterator[Question]:
    """A build tool under a name of its own: ``make_cmd = "make"``, run as a variable later."""
    if isinstance(node, ast.Assign) and _constant(node.value) in _BUILD_TOOLS:
        name = getattr(node.targets[0], "id", "").lower()
        if any(word in name for word in ("cmd", "command", "program", _constant(node.value))):
            yield Question(FileKind.EXECUTABLE, _constant(node.value), node.lineno, certainty)


def _language(node: ast.AST, certainty: Certainty) -> Iterator[Question]:
    """A C++ compiler, by ``language="c++"`` or an option that C++ alone has."""
    language = isinstance(node, ast.keyword) and node.arg == "language" and _constant(node.value)
    if isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", "") == "language":
        language = _constant(node.value)
    if isinstance(node, ast.Dict):
        keys = [_constant(key) if key is not None else "" for key in node.keys]
        language = _constant(node.values[keys.index("language")]) if "language" in keys else ""
    if (language and language.lower() in {"c++", "cpp"}) or _CXX_OPTION.fullmatch(_constant(node)):
        yield Question(FileKind.EXECUTABLE, "g++", _line(node), certainty)


def _programs(words: Iterable[str], line: int, certainty: Certainty) -> Iterator[Question]:
    for word in words:
        name = word.rpartition("/")[2]
        if name and (word == name or word.startswith("/")):
            yield Question(FileKind.EXECUTABLE, name, line, certainty)


def _known_words(node: ast.AST, certainty: Certainty, *, speaks: bool) -> Iterator[Question]:
    """Strings that are names in our tables: programs such as ``pg_config``, and packages.

    Packages only where the script speaks to pkg-config at all.
    """
    text = _constant(node)
    words = text.split()
    if not words or len(words) > _PROSE or len(text) > _LONGEST:
        return
    program = words[0].rpartition("/")[2]
    if program in programs() or (len(words) == 1 and _CONFIG_PROGRAM.fullmatch(program)):
        yield Question(FileKind.EXECUTABLE, program, _line(node), certainty)
    elif _MAKE_COMMAND.fullmatch(text):  # of a list of commands, run in a loop
        yield Question(FileKind.EXECUTABLE, words[0], _line(node), certainty)
    if speaks and (len(words) == 1 or words[1][0] in "<>=" or _COMMAND in program):
        for word in _joined(words):
            match = _PACKAGE.fullmatch(word)
            if match and library_called("pc", match[1]):
                yield Question(FileKind.PC, match[1], _line(node), certainty)


def _texts(nodes: Iterable[ast.expr]) -> Iterator[str]:
    yield from filter(None, map(_text, nodes))


def _constant(node: ast.AST) -> str:
    """A string of the script, "" for all else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)


def _text(node: ast.expr) -> str:
    """A string, or the beginning of a formatted string."""
    if isinstance(node, ast.JoinedStr) and node.values:
        return _text(node.values[0])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        return _text(node.left)
    if isinstance(node, ast.Call) and _called(node) in {"get", "getenv"} and len(node.args) > 1:
        return _text(node.args[1])
    return _constant(node)


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


_Reader = Callable[[ast.AST, Certainty], Iterator[Question]]
_BY_TYPE: Mapping[type[ast.AST], tuple[_Reader, ...]] = {
    ast.keyword: (_linked, _flags, _language),
    ast.Assign: (_linked, _flags, _language, _program_variable),
    ast.AnnAssign: (_linked,),
    ast.AugAssign: (_linked, _flags),
    ast.Compare: (_compared,),
    ast.Dict: (_linked, _language),
    ast.Call: (_linked, _flags, _run),
    ast.List: (_flags,),
    ast.Tuple: (_flags,),
    ast.Constant: (_language,),
}
_RELEVANT = (*_BY_TYPE, ast.For, ast.FunctionDef)
