"""Source builds as a user meets them: in the report, in the text, and explained."""

import json

import pytest
from fake_index import FakeIndex
from situations import requirements_of, target

import wheelcheck
from wheelcheck import Verdict
from wheelcheck.api import explain as explaining
from wheelcheck.api.analyse import analyse
from wheelcheck.builds.environment import InstallerKind
from wheelcheck.cli import main
from wheelcheck.cli.options.build_options import INSTALLERS
from wheelcheck.cli.options.parsers import explain_parser
from wheelcheck.errors import UsageError
from wheelcheck.reports.text.explanation_text import render_explanation
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.explanation_values import ExplainedFile
from wheelcheck.reports.values.report import Report

ALPINE = wheelcheck.parse_target("python:3.12-alpine")
SLIM = wheelcheck.parse_target("python:3.12-slim")
EASY = "easy-1-py3-none-any.whl"
MANYLINUX = "cp312-cp312-manylinux_2_17_x86_64"


def sdist(name: str, *requires: str, setup: str = "", **files: str | int) -> dict[str, str | int]:
    root = f"{name}-1"
    build = f"[build-system]\nrequires = {['setuptools', *requires]!r}\n"
    members: dict[str, str | int] = {
        f"{root}/pyproject.toml": build + 'build-backend = "setuptools.build_meta"\n',
        f"{root}/setup.py": setup or "from setuptools import setup\nsetup()\n",
    }
    return {**members, **{f"{root}/{path}": text for path, text in files.items()}}


COMPILES = (
    "from setuptools import Extension, setup\n"
    "setup(ext_modules=[Extension('core', ['core.c'], libraries=['ffi'])])\n"
)


def index() -> FakeIndex:
    """`sci` and `frame` need `array` to be built, which has no musllinux wheel either."""
    native = {
        name: {"1": [f"{name}-1-{MANYLINUX}.whl", f"{name}-1.tar.gz"]}
        for name in ("sci", "frame", "array")
    }
    native["array"]["2"] = [f"array-2-{MANYLINUX}.whl", "array-2.tar.gz"]
    tool = {"setuptools": {"80.0": ["setuptools-80.0-py3-none-any.whl"]}}
    return FakeIndex(
        {**native, **tool, "easy": {"1": [EASY]}},
        listings={
            "sci-1.tar.gz": sdist("sci", "array==1", setup=COMPILES, **{"core.c": 900}),
            "frame-1.tar.gz": sdist("frame", "array==1", setup=COMPILES, **{"core.c": 900}),
            "array-1.tar.gz": sdist("array", setup=COMPILES, **{"core.c": 900}),
            "array-2.tar.gz": sdist("array", setup=COMPILES, **{"core.c": 900}),
        },
    )


@pytest.fixture(scope="module")
def report() -> Report:
    requirements = requirements_of("sci", "frame", "easy")
    return analyse(requirements, [SLIM, ALPINE], index(), installer=InstallerKind.PIP_NO_CACHE)


@pytest.mark.parametrize("pythons", [("3.12",), ("3.11", "3.12", "3.13")])
def test_everything_is_announced_before_it_is_read_and_nothing_else(pythons):
    asking = index()
    targets = [wheelcheck.parse_target(f"python:{python}-alpine") for python in pythons]
    analyse(requirements_of("sci", "frame", "easy"), targets, asking, advice=False)
    announced, opened, needed = set(), set(), set()
    for question, what in asking.questions:
        if question.startswith("prefetch"):
            announced.add((question, what))
        elif question == "listing":
            assert ("prefetch listing", what) in announced
            opened.add(what)
        elif question == "project":
            assert ("prefetch", what) in announced
            needed.add(what)
    assert opened == {what for how, what in announced if how == "prefetch listing"}
    assert needed == {what for how, what in announced if "." not in what}
    assert {"array-1.tar.gz", EASY} < opened
    assert {"setuptools", "array"} < needed


def test_of_build_requires_without_end_no_more_is_announced_than_planned():
    names = [f"p{number}" for number in range(30)]
    needs = dict(zip(names, [*names[1:], "setuptools"], strict=True))
    asking = FakeIndex(
        {name: {"1": [f"{name}-1.tar.gz"]} for name in names}
        | {"setuptools": {"80.0": ["setuptools-80.0-py3-none-any.whl"]}},
        listings={f"{name}-1.tar.gz": sdist(name, needs[name]) for name in names},
    )
    report = analyse(requirements_of("p0"), [target(python=(3, 13))], asking, advice=False)
    planned = {f"{build.name}-1.tar.gz" for build in report.builds[0].builds}
    announced = {what for how, what in asking.questions if how == "prefetch listing"}
    assert announced == planned
    assert len(planned) < len(names)


