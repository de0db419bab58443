"""What was concluded from an sdist comes back as it was."""

import pytest
from fake_index import FakeIndex
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import SourceCount
from wheelcheck.builds.setup_script.declaration import SetupScript
from wheelcheck.costs.workload.features import BuildFeatures, Sources
from wheelcheck.costs.workload.source_kinds import SourceKind
from wheelcheck.errors import Unknown
from wheelcheck.index.archives.sources.languages import Language
from wheelcheck.index.interface import Sdist
from wheelcheck.result_cache import sdist_cache
from wheelcheck.result_cache.sdist_cache import SdistCache

VERSIONS = st.builds("{}.{}rc{}".format, *[st.integers(0, 99)] * 3).map(Version)
NEEDS = st.builds(
    BuildNeed,
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
LINES = st.tuples(st.text(), SIZES, st.booleans())
SCRIPTS = st.builds(SetupScript, decided=st.lists(LINES).map(tuple))
FACTS = st.builds(
    SdistFacts,
    sources=st.lists(SOURCES).map(tuple),
    script=SCRIPTS,
    build_scripts=st.lists(SCRIPTS).map(tuple),
)


@given(st.lists(NEEDS).map(tuple), FACTS)
def test_answers_come_back_as_they_were(needs: tuple[BuildNeed, ...], facts: SdistFacts):
    index = FakeIndex({"x": {"1": ["x-1.tar.gz"]}})
    first = SdistCache(index, an_sdist(index))
    assert first.get("needs", tuple[BuildNeed, ...]) is None
    features = BuildFeatures(compiles=True, backend="x", sources={SourceKind.C: Sources(1, 2, 3)})
    for question, answer in (("needs", needs), ("facts", facts), ("features", features)):
        first.put(question, answer)
    for cache in (first, SdistCache(index, an_sdist(index))):
        assert cache.get("needs", tuple[BuildNeed, ...]) == needs
        assert cache.get("facts", SdistFacts) == facts
        assert cache.get("features", BuildFeatures) == features
        assert cache.get("more", bool) is None


def test_what_cannot_be_written_is_not_cached():
    index = FakeIndex({"x": {"1": ["x-1.tar.gz"]}})
    results = SdistCache(index, an_sdist(index))
    results.put("a name", "\ud800")
    results.put("a size", 2**70)
    assert results.get("a name", str) is None
    assert results.get("a size", int) is None


def test_results_of_other_code_are_dropped(monkeypatch: pytest.MonkeyPatch):
    index = FakeIndex({"x": {"1": ["x-1.tar.gz"]}})
    SdistCache(index, an_sdist(index)).put("a name", "x")
    assert SdistCache(index, an_sdist(index)).get("a name", str) == "x"
    monkeypatch.setattr(sdist_cache, "code_version", lambda: b"another version!")
    assert SdistCache(index, an_sdist(index)).get("a name", str) is None
