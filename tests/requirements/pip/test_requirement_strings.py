"""R8: direct URLs, checkouts, editables, local paths; and what pip refuses."""

import copy
import pickle

import pytest
from packaging.markers import Marker

from wheelcheck.redaction import redact
from wheelcheck.requirements.pip.pip_syntax import InvalidLine
from wheelcheck.requirements.pip.requirement_strings import (
    Judged,
    NotJudged,
    parse_editable,
    parse_requirement,
)

WHEEL = "https://files.example/a/My_Pkg-1.0-py3-none-any.whl"
DIGEST = "ab" * 32


def judged(text):
    found = parse_requirement(text, redact)
    assert isinstance(found, Judged)
    return found


def not_judged(text):
    found = parse_requirement(text, redact)
    assert isinstance(found, NotJudged)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pandas", "pandas"),
        ("Pandas[a,B]>=2,<3", "Pandas[B,a]<3,>=2"),
        ("pandas (>=2)", "pandas>=2"),
        ('tomli>=2 ; python_version < "3.11"', 'tomli>=2; python_version < "3.11"'),
        ('a;sys_platform in "x/y"', 'a; sys_platform in "x/y"'),
        ("a ;", "a"),
        ("a===2004d", "a===2004d"),
    ],
)
def test_a_requirement_is_read_as_pip_reads_it(text, expected):
    assert str(judged(text).requirement) == expected


@pytest.mark.parametrize(
    ("text", "name", "shown"),
    [
        (WHEEL, "my-pkg", f"my-pkg @ {WHEEL}"),
        (f"my.pkg[x] @ {WHEEL}", "my.pkg", f"my.pkg[x] @ {WHEEL}"),
        (f"{WHEEL} ; os_name == 'nt'", "my-pkg", f'my-pkg @ {WHEEL} ; os_name == "nt"'),
        ("https://x.example/a%2Bb/a-1.tar.gz", "a", "a @ https://x.example/a%2Bb/a-1.tar.gz"),
        ("https://x.example/a_b-1.0.zip?k=1", "a-b", "a-b @ https://x.example/a_b-1.0.zip?k=1"),
        ("https://x.example/v1.zip#egg=Aa", "Aa", "Aa @ https://x.example/v1.zip#egg=Aa"),
        ("a @ https://x.example/main.zip", "a", "a @ https://x.example/main.zip"),
        ("https://x.example/a-1.tgz", "a", "a @ https://x.example/a-1.tgz"),
    ],
)
def test_a_direct_reference_takes_its_name_from_the_url(text, name, shown):
    found = judged(text)
    assert found.requirement.name == name
    assert str(found.requirement) == shown


def test_a_url_keeps_a_semicolon_and_gives_its_marker_after_a_space():
    found = judged("https://x.example/v;2/a-1.zip ; os_name == 'nt'").requirement
    assert found.url == "https://x.example/v;2/a-1.zip"
    assert found.marker == Marker("os_name == 'nt'")


def test_the_hash_of_a_fragment():
    assert judged(f"{WHEEL}#sha256={DIGEST}").hashes == {f"sha256:{DIGEST}"}
    assert judged(f"{WHEEL}#egg=my-pkg&sha256={DIGEST}").hashes == {f"sha256:{DIGEST}"}


