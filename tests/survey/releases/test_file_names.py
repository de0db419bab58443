"""Names read by the column must be read as each would be by itself."""

import pyarrow as pa
from frozen import FrozenIndex
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from wheelcheck.index.pages.filenames import BadName, WheelName, parse_filename
from wheelcheck.survey.releases.file_names import NO_TAG, read_file_names

PROJECTS = ["foo", "foo-bar", "Foo.Bar", "a"]
STEMS = ["foo", "foo_bar", "foo-bar", "Foo.Bar", "a", "foo__bar", "", "föö"]
VERSIONS = ["1.0", "1!2.0rc1", "1.0.post1-2", "2004d", "1.0_1", "1.0+cu118", "", "1-2"]
ENDINGS = [
    "-py3-none-any.whl",
    "-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "-x-py3-none-any.whl",
    "-cp312-cp312.whl",
    "-py3-none-any-x86_64_v3.whl",
    ".tar.gz",
    ".TAR.GZ",
    ".zip",
    "-py2.7.tar.gz",
    ".tar.bz2",
    ".egg",
    ".whl",
    "",
]


def names() -> st.SearchStrategy[str]:
    parts = st.tuples(st.sampled_from(STEMS), st.sampled_from(VERSIONS), st.sampled_from(ENDINGS))
    return st.one_of(parts.map(lambda p: f"{p[0]}-{p[1]}{p[2]}"), st.text(max_size=20))


def assert_read_like_single_names(projects: list[str], filenames: list[str]) -> None:
    found = read_file_names(pa.array(projects, pa.string()), pa.array(filenames, pa.string()))
    rows = {place: number for number, place in enumerate(found.places.tolist())}
    for place, (project, filename) in enumerate(zip(projects, filenames, strict=True)):
        alone = parse_filename(filename, canonicalize_name(project))
        if isinstance(alone, BadName):
            assert place not in rows, filename
            continue
        row = rows[place]
        assert found.projects[found.project_of[row]] == canonicalize_name(project)
        assert found.versions[found.version_of[row]] == alone.version
        tag, build = found.tag_of[row], found.builds[found.build_of[row]]
        if isinstance(alone, WheelName):
            assert (found.tags[tag], build) == (alone.tag, alone.build)
        else:
            assert (tag, build) == (NO_TAG, ())


@given(st.lists(st.tuples(st.sampled_from(PROJECTS), names()), max_size=12))
def test_columns_are_read_as_single_names_are(files: list[tuple[str, str]]):
    assert_read_like_single_names([file[0] for file in files], [file[1] for file in files])


def test_all_names_of_the_frozen_index_are_read_as_single_names_are():
    index = FrozenIndex()
    files = [
        (name, file["filename"])
        for name in index.names[:80]
        for release in index.project(name).releases
        for file in release.files
    ]
    assert_read_like_single_names([file[0] for file in files], [file[1] for file in files])


def test_files_that_no_installer_takes_are_counted_by_reason():
    found = read_file_names(
        pa.array(["foo", "foo", "foo"]), pa.array(["bar-1.0.tar.gz", "foo-1.0.egg", "foo-1.0.zip"])
    )
    assert found.places.tolist() == [2]
    assert sum(found.unreadable.values()) == 2
