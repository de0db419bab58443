"""Every option beside a Dockerfile is used, or refused with what to do instead."""

import inspect
from contextlib import nullcontext
from pathlib import Path

import pytest
from fake_index import FakeIndex

import wheelcheck
from wheelcheck import Verdict
from wheelcheck.cli import main
from wheelcheck.cli.options.parsers import check_parser
from wheelcheck.errors import NothingJudged, UsageError
from wheelcheck.gate.policy import Policy

TARGET = "python:3.12-alpine"
COMPILES = (
    "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('core', ['core.c'])])\n"
)

REFUSED = {
    "targets": ("--target", [TARGET]),
    "packages": ("--package", ["sci"]),
    "constraints": ("--constraint", ["c.txt"]),
    "build_constraints": ("--build-constraint", ["c.txt"]),
    "extras": ("--extra", ["test"]),
    "groups": ("--group", ["dev"]),
    "allow_outside": ("--allow-outside", True),
    "no_deps": ("--no-deps", True),
    "pre": ("--pre", True),
    "only_binary": ("--only-binary", [":all:"]),
    "no_binary": ("--no-binary", ["sci"]),
    "prefer_binary": ("--prefer-binary", True),
    "extra_index_urls": ("--extra-index-url", ["https://two.example/simple/"]),
    "no_index": ("--no-index", True),
    "find_links": ("--find-links", ["wheels"]),
    "pip_config": ("--pip-config", True),
    "installer": ("--installer", "pip"),
    "verdicts_only": ("--verdicts-only", True),
}
"""By keyword of `check` the option of that meaning, and a value."""

UNTOUCHED = {"builds", "versions", "no_advice", "no_cache", "format", "output", "color", "debug"}
"""Options of the command beside the keywords of `check` that hold for any input."""
POLICY = {"fail_on", "max_build_minutes", "max_image_mb", "min_coverage", "allow", "policy"}
ENDINGS = {"schema", "version", "help", "emit", "no_policy", "from_log"}
SPELLINGS = {
    "requirement": "requirements",
    "files": "requirements",
    "package": "packages",
    "target": "targets",
    "build_arg": "build_args",
    "platform": "platforms",
    "image": "images",
    "python": "targets",
    "platforms": "targets",
    "libc": "targets",
    "arch": "targets",
    "constraint": "constraints",
    "build_constraint": "build_constraints",
    "extra": "extras",
    "group": "groups",
    "extra_index_url": "extra_index_urls",
    "memory": "memory_bytes",
    "bandwidth": "bytes_per_second",
}
"""By option the keyword that it fills, where the names differ."""


@pytest.fixture
def opened(monkeypatch):
    """Serves an index, and keeps how it was opened."""
    seen = []

    def open_index(options, **keywords):
        seen.append((options, keywords))
        return nullcontext(index())

    monkeypatch.setattr("wheelcheck.api.questions.question.open_index", open_index)
    return seen


def index() -> FakeIndex:
    return FakeIndex(
        {"sci": {"1": ["sci-1.tar.gz"]}, "setuptools": {"80": ["setuptools-80-py3-none-any.whl"]}},
        upload_times={("sci", "1"): "2024-01-01", ("setuptools", "80"): "2020-01-01"},
        sizes={"sci-1.tar.gz": 500_000},
        listings={
            "sci-1.tar.gz": {
                "sci-1/PKG-INFO": "Metadata-Version: 2.2\nName: sci\nVersion: 1\n",
                "sci-1/setup.py": COMPILES,
                "sci-1/core.c": 90_000,
            }
        },
    )


@pytest.fixture
def file(tmp_path, opened) -> Path:  # noqa: ARG001 (serves the index)
    path: Path = tmp_path / "Dockerfile"
    path.write_text(
        f"FROM {TARGET}\nRUN apk add --no-cache gcc musl-dev\nRUN pip install --no-cache-dir sci\n"
    )
    return path


@pytest.mark.parametrize("keyword", REFUSED)
def test_what_the_file_says_itself_is_refused_with_what_to_do_instead(keyword, file, opened):
    option, value = REFUSED[keyword]
    with pytest.raises(UsageError) as caught:
        wheelcheck.check(file, **{keyword: value})
    message = str(caught.value)
    assert message.startswith(f"{file} is judged by its own lines, without {option} (")
    assert "\n" not in message
    assert opened == []  # refused before an index is queried


def test_all_that_is_refused_is_named_at_once(file):
    with pytest.raises(UsageError, match=r"without --pre .*, without --no-deps "):
        wheelcheck.check(file, pre=True, no_deps=True)


