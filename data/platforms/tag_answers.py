"""Which platform tags uv, pip and packaging accept on a platform: the judges of our ladders.

    python data/platforms/tag_answers.py --uv uv --pip-python PYTHON

One wheel is made for each tag of `PROBES`; uv resolves it with `--python-platform`, pip's own
function for `--platform` is called in `PYTHON` (with pip 26.3), and packaging's functions get
every argument. Writes `tag_answers.csv`; see README.md. Needs no index and runs no package's code.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import json
import os
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

from packaging.tags import (
    Tag,
    android_platforms,
    compatible_tags,
    cpython_tags,
    ios_platforms,
    mac_platforms,
)

HERE = Path(__file__).parent
ANSWERS = HERE / "tag_answers.csv"
COLUMNS = ("target", "tag", "uv", "pip", "packaging")
CPYTHON_312 = (3, 12)

_MACS = [*(f"10_{minor}" for minor in (4, 6, 9, 10, 13, 15, 16)), "11_0", "11_1", "12_0"]
_MACS += ["12_3", "13_0", "14_0", "14_5", "15_0", "26_0", "27_0"]
_FORMATS = ("x86_64", "arm64", "universal2", "intel", "fat64", "fat3", "fat", "universal", "i386")
_SDKS = ("arm64_iphoneos", "arm64_iphonesimulator", "x86_64_iphonesimulator")
_IOS = ("11_0", "12_0", "12_5", "13_0", "16_9", "16_10", "17_0", "17_1", "18_0")
_ABIS = ("arm64_v8a", "armeabi_v7a", "x86_64", "x86")

PROBES = {
    "win": ("win_amd64", "win32", "win_arm64", "win_ia64"),
    "macosx": tuple(f"macosx_{level}_{arch}" for level, arch in product(_MACS, _FORMATS)),
    "ios": tuple(f"ios_{level}_{sdk}" for level, sdk in product(_IOS, _SDKS)),
    "android": tuple(f"android_{api}_{abi}" for api, abi in product((15, 16, 21, 24, 25), _ABIS)),
    "wasm": (
        *(f"pyodide_{year}_0_wasm32" for year in (2024, 2025, 2026)),
        *(f"pyemscripten_{year}_0_wasm32" for year in (2024, 2025, 2026)),
        "emscripten_3_1_58_wasm32",
        "emscripten_4_0_9_wasm32",
    ),
}
"""The platform tags that are tried, by family."""


@dataclass(frozen=True, slots=True)
class Target:
    """A platform by the tag of its own level, by uv's name, and by uv's variable for its level."""

    tag: str
    family: str
    uv: str
    variable: str = ""
    level: str = ""

    @property
    def packaging(self) -> tuple[str, ...]:
        """The ladder that packaging gives, with every argument explicit."""
        _, *rest = self.tag.split("_")
        match self.family:
            case "macosx":
                return tuple(mac_platforms((int(rest[0]), int(rest[1])), "_".join(rest[2:])))
            case "ios":
                return tuple(ios_platforms((int(rest[0]), int(rest[1])), "_".join(rest[2:])))
            case "android":
                return tuple(android_platforms(int(rest[0]), "_".join(rest[1:])))
            case _:
                return (self.tag,)


_MAC = "MACOSX_DEPLOYMENT_TARGET"
_IPHONE = "IPHONEOS_DEPLOYMENT_TARGET"
TARGETS = (
    Target("win_amd64", "win", "x86_64-pc-windows-msvc"),
    Target("win32", "win", "i686-pc-windows-msvc"),
    Target("win_arm64", "win", "aarch64-pc-windows-msvc"),
    Target("macosx_14_0_arm64", "macosx", "aarch64-apple-darwin", _MAC, "14.0"),
    Target("macosx_11_0_arm64", "macosx", "aarch64-apple-darwin", _MAC, "11.0"),
    Target("macosx_26_1_arm64", "macosx", "aarch64-apple-darwin", _MAC, "26.1"),
    Target("macosx_14_0_x86_64", "macosx", "x86_64-apple-darwin", _MAC, "14.0"),
    Target("macosx_12_3_x86_64", "macosx", "x86_64-apple-darwin", _MAC, "12.3"),
    Target("macosx_10_13_x86_64", "macosx", "x86_64-apple-darwin", _MAC, "10.13"),
    Target("ios_17_0_arm64_iphoneos", "ios", "arm64-apple-ios", _IPHONE, "17.0"),
    Target("ios_13_0_arm64_iphonesimulator", "ios", "arm64-apple-ios-simulator", _IPHONE, "13.0"),
    Target("ios_17_0_x86_64_iphonesimulator", "ios", "x86_64-apple-ios-simulator", _IPHONE, "17.0"),
    Target("android_24_arm64_v8a", "android", "aarch64-linux-android", "ANDROID_API_LEVEL", "24"),
    Target("android_21_x86_64", "android", "x86_64-linux-android", "ANDROID_API_LEVEL", "21"),
    Target("pyodide_2024_0_wasm32", "wasm", "wasm32-pyodide2024"),
    Target("pyodide_2025_0_wasm32", "wasm", "wasm32-pyodide2025"),
)

_PIP = """
import json, sys
from pip._internal.utils.compatibility_tags import get_supported
found = {}
for platform in json.load(sys.stdin):
    found[platform] = [str(tag) for tag in get_supported("312", [platform], "cp", ["cp312"])]
