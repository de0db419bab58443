"""What a caller of the library meets: names, kinds of arguments, forms of a value."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from packaging.requirements import Requirement
from pydantic import BaseModel
from sample_bills import priced_story
from sample_reports import alpine_story

import wheelcheck
from wheelcheck.api.questions.question import Question
from wheelcheck.cli import main
from wheelcheck.errors import NotInReport, TargetError, UsageError
from wheelcheck.reports.json_schema import json_schema

ALPINE, SLIM = "python:3.8-alpine", "python:3.8-slim"
ANSWERS = (
    wheelcheck.Report,
    wheelcheck.Explanation,
    wheelcheck.Difference,
    wheelcheck.Readiness,
    wheelcheck.BinaryPolicy,
)


class TestNames:
    @pytest.mark.parametrize("name", ["scikit-learn", "Scikit_Learn", "SCIKIT.learn"])
    def test_a_package_in_any_spelling(self, name):
        assert alpine_story().package(name).name == "scikit-learn"

    @pytest.mark.parametrize("ask", ["package", "plan", "target"])
    def test_what_is_not_in_the_report_is_an_error_with_the_nearest(self, ask):
        names = {"package": ("numpi", "numpy"), "plan": ("python:3.8-alpin", ALPINE)}
        wrong, meant = names.get(ask, names["plan"])
        with pytest.raises(NotInReport, match=f"no .* '{wrong}'. Did you mean .*{meant}"):
            getattr(alpine_story(), ask)(wrong)

    def test_a_matrix_takes_a_package_in_any_spelling_and_names_the_nearest(self):
        report = alpine_story()
        matrix = report.matrix
        assert matrix["Scikit_Learn"] is matrix["scikit-learn"]
        assert "Scikit_Learn" not in matrix
        with pytest.raises(NotInReport, match=r"no package 'numpi'. Did you mean .*numpy"):
            matrix["NumPi"]
        for on in (matrix["numpy"], report.package("numpy").on):
            with pytest.raises(NotInReport, match=r"no target 'python:3.8-alpin'. Did you mean"):
                on["python:3.8-alpin"]
        copied = wheelcheck.Report.model_validate_json(report.model_dump_json())
        with pytest.raises(NotInReport):
            copied.package("numpy").on["python:3.8-alpin"]
        assert copied == report

    def test_where_no_name_is_near_it_names_some_that_are_there(self):
        with pytest.raises(NotInReport, match=r"'zzz'. It has joblib, numpy, pandas, 7 more."):
            alpine_story().package("zzz")
        with pytest.raises(NotInReport, match=r"'zzz'. It has python:3.8-\w+, python:3.8-\w+.$"):
            alpine_story().target("zzz")

    @pytest.mark.parametrize(
        ("function", "keyword", "meant"),
        [
            ("check", "target", ". Did you mean 'targets'?"),
            ("explain", "target", ". Did you mean 'targets'?"),
            ("ready", "python", ". Did you mean 'pythons'?"),
            ("binary_policy", "exclude_newe", ". Did you mean 'exclude_newer'?"),
            ("check", "zzz", ""),
        ],
    )
    def test_a_keyword_that_there_is_not_is_reported_as_python_does(self, function, keyword, meant):
        words = f"{function}() got an unexpected keyword argument '{keyword}'{meant}"
        with pytest.raises(TypeError) as raised:
            getattr(wheelcheck, function)("six", **{keyword: "x"})
        assert str(raised.value) == words

    @pytest.mark.parametrize("nothing", [(), []])
    def test_a_question_without_input_is_a_usage_error_that_says_what_to_give(self, nothing):
        with pytest.raises(UsageError, match="requirement file"):
            wheelcheck.check(nothing, targets=[SLIM])

    def test_it_is_a_usage_error_and_a_key_error(self):
        assert issubclass(NotInReport, UsageError)
        assert issubclass(NotInReport, KeyError)

    def test_a_target_on_which_nothing_is_built_has_no_plan(self):
        assert alpine_story().plan(SLIM) is None
        assert alpine_story().target(SLIM).libc == "glibc"


class TestKinds:
    """Arguments of natural types work or are refused in a sentence, never an AttributeError."""

    @pytest.mark.parametrize(
        "day",
        [
            date(2023, 4, 14),
            datetime(2023, 4, 14, 12, tzinfo=UTC),
            datetime(2023, 4, 14, 12),  # noqa: DTZ001 (people do)
            "2023-04-14",
            "2023-04-14T12:00:00Z",
        ],
    )
    def test_any_spelling_of_a_day_is_taken(self, day):
        target = wheelcheck.parse_target("python:3.8-alpine", as_of=day)
        assert target.python_full_version == "3.8.16"
        assert wheelcheck.default_matrix(as_of=day)

    @pytest.mark.parametrize("day", ["yesterday", 20230414, []])
    def test_what_is_no_day_is_refused(self, day):
        with pytest.raises(UsageError, match="as_of wants a day"):
            wheelcheck.parse_target("python:3.8-alpine", as_of=day)

    @pytest.mark.parametrize("spelling", [None, 3.12, b"python:3.12", Path("python:3.12")])
    def test_what_is_no_spelling_of_a_target_is_refused(self, spelling):
        with pytest.raises(TargetError, match="a target is a string"):
            wheelcheck.parse_target(spelling)

    def test_spellings_where_a_target_is_meant(self):
        wheel = "numpy-2.0.0-cp312-cp312-musllinux_1_1_x86_64.whl"
        parsed = wheelcheck.parse_target("python:3.12-alpine")
        assert wheelcheck.supported_tags("python:3.12-alpine") == wheelcheck.supported_tags(parsed)
        assert isinstance(wheelcheck.fit_wheel(wheel, "python:3.12-alpine"), wheelcheck.Fit)
        assert wheelcheck.best_wheel(wheel, "python:3.12-alpine") == wheel
        assert wheelcheck.parse_target(parsed) is parsed

    def test_axes_as_single_strings(self):
        named = {each.name for each in wheelcheck.expand_axes("3.12,3.13", "musl", "x86_64")}
        assert named == {
            each.name for each in wheelcheck.expand_axes(["3.12", "3.13"], ["musl"], ["x86_64"])
        }

    @pytest.mark.parametrize("folder", [str, Path])
    def test_the_folder_of_a_cache(self, folder, tmp_path):
        options = wheelcheck.IndexOptions(no_index=True)
        with wheelcheck.open_index(options, cache_dir=folder(tmp_path / "cache")) as index:
            assert index

    def test_what_is_no_folder(self):
        with (
            pytest.raises(UsageError, match="cache_dir wants a folder"),
            wheelcheck.open_index(wheelcheck.IndexOptions(), cache_dir=3),
        ):
            pass

    @pytest.mark.parametrize(
        ("keyword", "given"),
        [
            ("packages", "six"),
            ("constraints", "c.txt"),
            ("constraints", Path("c.txt")),
            ("extras", b"x"),
            ("targets", [3.12]),
            ("requirements", [3]),
            ("requirements", {"a": 1}.items()),
            ("build_args", ["A=1"]),
            ("images", "a=b"),
            ("index_url", ["https://index.example/simple"]),
            ("cores", "2"),
            ("memory_bytes", "7G"),
            ("exclude_newer", 20230414),
            ("cache_dir", 3),
            ("cores", 2.5),
            ("installer", ["pip"]),
            ("cpu", 3),
            ("progress", True),
            ("policy", {"fail_on": ["wheel"]}),
        ],
    )
    def test_what_cannot_be_meant_names_the_argument(self, keyword, given):
        with pytest.raises(UsageError, match=f"{keyword} wants"):
            wheelcheck.check(**{"packages": ["six"], "index_url": "x", keyword: given})

    def test_values_in_place_of_strings(self):
        asking = Question(
            requirements=(each for each in ["six"]),
            packages={Requirement("six>=1")},
            targets=SLIM,
            extras=(name for name in "ab"),
            exclude_newer=timedelta(days=7),
            stage=0,
        )
        assert (asking.requirements, asking.packages) == (["six"], ["six>=1"])
        assert (asking.targets, asking.extras, asking.stage) == ([SLIM], ["a", "b"], "0")
        bound, now = asking.moment()
        assert now - bound == timedelta(days=7)

    def test_requirements_that_are_not_read_and_targets_that_are_not_parsed(self):
        read = wheelcheck.read_requirements("six==1.0")
        assert [line.requirement.name for line in read.lines] == ["six"]
        with wheelcheck.open_index(wheelcheck.IndexOptions(no_index=True), cache_dir=None) as index:
            with pytest.raises(UsageError, match="read_requirements"):
                wheelcheck.analyse(["six"], [wheelcheck.parse_target(SLIM)], index)
            with pytest.raises(UsageError, match="parse_target"):
                wheelcheck.analyse(read, [SLIM], index)
            with pytest.raises(UsageError, match="read_requirements"):
                wheelcheck.resolve("six", wheelcheck.parse_target(SLIM), index)
            with pytest.raises(UsageError, match="parse_target"):
                wheelcheck.resolve(read, SLIM, index)

    @pytest.mark.parametrize(
        "call",
        [
            lambda: wheelcheck.explain(3, targets=SLIM),
            lambda: wheelcheck.ready(packages=["six"], pythons=[3.15]),
            lambda: wheelcheck.difference(alpine_story(), "old.json"),
            lambda: wheelcheck.expand_axes([3.12], ["musl"], ["x86_64"]),
            lambda: wheelcheck.expand_axes(None, None, None),
            lambda: wheelcheck.fit_wheel(3, SLIM),
            lambda: wheelcheck.open_index(None, cache_dir=None).__enter__(),
        ],
    )
    def test_other_functions_refuse_in_a_sentence_too(self, call):
        with pytest.raises(UsageError, match=r"wants|named by"):
            call()

    def test_paths_and_values_of_ours_where_names_are_meant(self):
        wheel = Path("dist/six-1.16.0-py2.py3-none-any.whl")
        assert wheelcheck.best_wheel([wheel], SLIM) == wheel.name
        assert alpine_story().target(wheelcheck.parse_target(SLIM)).name == SLIM
        assert alpine_story().package(Requirement("NumPy>=1")).name == "numpy"
        assert wheelcheck.read_requirements(None).lines == ()
        with wheelcheck.open_index("https://index.example/simple", cache_dir=None) as index:
            assert index

    @pytest.mark.parametrize("name", ["packages", "constraints", "extras", "groups"])
    def test_letters_of_a_string_are_not_read_as_requirements(self, name):
        with pytest.raises(UsageError, match=f"{name} wants a list of strings"):
            wheelcheck.read_requirements([], **{name: "six"})


def test_a_running_event_loop_stays_fine(public_index):
    async def judged() -> int:
        report = wheelcheck.check(
            packages=["six==1.16.0"],
            targets=[SLIM],
            exclude_newer="2023-04-14",
            index_url=public_index.url,
            cache_dir=None,
        )
        await asyncio.sleep(0)
        return len(report.packages)

    assert asyncio.run(judged()) == 1


class TestRenderings:
    def test_what_the_command_writes(self, tmp_path, capsys):
        file = tmp_path / "report.json"
        report = alpine_story()
        file.write_text(report.to_json())
        for name in ("html", "markdown", "sarif", "csv", "json"):
            main(["show", str(file), "--format", name])
            assert getattr(report, f"to_{name}")() == capsys.readouterr().out

    def test_costs_as_a_data_frame(self):
        pytest.importorskip("pandas")
        report = priced_story()
        frame = report.costs_to_pandas().set_index("target")
        assert list(frame.index) == [target.name for target in report.targets]
        bill = report.targets[-1].bill
        row = frame.loc[report.targets[-1].name]
        assert row["wall_seconds"] == bill.wall_seconds.value
        assert row["wall_seconds_basis"] == bill.wall_seconds.basis
        assert row["wall_seconds_low"] <= row["wall_seconds"] <= row["wall_seconds_high"]
        assert row["system"] == "linux"

    def test_data_frames_name_the_system(self):
        pytest.importorskip("pandas")
        frame = alpine_story().to_pandas()
        assert set(frame["system"]) == {"linux"}
        assert alpine_story().to_csv().splitlines()[0].endswith("loads,lost_wheel,build_fails")


def reachable(model: type[BaseModel]) -> set[type[BaseModel]]:
    """A model and all models that its fields lead to."""
    found, level = set(), [model]
    while level:
        each = level.pop()
        if isinstance(each, type) and issubclass(each, BaseModel):
            if each not in found:
                found.add(each)
                level += [field.annotation for field in each.model_fields.values()]
        else:
            level += getattr(each, "__args__", ())
    return found


@pytest.mark.parametrize("answer", ANSWERS)
class TestValues:
    def test_all_that_a_value_leads_to_is_public_and_documented(self, answer):
        for model in reachable(answer):
            assert getattr(wheelcheck, model.__name__) is model
            assert model.__doc__
            assert model.__doc__ != BaseModel.__doc__

    def test_every_property_of_the_schema_has_a_description(self, answer):
        schema = json_schema(answer)
        for model in (schema, *schema["$defs"].values()):
            for name, entry in model.get("properties", {}).items():
                assert entry.get("description", "").endswith("."), name

    def test_the_schema_has_an_identity_and_a_version(self, answer):
        schema = json_schema(answer)
        assert schema["$id"] == f"urn:wheelcheck:schema:{answer.__name__.lower()}:1.0"
        assert schema["version"] == "1.0"
        jsonschema.Draft202012Validator.check_schema(schema)


def test_a_report_is_of_the_schema_that_the_command_prints(capsys):
    assert main(["--schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.validate(json.loads(alpine_story().to_json()), schema)


def test_two_reports_are_compared_by_the_library():
    found = wheelcheck.difference(alpine_story(), alpine_story())
    assert isinstance(found, wheelcheck.Difference)
    assert found.changes == ()
