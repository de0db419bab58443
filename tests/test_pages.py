"""The pages for newcomers say what the code says."""

import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GITHUB = ROOT / ".github"


def pages():
    """The script that writes them."""
    spec = spec_from_file_location("pages_of_the_house", ROOT / "data" / "house" / "pages.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # for its dataclass
    spec.loader.exec_module(module)
    return module


def test_pictures_and_limits_are_current():
    stale = [path.name for path, text in pages().current().items() if path.read_text() != text]
    assert stale == [], "run data/house/pages.py"


def test_an_arrow_that_follows_from_others_is_left_out():
    edges = {"a": set(), "b": {"a"}, "c": {"a", "b"}}
    assert pages().reduced(edges) == {"a": [], "b": ["a"], "c": ["b"]}


@pytest.mark.parametrize("page", sorted(GITHUB.glob("*.md")), ids=lambda page: page.name)
def test_links_and_files_of_the_pages_exist(page: Path):
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (GITHUB / link).exists(), link
    for path in re.findall(r"`((?:data|tests|wheelcheck)/[\w./-]+\.(?:py|md|csv))`", text):
        assert (ROOT / path).is_file(), path


def exists(name: str) -> bool:
    """Whether there is such a file, folder or module, or a module with such a name in it."""
    package = ROOT / "wheelcheck"
    if "/" in name:
        return (package / name).exists()
    for parts in (name.split("."), name.split(".")[:-1]):
        place = package.joinpath(*parts)
        file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if file.is_file():
            last = name.rpartition(".")[2]
            return parts[-1] == last or bool(re.search(rf"\b{last}\b", file.read_text("utf-8")))
    return False


def test_modules_named_by_the_architecture_exist():
    text = (GITHUB / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {path.stem for path in (ROOT / "wheelcheck").iterdir() if path.stem != "tables"}
    named = re.findall(r"`(([a-z_]+)[./][\w./]*\w)`", text.partition("## Laws")[2])
    places = [name for name, first in named if first in rooms]
    assert len(places) > 40
    assert [name for name in places if not exists(name)] == []


def words_of(*pages: str) -> set[str]:
    """What is set as code in these pages."""
    texts = [(GITHUB / page).read_text(encoding="utf-8") for page in pages]
    return {word for text in texts for word in re.findall(r"`([^`\n]+)`", text)}


def test_folders_and_files_that_newcomers_are_sent_to_exist():
    named = words_of("ARCHITECTURE.md", "CONTRIBUTING.md")
    paths = {
        path for word in named for path in re.findall(r"(?:data|tests|notebooks)/[\w./-]*", word)
    }
    assert len(paths) > 20
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []
    bare = {word for word in named if re.fullmatch(r"\w+\.(?:py|csv|toml)", word)}
    ours = {path.name for folder in ("wheelcheck", "data") for path in (ROOT / folder).rglob("*.*")}
    assert sorted(bare - ours - {"setup.py", "pyproject.toml"}) == []


def test_classes_that_the_architecture_names_are_defined():
    classes = {word for word in words_of("ARCHITECTURE.md") if re.fullmatch(r"(?:[A-Z]\w+)+", word)}
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "wheelcheck").rglob("*.py"))
    defined = set(re.findall(r"^class (\w+)", code, flags=re.MULTILINE))
    assert len(classes) > 10
    assert sorted(classes - defined - {"Tool"}) == []  # the protocol's own
