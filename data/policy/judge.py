"""Does the policy that `wheelcheck policy` writes install, and is every exception needed?

    python data/policy/judge.py --uv uv --python PYTHON --pip PYTHON [--poetry POETRY]

Stand-in packages are made and served on loopback: wheels for this machine or another, and sdists
that really build, by a backend of their own. For every case of `cases.toml` wheelcheck writes the
policy for this machine. pip, uv and Poetry must install the case with it; with any one exception
taken out they must refuse, or build nothing of it. Writes `judged.csv`, a row for each case and
tool.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import http.server
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent.parent)]

import wheelcheck  # noqa: E402 (the folder above must be known first)

COLUMNS = ("case", "tool", "exceptions", "installs", "each_needed", "said")
_BACKEND = """
import base64, hashlib, os, zipfile
NAME, VERSION, REQUIRES, MARK = {name!r}, {version!r}, {requires!r}, {mark!r}
for module in {needs!r}:
    __import__(module)
INFO = "%s-%s.dist-info" % (NAME, VERSION)
METADATA = "Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n" % (NAME, VERSION)
METADATA += "".join("Provides-Extra: %s\\n" % each for each in {extras!r})
METADATA += "".join("Requires-Dist: %s\\n" % each for each in REQUIRES)

def get_requires_for_build_wheel(config_settings=None):
    return []

