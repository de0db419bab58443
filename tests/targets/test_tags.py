"""Tags of a target against `packaging` itself: fed explicit values, or made to see another host."""

import platform
import sys
import sysconfig
from itertools import product

import packaging
import pytest
from packaging import _manylinux, _musllinux, tags
from packaging.version import Version

from wheelcheck.installers import Tool, newest
from wheelcheck.targets import Architecture, Implementation, Libc, Target, supported_tags

GLIBC_ARCHITECTURES = [arch for arch in Architecture if arch is not Architecture.ARMV6L]
GLIBCS = [(2, 5), (2, 12), (2, 17), (2, 26), (2, 28), (2, 36), (2, 41)]
MUSLS = [(1, 0), (1, 1), (1, 2)]
PYTHONS = [(3, 7), (3, 8), (3, 12), (3, 13), (3, 15)]
LINUX_FIRST = Version(packaging.__version__) >= Version("26.3")


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
        installer=newest(Tool.PIP, "3.14.0"),  # whose order is that of `packaging` today
    )


def names(subject: Target) -> list[str]:
    return [str(tag) for tag in supported_tags(subject)]


def platforms(subject: Target) -> list[str]:
    """The platforms of the own ABI, in order."""
    tagged = supported_tags(subject)
    return [tag.platform for tag in tagged if tag.abi == tagged[0].abi]


@pytest.fixture
def other_host(monkeypatch):
    """Let `packaging` believe that it runs elsewhere."""

    def become(libc: Libc, version: tuple[int, int], arch: Architecture) -> None:
        glibc = version if libc is Libc.GLIBC else (-1, -1)
        musl = _musllinux._MuslVersion(*version) if libc is Libc.MUSL else None
        monkeypatch.setattr(sysconfig, "get_platform", lambda: f"linux-{arch}")
        monkeypatch.setattr(platform, "system", lambda: "Linux")
        monkeypatch.setattr(_manylinux, "_get_glibc_version", lambda: glibc)
        monkeypatch.setattr(_manylinux, "_get_manylinux_module", lambda: None, raising=False)
        monkeypatch.setattr(_manylinux, "_is_linux_armhf", lambda _: True)
        monkeypatch.setattr(_manylinux, "_is_linux_i686", lambda _: True)
        monkeypatch.setattr(_musllinux, "_get_musl_version", lambda _: musl)

    return become


def native_first(found: list[str]) -> list[str]:
    """Before 26.3 `packaging` put the plain `linux_*` platform last."""
    return sorted(found, key=lambda name: not name.startswith("linux_"))


@pytest.mark.parametrize("arch", Architecture)
def test_ladder_equals_that_of_packaging(other_host, arch):
    levels = [(Libc.GLIBC, version) for version in GLIBCS]
    levels += [(Libc.MUSL, version) for version in MUSLS]
    for libc, version in levels:
        other_host(libc, version, arch)
        expected = native_first(list(tags._linux_platforms(is_32bit=False)))
        subject = target(libc=libc, libc_version=version, arch=arch)
        assert platforms(subject) == expected, (libc, version)


@pytest.mark.parametrize(
    ("python", "free_threaded"),
    [
        *((python, False) for python in PYTHONS),
        *((python, True) for python in PYTHONS if python >= (3, 13)),
    ],
)
def test_cpython_order_equals_that_of_packaging(other_host, python, free_threaded):
    abi = "cp{}{}".format(*python) + ("m" if python == (3, 7) else "") + "t" * free_threaded
    for libc, arch in product(Libc, Architecture):
        subject = target(python, libc=libc, arch=arch, free_threaded=free_threaded)
        other_host(libc, subject.libc_version, arch)
        known = native_first(list(tags._linux_platforms(is_32bit=False)))
        expected = [
            *tags.cpython_tags(python, [abi], known),
            *tags.compatible_tags(python, "cp{}{}".format(*python), known),
        ]
        assert list(supported_tags(subject)) == expected


