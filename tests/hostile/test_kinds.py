"""A project that attacks costs its own verdict, and nobody else's."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest
from hostile_kinds import kinds
from hostile_server import HONEST, HostileIndex, Kind

from wheelcheck import fence
from wheelcheck.cli import main
from wheelcheck.index.network import deadlines

KINDS = {kind.name: kind for kind in kinds()}
PASSWORD = "S3CR3T-of-the-user"
CHOSEN = (
    *("entry:size:2-to-64", "entry:filename:version-digits", "entry:requires-python:epoch"),
    *("entry:url:surrogate", "entry:hashes:wrong", "entry:upload-time:far"),
    *("page:nested", "page:html-base-bracket", "page:html-base-file", "page:type-odd"),
    *("url:json:open-bracket", "url:html:long-label", "url:json:file-device", "url:json:bad-idna"),
    *("status:page:500 Error", "status:metadata:abc Word", "status:wheel:206 Partial Content"),
    *("header:page:retry-far", "header:page:retry-digits", "header:page:two-lengths"),
    *("wire:page:no-head", "wire:metadata:chunk-cut", "coding:page:gzip-bomb"),
    *("coding:page:gzip-twice", "coding:metadata:gzip-broken", "cut:sdist:half"),
    *("range:short", "range:a-byte-each", "range:digits", "redirect:page:closed-port"),
    *("redirect:page:open-bracket", "redirect:metadata:credentials", "redirect:page:around"),
    *("marker:cannot-compare", "marker:digits", "marker-extra:groups-set", "requires:digits"),
    *("requires:bracket-url", "requires:device", "requires:long-name", "requires:self-exact"),
    *("metadata:beside:other-name", "metadata:inside:other-version", "metadata:beside:continued"),
    *("metadata:beside:requirements", "metadata:inside:requires-python", "setup-py:loop"),
    *("setup-py:multiply", "pyproject:requires-marker", "pyproject:deep", "build-text:meson"),
    *("sdist:traversal", "sdist:cut", "wheel:end-odd", "wheel:flipped", "elf:ones"),
)


@pytest.fixture(scope="module")
def index() -> Iterator[HostileIndex]:
    with HostileIndex([Kind("honest"), *KINDS.values()]) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _short_deadlines(monkeypatch):
    monkeypatch.setattr(deadlines, "PAGE_SECONDS", 1.5)
    monkeypatch.setattr(deadlines, "ARCHIVE_SECONDS", 2.5)
    monkeypatch.setattr("wheelcheck.index.network.http.FIRST_DELAY", 0.01)


def judged(index, kind, capsys, tmp_path):
    url = index.url(kind, f"who:{PASSWORD}")
    words = ["-p", "evil", "-p", "honest", "-i", url, "-t", "python:3.12-slim", "--format", "json"]
    code = main([*words, "--cache-dir", str(tmp_path / "cache"), "--no-advice"])
    out, err = capsys.readouterr()
    assert code in {0, 1, 3}, err
    shown = (
        out
        + err
        + "".join(
            path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()
        )
    )
    assert PASSWORD not in shown
    return json.loads(out)


def neighbours(report):
    """Their cells, but for who requests them: `evil` may well need an honest package."""
    return {
        each["name"]: {on: {**cell, "requested_by": []} for on, cell in each["on"].items()}
        for each in report["packages"]
        if each["name"] in HONEST
    }


@pytest.fixture(scope="module")
def expected(index, tmp_path_factory):
    folder = tmp_path_factory.mktemp("honest")
    words = ["-p", "evil", "-p", "honest", "-i", index.url("honest"), "-t", "python:3.12-slim"]
    with fence.recording() as caught:
        main(
            [*words, "--format", "json", "-o", str(folder / "r.json"), "--no-cache", "--no-advice"]
        )
    assert caught == []
    found = neighbours(json.loads((folder / "r.json").read_text()))
    assert {cell["verdict"] for on in found.values() for cell in on.values()} == {
        "wheel",
        "source-pure",
    }
    return found


ALL = [name for name, kind in KINDS.items() if not kind.slow]
"""All of them take minutes: ``WHEELCHECK_KINDS=all pytest tests/hostile``."""


@pytest.mark.hostile
@pytest.mark.parametrize("kind", ALL if os.environ.get("WHEELCHECK_KINDS") == "all" else CHOSEN)
def test_an_honest_neighbour_keeps_its_verdict(index, expected, kind, capsys, tmp_path):
    assert neighbours(judged(index, kind, capsys, tmp_path)) == expected


@pytest.mark.hostile
@pytest.mark.parametrize("place", ["page", "metadata", "wheel", "sdist"])
def test_a_server_that_sends_a_byte_at_a_time_is_left_at_the_deadline(
    index, expected, place, capsys, tmp_path
):
    report = judged(index, f"slow:{place}:body", capsys, tmp_path)
    assert neighbours(report) == expected
    codes = {each["code"] for each in report["problems"] if each["package"] == "evil"}
    assert "out-of-time" in codes


@pytest.mark.hostile
def test_the_time_limit_of_a_run_ends_what_is_fetched(index, capsys, monkeypatch):
    monkeypatch.setattr(deadlines, "PAGE_SECONDS", 60.0)
    url = index.url("slow:page:body")
    words = ["-p", "evil", "-p", "honest", "-i", url, "-t", "python:3.12-slim", "--format", "json"]
    assert main([*words, "--no-cache", "--timeout", "0.03", "--no-advice"]) == 3
    report = json.loads(capsys.readouterr().out)
    (message,) = {each["message"] for each in report["problems"] if each["package"] == "evil"}
    assert "time limit of the run" in message


@pytest.mark.hostile
@pytest.mark.parametrize("kind", ["metadata:beside:other-name", "metadata:beside:other-version"])
def test_metadata_of_another_release_makes_the_installer_take_the_next(
    index, kind, capsys, tmp_path
):
    report = judged(index, kind, capsys, tmp_path)
    (cell,) = next(each["on"] for each in report["packages"] if each["name"] == "evil").values()
    assert (cell["version"], cell["verdict"]) == ("1.0", "pure-wheel")


@pytest.mark.hostile
def test_a_release_with_invalid_metadata_is_passed_over_and_alone_unavailable_if_pinned(
    index, expected, capsys
):
    url = index.url("requires:legacy-star")
    words = ["-p", "evil==2", "-p", "honest", "-i", url, "-t", "python:3.12-slim"]
    assert main([*words, "--no-cache", "--no-advice", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert neighbours(report) == expected
    (cell,) = next(each["on"] for each in report["packages"] if each["name"] == "evil").values()
    assert cell["verdict"] == "unavailable"
    assert "its metadata is invalid" in cell["reason"]
    assert "another Python" not in json.dumps(report)


@pytest.mark.hostile
def test_the_index_is_not_queried_for_names_that_are_no_names(index, capsys):
    index.received.clear()
    kind = "requires:legacy-star"
    words = ["-p", "evil==2", "-i", index.url(kind), "-t", "python:3.12-slim", "--no-cache"]
    main([*words, "--format", "json"])
    capsys.readouterr()
    names = {name for of, name in index.received if of == kind}
    assert names <= {"evil", "honest", "honest-pure", "setuptools"} | {
        name for name in names if "evil-" in name or "honest-" in name
    }


@pytest.mark.hostile
def test_a_package_s_metadata_supplies_no_credentials(index, capsys, tmp_path):
    index.authorised.clear()
    judged(index, "requires:credentials", capsys, tmp_path)
    assert "dGhlaXJz" not in str(index.authorised)  # "theirs"
