"""`setup.cfg` and `setup.py` as inputs, and as what a `pyproject.toml` without tables rests on."""

from __future__ import annotations

from packaging.utils import canonicalize_name

from wheelcheck.errors import RequirementsError, Unknown
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.pip.requirement_file import RequirementFileReader
from wheelcheck.requirements.projects.declared_requirements import add_requirement, parse_declared
from wheelcheck.requirements.projects.setup_project import SetupRequirements, setup_requirements

__all__ = ["add_setup_files", "has_setup_files", "read_setup_cfg", "read_setup_script"]

CONFIGURATION, SCRIPT = "setup.cfg", "setup.py"


def read_setup_cfg(given: InputDocument) -> None:
    """Add what a `setup.cfg` requires, or the `setup.py` beside it."""
    _add(given, _text_beside(given, SCRIPT), given.text)


def read_setup_script(given: InputDocument) -> None:
    """Add what a `setup.py` requires by what can be read of it, or the `setup.cfg` beside it."""
    _add(given, given.text, _text_beside(given, CONFIGURATION))


def has_setup_files(given: InputDocument) -> bool:
    """Whether one of both lies beside an input."""
    return bool(_text_beside(given, CONFIGURATION) or _text_beside(given, SCRIPT))


def add_setup_files(given: InputDocument) -> None:
    """Add what the setup files beside a `pyproject.toml` require."""
    _add(given, _text_beside(given, SCRIPT), _text_beside(given, CONFIGURATION))


def _add(given: InputDocument, script: str, configuration: str) -> None:
    found = setup_requirements(script, configuration)
    if isinstance(found, Unknown):
        why = f"{found.reason}, and it is never run: install it, and give what pip freeze lists"
        given.collection.skip(given.origin(), Unknown("dynamic-dependencies", why))
        return
    given.bound_python(found.python or None)
    _add_texts(given, found.requires)
    _add_files(given, found)
    wanted = given.selection.extras(found.extras)
    for extra, texts in found.extras.items():
        if canonicalize_name(extra) in wanted:
            _add_texts(given, texts)


def _add_texts(given: InputDocument, texts: tuple[str, ...]) -> None:
    for text in texts:
        requirement = parse_declared(given, text)
        if requirement is not None:
            add_requirement(given, requirement, given.origin(given.line_of(text)))


def _add_files(given: InputDocument, found: SetupRequirements) -> None:
    """Add the requirement files whose lines are the requirements."""
    reader = RequirementFileReader(given.collection, given.opener, given.environ)
    for name in found.files:
        try:
            reader.read(given.beside(name))
        except (RequirementsError, ValueError) as error:
            why = f"its requirements are those of {name}: {error}"
            given.collection.skip(given.origin(), Unknown("dynamic-dependencies", why))


def _text_beside(given: InputDocument, name: str) -> str:
    """The text of a file in the same folder; "" where there is none."""
    if given.has_no_folder:
        return ""
    try:
        return given.opener.read(given.beside(name)).decode("utf-8", "replace")
    except OSError:
        return ""
