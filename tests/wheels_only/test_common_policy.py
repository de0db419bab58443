"""Wheels alone, with the fewest exceptions: each is needed, has a reason, and is written right."""

import tomllib
from datetime import UTC, datetime

import pytest
from fake_index import FakeIndex
from situations import requirements_of, target

from wheelcheck.errors import UsageError
from wheelcheck.reports.text.binary_policy_text import render_binary_policy
from wheelcheck.reports.values.binary_policy_values import BinaryPolicy
from wheelcheck.requirements.requirement_set import FilePolicy, FormatControl
from wheelcheck.wheels_only.common_policy import write_policy

NOW = datetime(2026, 11, 28, tzinfo=UTC)
SLIM, ALPINE = target("glibc"), target("musl")
MANY, MUSL = "manylinux_2_17_x86_64", "musllinux_1_2_x86_64"
PURE = {
    "pyproject.toml": '[build-system]\nrequires = ["flit_core"]\n'
    'build-backend = "flit_core.buildapi"\n'
}
NATIVE = {
    "pyproject.toml": '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n',
    "Cargo.toml": "[package]\n",
}
BACKENDS = {
    "flit-core": {"3": ["flit_core-3-py3-none-any.whl"]},
    "maturin": {"1": ["maturin-1-py3-none-any.whl"]},
}


def sdist(name: str, version: str) -> str:
    return f"{name}-{version}.tar.gz"


def wheel(name: str, version: str, platform: str) -> str:
    return f"{name}-{version}-cp312-cp312-{platform}.whl"


def listing(name: str, version: str, members: dict[str, str]) -> dict[str, dict[str, str]]:
    root = f"{name}-{version}"
    info = f"Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n"
    return {f"{root}.tar.gz": {f"{root}/{p}": t for p, t in {"PKG-INFO": info, **members}.items()}}


def policy(index: FakeIndex, *lines: str, on=(SLIM,), **more) -> BinaryPolicy:
    keywords = {k: more.pop(k) for k in ("keep_versions",) if k in more}
    return write_policy(requirements_of(*lines, **more), list(on), index, as_of=NOW, **keywords)


def index(**more) -> FakeIndex:
    """``pure`` and ``fast`` have an sdist alone; ``fall 2`` too, but ``fall 1`` has a wheel."""
    projects = {
        "pure": {"1": [sdist("pure", "1")]},
        "fast": {"1": [sdist("fast", "1"), wheel("fast", "1", MANY)]},
        "fall": {"1": ["fall-1-py3-none-any.whl"], "2": [sdist("fall", "2")]},
        "six": {"1": ["six-1-py3-none-any.whl", sdist("six", "1")]},
        **BACKENDS,
        **more.pop("projects", {}),
    }
    listings = {
        **listing("pure", "1", PURE),
        **listing("fast", "1", NATIVE),
        **listing("fall", "2", PURE),
        **more.pop("listings", {}),
    }
    return FakeIndex(projects, listings=listings, **more)


def test_what_has_a_wheel_needs_no_exception():
    found = policy(index(), "six", "fast")
    assert found.exceptions == ()
    assert found.lines("pip") == ("--only-binary :all:",)
    assert found.lines("uv") == ("[tool.uv]", "no-build = true")
    assert found.lines("poetry") == ("[installer]", 'only-binary = [":all:"]')


def test_an_exception_is_marked_with_its_kind_and_reason():
    found = policy(index(), "pure", "fast", on=[ALPINE])
    kinds = {each.package: each.kind for each in found.exceptions}
    assert kinds == {"pure": "pure", "fast": "compiled"}
    assert "none for musllinux" in found.exceptions[0].reason


def test_pip_is_given_the_exceptions_after_all():
    """``:all:`` takes back every name given before it (pip's `FormatControl`)."""
    lines = policy(index(), "pure", "six").lines("pip")
    assert lines[0] == "--only-binary :all:"
    assert lines[1].startswith("--no-binary pure  # pure: 1")


