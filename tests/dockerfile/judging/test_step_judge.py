"""Steps of one stage work in one environment: what is there already stays, as real pip has it."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from venv import EnvBuilder

import pytest
from archive_builders import wheel_of
from dockerfile_context import DictContext

from wheelcheck import Verdict
from wheelcheck.costs.machine import Machine
from wheelcheck.dockerfile.dockerfile_report import analyse_dockerfile
from wheelcheck.dockerfile.reading.dockerfile_reader import parse_dockerfile
from wheelcheck.index import open_index
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.report import Report
from wheelcheck.requirements.requirement_set import IndexOptions

NOW = datetime(2026, 11, 1, tzinfo=UTC)
WHEELS = {  # what each requires
    ("lib", "1"): (),
    ("lib", "2"): (),
    ("lib", "3b1"): (),
    ("app", "1"): ("lib",),
    ("app", "2"): ("lib>=2",),
    ("tool", "1"): ("lib", "helper"),
    ("helper", "1"): (),
    ("helper", "2"): (),
    ("pip", "99"): (),
}


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("links")
    for (name, version), requires in WHEELS.items():
        data = wheel_of(name, version, requires=requires)
        (folder / f"{name}-{version}-py3-none-any.whl").write_bytes(data)
    return folder


def judged(links: Path, text: str, files: Mapping[str, str] | None = None) -> Report:
    dockerfile = parse_dockerfile(text, as_of=NOW.date(), context=DictContext(files or {}))
    options = IndexOptions(no_index=True, find_links=(str(links),))
    with open_index(options, cache_dir=None) as index:
        return analyse_dockerfile(
            dockerfile, lambda _: nullcontext(index), machine=Machine(), as_of=NOW
        )


def fetched(report: Report, line: int) -> dict[str, str]:
    """What the step on a line installs; {} where all is there."""
    (step,) = [each for each in report.dockerfile.steps if each.line == line]
    if step.target is None:
        return {}
    cells = {package.name: package.on[step.target] for package in report.packages}
    return {
        name: cell.version
        for name, cell in cells.items()
        if cell.verdict is not Verdict.NOT_REQUIRED
    }


def stage(*commands: str) -> str:
    return "\n".join(["FROM python:3.12-slim", *(f"RUN {command}" for command in commands), ""])


class TestAsRealPip:
    """The second command, as pip itself resolves it (``--dry-run``) after the first."""

    def real(self, links: Path, folder: Path, first: list[tuple[str, str]], options: str) -> dict:
        EnvBuilder(with_pip=False, symlinks=True).create(folder)
        (site,) = folder.glob("lib/python*/site-packages")
        for name, version in first:
            with zipfile.ZipFile(links / f"{name}-{version}-py3-none-any.whl") as wheel:
                wheel.extractall(site)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        command = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python"), "install"]
        command += ["--no-index", "--find-links", str(links), "--dry-run", "-q"]
        completed = subprocess.run(
            [*command, "--report", "-", *options.split()],
            env={**clean, "PIP_CONFIG_FILE": os.devnull},
            check=True,
            capture_output=True,
            timeout=120,
        )
        wanted = json.loads(completed.stdout)["install"]
        return {each["metadata"]["name"]: each["metadata"]["version"] for each in wanted}

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ([("lib", "1")], "tool"),
            ([("lib", "1")], "app"),
            ([("lib", "1")], "--upgrade tool"),
            ([("lib", "1")], "--upgrade tool lib"),
            ([("lib", "1")], "--upgrade --upgrade-strategy eager tool"),
            ([("lib", "1")], "--force-reinstall tool"),
            ([("lib", "1")], "-I tool"),
            ([("lib", "3b1")], "tool"),
            ([("helper", "2"), ("lib", "2")], "tool helper<2"),
        ],
        ids=lambda value: value if isinstance(value, str) else None,
    )
    def test_the_same_is_installed(self, first, second, links, tmp_path):
        before = " ".join(f"{name}=={version}" for name, version in first)
        quoted = " ".join(f"'{word}'" for word in second.split())
        report = judged(links, stage(f"pip install {before}", f"pip install {quoted}"))
        assert fetched(report, 3) == self.real(links, tmp_path, first, second)


class TestAsRealUv:
    """The same, as ``uv pip install --dry-run`` resolves it."""

    def real(self, links: Path, folder: Path, options: str) -> dict[str, str]:
        """What uv would install where `lib` 1 is there."""
        beside = Path(sys.executable).with_name("uv")
        uv = shutil.which("uv") or (str(beside) if beside.exists() else None)
        if uv is None:
            pytest.skip("uv is not installed")
        EnvBuilder(with_pip=False, symlinks=True).create(folder)
        (site,) = folder.glob("lib/python*/site-packages")
        with zipfile.ZipFile(links / "lib-1-py3-none-any.whl") as wheel:
            wheel.extractall(site)
        (site / "lib-1.dist-info" / "RECORD").touch()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
        command = [uv, "pip", "install", "--python", str(folder), "--no-config", "--no-cache"]
        completed = subprocess.run(
            [*command, "--no-index", "--find-links", str(links), "--dry-run", *options.split()],
            env={**clean, "UV_PYTHON_DOWNLOADS": "never"},
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
        lines = [line.split() for line in completed.stderr.splitlines()]
        return dict(words[1].split("==") for words in lines if words[:1] == ["+"])

    @pytest.mark.parametrize(
        "options",
        [
            "tool",
            "app",
            "-U tool",
            "--reinstall tool",
            "-P lib tool",
            "-P tool tool",
            "-P lib<3 tool",
        ],
    )
    def test_the_same_is_installed(self, options, links, tmp_path):
        quoted = " ".join(f"'{word}'" for word in options.split())
        report = judged(links, stage("pip install lib==1", f"uv pip install --system {quoted}"))
        assert fetched(report, 3) == self.real(links, tmp_path, options)


class TestEnvironments:
    def test_what_is_there_is_reported_with_its_line(self, links):
        report = judged(links, stage("pip install lib==1", "pip install tool"))
        assert fetched(report, 3) == {"tool": "1", "helper": "2"}
        cell = report.package("lib").on["python:3.12-slim (line 3)"]
        assert (cell.verdict, cell.version) == (Verdict.NOT_REQUIRED, None)
        assert cell.reason == "1 is there already, from line 2"
        text = render_text(report, width=160)
        assert "line 3: pip install tool: lib 1 is there already, from line 2" in text

    @pytest.mark.parametrize(
        ("command", "installed"),
        [
            ("pip install lib", {}),
            ("pip install uv==0.8.13 && uv pip install --system lib", {}),
            ("pip install uv==0.8.14 && uv pip install --system lib", {"lib": "1"}),
        ],
    )
    def test_uv_replaces_what_was_copied_from_another_libc(self, tmp_path, command, installed):
        """As findings/packages-of-another-platform-satisfy-pip-and-not-uv.sh has it."""
        for tag in ("manylinux_2_17_x86_64", "musllinux_1_2_x86_64"):
            name = f"lib-1-py3-none-{tag}.whl"
            (tmp_path / name).write_bytes(wheel_of("lib", "1"))
        for version in ("0.8.13", "0.8.14"):
            data = wheel_of("uv", version)
            (tmp_path / f"uv-{version}-py3-none-any.whl").write_bytes(data)
        site = "/usr/local/lib/python3.12/site-packages"
        text = stage("pip install lib").replace("slim", "slim AS build")
        text += f"FROM python:3.12-alpine\nCOPY --from=build {site} {site}\nRUN {command}\n"
        report = judged(tmp_path, text)
        steps = [each for each in report.dockerfile.steps if each.line == 5]
        target = steps[-1].target
        cell = report.package("lib").on.get(target or "")
        assert ({} if cell is None else {"lib": cell.version}) == installed

    def test_a_step_that_finds_all_in_place_has_no_column(self, links):
        report = judged(links, stage("pip install tool", "pip install lib helper"))
        assert len(report.targets) == 1
        step = report.dockerfile.steps[1]
        assert (step.target, step.unjudged) == (None, None)
        assert step.note == "lib 2, helper 2 are there already, from line 2"

    def test_a_virtual_environment_is_another_place(self, links):
        report = judged(
            links,
            stage(
                "pip install lib==1",
                "python -m venv /venv && /venv/bin/pip install tool",
                "/venv/bin/pip install app",
            ),
        )
        assert fetched(report, 3) == {"tool": "1", "helper": "2", "lib": "2"}
        assert fetched(report, 4) == {"app": "2"}

    def test_a_folder_of_its_own_is_another_place(self, links):
        report = judged(links, stage("pip install lib==1", "pip install --target /app tool"))
        assert fetched(report, 3) == {"tool": "1", "helper": "2", "lib": "2"}

    def test_a_stage_goes_on_from_its_parent(self, links):
        text = stage("pip install lib==1").replace("slim", "slim AS base")
        report = judged(links, f"{text}FROM base\nRUN pip install tool\n")
        assert fetched(report, 4) == {"tool": "1", "helper": "2"}

    def test_another_stage_on_the_same_image_begins_anew(self, links):
        text = stage("pip install lib==1").replace("slim", "slim AS one")
        copied = "FROM python:3.12-slim\nCOPY --from=one /etc/hosts /\nRUN pip install tool\n"
        assert "lib" in fetched(judged(links, f"{text}{copied}"), 5)

    @pytest.mark.parametrize(
        ("installed", "copied"),
        [
            ("python -m venv /venv && /venv/bin/pip install lib==1", "/venv /venv"),
            ("pip install --prefix /deps lib==1", "/deps /usr/local"),
            ("pip install lib==1", "/usr/local/lib/python3.12 /usr/local/lib/python3.12"),
        ],
    )
    def test_a_copied_environment_comes_with_its_packages(self, installed, copied, links):
        text = stage(installed).replace("slim", "slim AS one")
        pip = "/venv/bin/pip" if "venv" in copied else "pip"
        final = f"FROM python:3.12-slim\nCOPY --from=one {copied}\nRUN {pip} install tool\n"
        assert fetched(judged(links, f"{text}{final}"), 5) == {"tool": "1", "helper": "2"}

    @pytest.mark.parametrize(
        ("named", "expected"),
        [("tool", {}), ("/wheels/*", {}), ("lib", {"tool": "1", "helper": "2"})],
    )
    def test_ready_wheels_are_there_for_later_steps(self, named, expected, links):
        text = (
            "FROM python:3.12-slim AS one\nRUN pip wheel -w /wheels tool\n"
            "FROM python:3.12-slim\nCOPY --from=one /wheels /wheels\n"
            f"RUN pip install --no-index --find-links /wheels {named}\n"
            "RUN pip install tool\n"
        )
        assert fetched(judged(links, text), 6) == expected


def added(report: Report) -> list[float]:
    """The bytes that the image of each column has beyond its base."""
    images = [target.bill.image for target in report.targets]
    return [
        sum(size.value for name, size in image.parts if name not in {"base image", "pip's cache"})
        for image in images
    ]


class TestImages:
    """An image holds what all of its steps have installed."""

    def test_two_steps_add_as_much_as_a_single_step(self, links):
        alone = added(judged(links, stage("pip install lib")))
        together = added(judged(links, stage("pip install app")))
        split = added(judged(links, stage("pip install lib", "pip install --no-deps app")))
        assert split[0] == alone[0]
        assert split[1] == pytest.approx(together[0], rel=0.001)

    def test_the_cache_of_each_step_stays(self, links):
        report = judged(links, stage("pip install lib", "pip install --no-deps app"))
        caches = [dict(target.bill.image.parts)["pip's cache"].value for target in report.targets]
        assert caches[1] > caches[0]

    def test_a_copied_environment_counts(self, links):
        text = stage("pip install --prefix /deps lib").replace("slim", "slim AS one")
        final = "FROM python:3.12-slim\n{}RUN pip install --no-deps app\n"
        bare = added(judged(links, text + final.format("")))
        copied = added(judged(links, text + final.format("COPY --from=one /deps /usr/local\n")))
        assert copied[-1] > bare[-1]

    def test_mounted_wheels_count_where_they_are_installed(self, links):
        text = (
            "FROM python:3.12-slim AS one\nRUN pip wheel -w /w lib\nFROM python:3.12-slim\n{}"
            "RUN pip install --no-deps app\n"
        )
        mounted = "RUN --mount=type=bind,from=one,source=/w,target=/w pip install /w/*\n"
        bare = added(judged(links, text.format("COPY --from=one /etc/hosts /\n")))
        assert added(judged(links, text.format(mounted)))[-1] > bare[-1]


class TestTools:
    def test_upgrading_pip_is_a_line_and_no_column(self, links):
        report = judged(links, stage("pip install --upgrade pip", "pip install tool"))
        assert [target.name for target in report.targets] == ["python:3.12-slim"]
        assert "pip" not in {package.name for package in report.packages}
        step = report.dockerfile.steps[0]
        assert (step.target, step.note) == (None, "pip 99 comes as a wheel")
        text = render_text(report, width=160)
        assert "line 2: pip install --upgrade pip: pip 99 comes as a wheel" in text
        assert "[pip-upgraded]" in text

    def test_where_nothing_else_is_installed_it_has_a_column(self, links):
        report = judged(links, stage("pip install --upgrade pip"))
        assert [target.name for target in report.targets] == ["python:3.12-slim"]
        assert report.dockerfile.steps[0].target == "python:3.12-slim"

    def test_a_tool_that_cannot_be_had_keeps_its_column(self, links):
        report = judged(links, stage("pip install pip wheel", "pip install tool"))
        names = [target.name for target in report.targets]
        assert names == ["python:3.12-slim (line 2)", "python:3.12-slim"]
        assert not report.complete
