"""Facts of an sdist depend on no more of the target's Python than its scripts ask for."""

import pytest
from fake_index import FakeIndex
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import NormalizedName
from situations import target

from wheelcheck.builds import sdist_reader
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts, read_sdist
from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.builds.setup_script.script_context import BuildSite, SystemNames
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import ArchiveListing, ArchiveMember, Sdist
from wheelcheck.targets import Implementation

HEAD = "import os, platform, sys\nfrom setuptools import Extension, setup\nfound = []\n"
PYTHON = (
    "sys.version_info < (3, 11)", "sys.version_info[1] > 9", "sys.hexversion < 0x030b00f0",
    "'3.12' in sys.version", "platform.python_version().startswith('3.9')",
    "platform.python_version_tuple()[1] == '13'", "getattr(sys, 'version_info') >= (3, 10)",
)  # fmt: skip
IMPLEMENTATION = (
    "platform.python_implementation() == 'PyPy'", "hasattr(sys, 'pypy_version_info')",
    "'__pypy__' in sys.builtin_module_names", "sys.implementation.name == 'cpython'",
)  # fmt: skip
PLATFORM = ("sys.platform == 'win32'", "os.name == 'nt'", "platform.system() == 'Darwin'")
NEITHER = (
    "os.environ.get('X')", "os.path.exists('x.c')", "'x' in sys.argv",
    "os.system('x')", "sys.maxsize > 2**32",
)  # fmt: skip
CONDITIONS = st.sampled_from(PYTHON + IMPLEMENTATION + PLATFORM + NEITHER)
SCRIPTS = st.recursive(
    st.sampled_from(["found.append(Extension('a', ['a.c']))", "found = []", "raise ImportError"]),
    lambda inner: st.builds(
        lambda test, body, other: (
            f"if {test}:\n{_indented(body)}\nelse:\n{_indented(other)}\n{other}"
        ),
        CONDITIONS,
        inner,
        inner,
    ),
    max_leaves=5,
)
SITES = st.builds(
    BuildSite,
    st.sampled_from([Implementation.CPYTHON, Implementation.PYPY]),
    st.sampled_from([(3, minor) for minor in range(8, 15)]),
    st.sampled_from([SystemNames(), SystemNames("win32", "nt", "Windows")]),
)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def listing(script: str) -> ArchiveListing:
    texts = {"x-1/setup.py": f"{HEAD}{script}\nsetup(ext_modules=found)\n"}
    return ArchiveListing(tuple(ArchiveMember(path, 1) for path in (*texts, "x-1/x.c")), texts)


@given(SCRIPTS, SITES, SITES)
def test_sites_that_answer_alike_have_equal_facts(script: str, site: BuildSite, other: BuildSite):
    found = read_sdist(SdistContents(listing(script)), site)
    if site.answers_as(other, found.context_keys):
        assert read_sdist(SdistContents(listing(script)), other) == found


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        (PYTHON, {"python"}),
        (IMPLEMENTATION, {"implementation"}),
        (PLATFORM, {"platform"}),
        (NEITHER, set()),
    ],
)
def test_what_a_script_asks_for_is_noted(tests: tuple[str, ...], expected: set[str]):
    for test in tests:
        contents = SdistContents(listing(f"if {test}:\n    found = []\n"))
        assert read_sdist(contents).context_keys == expected, test


def test_what_is_read_only_on_the_way_to_a_wheel_or_in_a_helper_counts():
    script = (
        "import helper\n"
        "if 'egg_info' not in sys.argv:\n    helper.ask()\n"
        "setup(setup_requires=[])\n"
    )
    texts = {
        "x-1/setup.py": HEAD + script,
        "x-1/helper.py": "import sys\ndef ask():\n    return sys.version_info\n",
    }
    members = tuple(ArchiveMember(path, 1) for path in texts)
    assert read_sdist(SdistContents(ArchiveListing(members, texts))).context_keys == {"python"}


@pytest.mark.parametrize(
    ("test", "readings"),
    [("os.path.exists('x.c')", 1), (IMPLEMENTATION[0], 1), (PYTHON[0], 3)],
)
def test_an_sdist_is_read_once_for_all_targets_that_answer_alike(
    test: str, readings: int, monkeypatch: pytest.MonkeyPatch
):
    texts = dict(listing(f"if {test}:\n    found = [Extension('a', ['a.c'])]\n").texts)
    index = FakeIndex({"x": {"1": ["x-1.tar.gz"]}}, listings={"x-1.tar.gz": texts})
    project = index.project(NormalizedName("x"))
    assert not isinstance(project, Unknown)
    (sdist,) = project.files(project.versions[0])
    assert isinstance(sdist, Sdist)
    read: list[BuildSite] = []

    def counted(found: SdistContents, site: BuildSite) -> SdistFacts:
        read.append(site)
        return read_sdist(found, site)

    monkeypatch.setattr(sdist_reader, "read_sdist", counted)
    reader = SdistReader(index)
    members = tuple(ArchiveMember(path, len(text)) for path, text in texts.items())
    contents = SdistContents(ArchiveListing(members, texts))
    targets = [target(libc, (3, minor)) for minor in (10, 11, 12) for libc in ("glibc", "musl")]
    for where in targets:
        reading = reader.read(sdist, where)
        assert reading.facts == read_sdist(contents, BuildSite.of(where))
        assert reading.needs_input.texts == {"setup.py": texts["x-1/setup.py"]}
    assert len(read) == readings