print(json.dumps(found))
"""


def probes(target: Target) -> Iterator[str]:
    """The tags tried on a target: each platform, and each Python and ABI on its own platform."""
    yield from (f"cp312-cp312-{platform}" for platform in PROBES[target.family])
    pythons = ("cp312-abi3", "cp310-abi3", "cp310-cp310", "cp313-abi3", "py3-none", "py312-none")
    yield from (f"{python}-{target.tag}" for python in pythons)
    yield from ("cp312-cp312-linux_x86_64", "cp312-cp312-manylinux_2_17_x86_64", "py3-none-any")


def make_wheel(folder: Path, key: str, tag: str = "") -> str:
    """A wheel that holds nothing, under a name made of `key`, by default its tag."""
    tag = tag or key
    name = f"probe_{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    info = f"{name}-1.dist-info"
    files = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n",
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text)}\n" for path, text in files.items())
    with zipfile.ZipFile(folder / f"{name}-1-{tag}.whl", "w") as archive:
        for path, text in (files | {f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}).items():
            archive.writestr(path, text)
    return name


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def uv_accepts(uv: str, folder: Path, target: Target, name: str) -> bool:
    """Whether uv takes the one wheel there is."""
    command = [uv, "pip", "compile", "-", "--no-config", "--quiet", "--no-index", "--no-deps"]
    command += ["--find-links", str(folder), "--only-binary", ":all:", "--cache-dir"]
    command += [str(folder / "cache"), "--python-version", "3.12", "--python-platform", target.uv]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("UV_")}
    environment |= {"UV_PYTHON_DOWNLOADS": "never"}
    if target.variable:
        environment[target.variable] = target.level
    done = subprocess.run(
        command, input=name, env=environment, text=True, capture_output=True, check=False
    )
    return done.returncode == 0 and f"{name.replace('_', '-')}==1" in done.stdout


def pip_tags(python: str) -> dict[str, list[str]]:
    """What pip would accept for `--platform` on each target."""
    tags = json.dumps([target.tag for target in TARGETS])
    done = subprocess.run(
        [python, "-c", _PIP], input=tags, text=True, capture_output=True, check=True
    )
    answer: dict[str, list[str]] = json.loads(done.stdout)
    return answer


def packaging_tags(target: Target) -> list[str]:
    """What packaging gives for the target's ladder."""
    ladder = target.packaging
    found: list[Tag] = [
        *cpython_tags(CPYTHON_312, ["cp312"], ladder),
        *compatible_tags(CPYTHON_312, "cp312", ladder),
    ]
    return [str(tag) for tag in found]


def _words(accepted: Iterable[bool]) -> Iterator[str]:
    return ("yes" if each else "no" for each in accepted)


def main() -> None:
    """Ask the three and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--pip-python", required=True)
    options = parser.parse_args()
    pip = pip_tags(options.pip_python)
    with (
        tempfile.TemporaryDirectory() as name,
        ANSWERS.open("w", encoding="utf-8", newline="") as stream,
        ThreadPoolExecutor(2) as pool,
    ):
        folder = Path(name)
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for target in TARGETS:
            tags = list(dict.fromkeys(probes(target)))
            names = [make_wheel(folder, tag) for tag in tags]
            taken = pool.map(partial(uv_accepts, options.uv, folder, target), names)
            packaging = set(packaging_tags(target))
            for tag, by_uv in zip(tags, taken, strict=True):
                by = (by_uv, tag in pip[target.tag], tag in packaging)
                writer.writerow([f"cp312-{target.tag}", tag, *_words(by)])
            print(target.tag, len(tags), flush=True)


if __name__ == "__main__":
    main()