def test_pypy_order_is_that_of_pip():
    subject = target((3, 11), implementation=Implementation.PYPY)
    found = names(subject)
    assert found[:2] == [
        "pp311-pypy311_pp73-linux_x86_64",
        "pp311-pypy311_pp73-manylinux_2_36_x86_64",
    ]
    assert "pp311-none-any" in found
    assert "pp3-none-any" not in found  # pip never asks for it, though packaging.sys_tags does
    assert not [name for name in found if "abi3" in name or name.startswith("cp")]


@pytest.mark.skipif(
    sys.platform != "linux" or sys.implementation.name != "cpython", reason="judges this very host"
)
def test_equals_the_running_interpreter():
    glibc, musl = _manylinux._get_glibc_version(), _musllinux._get_musl_version(sys.executable)
    subject = target(
        sys.version_info[:2],
        libc=Libc.MUSL if musl else Libc.GLIBC,
        libc_version=tuple(musl or glibc),
        arch=Architecture(platform.machine()),
        free_threaded=bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    )
    found = list(supported_tags(subject))
    if LINUX_FIRST:
        assert found == list(tags.sys_tags())
    else:
        assert set(found) == set(tags.sys_tags())


def test_musl_level_is_a_ceiling():
    assert platforms(target(libc=Libc.MUSL)) == [
        "linux_x86_64",
        "musllinux_1_2_x86_64",
        "musllinux_1_1_x86_64",
        "musllinux_1_0_x86_64",
    ]


def test_every_glibc_level_counts_down_to_the_floor():
    found = platforms(target(libc_version=(2, 39)))
    expected = {f"manylinux_2_{minor}_x86_64" for minor in range(5, 40)}
    legacy = {"manylinux1_x86_64", "manylinux2010_x86_64", "manylinux2014_x86_64"}
    assert set(found) == {"linux_x86_64", *expected, *legacy}
    assert found.index("manylinux_2_17_x86_64") + 1 == found.index("manylinux2014_x86_64")


@pytest.mark.parametrize("arch", GLIBC_ARCHITECTURES)
def test_floor_by_architecture(arch):
    old = arch in {Architecture.X86_64, Architecture.I686}
    found = platforms(target(arch=arch))
    assert (f"manylinux1_{arch}" in found) is old
    assert (f"manylinux2010_{arch}" in found) is old
    assert found[-1] == (f"manylinux1_{arch}" if old else f"manylinux2014_{arch}")


def test_armv6l_has_musllinux_but_no_manylinux():
    assert platforms(target(arch=Architecture.ARMV6L)) == ["linux_armv6l"]
    assert platforms(target(arch=Architecture.ARMV6L, libc=Libc.MUSL))[:2] == [
        "linux_armv6l",
        "musllinux_1_2_armv6l",
    ]


def test_armv7l_wheels_are_not_for_armv6l():
    assert not [
        name
        for name in names(target(arch=Architecture.ARMV6L, libc=Libc.MUSL))
        if name.endswith("armv7l")
    ]


def test_native_platform_comes_first():
    assert names(target())[0] == "cp312-cp312-linux_x86_64"


def test_stable_abi_of_builds_with_the_gil_alone():
    gil, free = names(target((3, 15))), names(target((3, 15), free_threaded=True))
    assert "cp38-abi3-manylinux_2_17_x86_64" in gil
    assert not [name for name in gil if "-abi3t-" in name]
    assert "cp315-abi3t-manylinux_2_17_x86_64" in free
    assert not [name for name in free if "-abi3-" in name]


def test_pymalloc_abi_until_37():
    assert names(target((3, 7)))[0] == "cp37-cp37m-linux_x86_64"
    assert names(target((3, 8)))[0] == "cp38-cp38-linux_x86_64"


def test_a_glibc_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"no glibc 3\.1"):
        supported_tags(target(libc_version=(3, 1)))
