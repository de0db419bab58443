import pytest
from sample_bills import ALPINE, priced_story
from sample_reports import (
    NOT_NEEDED,
    alpine_story,
    big,
    everywhere,
    matrix_targets,
    missing,
    mixed,
    nasty,
    today,
    unjudged_target,
    wheel,
    with_cells,
)

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.brief import render_brief
from wheelcheck.reports.values.build_values import Obstacle
from wheelcheck.reports.values.report import Cell, Loading, Package, Problem, Report
from wheelcheck.reports.wording.headline import headline


def report(*packages, targets=None):
    return Report(inputs=(), targets=targets or matrix_targets(), packages=packages)


def test_the_alpine_story():
    assert headline(alpine_story()) == (
        "On python:3.8-alpine 4 of 10 packages compile from source: numpy, pandas, scikit-learn, "
        "scipy; on python:3.8-slim all 10 come as wheels."
    )


def test_targets_with_the_same_outcome_share_a_clause():
    assert headline(today()) == (
        "On musl 1 of 8 packages compiles from source: scikit-learn; on glibc all 8 come as wheels."
    )


def test_many_outcomes_are_summed_up():
    sentence = headline(mixed())
    assert sentence.startswith(
        "Somewhere on 24 targets 1 of 10 packages cannot be installed (torch)"
    )
    assert sentence.endswith("no target gets wheels alone.")
    assert "59 compile from source" in headline(big())


def test_all_is_well():
    targets = matrix_targets()
    cells = [everywhere(name, wheel(name, "1.0"), targets) for name in ("six", "idna")]
    assert headline(report(*cells)) == "On all 24 targets both packages come as wheels."
    single = targets[:1]
    assert headline(report(everywhere("six", wheel("six", "1.0"), single), targets=single)) == (
        f"On {single[0].name} the only package comes as a wheel."
    )


def test_a_package_that_is_not_needed_is_not_counted():
    glibc, *_, musl = matrix_targets(pythons=("3.12",), archs=("x86_64",))
    torch = Package(name="torch", on={glibc.name: wheel("torch", "2.12.0"), musl.name: NOT_NEEDED})
    six = everywhere("six", wheel("six", "1.0"), (glibc, musl))
    gone = Package(
        name="jax",
        on={
            glibc.name: wheel("jax", "1.0"),
            musl.name: missing("1.0", "cp312-cp312-manylinux_2_28_x86_64"),
        },
    )
    assert headline(report(torch, six, gone, targets=(glibc, musl))) == (
        "On musl the installation fails: 1 of 2 packages cannot be installed (jax); "
        "on glibc all 3 come as wheels."
    )


def test_a_target_whose_requirements_conflict_says_so():
    assert headline(unjudged_target()) == (
        "On python:3.8-alpine the requirements conflict, and nothing can be installed; "
        "on python:3.8-slim all 10 come as wheels."
    )


def test_the_headline_says_why_nothing_was_judged():
    assert headline(report()).startswith("Nothing to install")
    conflict = Problem(code="version-conflict", message="a>2 and a<1")
    lost = report().model_copy(update={"problems": (conflict,)})
    assert headline(lost) == "Nothing could be judged."
    assert headline(Report(inputs=(), targets=(), packages=())).startswith("Nothing was judged")


def test_names_from_outside_cannot_steer_a_terminal():
    assert headline(nasty()).isprintable()


def broken(*names: str) -> Report:
    """The story with its bill, where the builds of these packages are known to fail."""
    story = priced_story()
    (plan,) = story.builds
    obstacle = Obstacle(code="python-too-new", message="too old", source="a test", fatal=True)
    builds = tuple(
        build.model_copy(
            update={"obstacles": (obstacle,) if build.top_level and build.name in names else ()}
        )
        for build in plan.builds
    )
    return story.model_copy(update={"builds": (plan.model_copy(update={"builds": builds}),)})


def test_what_fails_to_build_is_named_and_not_priced():
    assert "(numpy, pandas, scikit-learn, scipy): about" in headline(broken())
    pandas, both = headline(broken("pandas")), headline(broken("pandas", "numpy"))
    assert "(numpy, pandas, scikit-learn, scipy), and the build of pandas fails; on" in pandas
    assert "and the builds of numpy, pandas fail; on" in both
    assert "peak" not in pandas


@pytest.mark.parametrize("verdict", [Verdict.UNAVAILABLE, Verdict.UNKNOWN])
def test_what_cannot_be_installed_or_judged_has_no_price(verdict):
    story = broken()
    assert "peak" in headline(story)
    assert "peak" not in headline(with_cells(story, "numpy", ALPINE, verdict=verdict))


