from datetime import UTC, datetime

import pytest
from fake_index import FakeIndex
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Sdist, Wheel

WHEEL = "six-1.16.0-py2.py3-none-any.whl"


@pytest.fixture
def index() -> FakeIndex:
    return FakeIndex(
        {
            "six": {"1.16.0": [WHEEL, "six-1.16.0.tar.gz"], "1.15.0": ["six-1.15.0.tar.gz"]},
            "gone": Unknown("project-quarantined", "gone is in quarantine"),
        },
        requires={("Six", "1.16.0"): ["dep>=1", 'more; extra == "all"']},
        requires_python={"six-1.15.0.tar.gz": "<3"},
        upload_times={("six", "1.16.0"): "2021-05-05T14:18:18Z"},
        yanked={("six", "1.15.0"): "broken"},
        listings={"six-1.16.0.tar.gz": {"six-1.16.0/setup.py": "import six", "six-1.16.0/x": 7}},
    )


def test_it_answers_as_an_index_does(index: FakeIndex):
    typed: Index = index
    project = typed.project(NormalizedName("six"))
    assert not isinstance(project, Unknown)
    assert project.versions == (Version("1.16.0"), Version("1.15.0"))
    wheel, sdist = project.files(Version("1.16.0"))
    assert isinstance(wheel, Wheel)
    assert wheel.tag == "py2.py3-none-any"
    assert wheel.upload_time == datetime(2021, 5, 5, 14, 18, 18, tzinfo=UTC)
    assert isinstance(sdist, Sdist)
    [old] = project.files(Version("1.15"))
    assert (old.requires_python, old.yanked) == ("<3", "broken")
    assert project.files(Version("2")) == ()


def test_it_tells_metadata_and_listings_and_counts_questions(index: FakeIndex):
    project = index.project(NormalizedName("six"))
    assert not isinstance(project, Unknown)
    wheel, sdist = project.files(Version("1.16.0"))
    metadata = index.metadata(wheel)
    assert not isinstance(metadata, Unknown)
    assert metadata.requires_dist == ("dep>=1", 'more; extra == "all"')
    assert metadata.provides_extra == ("all",)
    listing = index.listing(sdist, lambda path: path.endswith("setup.py"))
    assert not isinstance(listing, Unknown)
    assert [(m.path, m.size) for m in listing.members][1] == ("six-1.16.0/x", 7)
    assert listing.texts == {"six-1.16.0/setup.py": "import six"}
    assert index.counts == {"project": 1, "metadata": 1, "listing": 1}


def test_what_it_has_not_is_unknown(index: FakeIndex):
    for name, code in [("gone", "project-quarantined"), ("nothing", "project-not-found")]:
        answer = index.project(NormalizedName(name))
        assert isinstance(answer, Unknown)
        assert answer.code == code
