from sample_reports import alpine_story, compiles, image, mixed, wheel

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.report import Package, Report
from wheelcheck.reports.wording.findings import InputLine, findings, line_of


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