def test_a_conflict_is_reported_as_a_conflict():
    report = alpine_story()
    names = tuple(target.name for target in report.targets)
    conflict = Problem(code="version-conflict", message="a<2; a>=2", targets=names[:1])
    unknown = Cell(version=None, verdict=Verdict.UNKNOWN, reason="the requirements conflict here")
    lost = report.model_copy(
        update={
            "packages": tuple(
                package.model_copy(
                    update={
                        "on": {
                            **package.on,
                            names[0]: unknown,
                        }
                    }
                )
                for package in report.packages
            ),
            "problems": (conflict,),
        }
    )
    assert "on python:3.8-slim the requirements conflict, and nothing can be installed" in headline(
        lost
    ).replace("On", "on")
    nothing = lost.model_copy(
        update={"packages": (), "problems": (conflict.model_copy(update={"targets": names}),)}
    )
    assert headline(nothing) == "The requirements conflict: nothing can be installed."


GL = Loading(status="needs", needs=("libGL.so.1",), packages=("libgl1",), reason="no libGL.so.1")
NEVER = Loading(status="no", needs=("libx.so.1",), reason="nothing brings libx.so.1")
FILES = Loading(status="some files need", needs=("libz.so.1",), reason="a plugin wants libz.so.1")


def loading(targets, **loads):
    """Packages that come as wheels, some of which do not load on the first target."""
    first = targets[0].name
    packages = []
    for name, loads_there in loads.items():
        package = everywhere(name, wheel(name, "1.0"), targets)
        cell = package.on[first].model_copy(update={"loads": loads_there})
        packages.append(package.model_copy(update={"on": {**package.on, first: cell}}))
    return report(*packages, targets=targets)


def test_wheels_that_do_not_load_are_in_the_clause_of_their_targets():
    glibc, *_, musl = matrix_targets(pythons=("3.12",), archs=("x86_64",))
    assert headline(loading((glibc, musl), cv=GL, qt=GL, gpu=NEVER, six=None)) == (
        "On glibc all 4 packages come as wheels; 1 never loads there (gpu), "
        "2 need system libraries (cv, qt); on musl all 4 come as wheels."
    )


def test_the_only_package_that_needs_libraries_is_not_counted():
    single = matrix_targets()[:1]
    assert headline(loading(single, cv=GL)).endswith(
        "the only package comes as a wheel; it needs system libraries."
    )


def test_files_that_an_import_does_not_need_are_not_in_the_headline():
    assert headline(loading(matrix_targets()[:1], cv=FILES)).endswith("comes as a wheel.")


def test_many_outcomes_of_loading_are_summed_up():
    targets = matrix_targets()[:4]
    packages = [
        package.model_copy(
            update={
                "on": {
                    target.name: cell.model_copy(update={"loads": GL if i == j else None})
                    for j, (target, cell) in enumerate(
                        (target, package.on[target.name]) for target in targets
                    )
                }
            }
        )
        for i, package in enumerate(everywhere(n, wheel(n, "1.0"), targets) for n in "abcd")
    ]
    words = headline(report(*packages, targets=targets))
    assert words.endswith(
        "all 4 packages come as wheels; somewhere 4 need system libraries (a, b, c, d)."
    )


def test_the_brief_report_says_what_does_not_load_and_what_to_install():
    targets = matrix_targets()[:1]
    gl = GL.model_copy(update={"reason": "Debian 13 has no libGL.so.1"})
    first, *lines = render_brief(loading(targets, cv=gl, gpu=NEVER)).splitlines()
    assert "1 never loads there (gpu), 1 needs system libraries (cv)" in first
    assert lines == [
        f"! cv 1.0 on {targets[0].name}: Debian 13 has no libGL.so.1; to install: libgl1",
        f"‡ gpu 1.0 on {targets[0].name}: nothing brings libx.so.1",
    ]


def test_a_build_that_fails_does_not_simply_build():
    words = headline(with_cells(broken("pandas"), "pandas", ALPINE, verdict=Verdict.SOURCE_PURE))
    assert "1 is built from source (pandas), and the build of pandas fails" in words


def test_builds_that_fail_on_some_targets_alone_are_named_with_them():
    story = broken("pandas", "numpy")
    (plan,) = story.builds
    others = tuple(build for build in plan.builds if build.name != "numpy")
    other_plan = plan.model_copy(update={"target": "python:3.9-alpine", "builds": others})
    target = next(target for target in story.targets if target.name == ALPINE)
    packages = tuple(
        package.model_copy(update={"on": {**package.on, "python:3.9-alpine": package.on[ALPINE]}})
        for package in story.packages
    )
    report = story.model_copy(
        update={
            "targets": (*story.targets, target.model_copy(update={"name": "python:3.9-alpine"})),
            "builds": (plan, other_plan),
            "packages": packages,
        }
    )
    words = (
        "and the builds of numpy, pandas fail on python:3.8-alpine, "
        "and the build of pandas fails on python:3.9-alpine"
    )
    assert words in headline(report)
