"""The network index on the frozen index over HTTP, in both manners of serving it."""

from collections.abc import Iterator

import pytest
from packaging.utils import NormalizedName
from replay import Replay

from wheelcheck.errors import Unknown
from wheelcheck.index import open_index
from wheelcheck.index.interface import CoreMetadata, Index, Project, Wheel
from wheelcheck.requirements.requirement_set import IndexOptions

NAMES = ("pandas", "six", "pyyaml", "scikit-learn")


@pytest.fixture
def public(public_index: Replay) -> Iterator[Index]:
    with open_index(IndexOptions(index_url=public_index.url), cache_dir=None) as index:
        yield index


@pytest.fixture
def mirror(mirror_index: Replay) -> Iterator[Index]:
    with open_index(IndexOptions(index_url=mirror_index.url), cache_dir=None) as index:
        yield index


def project(index: Index, name: str) -> Project:
    found = index.project(NormalizedName(name))
    assert not isinstance(found, Unknown), found
    return found


def newest_wheel(index: Index, name: str) -> Wheel:
    found = project(index, name)
    return next(
        file
        for version in found.versions
        for file in found.files(version)
        if isinstance(file, Wheel)
    )


@pytest.mark.parametrize("name", NAMES)
def test_both_manners_list_the_same_files(public, mirror, name: str):
    first, other = project(public, name), project(mirror, name)
    assert first.versions == other.versions
    assert first.versions
    for version in first.versions:
        facts = [
            [(f.filename, f.size, f.upload_time, f.requires_python, f.yanked) for f in p]
            for p in (first.files(version), other.files(version))
        ]
        assert facts[0] == facts[1]


@pytest.mark.parametrize("name", NAMES)
def test_metadata_is_the_same_beside_the_wheel_and_inside_it(public, mirror, name: str):
    beside = public.metadata(newest_wheel(public, name))
    inside = mirror.metadata(newest_wheel(mirror, name))
    assert isinstance(beside, CoreMetadata)
    assert isinstance(inside, CoreMetadata)
    assert (beside.found_in, inside.found_in) == ("pep658", "wheel")
    assert beside.requires_dist == inside.requires_dist
    assert beside.provides_extra == inside.provides_extra


def test_a_wheel_whose_size_the_index_gets_wrong_is_still_listed(public):
    """The replayed bytes are shorter than the size on the page, so the first range is refused."""
    listing = public.listing(newest_wheel(public, "six"))
    assert not isinstance(listing, Unknown)
    assert any(member.path.endswith(".dist-info/METADATA") for member in listing.members)


def test_a_second_run_asks_for_nothing(public_index, tmp_path):
    answers = []
    for _ in range(2):
        request_count = len(public_index.log)
        options = IndexOptions(index_url=public_index.url)
        with open_index(options, cache_dir=tmp_path) as index:
            answers.append(index.metadata(newest_wheel(index, "pandas")))
    assert answers[0] == answers[1]
    assert len(public_index.log) == request_count
