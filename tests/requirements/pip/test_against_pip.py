"""The judge: pip's own reader must see in a file what we see.

Uses pip's internals on purpose, as an oracle and nowhere else. Which pip: the one importable
here; older releases differ by their own history, so they are skipped.
"""

import re
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.errors import UsageError
from wheelcheck.requirements import CommandLine, read
from wheelcheck.requirements.pip.decoding import decode
from wheelcheck.requirements.pip.reference_names import project_of
from wheelcheck.requirements.requirement_set import SkippedLine

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what an old pip vendors is not our concern
    pip = pytest.importorskip("pip", reason="pip is not installed here")
if Version(pip.__version__) < Version("26.3"):
    pytest.skip(
        f"the judge is pip 26.3 or later, here is {pip.__version__}", allow_module_level=True
    )

from pip._internal.exceptions import InvalidWheelFilename, PipError
from pip._internal.index.collector import LinkCollector
from pip._internal.index.package_finder import PackageFinder
from pip._internal.models.format_control import FormatControl
from pip._internal.models.release_control import ReleaseControl
from pip._internal.models.search_scope import SearchScope
from pip._internal.models.selection_prefs import SelectionPreferences
from pip._internal.models.wheel import Wheel
from pip._internal.network.session import PipSession
from pip._internal.req.constructors import install_req_from_parsed_requirement
from pip._internal.req.req_file import _decode_req_file, parse_requirements
from pip._internal.req.req_install import InstallRequirement, check_invalid_constraint_type

INDEX = "https://default.example"
PROJECTS = ("a", "b", "my-pkg")
EXAMPLES = Path(__file__).parents[3] / "data" / "requirements"
REFUSED = "refused"


def as_pip_reads(file):
    session = PipSession()
    scope = SearchScope.create(find_links=[], index_urls=[INDEX], no_index=False)
    finder = PackageFinder.create(
        link_collector=LinkCollector(session=session, search_scope=scope),
        selection_prefs=SelectionPreferences(
            allow_yanked=False, format_control=FormatControl(), release_control=ReleaseControl()
        ),
    )
    try:
        found = [
            install_req_from_parsed_requirement(parsed, user_supplied=True)
            for parsed in parse_requirements(str(file), session, finder)
        ]
    except (PipError, ValueError):
        return REFUSED
    if any(refused_later(req) for req in found):
        return REFUSED
    releases = finder.release_control or ReleaseControl()
    return {
        "lines": [of_pip(req) for req in found if not req.constraint and not skipped(req)],
        "constraints": [of_pip(req) for req in found if req.constraint and not skipped(req)],
        "skipped": [name_of(req) for req in found if skipped(req)],
        "formats": {name: finder.format_control.get_allowed_formats(name) for name in PROJECTS},
        "pre": {name: releases.allows_prereleases(canonicalize_name(name)) for name in PROJECTS},
        "indexes": finder.search_scope.index_urls,
        "no_index": finder.search_scope.no_index,
        "find_links": [str(Path(link).absolute()) for link in finder.find_links],
        "prefer_binary": finder.prefer_binary,
    }


def refused_later(req: InstallRequirement) -> bool:
    """What pip reads, and refuses when it resolves or downloads."""
    if req.constraint and check_invalid_constraint_type(req):
        return True
    if req.link is None or req.link.is_vcs:
        return False
    if req.link.is_wheel:
        try:
            inside = canonicalize_name(Wheel(req.link.filename).name)
        except InvalidWheelFilename:
            return True
        if req.name and canonicalize_name(req.name) != inside:
            return True
    if req.link.is_file:
        path = Path(req.link.file_path)
        buildable = any((path / name).is_file() for name in ("pyproject.toml", "setup.py"))
        return path.is_dir() and not buildable
    return req.link.scheme not in {"http", "https"}


def skipped(req: InstallRequirement) -> bool:
    """What we leave unjudged; an archive without a name is so, too, until it is built."""
    if req.link is None:
        return False
    missing = req.link.is_file and not Path(req.link.file_path).is_file()
    return req.editable or req.link.is_vcs or missing or req.name is None


def name_of(req: InstallRequirement):
    """Its name; that of an sdist which is not there, from its file's name: pip never asks."""
    if req.name is None and req.link and req.link.is_file:
        return project_of(req.link.filename)
    return req.name and canonicalize_name(req.name)


def of_pip(req: InstallRequirement):
    hashes = {f"{name}:{digest}" for name, all_ in req.hash_options.items() for digest in all_}
    if req.link and req.link.has_hash:
        hashes.add(f"{req.link.hash_name}:{req.link.hash}")
    return (
        req.name and canonicalize_name(req.name),
        None if req.link else str(req.specifier),
        {canonicalize_name(extra) for extra in req.extras},
        str(req.markers) if req.markers else None,
        req.link and req.link.url,
        hashes,
    )


def as_we_read(file, environ):
    try:
        found = read([file], options=CommandLine(index_url=INDEX), environ=environ)
    except UsageError:
        return REFUSED
    if any(map(only_old_pips_take, (*found.lines, *found.constraints, *found.skipped))):
        return REFUSED
    if found.algorithms_of_uv or any(ends_with_an_error(line) for line in found.skipped):
        return REFUSED
    if any(line.requirement.extras for line in found.constraints):
        return REFUSED
    index, policy = found.index, found.policy
    indexes = [] if index.no_index else [index.index_url, *index.extra_index_urls]
    formats = {
        name: frozenset(
            ["source"] * (not policy.only_binary.applies_to(name))
            + ["binary"] * (not policy.no_binary.applies_to(name))
        )
        for name in PROJECTS
    }
    return {
        "lines": [ours(line) for line in found.lines],
        "constraints": [ours(line) for line in found.constraints],
        "skipped": [line.name for line in found.skipped],
        "formats": formats,
        "pre": {name: policy.allows_prereleases(name) for name in PROJECTS},
        "indexes": indexes,
        "no_index": index.no_index,
        "find_links": [str(Path(link).absolute()) for link in index.find_links],
        "prefer_binary": policy.prefer_binary,
    }


