"""Platforms beside Linux: ladders of tags and markers, against packaging, pip and uv."""

import csv
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from packaging.tags import (
    android_platforms,
    compatible_tags,
    cpython_tags,
    ios_platforms,
    mac_platforms,
)

from wheelcheck.errors import TargetError
from wheelcheck.targets import (
    Fit,
    Implementation,
    Target,
    expand_platforms_on,
    expand_target_on,
    fit,
    parse_target_on,
    supported_tags,
)
from wheelcheck.targets.other_platforms import IOS, Android, Emscripten, MacOS, Windows
from wheelcheck.targets.platforms import OtherArchitecture, Platform, System

TODAY = date(2026, 11, 28)
DATA = Path(__file__).parents[2] / "data" / "platforms"
MACS = [(10, 9), (10, 13), (10, 15), (10, 16), (11, 0), (12, 3), (14, 0), (15, 0), (26, 1)]
X86_64, ARM64 = OtherArchitecture.X86_64, OtherArchitecture.ARM64


def parsed(spelling: str) -> Target:
    return parse_target_on(spelling, as_of=TODAY)


def names(spelling: str, **more) -> list[str]:
    return [target.name for target in expand_target_on(spelling, as_of=TODAY, **more)]


def rows(table: str) -> list[dict[str, str]]:
    with (DATA / table).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    ("release", "arch"), [*product(MACS, [X86_64, ARM64, OtherArchitecture.UNIVERSAL2])]
)
def test_the_ladder_of_macos_is_that_of_packaging(release, arch):
    assert MacOS(arch, release).tags() == tuple(mac_platforms(release, arch.value))


@pytest.mark.parametrize(
    ("platform", "ladder"),
    [
        (IOS(ARM64, (17, 4)), ios_platforms((17, 4), "arm64_iphoneos")),
        (IOS(X86_64, (13, 0), simulator=True), ios_platforms((13, 0), "x86_64_iphonesimulator")),
        (Android(OtherArchitecture.ARM64_V8A, 24), android_platforms(24, "arm64_v8a")),
        (Android(X86_64, 21), android_platforms(21, "x86_64")),
        (Windows(OtherArchitecture.AMD64), ["win_amd64"]),
        (Windows(OtherArchitecture.X86), ["win32"]),
        (Windows(ARM64), ["win_arm64"]),
        (
            Emscripten(OtherArchitecture.WASM32, (2026, 0), (5, 0, 3)),
            ["pyemscripten_2026_0_wasm32", "emscripten_5_0_3_wasm32"],
        ),
        (
            Emscripten(OtherArchitecture.WASM32, (2025, 0), (4, 0, 9)),
            ["pyemscripten_2025_0_wasm32", "pyodide_2025_0_wasm32", "emscripten_4_0_9_wasm32"],
        ),
        (
            Emscripten(OtherArchitecture.WASM32, (2024, 0), (3, 1, 58)),
            ["pyodide_2024_0_wasm32", "emscripten_3_1_58_wasm32"],
        ),
    ],
)
def test_the_ladder_of_a_platform(platform: Platform, ladder):
    assert platform.tags() == tuple(ladder)
    assert platform.tag in platform.tags()


@pytest.mark.parametrize("platform", ["win_amd64", "macosx_14_0_arm64", "macosx_10_13_x86_64"])
def test_pythons_and_abis_come_in_the_order_of_packaging(platform):
    ladder = parsed(f"cp313t-{platform}").platform.tags()
    expected = [
        *cpython_tags((3, 13), ["cp313t"], ladder),
        *compatible_tags((3, 13), "cp313", ladder),
    ]
    assert list(supported_tags(parsed(f"cp313t-{platform}"))) == expected


def test_every_tag_that_pip_and_packaging_take_is_taken():
    accepted = {}
    for row in rows("tag_answers.csv"):
        spelling = "cp313-pyodide" if "pyodide_2025" in row["target"] else row["target"]
        if spelling not in accepted:
            accepted[spelling] = {str(tag) for tag in supported_tags(parsed(spelling))}
        ours = "yes" if row["tag"] in accepted[spelling] else "no"
        if "wasm32" in row["target"]:
            continue  # judged for a target of its own tag alone: see data/platforms/README.md
        assert ours == row["pip"] == row["packaging"], row
        if "fat3" not in row["tag"]:  # 32-bit and PowerPC in one file: uv never took it
            assert ours == row["uv"], row


def test_markers_are_those_of_uv_but_for_the_machine_of_32_bit_windows():
    pythons = {"wasm32": "cp313", "ios": "cp313", "android": "cp313"}
    for row in rows("marker_answers.csv"):
        python = next((p for word, p in pythons.items() if word in row["platform"]), "cp312")
        python = "cp312" if "2024" in row["platform"] else python
        environment = parsed(f"{python}-{row['platform']}").marker_environment()
        known = row["platform"] == "win32" and row["marker"] == "platform_machine"
        assert environment[row["marker"]] == ("AMD64" if known else row["uv"]), row


