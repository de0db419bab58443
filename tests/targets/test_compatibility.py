"""What fits, and the nearest miss of what does not."""

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.tags import parse_tag
from packaging.version import Version

from wheelcheck.installers import Certainty, Installer, Tool
from wheelcheck.targets import (
    Architecture,
    Fit,
    Implementation,
    Libc,
    MissPart,
    TagMiss,
    Target,
    best_wheel,
    fit,
    fit_wheel,
    rank_alike,
    split_tag_set,
    supported_tags,
)


def target(
    python=(3, 12),
    *,
    libc=Libc.GLIBC,
    libc_version=None,
    arch=Architecture.X86_64,
    implementation=Implementation.CPYTHON,
    free_threaded=False,
) -> Target:
    version = libc_version or ((1, 2) if libc is Libc.MUSL else (2, 36))
    return Target(
        name="test",
        implementation=implementation,
        python=python,
        python_full_version="{}.{}.0".format(*python),
        free_threaded=free_threaded,
        libc=libc,
        libc_version=version,
        arch=arch,
    )


SLIM = target()
ALPINE = target(libc=Libc.MUSL)
FREE = target((3, 13), free_threaded=True)
FREE_315 = target((3, 15), free_threaded=True)
GIL_315 = target((3, 15))
PYPY = target((3, 11), implementation=Implementation.PYPY)
TARGETS = [
    SLIM,
    ALPINE,
    FREE,
    FREE_315,
    GIL_315,
    PYPY,
    target((3, 7)),
    target(libc_version=(2, 17)),
    target(libc_version=(2, 31)),
    target(arch=Architecture.ARMV6L),
    target(arch=Architecture.ARMV6L, libc=Libc.MUSL),
    target(arch=Architecture.AARCH64),
    target((3, 14), libc=Libc.MUSL, arch=Architecture.ARMV7L),
]

# Words of file names, both real and odd.
INTERPRETERS, ABIS, PLATFORMS = (
    line.split()
    for line in (
        (
            "py2 py3 py27 py38 py311 py312 py313 cp27 cp37 cp38 cp311 cp312 cp313 cp315 pp39 pp311 "
            "pp3 graalpy311 cp cp3 jy27 py4"
        ),
        (
            "none abi3 abi3t cp27mu cp37m cp38 cp311 cp312 cp312d cp313 cp313t cp315 cp315t "
            "pypy311_pp73 pypy39_pp73 graalpy242_311_native"
        ),
        (
            "any win32 win_amd64 macosx_11_0_arm64 linux_x86_64 linux_armv6l manylinux1_x86_64 "
            "manylinux2010_aarch64 manylinux2014_x86_64 manylinux2014_aarch64 manylinux_2_5_x86_64 "
            "manylinux_2_17_x86_64 manylinux_2_28_aarch64 manylinux_2_39_x86_64 "
            "manylinux_3_0_x86_64 musllinux_1_0_x86_64 musllinux_1_1_aarch64 musllinux_1_2_x86_64 "
            "musllinux_1_3_x86_64 musllinux_2_0_x86_64 musllinux_1_2_armv7l manylinux_2_17_armv6l "
            "android_21_arm64_v8a pyodide_2024_0_wasm32"
        ),
    )
)


def part_of(tag: str) -> st.SearchStrategy[str]:
    pool = {"interpreter": INTERPRETERS, "abi": ABIS, "platform": PLATFORMS}[tag]
    return st.lists(st.sampled_from(pool), min_size=1, max_size=3).map(".".join)


tag_sets = st.builds("{}-{}-{}".format, part_of("interpreter"), part_of("abi"), part_of("platform"))
targets = st.sampled_from(TARGETS)


@given(tag_sets, targets)
def test_fit_agrees_with_the_intersection_of_tag_sets(tag, subject):
    supported = supported_tags(subject)
    accepted = parse_tag(tag) & set(supported)
    judged = fit(tag, subject)
    if accepted:
        assert judged == Fit(min(supported.index(each) for each in accepted))
    else:
        assert isinstance(judged, TagMiss)
        assert judged.part is not MissPart.INVALID
        assert judged.why