class TestReport:
    def test_only_targets_that_build_have_a_plan(self, report):
        assert [plan.target for plan in report.builds] == [ALPINE.name]
        assert report.plan(SLIM.name) is None

    def test_the_plan_tells_order_counts_and_for_whom(self, report):
        plan = report.plan(ALPINE.name)
        assert plan.installer == "pip-no-cache"
        assert [(build.label, build.times, build.top_level) for build in plan.builds] == [
            ("array 1", 2, False),
            ("sci 1", 1, True),
            ("frame 1", 1, True),
        ]
        assert set(plan.builds[0].asked_by) == {"sci 1", "frame 1"}

    def test_the_environment_tells_what_is_installed_to_build(self, report):
        build = next(each for each in report.plan(ALPINE.name).builds if each.name == "sci")
        assert build.requires == ("setuptools", "array==1")
        environment = {package.name: package.file for package in build.environment}
        assert environment == {
            "setuptools": "setuptools-80.0-py3-none-any.whl",
            "array": "array-1.tar.gz",
        }

    def test_commands_can_be_pasted(self, report):
        commands = report.plan(ALPINE.name).commands
        assert commands.distribution.startswith("Alpine")
        words = commands.build.split()
        assert words[:5] == ["apk", "add", "--no-cache", "--virtual", ".build-deps"]
        assert {"gcc", "musl-dev", "libffi-dev"} <= set(words)
        assert "libffi" in commands.run.split()
        assert commands.remove == "apk del .build-deps"

    def test_evidence_is_listed_with_the_package_and_its_targets(self, report):
        (evidence,) = report.package("sci").evidence
        assert evidence.targets == (ALPINE.name,)
        assert evidence.verdict is Verdict.SOURCE_NATIVE
        assert {"extension-modules", "sibling-platform-wheel"} <= {
            piece.code for piece in evidence.evidence
        }
        assert report.package("easy").evidence == ()

    def test_json_has_the_plan_and_reads_back(self, report):
        document = json.loads(report.model_dump_json())
        assert document["builds"][0]["builds"][0]["name"] == "array"
        assert Report.model_validate(document) == report

    def test_without_an_image_glibc_has_no_commands_but_a_reason(self):
        glibc = target(python=(3, 13))
        (plan,) = analyse(requirements_of("sci"), [glibc], index()).builds
        assert plan.commands is None
        assert "no image" in plan.commands_unknown

    def test_an_sdist_that_cannot_be_read_hides_no_other(self):
        broken = index()
        broken._facts["listings"].pop("sci-1.tar.gz")
        (plan,) = analyse(requirements_of("sci", "frame"), [ALPINE], broken).builds
        by_name = {build.name: build for build in plan.builds}
        assert "the build requires of sci 1 are unknown" in by_name["sci"].problem
        assert by_name["frame"].problem is None


def test_the_command_line_offers_every_installer():
    assert set(INSTALLERS) == set(InstallerKind)


def test_an_installer_nobody_knows_is_a_usage_error():
    with pytest.raises(UsageError, match="pip-no-cache"):
        wheelcheck.check(packages=["six"], installer="conda", no_index=True)


class TestText:
    def test_a_single_screen_has_the_commands_and_the_count(self, report):
        text = render_text(report, width=100)
        assert "3 sdists are built, 4 builds in all, 1 only to build others" in text
        assert "  apk add --no-cache --virtual .build-deps " in text

    def test_the_whole_plan_on_demand(self, report):
        text = render_text(report, width=100, builds=True)
        assert "1 ▲ array 1 × 2, to build sci 1, frame 1" in text
        assert "in an environment of array 1 (built), setuptools 80.0" in text

    def test_nothing_is_reported_where_nothing_compiles(self):
        text = render_text(analyse(requirements_of("easy"), [ALPINE], index()))
        assert "apk" not in text
        assert "build" not in text


@pytest.fixture
def explain(monkeypatch, tmp_path):
    """`explain` on the index above instead of the network's."""
    file = tmp_path / "requirements.txt"
    file.write_text("sci\nframe\neasy\n")

    def run(package, requirements=(), **options):
        class Opened:
            def __enter__(self):
                return index()

            def __exit__(self, *_):
                return None

        monkeypatch.setattr(
            "wheelcheck.api.questions.question.open_index", lambda *_, **__: Opened()
        )
        return explaining.explain(package, requirements, targets=[ALPINE], **options)

    run.file = file
    return run