def test_a_wheel_of_either_cpu_or_of_both_loads_on_a_mac():
    arm, intel = parsed("cp312-macosx_14_0_arm64"), parsed("cp312-macosx_14_0_x86_64")
    both = parsed("cp312-macosx_14_0_universal2")
    for tag, on in [
        ("cp312-cp312-macosx_11_0_arm64", (True, False, False)),
        ("cp312-cp312-macosx_10_13_x86_64", (False, True, False)),
        ("cp312-cp312-macosx_10_13_universal2", (True, True, True)),
        ("cp312-cp312-macosx_14_0_universal2", (True, True, True)),
        ("cp312-cp312-macosx_15_0_arm64", (False, False, False)),
    ]:
        assert tuple(isinstance(fit(tag, t), Fit) for t in (arm, intel, both)) == on, tag


@pytest.mark.parametrize(
    ("tag", "target", "why"),
    [
        ("cp312-cp312-macosx_15_0_arm64", "macosx_14_0_arm64", "needs macOS 15.0, target has 14.0"),
        (
            "cp312-cp312-macosx_11_0_arm64",
            "macosx_14_0_x86_64",
            "built for arm64, target is x86_64",
        ),
        ("cp312-cp312-macosx_12_3_arm64", "macosx_14_0_arm64", "names a minor release"),
        ("cp312-cp312-win_amd64", "macosx_14_0_arm64", "built for Windows"),
        ("cp312-cp312-win_amd64", "win_arm64", "built for amd64, target is arm64"),
        ("cp312-cp312-manylinux_2_28_x86_64", "win_amd64", "built for Linux"),
        ("cp313-cp313-android_26_arm64_v8a", "android_24_arm64_v8a", "needs Android API 26"),
        ("cp313-cp313-ios_17_0_arm64_iphoneos", "ios_13_0_arm64_iphoneos", "needs iOS 17.0"),
        (
            "cp313-cp313-ios_13_0_arm64_iphonesimulator",
            "ios_13_0_arm64_iphoneos",
            "built for the simulator, target is a device",
        ),
        (
            "cp313-cp313-pyemscripten_2026_0_wasm32",
            "pyodide",
            "built for pyemscripten_2026_0, target has pyemscripten_2025_0",
        ),
    ],
)
def test_why_a_wheel_does_not_fit(tag, target, why):
    miss = fit(tag, parsed(f"{tag[:5]}-{target}"))
    assert why in miss.why


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("windows-arm64", "cp315-win_arm64"),
        ("win32", "cp315-win32"),
        ("macos", "cp315-macosx_14_0_arm64"),
        ("macos-14-arm64", "cp315-macosx_14_0_arm64"),
        ("macos-x86_64", "cp315-macosx_14_0_x86_64"),
        ("macos-sonoma", "cp315-macosx_14_0_arm64"),
        ("macos-15-intel", "cp315-macosx_15_0_x86_64"),
        ("windows-11-arm", "cp315-win_arm64"),
        ("aarch64-apple-darwin", "cp315-macosx_14_0_arm64"),
        ("x86_64-manylinux_2_28", "cp315-manylinux_2_28_x86_64"),
        ("pyodide", "cp314-pyemscripten_2026_0_wasm32"),
        ("wasm32-pyodide2025", "cp313-pyemscripten_2025_0_wasm32"),
        ("android", "cp315-android_24_arm64_v8a"),
        ("ios-simulator", "cp315-ios_13_0_arm64_iphonesimulator"),
        ("3.12@windows", "cp312-win_amd64"),
        ("python:3.12@windows", "cp312-win_amd64"),
        ("3.13t@macos-14", "cp313t-macosx_14_0_arm64"),
        ("cp314-macosx_arm64", "cp314-macosx_14_0_arm64"),
        ("pypy3.11@macos", "pp311-macosx_14_0_arm64"),
        ("graalpy312@windows", "graalpy312-win_amd64"),
        ("gp312_250-manylinux_2_28_x86_64", "graalpy312_250-manylinux_2_28_x86_64"),
        ("cp311-linux_armv7l", "cp311-manylinux_2_41_armv7l"),
        ("linux", "cp315-manylinux_2_41_x86_64"),
        ("alpine-arm64", "cp315-musllinux_1_2_aarch64"),
    ],
)
def test_what_people_write_is_understood(spelling, name):
    target = parsed(spelling)
    assert target.name == name
    assert replace(parsed(name), notes=()) == replace(target, notes=())


def test_what_a_spelling_leaves_open_is_expanded_to_all():
    assert names("3.12") == [
        "cp312-manylinux_2_41_x86_64",
        "cp312-manylinux_2_41_aarch64",
        "cp312-musllinux_1_2_x86_64",
        "cp312-musllinux_1_2_aarch64",
    ]
    pythons = ["cp311", "cp312", "cp313", "cp314", "cp315", "cp315t"]
    assert names("@windows") == [f"{python}-win_amd64" for python in pythons]
    assert names("windows", pythons=["3.12"]) == ["cp312-win_amd64"]
    assert names("python:3.12-alpine,python:3.12-slim") == [
        "python:3.12-alpine",
        "python:3.12-slim",
    ]
    assert len(names("linux")) == 24
    assert names("pyodide") == [
        "cp313-pyemscripten_2025_0_wasm32",
        "cp314-pyemscripten_2026_0_wasm32",
    ]