@given(tag_sets, targets)
def test_the_part_named_fails(tag, subject):
    """Mending what is said to fail must be needed: no supported tag has that part of the wheel."""
    judged = fit(tag, subject)
    if isinstance(judged, Fit):
        return
    supported = supported_tags(subject)
    interpreters, abis, platforms = (part.split(".") for part in tag.split("-"))
    if judged.part in {MissPart.IMPLEMENTATION, MissPart.PYTHON}:
        pairs = {(each.interpreter, each.abi) for each in supported}
        assert not {(i, a) for i in interpreters for a in abis} & pairs
    elif judged.part is MissPart.ABI:
        usable = {(each.interpreter, each.abi, each.platform == "any") for each in supported}
        assert (
            not {(i, a, p == "any") for i in interpreters for a in abis for p in platforms} & usable
        )
    else:
        named = set(platforms) - {"any"}  # beside an ABI it fails sooner than another platform
        assert not named & {each.platform for each in supported}
        linux = [each for each in platforms if "linux" in each]
        own_cpu = [each for each in linux if each.endswith(f"_{subject.arch}")]
        own_libc = [each for each in own_cpu if each.startswith(subject.libc.tag_prefix)]
        assert bool(linux) or judged.part is MissPart.OPERATING_SYSTEM
        assert not own_cpu or judged.part is not MissPart.ARCHITECTURE
        assert not own_libc or judged.part >= MissPart.LIBC


@given(tag_sets, tag_sets, targets)
def test_more_tags_never_fit_worse(first, other, subject):
    """A set joined with more platforms is at least as near as before."""
    interpreters, abis, platforms = first.split("-")
    joined = fit(f"{interpreters}-{abis}-{platforms}.{other.split('-')[2]}", subject)
    alone = fit(first, subject)
    if isinstance(alone, Fit):
        assert isinstance(joined, Fit)
        assert joined.rank <= alone.rank
    elif isinstance(joined, TagMiss):
        assert joined.part >= alone.part


@given(st.text(alphabet=string.ascii_lowercase + string.digits + "._-³٣", max_size=40), targets)
def test_nothing_written_is_an_error(tag, subject):
    assert isinstance(fit(tag, subject), Fit | TagMiss)
    assert isinstance(fit_wheel(f"{tag}.whl", subject), Fit | TagMiss)


@pytest.mark.parametrize(
    ("tag", "subject", "part", "why"),
    [
        (
            "cp312-cp312-manylinux_2_28_x86_64",
            ALPINE,
            MissPart.LIBC,
            "built for manylinux_2_28 (glibc), target has musl 1.2",
        ),
        (
            "cp312-cp312-musllinux_1_2_x86_64",
            SLIM,
            MissPart.LIBC,
            "built for musllinux_1_2 (musl), target has glibc 2.36",
        ),
        (
            "cp312-cp312-manylinux_2_39_x86_64",
            SLIM,
            MissPart.LIBC_VERSION,
            "needs glibc 2.39, target has 2.36",
        ),
        (
            "cp312-cp312-musllinux_1_3_x86_64",
            ALPINE,
            MissPart.LIBC_VERSION,
            "needs musl 1.3, target has 1.2",
        ),
        ("cp312-cp312-musllinux_2_0_x86_64", ALPINE, MissPart.LIBC_VERSION, "needs musl 2.0"),
        ("cp311-cp311-manylinux_2_17_x86_64", SLIM, MissPart.PYTHON, "built for CPython 3.11"),
        ("cp313-abi3-manylinux_2_17_x86_64", SLIM, MissPart.PYTHON, "needs CPython 3.13 or later"),
        ("py313-none-any", SLIM, MissPart.PYTHON, "needs Python 3.13 or later"),
        ("py2-none-any", SLIM, MissPart.PYTHON, "built for Python 2"),
        ("cp27-cp27mu-manylinux1_x86_64", SLIM, MissPart.PYTHON, "built for CPython 2.7"),
        ("cp37-cp37m-manylinux1_x86_64", SLIM, MissPart.PYTHON, "built for CPython 3.7"),
        ("cp311-none-any", SLIM, MissPart.PYTHON, "built for CPython 3.11"),
        ("pp311-pypy311_pp73-linux_x86_64", SLIM, MissPart.IMPLEMENTATION, "built for PyPy 3.11"),
        (
            "graalpy311-graalpy242_311_native-linux_x86_64",
            SLIM,
            MissPart.IMPLEMENTATION,
            "built for GraalPy 3.11",
        ),
        ("cp311-cp311-linux_x86_64", PYPY, MissPart.IMPLEMENTATION, "built for CPython 3.11"),
        ("cp312-cp312d-linux_x86_64", SLIM, MissPart.ABI, "built for the ABI cp312d"),
        ("cp312-cp312-win_amd64", SLIM, MissPart.OPERATING_SYSTEM, "built for Windows"),
        ("cp312-cp312-macosx_11_0_arm64", SLIM, MissPart.OPERATING_SYSTEM, "built for macOS"),
        (
            "cp312-cp312-manylinux_2_17_aarch64",
            SLIM,
            MissPart.ARCHITECTURE,
            "built for aarch64, target is x86_64",
        ),
        ("cp312-cp312", SLIM, MissPart.INVALID, "'cp312-cp312' is not a wheel tag"),
        ("", SLIM, MissPart.INVALID, "'' is not a wheel tag"),
        ("cp312--any", SLIM, MissPart.INVALID, "'cp312--any' is not a wheel tag"),
    ],
)
def test_a_miss_names_the_part_that_fails(tag, subject, part, why):
    judged = fit(tag, subject)
    assert isinstance(judged, TagMiss)
    assert judged.part is part
    assert why in judged.why


