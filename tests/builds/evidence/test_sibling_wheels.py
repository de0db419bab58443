"""What wheels tell by their names and by their directories."""

import pytest
from fake_index import FakeIndex
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.evidence.sibling_wheels import (
    linux_wheel,
    neighbour_wheels,
    platform_kind,
    sibling_wheels,
    wheel_contents,
)
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import ArchiveListing, ArchiveMember, Project

LINUX = "x-{}-cp312-cp312-musllinux_1_2_x86_64.whl"
ANY = "x-{}-py3-none-any.whl"
WINDOWS = "x-{}-cp312-cp312-win_amd64.whl"


def project(**releases: list[str]) -> Project:
    files = {k.strip("v"): [f.format(k.strip("v")) for f in v] for k, v in releases.items()}
    found = FakeIndex({"x": files}, sizes={LINUX.format("1"): 9}).project(NormalizedName("x"))
    assert not isinstance(found, Unknown)
    return found


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("py3-none-any", "pure"),
        ("py2.py3-none-any", "pure"),
        ("cp38-cp38-any", "other"),
        ("cp312-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64", "linux"),
        ("cp312-cp312-musllinux_1_2_aarch64", "linux"),
        ("cp27-cp27mu-linux_armv7l", "linux"),
        ("cp312-cp312-macosx_11_0_arm64", "other"),
        ("cp312-cp312-win_amd64", "other"),
    ],
)
def test_the_platform_of_a_tag(tag: str, kind: str):
    assert platform_kind(tag) == kind


@pytest.mark.parametrize(
    ("files", "codes"),
    [
        ([], []),
        ([ANY, LINUX], ["sibling-pure-wheel", "sibling-platform-wheel"]),
        ([WINDOWS], ["sibling-other-platform-wheel"]),
        ([WINDOWS, LINUX], ["sibling-platform-wheel"]),
    ],
)
def test_each_kind_of_sibling_wheel_is_evidence(files: list[str], codes: list[str]):
    found = sibling_wheels(project(v1=[*files, "x-{}.tar.gz"]).files(Version("1")))
    assert [piece.code for piece in found] == codes


def test_the_nearest_neighbours_with_wheels_speak():
    found = neighbour_wheels(
        project(v1=[ANY], v2=[LINUX], v3=["x-{}.tar.gz"], v4=["x-{}.tar.gz"], v5=[ANY]),
        Version("3"),
    )
    assert [(piece.code, piece.where) for piece in found] == [
        ("neighbour-platform-wheel", LINUX.format("2")),
        ("neighbour-pure-wheel", ANY.format("5")),
    ]


def test_a_wheel_for_linux_is_opened():
    wheel = linux_wheel(project(v1=[ANY, WINDOWS, LINUX]).files(Version("1")))
    assert wheel is not None
    assert wheel.filename == LINUX.format("1")
    assert linux_wheel(project(v1=[ANY]).files(Version("1"))) is None


@pytest.mark.parametrize(
    ("path", "code", "compiled"),
    [
        ("x/_a.cpython-312-x86_64-linux-gnu.so", "wheel-extension-module", True),
        ("x/_a.abi3.so", "wheel-extension-module", True),
        ("x/libx.so.1", "wheel-program", True),
        ("x.libs/libz-1a2b.so.1", "wheel-vendored-library", False),
        ("x-1.dist-info/sboms/auditwheel.cdx.json", "wheel-sbom", False),
        ("x/so.py", "wheel-without-native-code", False),
    ],
)
def test_members_of_a_wheel(path: str, code: str, compiled: bool):  # noqa: FBT001
    found = wheel_contents(ArchiveListing((ArchiveMember(path, 1),)))
    assert [piece.code for piece in found.evidence("x.whl")] == [code]
    assert found.compiled is compiled