def test_a_group_of_platforms_spells_all_of_them():
    systems = {
        group: {t.platform.system for t in expand_platforms_on([group], as_of=TODAY)}
        for group in ("servers", "desktop", "all")
    }
    assert systems["servers"] == {System.LINUX}
    assert systems["desktop"] == {System.LINUX, System.WINDOWS, System.MACOS}
    assert systems["all"] == set(System)
    (only,) = expand_platforms_on(["android"], as_of=TODAY, pythons=["3.12", "3.13"])
    assert only.name == "cp313-android_24_arm64_v8a"  # 3.12 has no builds for it


@pytest.mark.parametrize(
    ("spelling", "why", "near"),
    [
        ("windoze", "no such image, Python or platform", "windows"),
        ("macoos-14", "no such image, Python or platform", "macos-14"),
        ("3.12@widnows", "is no platform", "3.12@windows"),
        (
            "cp312-manylinx_2_28_x86_64",
            "is no platform",
            "cp312-manylinux_2_28_x86_64",
        ),
        ("cp312-muslinux_1_2_aarch64", "is no platform", "cp312-musllinux_1_2_aarch64"),
        ("windows@3.12", "before @", "3.12@windows"),
        ("cp38-win_arm64", "CPython 3.9 is the first", "3.9@windows-arm64"),
        ("cp314-macosx_10_9_x86_64", "needs macOS 10.15 or later", "cp314-macosx_10_15_x86_64"),
        ("cp312-macosx_10_15_arm64", "needs macOS 11 or later", "cp312-macosx_11_0_arm64"),
        ("macos-16", "there is no macOS 16", "macos-15"),
        ("macos-99", "there is no macOS 99", "macos-26"),
        ("linux-14-arm64", "Linux has no deployment target", "linux-aarch64"),
        ("cp312-linux_14_0_x86_64", "Linux has no deployment target", "linux-x86_64"),
        ("cp312-pyodide_2025_0_wasm32", "has the ABI 2024.0", "cp312-pyodide_2024_0_wasm32"),
        ("3.11@pyodide", "no Pyodide is known", "cp314-pyemscripten_2026_0_wasm32"),
        ("3.12@ios", "CPython 3.13 is the first", "3.13@ios"),
        ("cp313t-android", "no free-threaded builds", "cp313@android"),
        ("pypy311-win_arm64", "no builds for Windows on arm64", "pp311@windows"),
        ("3.12-slim", "is no platform", "python:3.12-slim"),
        ("debian-12", "no such image", "debian:12"),
        ("cp312-cp312-win_amd64", "interpreter and a platform tag", "cp312-win_amd64"),
        ("ubuntu:24.04@windows", "an image for Linux", "3.12@windows"),
        ("windows-s390x", "Windows has no builds for s390x", "cp315t@windows"),
    ],
)
def test_what_does_not_exist_is_reported_with_the_nearest(spelling, why, near):
    with pytest.raises(TargetError) as caught:
        expand_target_on(spelling, as_of=TODAY)
    assert why in caught.value.why
    assert near in caught.value.near
    assert "\n" not in str(caught.value)
    assert expand_target_on(near, as_of=TODAY)


def test_graalpy_takes_its_own_wheels_and_pure_ones():
    target = parsed("graalpy312_250-manylinux_2_28_x86_64")
    assert target.implementation is Implementation.GRAALPY
    assert isinstance(fit("graalpy312-graalpy250_312_native-manylinux_2_27_x86_64", target), Fit)
    assert isinstance(fit("py3-none-any", target), Fit)
    assert fit("graalpy311-graalpy242_311_native-manylinux_2_28_x86_64", target).why == (
        "built for GraalPy 3.11"
    )
    assert not isinstance(fit("cp312-cp312-manylinux_2_28_x86_64", target), Fit)
    assert target.marker_environment()["platform_python_implementation"] == "GraalVM"


def test_a_target_is_made_of_a_platform_or_of_the_three_parts_of_a_linux():
    linux = parsed("cp312-musllinux_1_2_x86_64")
    same = Target(
        linux.name,
        linux.implementation,
        linux.python,
        linux.python_full_version,
        False,  # noqa: FBT003 (not free-threaded)
        linux.libc,
        linux.libc_version,
        linux.arch,
    )
    assert same == linux
    assert (parsed("cp312-win_amd64").libc, parsed("cp312-win_amd64").libc_version) == (None, None)
    with pytest.raises(TypeError, match="needs a platform"):
        Target("x", linux.implementation, linux.python, "3.12.1", False)  # noqa: FBT003