def test_uv_and_poetry_are_given_toml():
    found = policy(index(), "pure", "six")
    uv = tomllib.loads("\n".join(found.lines("uv")))
    assert uv == {"tool": {"uv": {"no-build": True, "no-binary-package": ["pure"]}}}
    poetry = tomllib.loads("\n".join(found.lines("poetry")))
    assert poetry == {"installer": {"only-binary": [":all:"], "no-binary": ["pure"]}}


def test_an_older_release_is_named_and_needs_no_exception():
    found = policy(index(), "fall")
    assert found.exceptions == ()
    (fallback,) = found.fallbacks
    assert (fallback.package, fallback.without, fallback.under) == ("fall", "2", "1")
    assert "fall 1 instead of 2" in render_binary_policy(found) == f"{found}\n"


def test_poetry_installs_what_is_locked_so_nothing_falls_back():
    found = policy(index(), "fall")
    assert found.lines("pip") == ("--only-binary :all:",)
    poetry = tomllib.loads("\n".join(found.lines("poetry")))
    assert poetry["installer"]["no-binary"] == ["fall"]


def test_versions_can_be_held():
    found = policy(index(), "fall", keep_versions=True)
    assert [each.package for each in found.exceptions] == ["fall"]
    assert found.fallbacks == ()


def test_a_fallback_that_others_forbid_is_an_exception():
    found = policy(index(requires={("six", "1"): ["fall>=2"]}), "six", "fall")
    assert [each.package for each in found.exceptions] == ["fall"]


def test_no_exception_can_be_left_out():
    """Without ``fall`` excepted, ``app`` falls back, too, and then nothing needs an exception."""
    projects = {"app": {"1": ["app-1-py3-none-any.whl"], "2": [sdist("app", "2")]}}
    more = index(
        projects=projects,
        listings=listing("app", "2", PURE),
        requires={("app", "2"): ["fall>=2"]},
    )
    found = policy(more, "app")
    assert found.exceptions == ()
    assert [(f.package, f.under) for f in found.fallbacks] == [("app", "1")]


def test_an_exception_that_another_exception_made_needless_goes_too():
    """``app 2`` needs ``fall 2``, and ``app 1`` needs nothing: then ``fall`` is not required."""
    projects = {"app": {"1": ["app-1-py3-none-any.whl"], "2": [sdist("app", "2")]}}
    info = "Metadata-Version: 2.2\nName: app\nVersion: 2\nRequires-Dist: fall>=2\n"
    more = index(
        projects=projects,
        listings={"app-2.tar.gz": {"app-2/PKG-INFO": info}},
        requires={("app", "2"): ["fall>=2"]},
    )
    assert policy(more, "app").exceptions == ()


def test_targets_that_differ_get_files_of_their_own_for_pip():
    found = policy(index(), "fast", on=[SLIM, ALPINE])
    (exception,) = found.exceptions
    assert exception.targets == (ALPINE.name,)
    assert exception.wheel_elsewhere == (SLIM.name,)
    files = {file.targets: file.lines for file in found.files if file.tool == "pip"}
    assert files[SLIM.name,] == ("--only-binary :all:",)
    assert files[ALPINE.name,][1].startswith("--no-binary fast")
    uv = tomllib.loads("\n".join(found.lines("uv")))
    assert uv["tool"]["uv"] == {"no-build-package": []}


def test_targets_that_need_the_same_share_a_file():
    found = policy(index(), "pure", "six", on=[SLIM, ALPINE])
    assert len([file for file in found.files if file.tool == "pip"]) == 1


def test_what_is_built_in_spite_of_the_policy_is_named():
    url = "https://files.index.example/pure/pure-1.tar.gz"
    found = policy(index(), f"pure @ {url}", "six")
    assert [(each.package, each.what) for each in found.direct] == [("pure", "an sdist")]
    assert found.exceptions == ()
    assert found.lines("pip") == ("--only-binary :all:",)
    uv = tomllib.loads("\n".join(found.lines("uv")))
    assert uv["tool"]["uv"]["no-binary-package"] == ["pure"]


