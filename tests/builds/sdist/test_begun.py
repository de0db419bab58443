"""What the beginning of a large sdist says of its build, before the rest of it has come."""

from msgspec.structs import replace
from packaging.utils import canonicalize_name
from packaging.version import Version
from situations import target

from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Sdist

LARGE = Sdist(
    "a-1.tar.gz", "https://files.example/a-1.tar.gz", canonicalize_name("a"), Version("1"), 9 << 20
)
SYSTEM = '[build-system]\nrequires = ["meson-python"]\nbuild-backend = "mesonpy"\n'


class Begun:
    """An index that has no more of any sdist than its pyproject.toml."""

    def __init__(self, text: str | Unknown | None = SYSTEM) -> None:
        self.text = text

    def derived(self, sdist: Sdist) -> None:
        """Nothing was found out before."""

    def pyproject(self, sdist: Sdist, enough: object) -> str | Unknown | None:
        del sdist, enough
        return self.text


def test_its_build_requires_are_known():
    reading = SdistReader(Begun()).read_begun(LARGE, target("musl", (3, 12)))
    assert reading is not None
    assert reading.facts.system.requires == ("meson-python",)
    assert not reading.is_whole


def test_a_small_sdist_is_waited_for():
    small = replace(LARGE, size=1000)
    assert SdistReader(Begun()).read_begun(small, target("musl", (3, 12))) is None


def test_a_zip_archive_is_read_in_any_order_and_has_no_beginning():
    zipped = replace(LARGE, filename="a-1.zip", url="https://files.example/a-1.zip")
    assert SdistReader(Begun()).read_begun(zipped, target("musl", (3, 12))) is None


def test_without_pyproject_there_is_nothing_to_begin_with():
    for text in (None, Unknown("file-unreachable", "it cannot be read")):
        assert SdistReader(Begun(text)).read_begun(LARGE, target("musl", (3, 12))) is None