def test_the_nearest_miss_is_the_greatest():
    tags = [
        "pp311-pypy311_pp73-musllinux_1_2_x86_64",
        "cp311-cp311-musllinux_1_2_x86_64",
        "cp312-cp312d-musllinux_1_2_x86_64",
        "cp312-cp312-win_amd64",
        "cp312-cp312-musllinux_1_2_aarch64",
        "cp312-cp312-manylinux_2_17_x86_64",
        "cp312-cp312-musllinux_1_3_x86_64",
    ]
    misses = [fit(tag, ALPINE) for tag in tags]
    assert misses == sorted(misses)
    assert len({miss.part for miss in misses}) == len(tags)


def test_of_versions_too_new_the_oldest_is_reported():
    judged = fit("cp312-cp312-manylinux_2_39_x86_64.manylinux_2_38_x86_64", SLIM)
    assert judged == TagMiss(MissPart.LIBC_VERSION, "needs glibc 2.38, target has 2.36")


def test_a_wheel_may_carry_both_libcs():
    tag = "cp312-cp312-manylinux_2_17_x86_64.musllinux_1_1_x86_64"
    assert isinstance(fit(tag, SLIM), Fit)
    assert isinstance(fit(tag, ALPINE), Fit)


def test_musl_12_loads_wheels_for_11_and_10():
    ranks = [fit(f"cp312-cp312-musllinux_1_{minor}_x86_64", ALPINE) for minor in (2, 1, 0)]
    assert all(isinstance(each, Fit) for each in ranks)
    assert ranks == sorted(ranks)


def test_alias_below_the_floor_of_an_architecture():
    subject = target(arch=Architecture.AARCH64)
    judged = fit("cp312-cp312-manylinux2010_aarch64", subject)
    assert judged == TagMiss(MissPart.LIBC_VERSION, "manylinux2010 is not defined for aarch64")


def test_compressed_sets_are_products_in_any_order():
    markupsafe = "cp312-cp312-manylinux2014_x86_64.manylinux_2_17_x86_64.manylinux_2_28_x86_64"
    assert isinstance(fit(markupsafe, SLIM), Fit)
    legacy = "py2.py3-none-manylinux1_x86_64.manylinux2014_x86_64"
    assert len(split_tag_set(legacy)) == 4
    assert isinstance(fit(legacy, SLIM), Fit)


def test_an_enormous_product_is_refused_not_expanded():
    many = ".".join(f"py3{minor}" for minor in range(200))
    bomb = f"{many}-{many}-{many}"
    assert split_tag_set(bomb) == ()
    judged = fit(bomb, SLIM)
    assert isinstance(judged, TagMiss)
    assert judged.part is MissPart.INVALID
    assert isinstance(fit_wheel(f"foo-1.0-{bomb}.whl", SLIM), TagMiss)


def test_platform_wheels_without_abi():
    assert isinstance(fit("py3-none-manylinux_2_17_x86_64", SLIM), Fit)
    assert isinstance(fit("py3-none-musllinux_1_2_x86_64", ALPINE), Fit)
    assert fit("py3-none-manylinux_2_17_x86_64", ALPINE).part is MissPart.LIBC


@pytest.mark.parametrize(
    ("tag", "fits_312", "fits_315"),
    [
        ("cp312-none-any", True, False),
        ("py312-none-any", True, True),
        ("py38-none-any", True, True),
        ("py315-none-any", False, True),
        ("py3-none-any", True, True),
    ],
)
def test_versioned_pure_tags(tag, fits_312, fits_315):
    assert isinstance(fit(tag, SLIM), Fit) is fits_312
    assert isinstance(fit(tag, GIL_315), Fit) is fits_315