def prepare_metadata_for_build_wheel(folder, config_settings=None):
    os.mkdir(os.path.join(folder, INFO))
    with open(os.path.join(folder, INFO, "METADATA"), "w") as file:
        file.write(METADATA)
    return INFO

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "%s-%s-py3-none-any.whl" % (NAME, VERSION)
    head = "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    files = {{NAME + ".py": "MADE = %r\\n" % MARK, INFO + "/METADATA": METADATA}}
    files[INFO + "/WHEEL"] = head
    record = ""
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        for path, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            record += "%s,sha256=%s,%d\\n" % (path, digest.decode().rstrip("="), len(text))
            wheel.writestr(path, text)
        wheel.writestr(INFO + "/RECORD", record + INFO + "/RECORD,,\\n")
    return name
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One set of requirements, and the packages that there are."""

    name: str
    lines: tuple[str, ...]
    packages: Mapping[str, Mapping[str, Mapping[str, Any]]]
    expected: tuple[str, ...]


def cases() -> Iterator[Case]:
    """All inputs, in the order of the table."""
    with (HERE / "cases.toml").open("rb") as file:
        tables = tomllib.load(file)
    shared = tables.pop("packages")
    for name, table in tables.items():
        packages = {**shared, **table.get("packages", {})}
        yield Case(name, tuple(table["lines"]), packages, tuple(table["exceptions"]))


# --- the index ------------------------------------------------------------------------------


def make_index(case: Case, folder: Path, tag: str) -> None:
    """Write a simple index (PEP 503) with the packages of a case."""
    for name, releases in case.packages.items():
        files = folder / "simple" / name
        files.mkdir(parents=True)
        for version, facts in releases.items():
            for kind in facts["files"]:
                _write(files, name, version, kind, facts, tag)
        links = []
        for path in sorted(files.iterdir()):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            yanked = ' data-yanked=""' if releases[_version(path)].get("yanked") else ""
            links.append(f'<a href="{path.name}#sha256={digest}"{yanked}>{path.name}</a><br>')
        (files / "index.html").write_text("\n".join(links), encoding="utf-8")


def _version(path: Path) -> str:
    return path.name.split("-")[1].removesuffix(".tar.gz")


def _write(
    folder: Path, name: str, version: str, kind: str, facts: Mapping[str, Any], tag: str
) -> None:
    source = _BACKEND.format(
        name=name,
        version=version,
        requires=facts.get("requires", []),
        needs=facts.get("build", []),
        mark=kind,
        extras=facts.get("extras", []),
    )
    if kind == "sdist":
        build = [f"{each}" for each in facts.get("build", [])]
        members = {
            "PKG-INFO": _pkg_info(name, version, facts),
            "pyproject.toml": f'[build-system]\nrequires = {build}\nbuild-backend = "backend"\n'
            'backend-path = ["."]\n',
            "backend.py": source,
        }
        root = f"{name}-{version}"
        with tarfile.open(folder / f"{root}.tar.gz", "w:gz") as archive:
            for path, text in members.items():
                member = tarfile.TarInfo(f"{root}/{path}")
                member.size = len(text)
                archive.addfile(member, io.BytesIO(text.encode()))
        return
    tags = {"any": "py3-none-any", "here": tag, "elsewhere": "cp312-cp312-musllinux_1_2_s390x"}
    backend: dict[str, Any] = {}
    exec(source.replace("__import__(module)", "pass"), backend)
    made = backend["build_wheel"](str(folder))
    (folder / made).rename(folder / made.replace("py3-none-any", tags[kind]))


def _pkg_info(name: str, version: str, facts: Mapping[str, Any]) -> str:
    """Metadata that hold for the wheel, too (PEP 643); `dynamic` do not say what it needs."""
    if facts.get("dynamic"):
        return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    requires = "".join(f"Requires-Dist: {each}\n" for each in facts.get("requires", []))
    return f"Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n{requires}"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


# --- the tools ------------------------------------------------------------------------------


class Tools:
    """pip, uv and Poetry on this machine."""

    def __init__(self, args: argparse.Namespace, url: str, scratch: Path) -> None:
        self._args, self._url, self._scratch = args, url, scratch
        clean = {
            k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_", "POETRY_"))
        }
        clean.pop("VIRTUAL_ENV", None)
        self._environment = clean | {
            "PIP_CONFIG_FILE": os.devnull,
            "UV_PYTHON_DOWNLOADS": "never",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_CACHE_DIR": "1",  # what was built before would come as a wheel
            "NO_COLOR": "1",
            "POETRY_CACHE_DIR": str(scratch / "poetry-cache"),
        }

    def pip(self, policy: Sequence[str], lines: Sequence[str]) -> str:
        """Why pip refuses; "" where it installs."""
        file = self._scratch / "requirements.txt"
        file.write_text("".join(f"{line}\n" for line in (*policy, *lines)), encoding="utf-8")
        target = self._fresh("target")
        return self._run(
            *(self._args.pip, "-m", "pip", "install", "--target", str(target)),
            *("--index-url", self._url, "-r", str(file)),
        )

    def uv(self, policy: Sequence[str], lines: Sequence[str]) -> str:
        """Why uv refuses; "" where it installs."""
        project = self._fresh("project")
        wanted = ", ".join(f"{line!r}" for line in lines if not line.startswith("-"))
        head = '[project]\nname = "project"\nversion = "0"\nrequires-python = ">=3.12"\n'
        text = f"{head}dependencies = [{wanted}]\n" + "\n".join(policy)
        text += "\nenvironments = [\"sys_platform == 'linux'\"]\n"
        (project / "pyproject.toml").write_text(text, encoding="utf-8")
        return self._run(
            *(self._args.uv, "sync", "--no-cache", "--python", self._args.python),
            *("--default-index", self._url),
            folder=project,
        )

    def poetry(self, policy: Sequence[str], lines: Sequence[str]) -> str:
        """Why Poetry refuses to install what it has locked; "" where it installs."""
        project = self._fresh("poetry")
        self._fresh("poetry-cache")
        wanted = ", ".join(f"{line!r}" for line in lines if not line.startswith("-"))
        text = (
            f'[project]\nname = "project"\nversion = "0"\nrequires-python = ">=3.12,<4"\n'
            f"dependencies = [{wanted}]\n[tool.poetry]\npackage-mode = false\n"
            f'[[tool.poetry.source]]\nname = "local"\nurl = "{self._url}"\npriority = "primary"\n'
        )
        (project / "pyproject.toml").write_text(text, encoding="utf-8")
        usual = "[virtualenvs]\nin-project = true\n"
        (project / "poetry.toml").write_text(usual + "\n".join(policy) + "\n", encoding="utf-8")
        command = (self._args.poetry, "--no-cache", "-n")
        return self._run(*command, "env", "use", self._args.python, folder=project) or (
            self._run(*command, "lock", folder=project)
            or self._run(*command, "install", folder=project)
        )

    def _fresh(self, name: str) -> Path:
        folder = self._scratch / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def _run(self, *command: str, folder: Path | None = None) -> str:
        ended = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env=self._environment,
        )
        output = " ".join(f"{ended.stdout} {ended.stderr}".split())
        return "" if ended.returncode == 0 else output[-300:] or "failed"


# --- what is taken out -----------------------------------------------------------------------


def exceptions_in(tool: str, policy: wheelcheck.BinaryPolicy) -> list[str]:
    """The exceptions that a tool's file makes."""
    own = {each.package for each in policy.exceptions if each.own}
    if tool == "poetry":
        listed = (line.strip() for line in policy.lines(tool) if line.startswith("    "))
        return [name for line in listed if (name := line.split('"')[1]) not in own]
    names = [each.package for each in policy.exceptions if not each.own]
    direct = [each.package for each in policy.direct if each.package] if tool == "uv" else []
    return list(dict.fromkeys([*names, *direct]))


