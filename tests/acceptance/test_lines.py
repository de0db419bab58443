"""Lines, hashes and constraints that installers take or refuse, by their release.

The expected answers are those of real pips, as `data/installers/` has asked them.
"""

import hashlib

import pytest
from archive_builders import wheel_of

from wheelcheck import check


@pytest.fixture(scope="module")
def links(tmp_path_factory):
    folder = tmp_path_factory.mktemp("links")
    for name, version, requires in (
        ("dep", "1.0", ()),
        ("dep", "2.0", ()),
        ("more", "1.0", ("dep ; extra == 'x'",)),
    ):
        data = wheel_of(name, version, requires=requires, extras=("x",))
        (folder / f"{name}-{version}-py3-none-any.whl").write_bytes(data)
    anchors = (f'<a href="{path.name}#{digest(path)}">{path.name}</a>' for path in files(folder))
    (folder / "links.html").write_text("\n".join(anchors))
    return folder


def files(folder):
    return sorted(folder.glob("*.whl"))


def digest(path) -> str:
    return f"sha256={hashlib.sha256(path.read_bytes()).hexdigest()}"


def outcome(links, tmp_path, lines: str, constraints: str = "", *, installer: str, target="3.8"):
    """The files that are taken, or the codes of what is refused."""

    def filled(text: str) -> str:
        for path in files(links):
            hashed = digest(path).replace("=", ":")
            text = text.replace(f"<{path.name[:7]}>", f"--hash={hashed}")
            text = text.replace(f"<url {path.name[:7]}>", path.as_uri())
        return text

    (tmp_path / "r.txt").write_text(filled(lines))
    (tmp_path / "c.txt").write_text(filled(constraints))
    report = check(
        [tmp_path / "r.txt"],
        constraints=[tmp_path / "c.txt"],
        targets=[f"cp{target.replace('.', '')}-manylinux_2_17_x86_64"],
        installer=installer,
        no_index=True,
        find_links=[str(links / "links.html")],
        cache_dir=None,
        verdicts_only=True,
    )
    (target_,) = report.targets
    if target_.refusals:
        return {refusal.code for refusal in target_.refusals}
    return {cell.on[target_.name].file for cell in report.packages} - {None}


@pytest.mark.parametrize(
    ("installer", "taken"),
    [
        ("pip==20.2.4", {"dep-1.0-py3-none-any.whl"}),
        ("pip==20.3.4", {"constraint-url"}),
        ("pip==21.1.2", {"dep-1.0-py3-none-any.whl"}),
        ("pip==25.0.1", {"dep-1.0-py3-none-any.whl"}),
        ("uv==0.9.7", {"dep-1.0-py3-none-any.whl"}),
    ],
)
def test_a_url_constraint_says_which_file_is_taken(links, tmp_path, installer, taken):
    result = outcome(links, tmp_path, "dep", "dep @ <url dep-1.0>", installer=installer)
    assert result == taken


def test_a_url_constraint_behind_a_false_marker_says_nothing(links, tmp_path):
    constraint = "dep @ <url dep-1.0> ; sys_platform == 'win32'"
    result = outcome(links, tmp_path, "dep", constraint, installer="pip==25.0.1")
    assert result == {"dep-2.0-py3-none-any.whl"}


@pytest.mark.parametrize(
    ("installer", "target", "taken"),
    [
        ("pip==25.3", "3.12", {"constraint-url-with-extras"}),
        ("pip==26.3", "3.12", {"more-1.0-py3-none-any.whl", "dep-2.0-py3-none-any.whl"}),
    ],
)
def test_extras_of_a_constrained_url_came_with_pip_26_1(links, tmp_path, installer, target, taken):
    constraint = "more @ <url more-1.>"
    result = outcome(links, tmp_path, "more[x]", constraint, installer=installer, target=target)
    assert result == taken


@pytest.mark.parametrize("marker", ["", " ; sys_platform == 'win32'"])
def test_constraints_with_extras_are_refused_since_pip_20_3(links, tmp_path, marker):
    lines = ("dep", f"more[x]==1.0{marker}")
    assert outcome(links, tmp_path, *lines, installer="pip==25.0.1") == {"constraint-extras"}
    assert outcome(links, tmp_path, *lines, installer="uv==0.9.7") == {"dep-2.0-py3-none-any.whl"}


def test_hashes_of_lines_for_other_systems_do_not_count(links, tmp_path):
    lines = (
        "dep==2.0 ; sys_platform == 'win32' <dep-2.0>\n"
        "dep==1.0 ; sys_platform != 'win32' <dep-1.0>\n"
    )
    assert outcome(links, tmp_path, lines, installer="pip==25.0.1") == {"dep-1.0-py3-none-any.whl"}


