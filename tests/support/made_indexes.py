"""Small made-up indexes, requirements and targets, for tests of properties."""

from fake_index import FakeIndex
from hypothesis import strategies as st
from situations import target

NAMES = ["a", "b", "c", "d"]
TARGETS = [
    target("glibc"),
    target("musl"),
    target("musl", arch="aarch64"),
    target("glibc", (3, 13)),
    target("glibc", (3, 13), free_threaded=True),
    target("glibc", libc_version=(2, 35)),
    target("glibc", libc_version=(2, 17)),
    target("musl", libc_version=(1, 1)),
    target("glibc", (3, 13), libc_version=(2, 17)),
]
TAGS = [
    "py3-none-any",
    "cp312-cp312-manylinux_2_17_x86_64",
    "cp312-cp312-manylinux_2_28_x86_64",
    "cp312-cp312-musllinux_1_1_x86_64",
    "cp313-cp313-manylinux_2_28_x86_64",
    "cp312-abi3-musllinux_1_2_aarch64",
    None,
]
MARKERS = ["", "; platform_machine == 'aarch64'", "; python_version >= '3.13'"]

file_sets = st.lists(st.sampled_from(TAGS), min_size=1, max_size=3, unique=True)
releases = st.dictionaries(st.sampled_from(["1", "2", "3"]), file_sets, min_size=1)
needs = st.builds(
    lambda name, clause, marker: f"{name}{clause}{marker}",
    st.sampled_from(NAMES),
    st.sampled_from(["", ">=2", "<3", "!=2"]),
    st.sampled_from(MARKERS),
)


@st.composite
def indexes(draw):
    files, requires = {}, {}
    for name in NAMES:
        files[name] = {
            version: [
                f"{name}-{version}-{tag}.whl" if tag else f"{name}-{version}.tar.gz" for tag in tags
            ]
            for version, tags in draw(releases).items()
        }
        for version in files[name]:
            requires[name, version] = draw(st.lists(needs, max_size=2))
    return FakeIndex(files, requires=requires)
