"""What installers choose otherwise than others (`data/installers/answers.csv`, `findings/`)."""

from pathlib import Path

import pytest
from archive_builders import wheel_of

from wheelcheck import check
from wheelcheck.reports.values.report import Cell


@pytest.fixture(scope="module")
def links(tmp_path_factory):
    folder = tmp_path_factory.mktemp("links")
    for name, version, requires in (
        ("dep", "1.0", ()),
        ("dep", "2.0", ()),
        ("pre", "1.0", ()),
        ("pre", "2.0rc1", ()),
        ("hand", "1.0", ("dep ; extra == 'dev'",)),
        ("comma", "1.0", ("dep (>=1.0)",)),
        ("comma", "2.0", ("dep (>=1.0,)",)),
        ("star", "1.0", ("dep (>=1.0)",)),
        ("star", "2.0", ("dep (>=2.0.*)",)),
    ):
        data = wheel_of(name, version, requires=requires)
        (folder / f"{name}-{version}-py3-none-any.whl").write_bytes(data)
    return folder


def chosen(links, requirement: str, release: str, tool: str = "pip") -> dict[str, str] | str:
    report = check(
        packages=[requirement],
        targets=["cp38-manylinux_2_17_x86_64"],
        installer=f"{tool}=={release}",
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


def test_an_extra_that_no_provides_extra_names_counts_for_uv_and_not_for_pip(links):
    assert chosen(links, "hand[dev]", "25.0.1") == {"hand": "1.0"}
    assert chosen(links, "hand[dev]", "0.13.9", "uv") == {"hand": "1.0", "dep": "2.0"}
    assert chosen(links, "hand", "0.13.9", "uv") == {"hand": "1.0"}


@pytest.mark.parametrize(("pip", "version"), [("24.0", "1.0"), ("25.0.1", "2.0rc1")])
def test_a_pre_release_in_an_upper_bound_asks_for_them_since_pip_25(links, pip, version):
    assert chosen(links, "pre<2.0rc2", pip) == {"pre": version}


@pytest.mark.parametrize(("uv", "version"), [("0.11.33", "2.0rc1"), ("0.12.0", "1.0")])
@pytest.mark.parametrize("bound", [">=1.0rc1", "<2.0rc2", ">=1.0,<=2.0rc1"])
def test_a_pre_release_in_a_bound_asks_for_none_since_uv_0_12(links, uv, version, bound):
    assert chosen(links, f"pre{bound}", uv, "uv") == {"pre": version}


@pytest.mark.parametrize("bound", [">1.0", "==2.*", ">=2.0rc1"])
def test_uv_takes_a_pre_release_where_no_final_release_satisfies(links, bound):
    assert chosen(links, f"pre{bound}", "0.13.9", "uv") == {"pre": "2.0rc1"}


def judged(requirement: str, links: Path, installer: str, python: str = "cp311") -> Cell:
    """What an installer makes of a requirement, with nothing but a page or folder of files."""
    report = check(
        packages=[requirement],
        targets=[f"{python}-manylinux_2_17_x86_64"],
        installer=installer,
        no_index=True,
        find_links=[str(links)],
        cache_dir=None,
        verdicts_only=True,
    )
    return report.packages[0].on[report.targets[0].name]


def is_seen(folder: Path, name: str, installer: str) -> bool:
    """Whether an installer takes a project from a folder of files."""
    return judged(name, folder, installer, "cp38").verdict != "unavailable"


@pytest.mark.parametrize("filename", ["old-1.0.tar.bz2", "old-1.0.tgz", "old-1.0-1.tar.gz"])
@pytest.mark.parametrize(
    ("installer", "seen"), [("pip==23.3.2", True), ("pip==24.0", False), ("uv==0.13.9", False)]
)
def test_a_folder_shows_new_installers_only_sdists_named_by_pep_625(
    tmp_path, filename, installer, seen
):
    (tmp_path / filename).write_bytes(b"")

    assert is_seen(tmp_path, "old", installer) is seen
    if installer.startswith("pip"):  # a page in the folder shows them to every pip
        (tmp_path / "index.html").write_text(f'<a href="{filename}">{filename}</a>')
        assert is_seen(tmp_path, "old", installer)


@pytest.mark.parametrize(("installer", "taken"), [("pip==25.0.1", True), ("uv==0.13.9", False)])
def test_uv_takes_no_capital_letters_in_a_tag(tmp_path, installer, taken):
    (tmp_path / "demo-1.0-PY3-none-any.whl").write_bytes(wheel_of("demo", "1.0"))
    assert is_seen(tmp_path, "demo", installer) is taken


@pytest.mark.parametrize(
    ("tag", "installer", "version"),
    [
        ("py3-none-any", "pip==26.3", "2"),
        ("py3-none-any", "uv==0.13.9", "1"),
        ("cp311-cp311-manylinux_2_17_x86_64", "pip==26.3", "2"),
        ("cp311-cp311-manylinux_2_17_x86_64", "uv==0.13.9", "1"),
        ("cp311-cp311-win_amd64", "uv==0.13.9", "2"),
    ],
)
def test_uv_passes_over_a_release_by_the_requires_python_of_the_file_its_tags_choose(
    tmp_path, tag, installer, version
):
    package = taken_of_two_releases(tmp_path, tag, installer, "demo")
    assert package.version == version


def test_a_pin_on_a_release_that_uv_passes_over_names_the_file_that_is_not_tried(tmp_path):
    package = taken_of_two_releases(tmp_path, "py3-none-any", "uv==0.13.9", "demo==2")
    assert package.verdict == "unavailable"
    assert package.reason.startswith("needs Python >=3.12, the target has 3.11")
    assert package.reason.endswith("its tags choose, and does not try demo-2.tar.gz")


def taken_of_two_releases(tmp_path, tag, installer, requirement):
    """What is taken where the wheel of release 2 needs a newer Python and its sdist does not."""
    (tmp_path / "demo-1-py3-none-any.whl").write_bytes(wheel_of("demo", "1"))
    (tmp_path / f"demo-2-{tag}.whl").write_bytes(wheel_of("demo", "2"))
    (tmp_path / "demo-2.tar.gz").write_bytes(b"")
    (tmp_path / "index.html").write_text(
        '<a href="demo-1-py3-none-any.whl">demo-1-py3-none-any.whl</a>'
        f'<a href="demo-2-{tag}.whl" data-requires-python="&gt;=3.12">demo-2-{tag}.whl</a>'
        '<a href="demo-2.tar.gz" data-requires-python="&gt;=3.8">demo-2.tar.gz</a>'
    )
    return judged(requirement, tmp_path / "index.html", installer)


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize(
    ("names", "by_name"),
    [
        (("demo-1-py2.py3-none-any.whl", "demo-1-py3-none-any.whl"), 0),
        (("demo-1.0-py3-none-any.whl", "demo-1-py3-none-any.whl"), 1),
        (("demo-1.zip", "demo-1.tar.gz"), 1),
    ],
)
def test_of_equal_files_pip_takes_the_last_listed_and_uv_the_first_by_name(
    tmp_path, names, by_name, turn
):
    listed = names[::turn]
    for name in listed:
        (tmp_path / name).write_bytes(wheel_of("demo", "1") if name.endswith("whl") else b"")
    page = tmp_path / "index.html"
    page.write_text("".join(f'<a href="{each}">{each}</a>' for each in listed))
    assert judged("demo", page, "pip==26.3").file == listed[1]
    assert judged("demo", page, "uv==0.13.9").file == names[by_name]