def test_credentials_stay_in_the_url_alone():
    requirement = judged("a @ https://me:s3cret@x.example/a-1.zip?token=s3cret&b=c").requirement
    assert requirement.url == "https://me:s3cret@x.example/a-1.zip?token=s3cret&b=c"
    for twin in (requirement, copy.copy(requirement), pickle.loads(pickle.dumps(requirement))):
        assert str(twin) == "a @ https://****@x.example/a-1.zip?token=****&b=c"
        assert "s3cret" not in repr(twin)
        assert twin == requirement
        assert twin.url == requirement.url


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("git+https://x.example/a.git@v1#egg=Aa", "vcs-requirement", "aa"),
        ("git+ssh://git@x.example/a.git", "vcs-requirement", None),
        ("A.b @ hg+https://x.example/a ; os_name == 'nt'", "vcs-requirement", "a-b"),
        ("https://x.example/archive/main.zip", "unnamed-archive", None),
        ("https://x.example/", "unnamed-archive", None),
        ("nowhere-1.0.tar.gz", "file-not-there", "nowhere"),
        ("dist/nowhere-1.0-py3-none-any.whl ; os_name == 'nt'", "file-not-there", "nowhere"),
        ("file:///nowhere/a-1.0.tar.gz", "file-not-there", "a"),
        ("a @ file:///home/conda/feedstock_root/a_1/work", "file-not-there", "a"),
    ],
)
def test_what_cannot_be_judged(text, code, name):
    found = not_judged(text)
    assert (found.why.code, found.name) == (code, name)
    assert (found.marker is not None) == (";" in text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("pandas=2", "did you mean =="),
        ("a b", "Expected"),
        ("a ; nonsense == 1", "Expected"),
        ("a>=1[extra]", "Expected"),
        ("nowhere/at/all", "looks like a path"),
        ("./nowhere", "looks like a path"),
        ("file://host.example/a-1.0.tar.gz", "another host"),
        ("ftp://x.example/a-1.0.tar.gz", "over http and https"),
        ("https://x.example/not_a_wheel.whl", "Invalid wheel filename"),
        (f"other @ {WHEEL}", "is my-pkg, not other"),
        ("git+https://x.example/a.git#egg=a[b]", "no project's name"),
        ("https://x.example/a-1.zip#egg=a==1", "no project's name"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_pip_refuses(text, why):
    with pytest.raises(InvalidLine, match=why):
        parse_requirement(text, redact)


@pytest.mark.parametrize(
    ("text", "read"), [("pandas>=2.0.*", "pandas>=2.0"), ("pandas>=x.y.z", "pandas")]
)
def test_what_old_pips_read_is_recorded_with_the_reason_why_others_refuse_it(text, read):
    found = parse_requirement(text, redact)
    assert str(found.requirement) == read
    assert found.invalid


def test_local_files_and_directories(folder):
    (folder / "dist").mkdir()
    for name in ("a_b-1.0-py3-none-any.whl", "c-2.0.tar.gz"):
        (folder / "dist" / name).touch()
    (folder / "project").mkdir()
    (folder / "project" / "pyproject.toml").touch()

    wheel = judged("./dist/a_b-1.0-py3-none-any.whl[X] ; os_name == 'posix'").requirement
    assert wheel.url == (folder / "dist" / "a_b-1.0-py3-none-any.whl").as_uri()
    assert str(wheel) == ('a-b[x] @ ./dist/a_b-1.0-py3-none-any.whl ; os_name == "posix"')
    assert (
        judged("dist/../dist/c-2.0.tar.gz").requirement.url
        == (folder / "dist" / "c-2.0.tar.gz").as_uri()
    )
    assert judged("file:dist/c-2.0.tar.gz#sha256=12").hashes == {"sha256:12"}
    assert judged(f"see @ {(folder / 'dist' / 'c-2.0.tar.gz').as_uri()}").requirement.name == "see"

    assert not_judged("./project[x]").why.code == "local-project"
    named = not_judged(f"me @ {(folder / 'project').as_uri()}")
    assert (named.why.code, named.name) == ("local-project", "me")
    assert judged("project").requirement.name == "project"  # a bare word is a name
    with pytest.raises(InvalidLine, match=r"neither pyproject\.toml nor setup\.py"):
        parse_requirement("./dist", redact)


def test_an_editable_is_named_by_its_url_and_not_judged(folder):
    (folder / "setup.py").touch()
    for text, name in [
        (".", None),
        (".[x]", None),
        (folder.as_uri() + "#egg=Me", "me"),
        ("git+https://x.example/a.git#egg=a", "a"),
        ("git://x.example/a.git#egg=a", "a"),
        ("A @ git+https://x.example/a.git ; os_name == 'nt'", "a"),
    ]:
        found = parse_editable(text)
        assert (found.why.code, found.name) == ("editable-requirement", name)
        assert (found.marker is not None) == (";" in text)


@pytest.mark.parametrize(
    "text", ["pandas", "./nowhere", "git+https://x.example/a.git", "https://x.example/a-1.zip", ""]
)
@pytest.mark.usefixtures("folder")
def test_editables_that_pip_refuses(text):
    with pytest.raises(InvalidLine):
        parse_editable(text)