def only_old_pips_take(line):
    """What is refused once the installer is known, which here is the newest."""
    if isinstance(line, SkippedLine):
        return line.why.code == "legacy-version"
    return bool(line.invalid)


def ends_with_an_error(line):
    codes = {"bare-path", "line-refused", "marker-undefined", "requirement-unreadable"}
    return line.why.code in codes


def ours(line):
    requirement = line.requirement
    return (
        canonicalize_name(requirement.name),
        None if requirement.url else str(requirement.specifier),
        {canonicalize_name(extra) for extra in requirement.extras},
        str(requirement.marker) if requirement.marker else None,
        requirement.url,
        set(line.hashes),
    )


@pytest.mark.parametrize("file", sorted(EXAMPLES.rglob("*.txt")), ids=lambda path: path.name)
def test_the_examples_are_read_as_pip_reads_them(file):
    theirs = as_pip_reads(file)
    assert theirs != REFUSED
    assert as_we_read(file, {}) == theirs


WHEEL = "https://x.example/my_pkg-1.0-py3-none-any.whl"
PIECES = [
    *"abA#;\\",
    *("my.pkg", "a[x,Y]", "a==1.0", "b>=1,<2", "a~=1.2", "a=1", "a (>1)", "a>=1[x]"),
    *(' ; python_version < "3.11"', "; os_name == 'nt'", ";", " ; extra == 'x' or os_name == ''"),
    *(" ", "  ", "\t", "\n", "\n\n", "\r\n", " \\\n", "\\\n  ", "\\", " # why", "#why", " #\\\n"),
    *("${A}", "${B}", "$A", "${a}", "${EMPTY}", "\x0c", "\u2028", "é"),
    *("-r inner.txt", "-c limits.txt", "-r sub/deep.txt", "-r nowhere.txt", "-rinner.txt"),
    *("-e .", "-e ./project", "-e git+https://x.example/a.git#egg=A", "-e a", "./project", "./sub"),
    *(WHEEL, f"my-pkg @ {WHEEL}", f"{WHEEL}#sha256=12", "a @ https://x.example/a.zip", "project"),
    *("git+https://x.example/a.git", "b@git+https://x.example/a.git@v1", "a @ b", "x/y", "/"),
    *(" --hash=sha256:12", " --hash=sha512:ab", " --hash=md5:12", " --hash sha256:34", " --hash=1"),
    *(" --config-settings k=v", " -C k", "--no-binary a", "--no-binary=:all:", "--only-binary b,a"),
    *("--only-binary :all:", "--only-binary :none:", "--no-binary :none:", "--no-binary=-a"),
    *("--pre", "--all-releases a", "--only-final :all:", "--only-final b", "--prefer-binary"),
    *("--all-releases :none:", "-i https://i.example", "--extra-index-url https://e.example"),
    *("--no-index", "-f links", "-f sub", "--find-links https://x.example/l", "--trusted-host x\n"),
    *("--require-hashes", "--no-require-hashes", "--nope", "-i", "-x", "--no", "--hash", "'"),
]  # fmt: skip
ENVIRON = {"A": "a", "B": "my-pkg ; os_name == 'x' # no comment", "EMPTY": ""}
FILES = {
    "inner.txt": "b\n-f sub\n--no-binary a\n",
    "limits.txt": "a<9\n-r sub/deep.txt\n",
    "sub/deep.txt": "my_pkg[x]\n--pre\n",
    "links/x": "",
    "project/pyproject.toml": "",
    "setup.py": "",
}


@pytest.fixture
def surroundings(folder, monkeypatch):
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("a", raising=False)
    return folder


@pytest.mark.usefixtures("surroundings")
@settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(["a # joined first \\\n", "b"])
@example(["a", " \\\n", "#why", "\n", "b"])
@example(["-i https://i.example", "\n", "--no-index", "\n", "--extra-index-url https://e.example"])
@example(["--only-final b", "\n", "--pre"])
@example(["a", " ", "--no-binary b"])
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12))
def test_any_text_is_read_as_pip_reads_it(pieces):
    text = "".join(pieces)
    assume(
        not re.search(r"git\+[^\n]*\.whl", text)
    )  # pip would name a checkout as if it were a wheel
    file = Path("requirements.txt")
    file.write_bytes(text.encode())
    assert as_we_read(file, ENVIRON) == as_pip_reads(file)


BYTES = [
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\0\0",
    b"\0",
    b"#",
    b"\n",
    b"coding: ",
    b"coding=",
]
BYTES += [
    b"latin-1",
    b"utf-8",
    b"utf-16",
    b"nonsense",
    b" ",
    b"a\0",
    b"\xc3\xa9",
    b"\xe9",
    b"pandas",
]


def outcome(decoding, data):
    try:
        return decoding(data)
    except (UnicodeDecodeError, LookupError) as error:
        return type(error)


@given(st.lists(st.sampled_from(BYTES), max_size=8))
def test_any_bytes_are_decoded_as_pip_decodes_them(pieces):
    data = b"".join(pieces)
    theirs = outcome(lambda data: _decode_req_file(data, "requirements.txt"), data)
    assert outcome(lambda data: decode(data)[0], data) == theirs
