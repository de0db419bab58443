"""What old pips choose where new pips choose otherwise, as `data/installers/answers.csv` has it."""

import pytest
from archive_builders import wheel_of

from wheelcheck import check


@pytest.fixture(scope="module")
def links(tmp_path_factory):
    folder = tmp_path_factory.mktemp("links")
    for name, version, requires in (
        ("dep", "1.0", ()),
        ("dep", "2.0", ()),
        ("pre", "1.0", ()),
        ("pre", "2.0rc1", ()),
        ("comma", "1.0", ("dep (>=1.0)",)),
        ("comma", "2.0", ("dep (>=1.0,)",)),
        ("star", "1.0", ("dep (>=1.0)",)),
        ("star", "2.0", ("dep (>=2.0.*)",)),
    ):
        data = wheel_of(name, version, requires=requires)
        (folder / f"{name}-{version}-py3-none-any.whl").write_bytes(data)
    return folder


def chosen(links, requirement: str, pip: str) -> dict[str, str] | str:
    report = check(
        packages=[requirement],
        targets=["cp38-manylinux_2_17_x86_64"],
        installer=f"pip=={pip}",
        no_index=True,
        find_links=[str(links)],
        cache_dir=None,
        verdicts_only=True,
    )
    (target,) = report.targets
    if report.problems:
        return report.problems[0].message
    return {package.name: package.on[target.name].version for package in report.packages}


def test_an_old_pip_reads_a_legacy_specifier_and_a_new_pip_passes_it_over(links):
    assert chosen(links, "star", "23.0.1") == {"star": "2.0", "dep": "2.0"}
    assert chosen(links, "star", "25.0.1") == {"star": "1.0", "dep": "2.0"}


def test_an_old_pip_ends_at_metadata_that_it_cannot_read(links):
    assert "pip 23.0.1 ends at" in chosen(links, "comma", "23.0.1")
    assert chosen(links, "comma", "25.0.1") == {"comma": "2.0", "dep": "2.0"}


@pytest.mark.parametrize(("pip", "version"), [("24.0", "1.0"), ("25.0.1", "2.0rc1")])
def test_a_pre_release_in_an_upper_bound_asks_for_them_since_pip_25(links, pip, version):
    assert chosen(links, "pre<2.0rc2", pip) == {"pre": version}
