"""What GCC of today refuses in a source whatever Python it meets: pointers, narrowing.

GCC 14 made incompatible pointers errors in C (gcc.gnu.org/gcc-14/porting_to.html); narrowing in
braces is one in C++ since C++11, the default since GCC 6. GCC 15 compiles C23, where `bool`, `true`
and `false` are keywords (gcc.gnu.org/gcc-15/porting_to.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wheelcheck.index.archives.sources.c_code.c_comments import COMMENT
from wheelcheck.index.archives.sources.c_code.conditions.places import is_certain_at
from wheelcheck.index.archives.sources.mark_kinds import KEYWORD, METHOD, NARROWING, PRINT, UFUNC

__all__ = ["compiler_breaks"]

_CXX = (".cc", ".cpp", ".cxx", ".c++")
_ENTRY = re.compile(rb'\{\s*"[^"\n]*"\s*,\s*(\w+)\s*,\s*(METH_\w+(?:\s*\|\s*METH_\w+)*)')
_OTHER_CAST = re.compile(
    rb'\{\s*"[^"\n]*"\s*,\s*\(\s*_?PyCFunction(?:Fast)?(?:WithKeywords)?(?<!PyCFunction)\s*\)\s*&?\s*'
    rb"(\w+)\s*,\s*METH_\w+"
)
"""An entry with a cast to a type of function that the table of methods does not take."""
_CONDITION = re.compile(rb"^[ \t]*#[ \t]*(if|endif)", re.MULTILINE)
_LOOP = re.compile(rb"\(\s*char\s*\*\s*\*\s*\w+\s*,\s*npy_intp\s*\*\s*\w+\s*,\s*npy_intp\s*\*")
_TABLE = re.compile(
    rb"u(?<!\wu)(?:nsigned(?:[ \t]+(?:char|short|int|long))?|_?int(?:8|16|32|64)(?:_t)?)[ \t]+"
    rb"(\w+)[ \t]*(?:\[[^\]\n]*\][ \t]*)+=\s*\{"
)
_NEGATIVE = re.compile(rb"[{,]\s*-\s*\d")
_LONGEST_TABLE = 400_000
_HEAD = 4000
_LONGEST_SLOTS = 3000
_TYPE = re.compile(rb"\bPy(?:TypeObject|ExtensionClass)\s+(\w+)\s*=\s*\{")
_HEAD_INIT = re.compile(rb"\s*PyVarObject_HEAD_INIT\s*\([^()]*\)\s*,?")
_OLD_HEAD = re.compile(rb"\s*PyObject_HEAD_INIT\s*\([^()]*\)\s*,?\s*0\s*,\s*(?:\"|[A-Z_]+\s*\")")
"""A type as Python 2 has it, with its size behind the head: the name comes to be its size."""
_NUMBERS = {1, 2, 4, 18, 23, 33}
"""Places of numbers among the values of a type, counted from its name (CPython's `object.h`)."""
_PRINT_PLACE = 4
_MODULE = re.compile(
    rb"\bPyModuleDef\s+(\w+)\s*=\s*\{\s*PyModuleDef_HEAD_INIT\s*,"
    rb"(?:[^,{}#()]|\([^()]*\))+,(?:[^,{}#()]|\([^()]*\))+,\s*NULL\s*[,}]"
)
"""A module whose size, the third value, is a pointer."""
_NEXT_VALUE = re.compile(rb'((?:[^,{}()"]|\([^()]*\)|"(?:\\.|[^"\\\n])*")*)([,}{])')
_POINTER = re.compile(
    rb"NULL|(?:\(\s*\w+\s*\)\s*)?(?!sizeof)(?=\w*[a-z])[A-Za-z_]\w*|\(\s*\w+\s*\)\s*0"
)
_OWN_BOOL = re.compile(
    rb"^[ \t]*typedef[ \t][^;{}()]*[ \t*](bool)[ \t]*;"
    rb"|^[ \t]*(?:typedef[ \t]+)?enum[^;{}()]*\{[^}]*?\b(true|false)\b[^}]*\}",
    re.MULTILINE,
)
_ENDS_WITH_BOOL = re.compile(rb"bool[ \t]*;")
_GUARD = re.compile(rb"#[ \t]*ifndef[ \t]+(\w+)[^\n]*\n\s*#[ \t]*define[ \t]+\1\b")


def compiler_breaks(content: bytes, path: str) -> tuple[str, ...]:
    """The kinds of code that are refused, with the name they are found at."""
    if path.endswith(_CXX):
        return tuple(_narrowings(content))
    if not path.endswith((".c", ".h")):
        return ()
    found = tuple(_keywords(content, guarded=path.endswith(".h")))
    if path.endswith(".h"):
        return found
    found += tuple(_methods(content)) if b"PyMethodDef" in content else ()
    found += tuple(_print_slots(content)) if b"_HEAD_INIT" in content else ()
    if b"PyUFunc_" in content and b"(PyUFuncGenericFunction" not in content:
        found += (UFUNC,) if _LOOP.search(content) else ()
    return found


def _keywords(content: bytes, *, guarded: bool) -> Iterator[str]:
    """Keywords of C23 that a source gives another meaning, where no condition is around it.

    `guarded`: but for the guard of a header.
    """
    if b"bool" not in content or not _may_redefine(content):
        return
    for match in _OWN_BOOL.finditer(content):
        words = [found.group(1) for found in _CONDITION.finditer(content, 0, match.start())]
        depth = words.count(b"if") - words.count(b"endif")
        guard = guarded and _GUARD.match(COMMENT.sub(b" ", content[:_HEAD]).lstrip()) is not None
        if depth == guard:
            yield KEYWORD + next(filter(None, match.groups())).decode()
            return


def _may_redefine(content: bytes) -> bool:
    """Whether a source has the words of such a definition, which are found quickly."""
    if b"typedef" in content and _ENDS_WITH_BOOL.search(content):
        return True
    return b"enum" in content and (b"true" in content or b"false" in content)


def _print_slots(content: bytes) -> Iterator[str]:
    """Types and modules with a pointer where a number is expected, as in the place of `tp_print`.

    That is a number since CPython 3.8. Only those that list their values in order, outside all
    conditions, count.
    """
    for match in (*_TYPE.finditer(content), *_MODULE.finditer(content)):
        if not is_certain_at(content, match.start()):
            continue
        if match.re is _MODULE or _has_pointer(content, match.end()):
            yield PRINT + match.group(1).decode()
            return


def _has_pointer(content: bytes, start: int) -> bool:
    """Whether a type has a pointer where CPython has a number."""
    text = COMMENT.sub(b" ", content[start : start + _LONGEST_SLOTS])
    if _OLD_HEAD.match(text):
        return True
    head = _HEAD_INIT.match(text)
    for place, value in enumerate(_values(text[head.end() :]) if head is not None else ()):
        if value.startswith(b"(printfunc)"):
            continue  # CPython keeps that type, as a number, for this place (`cpython/object.h`)
        is_pointer = not value.isdigit() and _POINTER.fullmatch(value) is not None
        sure = place == _PRINT_PLACE or value == b"NULL" or value.startswith(b"(")
        if place in _NUMBERS and is_pointer and sure:
            return True
    return False


def _values(text: bytes) -> Iterator[bytes]:
    """The values of an initialiser, in order, as far as no directive, name or brace is met."""
    place = 0
    while (match := _NEXT_VALUE.match(text, place)) is not None:
        place = match.end()
        value = match.group(1).strip()
        if value.startswith((b"#", b".")) or b"\n#" in value or b"{" in value:
            return
        yield value
        if match.group(2) != b",":
            return


def _narrowings(content: bytes) -> Iterator[str]:
    """Tables of unsigned numbers that hold a negative one."""
    if b"unsigned" not in content and b"uint" not in content:
        return
    for match in _TABLE.finditer(content):
        end = content.find(b"};", match.end(), match.end() + _LONGEST_TABLE)
        numbers = COMMENT.sub(b" ", content[match.end() - 1 : end]) if end > 0 else b""
        if _NEGATIVE.search(numbers):
            yield NARROWING + match.group(1).decode()
            return


def _methods(content: bytes) -> Iterator[str]:
    """Functions in a table of methods that are of another type than `PyCFunction`, without a cast.

    Only entries outside all conditions count.
    """
    for entry in _ENTRY.finditer(content):
        if not is_certain_at(content, entry.start()):
            continue
        name = entry.group(1)
        defined = re.search(rb"\b" + name + rb"\s*\(([^()]*)\)\s*\{", content)
        if defined is not None and _differs(defined.group(1), entry.group(2)):
            yield METHOD + name.decode()
            return
    for entry in _OTHER_CAST.finditer(content):
        if is_certain_at(content, entry.start()):
            yield METHOD + entry.group(1).decode()
            return


def _differs(parameters: bytes, flags: bytes) -> bool:
    """Whether a function with these parameters is no `PyObject *(*)(PyObject *, PyObject *)`."""
    parts = [part.split() for part in parameters.replace(b"*", b" * ").split(b",")]
    if parts == [[]] or b"#" in parameters:
        return False
    if b"METH_KEYWORDS" in flags or len(parts) != 2 or b"METH_FASTCALL" in flags:  # noqa: PLR2004
        return len(parts) in {1, 3} and b"METH_FASTCALL" not in flags and b"METH_CLASS" not in flags
    return any(b"*" in part and part[0] not in _PLAIN_TYPES for part in parts)


_PLAIN_TYPES = {b"PyObject", b"const", b"register", b"struct", b"void"}
"""First words of parameters that fit, or of which that is not known."""