@pytest.mark.parametrize("value", [[], ()])
def test_an_empty_list_asks_for_nothing(file, value):
    assert wheelcheck.check(file, constraints=value, only_binary=value, packages=value).targets


@pytest.mark.parametrize("first", [True, False])
def test_a_dockerfile_is_the_only_input(first, file, tmp_path):
    other = tmp_path / "requirements.txt"
    other.write_text("sci\n")
    with pytest.raises(UsageError, match="name it alone"):
        wheelcheck.check([file, other] if first else [other, file])


class TestUsed:
    """What the file does not say: when, on which machine, by which way to the index."""

    def test_requirements(self, file):
        assert [each.name for each in wheelcheck.check(file).targets] == [TARGET]
        assert wheelcheck.check(iter([str(file)])).dockerfile is not None

    def test_exclude_newer(self, file):
        now = wheelcheck.check(file)
        then = wheelcheck.check(file, exclude_newer="2023-12-31")
        assert now.matrix["sci"][TARGET] is Verdict.SOURCE_NATIVE
        assert then.matrix["sci"][TARGET] is Verdict.UNKNOWN  # there was no sci yet

    def test_index_url(self, file, opened):
        wheelcheck.check(file, index_url="https://mirror.example/simple/")
        assert opened[0][0].index_url == "https://mirror.example/simple/"

    def test_index_url_of_the_file_comes_first(self, file, opened):
        own = "https://own.example/simple/"
        file.write_text(file.read_text().replace("install", f"install --index-url {own}"))
        wheelcheck.check(file, index_url="https://mirror.example/simple/")
        assert opened[0][0].index_url == own

    def test_cache_dir(self, file, opened, tmp_path):
        wheelcheck.check(file, cache_dir=tmp_path / "cache")
        wheelcheck.check(file, cache_dir=None)
        assert [keywords["cache_dir"] for _, keywords in opened] == [tmp_path / "cache", None]

    def test_offline(self, file, opened):
        wheelcheck.check(file, offline=True)
        assert opened[0][1]["offline"] is True

    @pytest.mark.parametrize(
        ("keyword", "value"),
        [("cores", 16), ("bytes_per_second", 1e5), ("machine_factor", 4.0)],
    )
    def test_machine(self, keyword, value, file):
        usual, other = wheelcheck.check(file), wheelcheck.check(file, **{keyword: value})
        assert usual.targets[0].bill != other.targets[0].bill

    def test_memory_bytes(self, file):
        document = wheelcheck.check(file, memory_bytes=1).model_dump_json()
        assert document != wheelcheck.check(file).model_dump_json()

    def test_advice(self, file):
        file.write_text(file.read_text().replace(" gcc musl-dev", " git"))
        assert wheelcheck.check(file, advice=False).advice == ()

    def test_progress(self, file):
        file.write_text(f"{file.read_text()}RUN pip install --no-deps sci\n")
        updates = []

        class Progress:
            def update(self, stage, done, total):
                updates.append((stage, done, total))

        wheelcheck.check(file, progress=Progress())
        steps = [(done, total) for stage, done, total in updates if stage == "Judging steps"]
        assert steps == [(0, 2), (1, 2), (2, 2)]

    def test_context(self, file):
        context = file.parent / "src"
        context.mkdir()
        (context / "r.txt").write_text("sci\n")
        file.write_text(f"FROM {TARGET}\nCOPY r.txt .\nRUN pip install -r r.txt\n")
        report = wheelcheck.check(file, context=context)
        assert [package.name for package in report.packages] == ["sci"]

    def test_platforms(self, file):
        report = wheelcheck.check(file, platforms=["linux/amd64", "arm64"])
        assert [target.name for target in report.targets] == [TARGET, f"{TARGET}@linux/arm64"]
        assert [step.platform for step in report.dockerfile.steps] == ["linux/amd64", "linux/arm64"]
        with pytest.raises(UsageError, match="linux/vax is not known"):
            wheelcheck.check(file, platforms=["linux/vax"])

    def test_build_args(self, file):
        file.write_text(f"FROM {TARGET}\nARG P\nRUN pip install $P\n")
        report = wheelcheck.check(file, build_args={"P": "sci"})
        assert [package.name for package in report.packages] == ["sci"]

    def test_stage(self, file):
        file.write_text(f"FROM {TARGET} AS one\nRUN pip install sci\nFROM one\nRUN pip install x\n")
        report = wheelcheck.check(file, stage="one")
        assert [package.name for package in report.packages] == ["sci"]
        with pytest.raises(UsageError, match="has no stage two; its stages are one, 1"):
            wheelcheck.check(file, stage="two")

    def test_images(self, file):
        file.write_text("FROM corp.example/base:7\nRUN pip install sci\n")
        report = wheelcheck.check(file, images={"corp.example/base:7": TARGET})
        assert [target.name for target in report.targets] == [TARGET]
        with pytest.raises(NothingJudged, match="--image corp") as caught:
            wheelcheck.check(file)
        assert [step.unjudged for step in caught.value.report.dockerfile.steps] != [None]

    def test_service(self, file):
        pytest.importorskip("yaml")
        compose = file.parent / "compose.yaml"
        compose.write_text("services: {web: {build: .}, job: {build: {context: ., target: x}}}")
        with pytest.raises(UsageError, match=r"builds several images \(web, job\)"):
            wheelcheck.check(compose)
        assert wheelcheck.check(compose, service="web").dockerfile.name == str(file)

    def test_load_check(self, file):
        with pytest.raises(UsageError, match="load_check is one of quick, full, off"):
            wheelcheck.check(file, load_check="some")
        assert wheelcheck.check(file, load_check="off").targets

    def test_policy(self, file):
        report = wheelcheck.check(file, policy=Policy(max_image_mb=1))
        assert [broken.rule for broken in report.violations] == ["max-image-mb"]

    def test_cpu(self, file):
        with pytest.raises(UsageError, match="'i486' is not known"):
            wheelcheck.check(file, cpu="i486")
        assert wheelcheck.check(file, cpu="haswell").targets

    def test_timeout(self, file):
        with pytest.raises(UsageError, match="timeout must be above 0 seconds"):
            wheelcheck.check(file, timeout=0)
        assert wheelcheck.check(file, timeout=600).targets