# PEP 803, "Compatibility Overview"
@pytest.mark.parametrize(
    ("tag", "gil", "free"),
    [
        ("cp315-abi3.abi3t-manylinux_2_17_x86_64", True, True),
        ("cp315-abi3t-manylinux_2_17_x86_64", False, True),
        ("cp315-abi3-manylinux_2_17_x86_64", True, False),
        ("cp38-abi3-manylinux_2_17_x86_64", True, False),
        ("cp314-cp314t-manylinux_2_17_x86_64", False, False),
        ("cp315-cp315t-manylinux_2_17_x86_64", False, True),
        ("cp315-cp315-manylinux_2_17_x86_64", True, False),
    ],
)
def test_stable_abis_of_both_builds(tag, gil, free):
    assert isinstance(fit(tag, GIL_315), Fit) is gil
    assert isinstance(fit(tag, FREE_315), Fit) is free


def test_free_threaded_wheels_are_not_for_the_gil():
    judged = fit("cp313-cp313t-manylinux_2_17_x86_64", target((3, 13)))
    assert judged == TagMiss(
        MissPart.ABI, "cp313t needs a free-threaded build, target has the GIL (cp313)"
    )
    judged = fit("cp313-cp313-manylinux_2_17_x86_64", FREE)
    assert judged == TagMiss(
        MissPart.ABI, "cp313 needs a build with the GIL, target is free-threaded (cp313t)"
    )
    assert isinstance(fit("cp313-cp313.cp313t-manylinux_2_17_x86_64", FREE), Fit)


def test_native_linux_wheels_say_nothing_about_libc():
    for libc in Libc:
        subject = target(arch=Architecture.ARMV7L, libc=libc)
        assert isinstance(fit("cp312-cp312-linux_armv7l", subject), Fit)


@pytest.mark.parametrize(
    "filename",
    [
        "foo-1.0-cp312-cp312-manylinux_2_17_x86_64-x86_64_v3.whl",  # PEP 825 label
        "foo-1.0-cp312-cp312-manylinux_2_17_x86_64-null.whl",
        "foo-1.0-1-cp312-cp312-manylinux_2_17_x86_64-x86_64_v3.whl",
        "foo__bar-1.0-py3-none-any.whl",
        "foo-1.0_1-py3-none-any.whl",
        "foo-1.0-py3-none.whl",
        "foo-1.0-py3-none-any.zip",
        "foo-1.0.tar.gz",
        "",
    ],
)
def test_names_that_no_installer_takes(filename):
    judged = fit_wheel(filename, SLIM)
    assert isinstance(judged, TagMiss)
    assert judged.part is MissPart.INVALID
    assert best_wheel([filename], SLIM) is None


def test_targets_rank_alike_where_they_differ_in_tags_that_no_wheel_has():
    new, middle, old = (target(libc_version=(2, minor)) for minor in (36, 28, 17))
    tags = ["py3-none-any", "cp312-cp312-manylinux_2_17_x86_64", "cp312-abi3-manylinux_2_28_x86_64"]
    assert rank_alike(tags, new, middle)
    assert not rank_alike(tags, new, old)
    assert rank_alike(tags[:2], new, old)
    assert not rank_alike(tags, new, target((3, 13)))  # its first choice is the stable ABI


@given(st.lists(tag_sets, max_size=4, unique=True), targets, targets)
def test_targets_that_rank_alike_take_the_same_wheel(tags, first, other):
    names = [f"x-1-{tag}.whl" for tag in tags]
    if rank_alike(tags, first, other):
        assert best_wheel(names, first) == best_wheel(names, other)


def test_best_wheel_by_tag_then_build():
    files = [
        "foo-1.0-py3-none-any.whl",
        "foo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
        "foo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl",
        "foo-1.0-1-cp312-cp312-manylinux_2_28_x86_64.whl",
        "foo-1.0-2-cp312-cp312-manylinux_2_28_x86_64.whl",
        "foo-1.0-9-cp312-cp312-win_amd64.whl",
        "foo-1.0-3-cp38-abi3-manylinux_2_28_x86_64.whl",
    ]
    assert best_wheel(files, SLIM) == "foo-1.0-2-cp312-cp312-manylinux_2_28_x86_64.whl"
    assert best_wheel(reversed(files), SLIM) == "foo-1.0-2-cp312-cp312-manylinux_2_28_x86_64.whl"
    assert best_wheel(files, ALPINE) == "foo-1.0-py3-none-any.whl"
    assert best_wheel(files[1:], ALPINE) is None


def test_of_equal_wheels_pip_takes_the_last_listed_and_uv_the_first_by_name():
    both = ["foo-1.0-py2.py3-none-any.whl", "foo-1.0-py3-none-any.whl"]
    uv = replace(SLIM, installer=Installer(Tool.UV, Version("0.13.9"), Certainty.NAMED))
    assert [best_wheel(both, SLIM), best_wheel(reversed(both), SLIM)] == both[::-1]
    assert [best_wheel(both, uv), best_wheel(reversed(both), uv)] == [both[0], both[0]]
