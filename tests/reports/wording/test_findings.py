import json

from sample_bills import build
from sample_reports import alpine_story, compiles, image, mixed, wheel

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.brief import render_brief
from wheelcheck.reports.github import render_github
from wheelcheck.reports.junit import render_junit
from wheelcheck.reports.sarif import render_sarif
from wheelcheck.reports.values.build_values import BuildPlan, Obstacle
from wheelcheck.reports.values.report import Package, Report
from wheelcheck.reports.wording.findings import InputLine, findings, line_of
from wheelcheck.reports.wording.headline import headline


def chain(*links: tuple[str, tuple[str, ...]]) -> Report:
    """Packages that all compile, each with who asks for it."""
    target = image("python:3.12-alpine", "3.12.1", "musl", "1.2")
    tag = "cp312-cp312-manylinux_2_28_x86_64"
    packages = [
        Package(name=name, on={target.name: compiles(name, "1.0", tag, requested_by=by)})
        for name, by in links
    ]
    return Report(inputs=("r.txt",), targets=(target,), packages=tuple(packages))


def test_a_finding_leads_to_the_line_that_brings_it_in():
    (deep, *_) = findings(
        chain(("a", ("b 1.0",)), ("b", ("c[extra] 1.0",)), ("c", ("requirements/dev.txt:7",)))
    )
    assert deep.package == "a"
    assert deep.lines == (InputLine("requirements/dev.txt", 7),)
    assert deep.through == ("b 1.0",)


def test_the_nearest_line_comes_first():
    found = findings(chain(("a", ("b 1.0", "own.txt:2")), ("b", ("other.txt:1",))))
    assert found[0].lines == (InputLine("own.txt", 2), InputLine("other.txt", 1))


def test_packages_that_ask_for_each_other_end():
    found = findings(chain(("a", ("b 1.0",)), ("b", ("a 1.0", "r.txt:1"))))
    assert [finding.lines for finding in found] == [(InputLine("r.txt", 1),)] * 2


def test_what_no_file_asks_for_has_no_line():
    (finding,) = findings(chain(("a", ("--package", "-:3"))))
    assert finding.lines == ()


def test_lines_on_other_targets_do_not_count():
    story = alpine_story()
    slim, alpine = (target.name for target in story.targets)
    on = {
        slim: wheel("x", "1.0", requested_by=("slim.txt:1",)),
        alpine: compiles("x", "1.0", "cp38-cp38-manylinux_2_17_x86_64", requested_by=("r.txt:2",)),
    }
    report = story.model_copy(update={"packages": (Package(name="x", on=on),)})
    (finding,) = findings(report)
    assert finding.lines == (InputLine("r.txt", 2),)


def test_the_gravest_come_first_and_wheels_are_none():
    found = findings(mixed())
    assert [finding.verdict for finding in found] == [
        Verdict.UNAVAILABLE,
        Verdict.SOURCE_NATIVE,
        Verdict.SOURCE_NATIVE,
        Verdict.UNKNOWN,
        Verdict.SOURCE_UNKNOWN,
        Verdict.SOURCE_PURE,
    ]
    assert [finding.level for finding in found] == ["error", *["warning"] * 4, "note"]


def test_the_sentence_tells_what_where_and_why():
    found = {finding.package: finding.sentence for finding in findings(alpine_story())}
    assert found["scipy"] == (
        "scipy 1.10.1 compiles from source on python:3.8-alpine (needed by scikit-learn 1.2.2): "
        "cp38 wheels exist for manylinux_2_17_x86_64; none for musllinux; "
        "the release has wheels built for a platform."
    )


def test_windows_paths_keep_their_drive():
    assert line_of(r"C:\app\r.txt:3") == InputLine(r"C:\app\r.txt", 3)
    assert line_of(r"C:\app\r.txt") == InputLine(r"C:\app\r.txt")


def test_a_build_that_fails_is_an_error_and_names_its_reason():
    obstacle = Obstacle(code="c-api-gone", message="a.c uses X", source="a test", fatal=True)
    targets = tuple(
        image(f"python:3.{minor}-slim", f"3.{minor}.1", "glibc", "2.41") for minor in (12, 13)
    )
    tag = "cp311-cp311-manylinux_2_28_x86_64"
    plan = BuildPlan(
        target=targets[1].name,
        installer="pip",
        builds=(build("a", "1.0", 1, "c", obstacles=(obstacle,)),),
    )
    package = Package(
        name="a",
        on={each.name: compiles("a", "1.0", tag, requested_by=("r.txt:1",)) for each in targets},
    )
    report = Report(inputs=("r.txt",), targets=targets, packages=(package,), builds=(plan,))
    failing, compiling = findings(report)
    assert (failing.level, failing.targets) == ("error", (targets[1].name,))
    assert failing.sentence.startswith("a 1.0 fails to build on python:3.13-slim: cp311 wheels")
    assert failing.sentence.endswith("; the build fails: a.c uses X.")
    assert failing.rule == "build-fails"
    rules = json.loads(render_sarif(report))["runs"][0]["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == ["build-fails", "source-native"]
    assert (compiling.level, compiling.targets) == ("warning", (targets[0].name,))
    assert "::error file=r.txt,line=1,title=a 1.0 fails to build::✗ a 1.0" in render_github(report)
    assert "✗ a 1.0 fails to build on python:3.13-slim: a.c uses X\n" in render_brief(report)
    assert 'message="its build fails: a.c uses X; compiles' in render_junit(report)
    assert headline(report).endswith("and the build of a fails on python:3.13-slim.")
