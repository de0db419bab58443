"""What `help` shows of a public name: every parameter on a line of its own, and no stale one."""

import enum
import inspect
import re
from collections.abc import Callable, Iterator

import pytest
from msgspec import Struct
from pydantic import BaseModel

import wheelcheck
from wheelcheck.api.questions.question_keywords import QuestionKeywords
from wheelcheck.reports.values.shown import Plots

SHARED_KEYWORDS = frozenset(QuestionKeywords.__annotations__)
"""What `check` explains and other functions name in the line of ``**question``."""
SECTION = re.compile(r"(Args|Returns|Yields|Raises):")
ENTRY = re.compile(r" {4}(\*{0,2}\w+): \S")
ERRORS = re.compile(r"\b[Rr]aises `?[A-Z]")
INHERITED = frozenset(vars(BaseModel)) | frozenset(vars(Exception)) | frozenset(vars(str))


def entries(docstring: str, section: str) -> list[str]:
    """The names that begin a line of a section."""
    found: list[str] = []
    current = None
    for line in docstring.splitlines():
        heading = SECTION.fullmatch(line)
        current = heading[1] if heading else current
        entry = ENTRY.match(line)
        if current == section and entry:
            found.append(entry[1])
    return found


def parameters(function: Callable[..., object]) -> list[str]:
    """The names of a function's parameters, as `help` shows them."""
    return [name for name in inspect.signature(function).parameters if name not in {"self", "cls"}]


def methods(cls: type) -> Iterator[tuple[str, Callable[..., object]]]:
    """The public methods and properties of a class that this project defines."""
    for name in dir(cls):
        value = inspect.getattr_static(cls, name)
        if name.startswith("_") or name in INHERITED:
            continue
        if isinstance(value, classmethod | staticmethod):
            value = value.__func__
        value = value.fget if isinstance(value, property) else value
        if inspect.isfunction(value) and value.__module__.startswith("wheelcheck."):
            yield name, value


def constructor(cls: type) -> tuple[list[str], str]:
    """The parameters of a class that nothing but its docstrings can explain, and these."""
    docstring = inspect.getdoc(cls) or ""
    if issubclass(cls, BaseModel):
        return [
            name for name, field in cls.model_fields.items() if not field.description
        ], docstring
    if issubclass(cls, Struct):
        return list(cls.__struct_fields__), docstring
    own = vars(cls).get("__init__")
    if own is None or issubclass(cls, enum.Enum):
        return [], docstring
    return parameters(own), f"{docstring}\n{inspect.getdoc(own)}"


def documented() -> Iterator[tuple[str, list[str], str]]:
    """Name, parameters and docstring of whatever can be called."""
    for name in wheelcheck.__all__:
        public = getattr(wheelcheck, name)
        if inspect.isclass(public):
            yield name, *constructor(public)
        else:
            yield name, parameters(public), inspect.getdoc(public) or ""
    for cls in (*filter(inspect.isclass, map(vars(wheelcheck).get, wheelcheck.__all__)), Plots):
        for name, function in methods(cls):
            label = f"{cls.__name__}.{name}"
            yield label, parameters(function), inspect.getdoc(function) or ""


CASES = list(documented())


def missing(wanted: list[str], docstring: str) -> set[str]:
    """The parameters that begin no line under ``Args:``."""
    named = set(entries(docstring, "Args"))
    explained = named | (SHARED_KEYWORDS if "**question" in named else set())
    return set(wanted) - explained


@pytest.mark.parametrize(("name", "wanted", "docstring"), CASES, ids=[case[0] for case in CASES])
def test_the_parameters_are_documented_each_on_a_line_of_its_own(name, wanted, docstring):
    assert docstring.strip(), name
    assert missing(wanted, docstring) == set(), name
    assert set(entries(docstring, "Args")) - {"**question"} <= set(wanted), name


def test_errors_have_a_section_of_their_own():
    assert [name for name, _, docstring in CASES if ERRORS.search(docstring)] == []


def test_the_cases_are_all_that_is_public():
    names = {name for name, *_ in CASES}
    assert names >= set(wheelcheck.__all__)
    assert names >= {
        "Report.plan",
        "Report.to_pandas",
        "Report.matrix",
        "Policy.over",
        "Plots.bill",
    }


def test_check_explains_every_keyword_itself():
    (docstring,) = (docstring for name, _, docstring in CASES if name == "check")
    assert set(entries(docstring, "Args")) >= SHARED_KEYWORDS


def test_a_parameter_that_is_named_in_a_sentence_alone_is_missing():
    docstring = "Judge.\n\n`day` and `place` matter.\n\nArgs:\n    place: where.\n"
    assert missing(["place", "day"], docstring) == {"day"}
    assert missing(["pre"], f"{docstring}    **question: as for `check`.") == set()