def test_a_hash_behind_a_false_marker_turns_the_mode_on_for_the_others(links, tmp_path):
    lines = "dep==2.0 ; sys_platform == 'win32' <dep-2.0>\ndep==1.0\n"
    assert outcome(links, tmp_path, lines, installer="pip==25.0.1") == {"hash-missing"}


def test_hashes_that_contradict_each_other_leave_those_of_the_first_line(links, tmp_path):
    result = outcome(
        links, tmp_path, "dep==1.0 <dep-1.0>", "dep==1.0 <dep-2.0>", installer="pip==25.0.1"
    )
    assert result == {"dep-1.0-py3-none-any.whl"}
    result = outcome(
        links, tmp_path, "dep==1.0 <dep-2.0>", "dep==1.0 <dep-1.0>", installer="pip==25.0.1"
    )
    assert result == set()


@pytest.mark.parametrize(
    ("installer", "target", "taken"),
    [
        ("pip==25.3", "3.12", {"hash-without-pin"}),
        ("pip==26.3", "3.12", {"dep-1.0-py3-none-any.whl"}),
    ],
)
def test_a_hash_without_a_pin_is_enough_since_pip_26_1(links, tmp_path, installer, target, taken):
    result = outcome(links, tmp_path, "dep <dep-1.0>", installer=installer, target=target)
    assert result == taken


@pytest.mark.parametrize(
    ("installer", "target", "taken"),
    [
        ("pip==25.3", "3.12", {"hash-missing"}),
        ("pip==26.3", "3.12", {"dep-1.0-py3-none-any.whl"}),
    ],
)
def test_hashes_of_constraints_alone_count_since_pip_26_1(
    links, tmp_path, installer, target, taken
):
    result = outcome(
        links, tmp_path, "dep", "dep==1.0 <dep-1.0>", installer=installer, target=target
    )
    assert result == taken


@pytest.mark.parametrize(
    ("line", "installer", "taken"),
    [
        ("--use-feature nosuch\ndep==1.0", "pip==25.0.1", {"unknown-feature"}),
        ("--use-feature 2020-resolver\ndep==1.0", "pip==21.1.2", {"dep-1.0-py3-none-any.whl"}),
        ("--use-feature 2020-resolver\ndep==1.0", "pip==23.0.1", {"unknown-feature"}),
        ("dep>=1.0.*,<2", "pip==23.0.1", {"dep-1.0-py3-none-any.whl"}),
        ("dep>=1.0.*,<2", "pip==24.1", {"invalid-requirement"}),
        ("dep>=1.0.*,<2", "uv==0.9.7", {"invalid-requirement"}),
        ("dep==1.0\nmore>dev ; sys_platform == 'win32'", "pip==24.1", {"invalid-requirement"}),
        ("dep==2004d", "pip==23.0.1", {"invalid-requirement"}),
    ],
)
def test_what_lines_may_say_depends_on_the_release(links, tmp_path, line, installer, taken):
    assert outcome(links, tmp_path, line, installer=installer) == taken


def test_a_version_that_pep_440_does_not_know_is_not_judged_where_pip_takes_it(links, tmp_path):
    assert outcome(links, tmp_path, "dep==2004d", installer="pip==20.2.4") == set()


@pytest.mark.parametrize("installer", ["pip==25.0.1", "pip==20.0.2", "uv==0.13.9"])
@pytest.mark.parametrize("line", ["dep==", "./nowhere", "-e ./nowhere", "-r nowhere.txt", "--foo"])
def test_a_line_that_cannot_be_read_refuses_the_input_alone(links, tmp_path, line, installer):
    found = outcome(links, tmp_path, f"{line}\nmore", installer=installer)
    assert found == {"line-refused"}


def test_the_other_lines_keep_their_verdicts(tmp_path):
    (tmp_path / "lib-1-py3-none-any.whl").write_bytes(wheel_of("lib", "1"))
    (tmp_path / "r.txt").write_text("lib\n./nowhere\n./nowhere-1.tar.gz\n")
    report = check(
        [tmp_path / "r.txt"],
        targets=["cp312-manylinux_2_28_x86_64"],
        no_index=True,
        find_links=[str(tmp_path)],
        cache_dir=None,
    )
    assert report.package("lib").on["cp312-manylinux_2_28_x86_64"].verdict == "pure-wheel"
    (target,) = report.targets
    assert [(each.code, each.where) for each in target.refusals] == [
        ("line-refused", f"{tmp_path / 'r.txt'}:2"),
        ("ends-with-an-error", f"{tmp_path / 'r.txt'}:3"),
    ]


def test_a_semicolon_without_a_marker_is_for_pip_alone(links, tmp_path):
    assert "dep-1.0-py3-none-any.whl" in outcome(
        links, tmp_path, "dep==1.0;", installer="pip==25.0.1"
    )
    found = outcome(links, tmp_path, "dep==1.0 ;  # why", installer="uv==0.13.9")
    assert found == {"invalid-requirement"}
