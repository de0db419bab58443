"""What users write, and the target it means on a given day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.errors import TargetError, UsageError
from wheelcheck.targets import (
    Architecture,
    Implementation,
    Libc,
    Target,
    default_libc_version,
    default_matrix_on,
    expand_axes_on,
    parse_target_on,
    supported_tags,
)
from wheelcheck.targets.images.catalogue import DOCKER_PLATFORMS, catalogue

TODAY = date(2026, 11, 23)
STORY = date(2023, 4, 14)
DAYS = [date(2020, 1, 15), STORY, TODAY]


@pytest.mark.parametrize(
    ("spelling", "python", "free_threaded", "libc", "version", "arch"),
    [
        ("cp312-musllinux_1_2_x86_64", (3, 12), False, Libc.MUSL, (1, 2), "x86_64"),
        ("cp313t-manylinux_2_28_aarch64", (3, 13), True, Libc.GLIBC, (2, 28), "aarch64"),
        ("cp314-manylinux_2_17_s390x", (3, 14), False, Libc.GLIBC, (2, 17), "s390x"),
        ("cp37-manylinux_2_5_i686", (3, 7), False, Libc.GLIBC, (2, 5), "i686"),
        ("cp3.12.1-manylinux_2_36_x86_64", (3, 12), False, Libc.GLIBC, (2, 36), "x86_64"),
        ("cp310-musllinux_1_1_armv7l", (3, 10), False, Libc.MUSL, (1, 1), "armv7l"),
    ],
)
def test_a_tag_spells_its_target_out(spelling, python, free_threaded, libc, version, arch):
    target = parse_target_on(spelling, as_of=TODAY)
    assert target.name == spelling
    assert target.implementation is Implementation.CPYTHON
    assert (target.python, target.free_threaded) == (python, free_threaded)
    assert (target.libc, target.libc_version, target.arch) == (libc, version, arch)
    assert target.image is None
    assert target.implementation_version is None


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("cp312-manylinux1_x86_64", "cp312-manylinux_2_5_x86_64"),
        ("cp312-manylinux2010_i686", "cp312-manylinux_2_12_i686"),
        ("cp312-manylinux2014_aarch64", "cp312-manylinux_2_17_aarch64"),
        ("cp3.12-manylinux_2_28_x86_64", "cp312-manylinux_2_28_x86_64"),
        ("pypy3.11-manylinux_2_28_x86_64", "pp311-manylinux_2_28_x86_64"),
        (" cp312-musllinux_1_2_arm64 ", "cp312-musllinux_1_2_aarch64"),
    ],
)
def test_aliases_get_the_canonical_name(spelling, name):
    target = parse_target_on(spelling, as_of=TODAY)
    assert target.name == name
    assert parse_target_on(name, as_of=TODAY) == target


def test_patch_release_by_day_or_as_written():
    spelling = "cp38-manylinux_2_31_x86_64"
    assert parse_target_on(spelling, as_of=STORY).python_full_version == "3.8.16"
    assert parse_target_on(spelling, as_of=date(2020, 1, 15)).python_full_version == "3.8.1"
    pinned = parse_target_on("cp3.8.5-manylinux_2_31_x86_64", as_of=TODAY)
    assert pinned.python_full_version == "3.8.5"
    assert pinned.marker_environment()["python_full_version"] == "3.8.5"


@pytest.mark.parametrize(
    ("as_of", "python", "pypy", "abi"),
    [
        (date(2025, 6, 1), "3.11.11", "7.3.19", "pypy311_pp73"),
        (TODAY, "3.11.17", "8.0.1", "pypy311_pp80"),
    ],
)
def test_abi_of_pypy_follows_its_release(as_of, python, pypy, abi):
    target = parse_target_on("pp311-manylinux_2_28_x86_64", as_of=as_of)
    assert target.implementation is Implementation.PYPY
    assert (target.python_full_version, target.implementation_version) == (python, pypy)
    assert target.marker_environment()["implementation_version"] == pypy
    assert supported_tags(target)[0].abi == abi


def test_abi_of_pypy_can_be_named():
    old = parse_target_on("pypy311_pp73-manylinux_2_28_x86_64", as_of=TODAY)
    assert old.implementation_version == "7.3.23"
    assert supported_tags(old)[0].abi == "pypy311_pp73"


def rebuilt(minor: int, patch: int | None) -> str:
    return f"3.{minor}" if patch is None else f"3.{minor}.{patch}"


@given(
    minor=st.integers(6, 16),
    patch=st.none() | st.integers(0, 12),
    kind=st.sampled_from(["", "t", "pp"]),
    libc=st.sampled_from(["glibc", "musl", "glibc2.17", "glibc==2.39", "musl1.1", "musl==1.2"]),
    arch=st.sampled_from([*Architecture, *(name for name in DOCKER_PLATFORMS if "/" not in name)]),
    as_of=st.sampled_from(DAYS),
)
def test_names_parse_to_the_same_target(minor, patch, kind, libc, arch, as_of):
    version = rebuilt(minor, patch)
    python = {"": version, "t": f"{version}t", "pp": f"pp{version}"}[kind]
    if kind == "t" and minor < 13:
        with pytest.raises(TargetError, match=r"3\.13"):
            expand_axes_on([python], [libc], [arch], as_of=as_of)
        return
    (target,) = expand_axes_on([python], [libc], [arch], as_of=as_of)
    assert parse_target_on(target.name, as_of=as_of) == target


@given(st.sampled_from(sorted(catalogue())), st.sampled_from(DAYS))
def test_every_image_is_a_target_or_says_why_not(image, as_of):
    spelling = image.replace("*", "1.2")
    row = catalogue()[image]
    platform = row.platforms[-1]
    try:
        target = parse_target_on(f"{spelling}@linux/{platform.name}", as_of=as_of)
    except TargetError as error:
        early = row.first is not None and row.first > as_of
        elsewhere = platform.name not in row.platforms_on(min(as_of, row.last or as_of))
        assert early or elsewhere or not row.python, error  # noqa: PT017 (right for some)
        return
    assert target.arch is DOCKER_PLATFORMS[platform.name]
    assert (target.libc, target.image.os) == (row.libc, row.os)
    assert target.image.source == row.source
    assert supported_tags(target)
    assert parse_target_on(target.name, as_of=as_of) == target


def parsed(spelling: str, as_of: date) -> Target | None:
    try:
        return parse_target_on(spelling, as_of=as_of)
    except TargetError:
        return None


fragments = st.sampled_from(["python", "pypy", "debian", "slim", "alpine", "latest", "sha256:0"])
fragments |= st.sampled_from(["cp312", "cp313t", "pp311", "3.12", "manylinux", "musllinux", "2_28"])
fragments |= st.sampled_from(["1_2", "x86_64", "arm64", "linux", ":", "-", "_", ".", "@", "/", "*"])


@given(st.text(max_size=40) | st.lists(fragments, max_size=8).map("".join), st.sampled_from(DAYS))
def test_nothing_written_is_another_error(spelling, as_of):
    target = parsed(spelling, as_of)
    if target:
        assert parse_target_on(target.name, as_of=as_of) == target


@pytest.mark.parametrize(
    ("spelling", "near"),
    [
        ("python:3.99-slim", ["python:3.15-slim", "python:3.14-slim"]),
        ("python:4.1", ["python:3.15", "python:3.14"]),
        ("python:3.99-alpine3.18", []),
    ],
)
def test_of_a_python_without_an_image_the_newest_that_exist_are_named(spelling, near):
    with pytest.raises(TargetError) as caught:
        parse_target_on(spelling, as_of=date(2026, 11, 29))
    assert spelling not in caught.value.near
    newest = [name for name in caught.value.near if "3.15" in name or "3.14" in name]
    assert newest == near


@pytest.mark.parametrize(
    ("spelling", "why", "near"),
    [
        ("pyhton:3.12", "no such image", "python:3.12"),
        ("python:3.12-alpin", "no such variant", "python:3.12-alpine"),
        ("ubunut:24.04", "no such image", "ubuntu:24.04"),
        ("python:3.12.99", "no Python 3.12.99 is known", None),
        ("python:3.12@linux/mips64", "no platform that is known", None),
        ("python:3.12@linux/ppc64", "no platform that is known", "linux/ppc64le"),
        ("python:3.12-slim-bookworm@linux/riscv64", "does not exist for linux/riscv64", None),
        ("python:3.12@windows/amd64", "Linux platform", None),
        ("python@sha256:0123", "write the tag", None),
        ("heroku/heroku:24", "--python", None),
        ("cp312", "cp312-musllinux_1_2_x86_64", None),
        ("cp312-linux_x86_64", "names no libc", None),
        ("cp312-cp312-manylinux_2_28_x86_64", "interpreter and a platform tag", None),
        ("cp312t-musllinux_1_2_x86_64", "CPython 3.13 and later", None),
        ("pp311t-musllinux_1_2_x86_64", "CPython 3.13 and later", None),
        ("cp27-manylinux1_x86_64", "only Python 3.6 and later", None),
        ("4.1", "there is no Python 4", None),
        ("cp312_pp73-manylinux1_x86_64", "an ABI of PyPy", None),
        ("cp312-musllinux_2_0_x86_64", "there is no musl 2.0", None),
        ("cp312-musllinux_1_3_x86_64", "there is no musl 1.3", None),
        ("cp312-manylinux_3_0_x86_64", "there is no glibc 3.0", None),
        ("cp312-manylinux_2_12_aarch64", "begins with glibc 2.17", None),
        ("cp312-manylinux_2_28_x86_46", "CPU 'x86_46' is not known", "x86_64"),
        ("", "no such image", None),
    ],
)
def test_an_error_names_the_reason_and_what_is_near(spelling, why, near):
    with pytest.raises(TargetError) as caught:
        parse_target_on(spelling, as_of=TODAY)
    assert caught.value.spelling == spelling
    assert why in caught.value.why
    if near:
        assert near in caught.value.near


@pytest.mark.parametrize("spelling", ["foo", "foo:latest", "zzz:3.12"])
def test_nothing_is_suggested_for_an_image_like_none(spelling):
    with pytest.raises(TargetError) as caught:
        parse_target_on(spelling, as_of=TODAY)
    assert caught.value.near == ()


@pytest.mark.parametrize(
    ("pythons", "libcs", "archs", "why"),
    [
        (["three"], ["musl"], ["x86_64"], "write 3.12, 3.13t"),
        (["3.12"], ["uclibc"], ["x86_64"], "write glibc, musl"),
        (["3.12"], ["musl"], ["pdp11"], "not known"),
        (["3.12"], ["glibc2.12"], ["aarch64"], "begins with glibc 2.17"),
    ],
)
def test_an_axis_that_is_not_known_is_refused(pythons, libcs, archs, why):
    with pytest.raises(TargetError, match=why.replace(".", r"\.")):
        expand_axes_on(pythons, libcs, archs, as_of=TODAY)


def test_axes_are_a_product_with_unique_names():
    targets = expand_axes_on(
        ["3.12", "cp312", "3.13t", "pypy3.11"],
        ["glibc2.28", "manylinux_2_28", "musl"],
        ["x86_64", "amd64", "arm64"],
        as_of=TODAY,
    )
    assert [target.name for target in targets] == [
        f"{python}-{level}_{arch}"
        for python in ("cp312", "cp313t", "pp311")
        for level in ("manylinux_2_28", "musllinux_1_2")
        for arch in ("x86_64", "aarch64")
    ]


def test_default_libc_is_that_of_the_official_images():
    assert default_libc_version(Libc.GLIBC, as_of=TODAY) == (2, 41)
    assert default_libc_version(Libc.GLIBC, as_of=STORY) == (2, 31)
    assert default_libc_version(Libc.MUSL, as_of=date(2020, 1, 15)) == (1, 1)


def test_before_the_first_known_images_the_user_has_to_name_a_target():
    """No word of an image that nobody has named."""
    with pytest.raises(UsageError, match=r"known of 2017-01-01 whose glibc .* --target cp36-"):
        default_matrix_on(as_of=date(2017, 1, 1))


def test_the_default_matrix_has_the_pythons_of_today():
    names = [target.name for target in default_matrix_on(as_of=TODAY)]
    assert names == [
        f"{python}-{level}_{arch}"
        for python in ("cp311", "cp312", "cp313", "cp314", "cp315", "cp315t")
        for level in ("manylinux_2_41", "musllinux_1_2")
        for arch in ("x86_64", "aarch64")
    ]


def test_default_matrix_follows_the_day():
    pythons = {target.python for target in default_matrix_on(as_of=STORY)}
    assert pythons == {(3, minor) for minor in (7, 8, 9, 10, 11)}
    assert not [target for target in default_matrix_on(as_of=STORY) if target.free_threaded]


def notes(spelling: str, as_of: date = TODAY) -> str:
    return "\n".join(parse_target_on(spelling, as_of=as_of).notes)


def test_a_rare_architecture_gets_a_note():
    for arch in ("armv6l", "armv7l"):
        assert "do not say which libc" in notes(f"cp312-musllinux_1_2_{arch}")
    assert "no manylinux wheel on armv6l" in notes("cp312-manylinux_2_36_armv6l")
    assert "PyPI does not accept" in notes("cp312-manylinux_2_41_loongarch64")
    assert not notes("cp312-musllinux_1_2_x86_64")


def test_an_old_or_unreleased_python_gets_a_note():
    assert "without upstream support since 2024-10-07" in notes("cp38-manylinux_2_31_x86_64")
    assert not notes("cp38-manylinux_2_31_x86_64", STORY)
    assert "not known to be released" in notes("cp315-manylinux_2_31_x86_64", STORY)
    assert "not known to be released" in notes("cp3.12.99-manylinux_2_31_x86_64")
    assert "not known to be released" in notes("pp311-manylinux_2_31_x86_64", STORY)


@pytest.mark.parametrize(
    ("spelling", "near"),
    [
        ("cp341-musllinux_1_2_x86_64", "cp314-musllinux_1_2_x86_64"),
        ("cp3.41-musllinux_1_2_x86_64", "cp3.14-musllinux_1_2_x86_64"),
        ("3.41t@macos", "3.14t@macos"),
        ("3.99@windows", "3.15@windows"),
        ("pypy3.17@linux", "pypy3.15@linux"),
    ],
)
def test_a_python_that_nobody_plans_is_a_mistake(spelling, near):
    with pytest.raises(TargetError, match=r"none is planned beyond 3\.16") as caught:
        parse_target_on(spelling, as_of=TODAY)
    assert near in caught.value.near
    for name in caught.value.near:
        assert parse_target_on(name, as_of=TODAY)


@pytest.mark.parametrize(
    ("python", "as_of"), [("316", TODAY), ("317", date(2027, 10, 20)), ("312", date(2020, 1, 15))]
)
def test_the_next_python_can_be_judged_before_its_release(python: str, as_of: date):
    spelling = f"cp{python}-musllinux_1_2_x86_64"
    assert parse_target_on(spelling, as_of=as_of).name == spelling
