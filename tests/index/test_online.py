"""The live index, asked little: run with ``-m online``."""

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index import open_index
from wheelcheck.index.interface import CoreMetadata
from wheelcheck.requirements.requirement_set import IndexOptions

pytestmark = pytest.mark.online


def test_a_release_that_will_not_change(tmp_path):
    """Page, wheel and sdist of a release of 2021: what was published stays as it is."""
    with open_index(IndexOptions(), cache_dir=tmp_path) as index:
        project = index.project(NormalizedName("six"))
        assert not isinstance(project, Unknown)
        files = project.files(Version("1.16.0"))
        assert {file.filename for file in files} == {
            "six-1.16.0-py2.py3-none-any.whl",
            "six-1.16.0.tar.gz",
        }
        for file in files:
            assert (file.requires_python, file.yanked) == (">=2.7, !=3.0.*, !=3.1.*, !=3.2.*", None)
            metadata = index.metadata(file)
            assert isinstance(metadata, CoreMetadata)
            assert metadata.requires_dist == ()
            listing = index.listing(file, lambda path: path.split("/")[-1] == "six.py")
            assert not isinstance(listing, Unknown)
            assert [text.splitlines()[0] for text in listing.texts.values()] == [
                "# Copyright (c) 2010-2020 Benjamin Peterson"
            ]
        before = {file.filename: index.metadata(file) for file in files}
    with open_index(IndexOptions(), cache_dir=tmp_path, offline=True) as index:
        assert {file.filename: index.metadata(file) for file in files} == before