def used_keywords() -> set[str]:
    """The keywords that `TestUsed` is about, by the names of its tests."""
    names = {name.removeprefix("test_") for name in vars(TestUsed) if name.startswith("test_")}
    return names - {"machine", "index_url_of_the_file_comes_first"} | {
        "cores",
        "bytes_per_second",
        "machine_factor",
    }


def test_no_keyword_of_check_is_passed_over():
    assert set(inspect.signature(wheelcheck.check).parameters) == set(REFUSED) | used_keywords()


class TestFromTheCommandLine:
    @pytest.mark.parametrize(
        "words",
        [
            "--pre",
            "--no-deps",
            "--installer pip",
            "--only-binary :all:",
            "--extra test",
            "--group dev",
            "--package sci",
            "--constraint c.txt",
            "--build-constraint c.txt",
            "--python 3.12",
            "--find-links wheels",
        ],
    )
    def test_refused_in_a_single_sentence(self, words, file, capsys):
        assert main([str(file), *words.split()]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"wheelcheck: {file} is judged by its own lines, without --")

    def test_every_option_is_a_keyword_or_holds_for_any_input(self):
        options = {action.dest for action in check_parser()._actions}
        keywords = {SPELLINGS.get(name, name) for name in options - UNTOUCHED - POLICY - ENDINGS}
        assert keywords | {"advice", "progress", "stage", "policy"} == set(
            inspect.signature(wheelcheck.check).parameters
        )

    def test_the_option_named_is_an_option_that_there_is(self):
        spelled = {word for action in check_parser()._actions for word in action.option_strings}
        assert {option for option, _ in REFUSED.values()} <= spelled

    def test_targets_of_the_project_are_not_meant_for_it(self, file, monkeypatch, capsys):
        monkeypatch.chdir(file.parent)
        Path("pyproject.toml").write_text('[tool.wheelcheck]\ntargets = ["python:3.13"]\n')
        assert main(["Dockerfile", "--format", "json"]) == 0
        assert f'"name": "{TARGET}"' in capsys.readouterr().out

    @pytest.mark.parametrize(
        "words",
        ["Dockerfile --emit dockerfile", "explain sci Dockerfile"],
    )
    def test_other_questions_are_refused_in_a_single_sentence(
        self, words, file, monkeypatch, capsys
    ):
        monkeypatch.chdir(file.parent)
        command, *rest = words.split()
        target = ["--target", TARGET] if command == "explain" else ["--target", "one"]
        assert main([command, *rest, *target]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("wheelcheck: Dockerfile is a Dockerfile: ")