class TestExplain:
    def test_a_package_of_a_file_with_its_own_plan_alone(self, explain):
        (explained,) = explain("frame", explain.file).on
        assert explained.cell.verdict is Verdict.SOURCE_NATIVE
        assert [build.label for build in explained.plan.builds] == ["array 1", "frame 1"]
        assert explained.evidence.sdist == "frame-1.tar.gz"

    def test_releases_are_listed_with_what_became_of_them(self, explain):
        (explained,) = explain("array<2").on
        assert [(candidate.version, candidate.chosen) for candidate in explained.candidates] == [
            ("2", False),
            ("1", True),
        ]
        assert "array<2" in explained.candidates[0].why

    def test_files_the_chosen_first_then_the_nearest_misses(self, explain):
        (explained,) = explain("sci").on
        assert [(file.file, file.fits, file.part) for file in explained.files] == [
            ("sci-1.tar.gz", True, None),
            (f"sci-1-{MANYLINUX}.whl", False, "libc"),
        ]

    def test_a_wheel_needs_no_evidence(self, explain):
        (explained,) = explain("easy").on
        assert explained.cell.verdict is Verdict.PURE_WHEEL
        assert explained.plan is None
        assert explained.evidence is None

    def test_a_package_that_nothing_asks_for_is_a_usage_error(self, explain):
        with pytest.raises(UsageError, match="nothing asks for numpy"):
            explain("numpy", explain.file)

    def test_a_word_that_is_no_name_is_a_usage_error(self, explain):
        with pytest.raises(UsageError, match=r"not the name of a package: [^\n]*$"):
            explain("a b c")

    def test_the_text_of_an_explanation_names_choice_and_evidence(self, explain):
        assert str(explain("sci")) == render_explanation(explain("sci")).rstrip()
        assert explain("sci")._repr_mimebundle_()["text/plain"] == str(explain("sci"))
        text = render_explanation(explain("sci"), width=80)
        assert "▲ sci 1 on python:3.12-alpine: compiles from source" in text
        assert "→ 1: the newest that everything asked for admits" in text
        assert "setup.py:2: extension modules are declared" in text
        assert "needs c, libffi" in text
        assert max(map(len, text.splitlines())) <= 100

    def test_its_reader_sees_no_flag_as_the_requester(self, explain):
        assert "--package" not in render_explanation(explain("array<2"), width=80)
        assert "you ask for array<2" in render_explanation(explain("array<2"), width=80)
        of_file = render_explanation(explain("frame", explain.file), width=200)
        assert "requirements.txt:2" in of_file.partition("requested by ")[2].partition("\n")[0]

    def test_no_heading_is_above_nothing(self, explain):
        assert "Releases" not in render_explanation(explain("not-there"))

    def test_long_names_of_files_are_not_split(self, explain):
        explanation = explain("sci")
        (on,) = explanation.on
        name = f"sci-1-cp312-cp312-{'.'.join(f'manylinux_2_{i}_x86_64' for i in range(5))}.whl"
        file = ExplainedFile(file=name, fits=False, part="libc", why="built for glibc")
        long = on.model_copy(update={"files": (file,)})
        text = render_explanation(explanation.model_copy(update={"on": (long,)}), width=80)
        assert f"\n✗ {name}:\n    built for glibc\n" in text

    def test_on_the_command_line(self, explain, capsys):
        explain("sci")  # puts the index in place
        assert main(["explain", "sci", "-t", ALPINE.name]) == 0
        assert "compiles from source" in capsys.readouterr().out
        assert main(["explain", "sci", "-t", ALPINE.name, "--format", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["package"] == "sci"

    def test_only_the_package_must_be_named(self, capsys):
        assert main(["explain", "-t", ALPINE.name]) == 2
        assert "required: PACKAGE\n" in capsys.readouterr().err

    def test_a_target_must_be_named(self, capsys):
        assert main(["explain", "sci"]) == 2
        assert "--target python:3.12-alpine" in capsys.readouterr().err

    def test_help_is_ascii_and_shows_how(self):
        text = explain_parser().format_help()
        assert text.isascii()
        assert "wheelcheck explain scipy requirements.txt --target" in text