def without(lines: Sequence[str], name: str) -> list[str]:
    """The file with one exception taken out."""
    remaining = [
        line
        for line in lines
        if not (line.startswith(f"--no-binary {name} ") or line.strip().startswith(f'"{name}",'))
    ]
    if len(remaining) < len(lines):
        return remaining
    if not any(line.startswith("--only-binary") for line in lines):
        return [*lines, f"--only-binary {name}"]
    return [
        f"{line},{name}" if line.startswith("--only-binary ") and ":all:" not in line else line
        for line in lines
    ]


def judge(case: Case, tag: str, target: str, args: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """A row for each tool."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        make_index(case, scratch, tag)
        handler = partial(Quiet, directory=str(scratch))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{server.server_port}/simple/"
            lines = [line.replace("URL", url) for line in case.lines]
            file = scratch / "asked.txt"
            file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            policy = wheelcheck.binary_policy(
                str(file), targets=[target], index_url=url, cache_dir=None
            )
            tools = Tools(args, url, scratch)
            for tool in args.tools.split(","):
                yield _judged(case, tool, policy, tools, lines)
            server.shutdown()


def _judged(
    case: Case, tool: str, policy: wheelcheck.BinaryPolicy, tools: Tools, lines: Sequence[str]
) -> dict[str, Any]:
    install = getattr(tools, tool)
    written = policy.lines(tool)
    output = install(written, lines)
    names = exceptions_in(tool, policy)
    needless = [name for name in names if not install(without(written, name), lines)]
    wrong = sorted({each.package for each in policy.exceptions} ^ set(case.expected))
    notes = [f"installs without {', '.join(needless)}"] if needless else []
    notes += [f"expected otherwise: {', '.join(wrong)}"] if wrong else []
    notes += [f"said: {each.message}" for each in policy.problems]
    return {
        "case": case.name,
        "tool": tool,
        "exceptions": " ".join(names),
        "installs": "no" if output else "yes",
        "each_needed": "no" if needless else "yes",
        "said": "; ".join([*([output] if output else []), *notes]),
    }


def main() -> None:
    """Judge the cases that are named, or all, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--python", required=True, help="CPython 3.12 for uv and Poetry")
    parser.add_argument("--pip", required=True, help="CPython 3.12 with the pip to judge")
    parser.add_argument("--poetry", default="poetry")
    parser.add_argument("--tools", default="pip,uv")
    parser.add_argument("-o", "--output", type=Path, default=HERE / "judged.csv")
    parser.add_argument("cases", nargs="*")
    args = parser.parse_args()
    libc = platform.libc_ver()[1].replace(".", "_")
    tag, target = f"cp312-cp312-manylinux_{libc}_x86_64", f"cp312-manylinux_{libc}_x86_64"
    rows = []
    for case in cases():
        if args.cases and case.name not in args.cases:
            continue
        for row in judge(case, tag, target, args):
            rows.append(row)
            sys.stdout.write(f"{row}\n")
            sys.stdout.flush()
    with args.output.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