def test_a_build_requirement_without_a_wheel_is_an_exception_too():
    needs = {
        "pyproject.toml": '[build-system]\nrequires = ["pure"]\nbuild-backend = "pure.backend"\n'
    }
    more = index(projects={"app": {"1": [sdist("app", "1")]}}, listings=listing("app", "1", needs))
    found = policy(more, "app", "six")
    by_name = {each.package: each for each in found.exceptions}
    assert by_name["pure"].builds_for == "app"
    uv = tomllib.loads("\n".join(found.lines("uv")))
    assert uv["tool"]["uv"]["no-binary-package"] == ["app", "pure"]
    poetry = tomllib.loads("\n".join(found.lines("poetry")))
    assert poetry["installer"]["no-binary"] == ["app", "pure"]
    # pip hands --no-binary on before --only-binary: behind :all: the exception would be lost
    assert found.lines("pip")[-1] == "--only-binary six"


def test_a_target_where_nothing_installs_does_not_hide_the_others():
    more = index(projects={"many": {"1": [wheel("many", "1", MANY)]}})
    found = policy(more, "many", on=[SLIM, ALPINE])
    assert list(found.fails) == [ALPINE.name]
    assert found.lines("pip") == ("--only-binary :all:",)


def test_the_users_own_exception_stays():
    own = FilePolicy(no_binary=FormatControl(names=frozenset({"six"})))
    found = policy(index(listings=listing("six", "1", PURE)), "six", policy=own)
    assert [each.package for each in found.exceptions] == ["six"]


def test_no_wheels_at_all_is_no_policy():
    with pytest.raises(UsageError, match="--no-binary :all:"):
        policy(index(), "six", policy=FilePolicy(no_binary=FormatControl(all_projects=True)))


STOPS = {"setup.py": "import Cython\nfrom setuptools import Extension, setup\nsetup(name='old')\n"}


def failing_index() -> FakeIndex:
    """``old`` has an sdist alone, whose build stops for want of a build requirement."""
    tools = {"setuptools": {"80": ["setuptools-80-py3-none-any.whl"]}}
    projects = {"old": {"1": [sdist("old", "1")]}, **tools}
    return index(projects=projects, listings=listing("old", "1", STOPS))


def test_an_exception_whose_build_fails_does_not_install():
    found = policy(failing_index(), "six", "old")
    assert [each.package for each in found.exceptions] == ["old"]
    (failing,) = found.failing_builds
    assert (failing.package, failing.version, failing.targets) == ("old", "1", (SLIM.name,))
    assert "no build requirement brings the module Cython" in failing.reason
    assert not found.installs
    text = render_binary_policy(found)
    assert text.startswith(
        "--only-binary :all: with 1 exception (old) does not install: the build of old fails."
    )
    assert "Builds that fail\n✗ old 1: setup.py stops" in text


def test_a_build_that_fails_on_some_targets_is_named_with_them():
    projects = {
        "old": {"1": [sdist("old", "1"), wheel("old", "1", MUSL)]},
        "setuptools": {"80": ["setuptools-80-py3-none-any.whl"]},
    }
    half = index(projects=projects, listings=listing("old", "1", STOPS))
    found = policy(half, "old", on=[SLIM, ALPINE])
    words = " ".join(render_binary_policy(found).split("\n\n")[0].split())
    assert words.endswith(f"installs 1 package; on {SLIM.name} the build of old fails.")


def test_a_target_on_which_nothing_installs_is_in_the_headline():
    gone = index(projects={"gone": {"1": [wheel("gone", "1", MANY)]}})
    found = policy(gone, "gone", on=[SLIM, ALPINE])
    words = " ".join(render_binary_policy(found).split())
    assert f"without an exception; nothing installs on {ALPINE.name}." in words


def test_a_policy_without_failing_builds_installs():
    assert policy(index(), "pure", "fast").installs
