"""Run build backends on `[project]` tables with one defect each, and table which refuse them.

    python data/obstacles/project_refusals.py --uv UV --python PYTHON > project_refusals.csv

Each release of `_RELEASES` is installed by itself. A row names the first release from which on all
refuse; where the newest accepts a defect there is none. The small projects are made here, no other
code is built.
"""

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

_RELEASES = {
    "hatchling": ("hatchling", ["1.9.0", "1.18.0", "1.26.3", "1.33.0"]),
    "flit_core": ("flit-core", ["3.4.0", "3.9.0", "3.11.0", "3.12.0", "4.2.0"]),
    "pdm": ("pdm-backend", ["2.1.8", "2.3.3", "2.4.0", "2.4.3", "2.5.0"]),
    "poetry": ("poetry-core", ["2.0.0", "2.1.0", "2.5.0"]),
    "scikit_build_core": ("scikit-build-core", ["0.10.7", "0.11.6", "1.1.2"]),
}
_HOOKS = {
    "hatchling": "hatchling.build:build_wheel",
    "flit_core": "flit_core.buildapi:build_wheel",
    "pdm": "pdm.backend:build_wheel",
    "poetry": "poetry.core.masonry.api:build_wheel",
    "scikit_build_core": "scikit_build_core.build:prepare_metadata_for_build_wheel",
}
_BEGIN = '[project]\nname = "x"\nversion = "1"\n'
_DESCRIBED = f'{_BEGIN}description = "d"\n'
_DEFECTS = {
    "license-expression": f'{_DESCRIBED}license = "MIT License"\n',
    "license-files-unmatched": f'{_DESCRIBED}license-files = ["GONE*"]\n',
    "license-files-table": f'{_DESCRIBED}license-files = {{paths = ["README.md"]}}\n',
    "license-file-missing": f'{_DESCRIBED}license = {{file = "GONE"}}\n',
    "unknown-key": f'{_DESCRIBED}foo = "bar"\n',
    "people": f'{_DESCRIBED}authors = [{{name = "a", url = "b"}}]\n',
    "description-lines": f'{_BEGIN}description = "a\\nb"\n',
    "long-url-label": f'{_DESCRIBED}[project.urls]\n"{"a" * 33}" = "https://a.example"\n',
    "scripts-as-entry-points": f'{_DESCRIBED}[project.entry-points.console_scripts]\na = "x:f"\n',
    "readme-content-type": f'{_DESCRIBED}readme = {{file = "README.md"}}\n',
    "requirement": f'{_DESCRIBED}dependencies = ["foo>=1.*"]\n',
}
_FILES = {
    "x/__init__.py": '"""x"""\n',
    "README.md": "x\n",
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.15)\nproject(x NONE)\n",
}


def main() -> None:
    """Print the rows of the table but for meson-python, which was run by hand."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--uv", type=Path, required=True)
    parser.add_argument("--python", type=Path, required=True)
    given = parser.parse_args()
    print("defect,backend,project,since")
    for backend, (project, releases) in _RELEASES.items():
        since: dict[str, str] = {}
        for release in releases:
            with tempfile.TemporaryDirectory() as place:
                python = _installed(given, Path(place), f"{project}=={release}")
                assert _accepts(python, backend, _DESCRIBED), f"{backend} {release} builds nothing"
                for defect, text in _DEFECTS.items():
                    if _accepts(python, backend, text):
                        since.pop(defect, None)
                    else:
                        since.setdefault(defect, release)
        for defect, release in since.items():
            print(f"{defect},{backend},{project},{release}", flush=True)


def _installed(given: argparse.Namespace, place: Path, requirement: str) -> Path:
    """The interpreter of a new environment with one requirement and what that requires."""
    environment = place / "environment"
    subprocess.run([given.uv, "venv", "-q", "-p", given.python, environment], check=True)
    python = environment / "bin" / "python"
    subprocess.run([given.uv, "pip", "install", "-q", "-p", python, requirement], check=True)
    return python


def _accepts(python: Path, backend: str, text: str) -> bool:
    module, hook = _HOOKS[backend].split(":")
    with tempfile.TemporaryDirectory() as place:
        for path, content in {**_FILES, "pyproject.toml": text}.items():
            file = Path(place, path)
            file.parent.mkdir(exist_ok=True)
            file.write_text(content, encoding="utf-8")
        Path(place, "out").mkdir()
        code = f"import {module}; {module}.{hook}('out')"
        run = [python, "-W", "ignore", "-c", code]
        variables = {"PATH": os.environ["PATH"], "HOME": place}
        found = subprocess.run(run, cwd=place, env=variables, capture_output=True, check=False)
        return found.returncode == 0


if __name__ == "__main__":
    main()
