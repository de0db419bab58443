"""Which pip an image holds on a day, and what is said where nobody knows."""

from datetime import date

import pytest

from wheelcheck.installers import Certainty, is_externally_managed
from wheelcheck.tables import read_table
from wheelcheck.targets.images.catalogue import catalogue
from wheelcheck.targets.pythons import find_release
from wheelcheck.targets.spellings.spelling import parse_target_on
from wheelcheck.targets.target import Implementation

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("image", "day", "pip"),
    [
        ("python:3.8-slim", date(2021, 6, 1), "pip 21.1.2"),
        ("python:3.7.2-alpine3.9", date(2019, 2, 15), "pip 19.0.2"),
        ("python:3.8-alpine", date(2023, 4, 14), "pip 22.0.4"),
        ("python:3.12.6-slim", TODAY, "pip 24.2"),
        ("python:3.12-slim", TODAY, "pip 25.0.1"),
        ("python:3.13.5-alpine", TODAY, "pip 25.1.1"),
        ("python:3.14.9-slim", TODAY, "pip 26.2.1"),
        ("debian:12", TODAY, "pip 23.0.1"),
        ("alpine:3.22", TODAY, "pip 25.1.1"),
        ("ghcr.io/astral-sh/uv:python3.12-bookworm", TODAY, "pip 25.0.1"),
    ],
)
def test_an_image_holds_the_pip_of_its_day(image, day, pip):
    installer = parse_target_on(image, as_of=day).installer
    assert (installer.label, installer.certainty) == (pip, Certainty.IMAGE)


@pytest.mark.parametrize("image", ["public.ecr.aws/lambda/python:3.12", "python:3.14-slim"])
def test_a_pip_that_nobody_has_seen_is_called_unknown(image):
    target = parse_target_on(image, as_of=TODAY)
    assert target.installer.certainty is Certainty.UNKNOWN
    assert target.installer.label == "pip"
    assert any("is not known" in note for note in target.notes)


def test_a_bare_tag_takes_the_newest_pip_for_its_python():
    target = parse_target_on("cp38-manylinux_2_17_x86_64", as_of=TODAY)
    assert (target.installer.label, target.installer.certainty) == (
        "pip 25.0.1",
        Certainty.NEWEST,
    )


def patches() -> list[tuple[str, str]]:
    """Every minor version of the catalogue's official images with all its patch releases."""
    minors = {
        name.removeprefix("python:").partition("-")[0]
        for name in catalogue()
        if name.startswith("python:")
    }
    rows = read_table("targets/pythons.csv")
    return [
        (row["python_version"], row["released"])
        for row in rows
        if row["implementation"] == "cpython" and row["python_version"].rpartition(".")[0] in minors
    ]


@pytest.mark.parametrize(("patch", "released"), patches())
def test_every_patch_release_has_its_pip_or_none_that_was_seen(patch, released):
    """`pip --version` of the day's Dockerfile, of `ensurepip` since 2024-09, or unknown."""
    first = catalogue_day(patch)
    if first is None or first > date.fromisoformat(released):
        return
    installer = parse_target_on(f"python:{patch}-slim", as_of=TODAY).installer
    built = min(TODAY, last_day(patch))
    minor = patch.rpartition(".")[0]
    named = [
        row["pip"]
        for row in sorted(read_table("installers/images.csv"), key=lambda row: row["since"])
        if row["python"] == minor and row["since"] <= built.isoformat()
    ]
    if not named:
        assert installer.certainty is Certainty.UNKNOWN
    elif named[-1] != "ensurepip":
        assert installer.label == f"pip {named[-1]}"
    else:
        unseen = {"3.13.18", "3.14.10", "3.15.2"}
        assert (installer.certainty is Certainty.UNKNOWN) == (patch in unseen)


def catalogue_day(patch: str) -> date | None:
    """The first day of the slim images of a minor version."""
    minor = patch.rpartition(".")[0]
    days = [
        row.first
        for name, row in catalogue().items()
        if name.startswith(f"python:{minor}-slim-") and row.first
    ]
    return min(days, default=None)


def last_day(patch: str) -> date:
    """The day before the next patch release, or the last day of its images."""
    minor, _, number = patch.rpartition(".")
    following = find_release(Implementation.CPYTHON, f"{minor}.{int(number) + 1}")
    rows = [row for name, row in catalogue().items() if name.startswith(f"python:{minor}-slim-")]
    lasts = [row.last or date.max for row in rows]
    before = date.fromordinal(following.released.toordinal() - 1) if following else date.max
    return min(before, max(lasts))


@pytest.mark.parametrize(
    ("os", "version", "marked"),
    [
        ("debian", "11", False),
        ("debian", "12", True),
        ("ubuntu", "22.04", False),
        ("ubuntu", "24.04", True),
        ("alpine", "3.18", False),
        ("alpine", "3.19", True),
        ("almalinux", "9", False),
    ],
)
def test_distributions_mark_their_python_since_a_release(os, version, marked):
    assert is_externally_managed(os, version) is marked
