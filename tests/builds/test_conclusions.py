"""What was concluded from an sdist comes back as it was."""

from fake_index import FakeIndex
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.conclusions import Conclusions
from wheelcheck.builds.needs import Need, NeedKind, Role
from wheelcheck.builds.sdist import SdistFacts
from wheelcheck.builds.sources import SourceCount
from wheelcheck.costs.compiled import Kind
from wheelcheck.costs.features import BuildFeatures, Sources
from wheelcheck.errors import Unknown
from wheelcheck.index.languages import Language
from wheelcheck.index.model import Sdist

VERSIONS = st.builds("{}.{}rc{}".format, *[st.integers(0, 99)] * 3).map(Version)
NEEDS = st.builds(
    Need,
    st.sampled_from(NeedKind),
    st.text(),
    st.text(),
    st.sampled_from(Role),
    st.none() | VERSIONS,
    st.booleans(),
)


def an_sdist(index: FakeIndex) -> Sdist:
    project = index.project(NormalizedName("x"))
    assert not isinstance(project, Unknown)
    (file,) = project.files(project.versions[0])
    assert isinstance(file, Sdist)
    return file


SIZES = st.integers(0, 2**40)
SOURCES = st.builds(SourceCount, st.sampled_from(Language), *[SIZES] * 4, st.none() | SIZES)
FACTS = st.builds(SdistFacts, sources=st.lists(SOURCES).map(tuple))


@given(st.lists(NEEDS).map(tuple), FACTS)
def test_answers_come_back_as_they_were(needs: tuple[Need, ...], facts: SdistFacts):
    index = FakeIndex({"x": {"1": ["x-1.tar.gz"]}})
    first = Conclusions(index, an_sdist(index))
    assert first.answer("needs", tuple[Need, ...]) is None
    features = BuildFeatures(compiles=True, backend="x", sources={Kind.C: Sources(1, 2, 3)})
    for question, answer in (("needs", needs), ("facts", facts), ("features", features)):
        first.keep(question, answer)
    for one in (first, Conclusions(index, an_sdist(index))):
        assert one.answer("needs", tuple[Need, ...]) == needs
        assert one.answer("facts", SdistFacts) == facts
        assert one.answer("features", BuildFeatures) == features
        assert one.answer("more", bool) is None


def test_what_cannot_be_written_is_told_anew():
    index = FakeIndex({"x": {"1": ["x-1.tar.gz"]}})
    conclusions = Conclusions(index, an_sdist(index))
    conclusions.keep("a name", "\ud800")
    conclusions.keep("a size", 2**70)
    assert conclusions.answer("a name", str) is None
    assert conclusions.answer("a size", int) is None
