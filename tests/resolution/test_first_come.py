"""Pips before 20.3: the first requirement on a package decides (`data/installers/answers.csv`)."""

import pytest
from archive_builders import wheel_of

from wheelcheck import check

PACKAGES = (
    ("dep", "1.0", ()),
    ("dep", "1.5", ()),
    ("dep", "2.0", ()),
    ("wantold", "1.0", ("dep (<2)",)),
    ("wantnew", "1.0", ("dep (>=2)",)),
    ("wantany", "1.0", ("dep",)),
    ("lost", "1.0", ()),
    ("lost", "2.0", ("dep (>=99)",)),
    ("extra", "1.0", ("dep ; extra == 'more'",)),
    ("extra", "2.0", ("dep ; extra == 'more'",)),
    ("wantextra", "1.0", ("extra[more] (<2)",)),
)


@pytest.fixture(scope="module")
def links(tmp_path_factory):
    folder = tmp_path_factory.mktemp("links")
    for name, version, requires in PACKAGES:
        data = wheel_of(name, version, requires=requires, extras=("more",))
        (folder / f"{name}-{version}-py3-none-any.whl").write_bytes(data)
    return folder


def resolved(links, tmp_path, *lines: str, constraint: str = "", pip: str = "20.2.4"):
    (tmp_path / "c.txt").write_text(constraint)
    (tmp_path / "r.txt").write_text("\n".join(lines))
    report = check(
        [tmp_path / "r.txt"],
        constraints=[tmp_path / "c.txt"],
        targets=["cp38-manylinux_2_17_x86_64"],
        installer=f"pip=={pip}",
        no_index=True,
        find_links=[str(links)],
        cache_dir=None,
        verdicts_only=True,
    )
    (target,) = report.targets
    codes = {problem.code for problem in report.problems}
    return {package.name: package.on[target.name].version for package in report.packages}, codes


@pytest.mark.parametrize(
    ("lines", "dep"),
    [
        (("wantold", "wantnew"), "1.5"),
        (("wantnew", "wantold"), "2.0"),
        (("wantany", "wantold"), "2.0"),
        (("dep==1.0", "wantnew"), "1.0"),
    ],
)
def test_the_first_requirement_decides_and_the_others_are_reported(links, tmp_path, lines, dep):
    pins, codes = resolved(links, tmp_path, *lines)
    assert (pins["dep"], codes) == (dep, {"requirement-not-met"})


def test_the_newer_resolver_finds_a_conflict_there(links, tmp_path):
    assert resolved(links, tmp_path, "wantold", "wantnew", pip="20.3.4") == (
        {},
        {"version-conflict"},
    )


def test_two_lines_about_a_package_must_agree(links, tmp_path):
    assert resolved(links, tmp_path, "dep>=1", "dep<2") == ({}, {"version-conflict"})
    assert resolved(links, tmp_path, "dep==1.0", "dep==1.0") == ({"dep": "1.0"}, set())


def test_no_other_version_is_tried(links, tmp_path):
    assert resolved(links, tmp_path, "lost", pip="20.3.4") == ({"lost": "1.0"}, set())
    pins, _ = resolved(links, tmp_path, "lost")
    assert pins["lost"] == "2.0"


def test_a_constraint_takes_the_place_of_what_it_constrains(links, tmp_path):
    pins, codes = resolved(links, tmp_path, "dep>=2", constraint="dep<2")
    assert (pins, codes) == ({"dep": "1.5"}, {"requirement-not-met"})


def test_extras_of_a_constraint_are_installed_and_those_of_a_later_requirement_are_not(
    links, tmp_path
):
    pins, _ = resolved(links, tmp_path, "extra", constraint="extra[more]==1.0")
    assert pins == {"extra": "1.0", "dep": "2.0"}
    pins, _ = resolved(links, tmp_path, "extra", "wantextra")
    assert pins == {"extra": "2.0", "wantextra": "1.0"}
