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
)

from wheelcheck.reports.headline import headline
from wheelcheck.reports.model import Package, Problem, Report


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
    assert headline(report(*cells)) == "On all 24 targets all 2 packages come as wheels."
    one = targets[:1]
    assert headline(report(everywhere("six", wheel("six", "1.0"), one), targets=one)) == (
        f"On {one[0].name} the only package comes as a wheel."
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
        "On musl 1 of 2 packages cannot be installed: jax; on glibc all 3 come as wheels."
    )


def test_a_target_that_could_not_be_judged_says_so():
    assert headline(unjudged_target()) == (
        "On python:3.8-alpine nothing could be judged; on python:3.8-slim all 10 come as wheels."
    )


def test_nothing_asked_for():
    assert headline(report()).startswith("Nothing to install")
    conflict = Problem(code="version-conflict", message="a>2 and a<1")
    lost = report().model_copy(update={"problems": (conflict,)})
    assert headline(lost) == "Nothing could be judged."
    assert headline(Report(inputs=(), targets=(), packages=())).startswith("Nothing was judged")


def test_names_from_outside_cannot_steer_a_terminal():
    assert headline(nasty()).isprintable()
