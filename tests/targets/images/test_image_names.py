"""What an image name meant on a given day."""

from datetime import date

import pytest

from wheelcheck.errors import TargetError
from wheelcheck.targets import Libc, parse_target_on
from wheelcheck.targets.images.image_names import find_image, normalise_image
from wheelcheck.targets.pythons import newest_free_threaded, supported_pythons

TODAY = date(2026, 11, 23)
STORY = date(2023, 4, 14)


@pytest.mark.parametrize(
    ("name", "as_of", "image"),
    [
        ("python:3.8-alpine", STORY, "python:3.8-alpine3.17"),
        ("python:3.8-slim", STORY, "python:3.8-slim-bullseye"),
        ("python:3.8", STORY, "python:3.8-bullseye"),
        ("python:3.8-slim", TODAY, "python:3.8-slim-bookworm"),
        ("python:3.8-alpine", TODAY, "python:3.8-alpine3.20"),
        ("python:3.7-alpine", date(2020, 1, 15), "python:3.7-alpine3.11"),
        ("python:3.12", TODAY, "python:3.12-trixie"),
        ("python:3.12-slim", date(2025, 8, 1), "python:3.12-slim-bookworm"),
        ("python:3.12-slim", date(2025, 9, 1), "python:3.12-slim-trixie"),
        ("python:3.12-alpine", TODAY, "python:3.12-alpine3.24"),
        ("python:3.12-alpine3.20", TODAY, "python:3.12-alpine3.20"),
        ("python:3.13-slim-bookworm", TODAY, "python:3.13-slim-bookworm"),
        ("python:3.12.4-slim", TODAY, "python:3.12-slim-bookworm"),
        ("python:3.12.4-alpine", TODAY, "python:3.12-alpine3.20"),
        ("python:3-slim", STORY, "python:3.11-slim-bullseye"),
        ("python:slim", STORY, "python:3.11-slim-bullseye"),
        ("python:bookworm", date(2024, 1, 1), "python:3.12-bookworm"),
        ("python", STORY, "python:3.11-bullseye"),
        ("python:latest", date(2025, 1, 1), "python:3.13-bookworm"),
        ("pypy:3.11-slim", TODAY, "pypy:3.11-slim-trixie"),
        ("pypy:3.10", STORY, None),
        ("debian:stable", STORY, "debian:11"),
        ("debian:stable", TODAY, "debian:13"),
        ("debian:stable-slim", TODAY, "debian:13-slim"),
        ("debian:bookworm", TODAY, "debian:12"),
        ("debian", TODAY, "debian:13"),
        ("alpine", STORY, "alpine:3.17"),
        ("alpine:3", TODAY, "alpine:3.24"),
        ("ubuntu:noble", TODAY, "ubuntu:24.04"),
        ("ubuntu", STORY, "ubuntu:22.04"),
        ("amazonlinux:latest", STORY, "amazonlinux:2023"),
        ("python:3.14-slim", STORY, None),
        ("python:3.12-trixie", STORY, None),
        ("alpine:3.24", STORY, None),
        ("debian:trixie", STORY, None),
    ],
)
def test_aliases_by_day(name, as_of, image):
    if image:
        assert find_image(name, as_of).row.image == image
    else:
        with pytest.raises(TargetError, match=f"did not exist on {as_of}"):
            find_image(name, as_of)


@pytest.mark.parametrize(
    ("name", "libc", "version"),
    [
        ("debian:10", Libc.GLIBC, (2, 28)),
        ("debian:11", Libc.GLIBC, (2, 31)),
        ("debian:12-slim", Libc.GLIBC, (2, 36)),
        ("debian:13", Libc.GLIBC, (2, 41)),
        ("amazonlinux:2", Libc.GLIBC, (2, 26)),
        ("amazonlinux:2023", Libc.GLIBC, (2, 34)),
        ("ubuntu:24.04", Libc.GLIBC, (2, 39)),
        ("public.ecr.aws/lambda/python:3.11", Libc.GLIBC, (2, 26)),
        ("public.ecr.aws/lambda/python:3.12", Libc.GLIBC, (2, 34)),
        ("registry.access.redhat.com/ubi9/python-312", Libc.GLIBC, (2, 34)),
        ("registry.access.redhat.com/ubi8/ubi-minimal:8.10", Libc.GLIBC, (2, 28)),
        ("cgr.dev/chainguard/python:latest-dev", Libc.GLIBC, (2, 43)),
        ("gcr.io/distroless/python3-debian12", Libc.GLIBC, (2, 36)),
        ("nvidia/cuda:12.4.1-devel-ubuntu22.04", Libc.GLIBC, (2, 35)),
        ("alpine:3.12", Libc.MUSL, (1, 1)),
        ("alpine:3.13", Libc.MUSL, (1, 2)),
        ("python:3.12-alpine", Libc.MUSL, (1, 2)),
        ("ghcr.io/astral-sh/uv:python3.12-alpine", Libc.MUSL, (1, 2)),
    ],
)
def test_libc_of_images(name, libc, version):
    target = parse_target_on(name, as_of=TODAY)
    assert (target.libc, target.libc_version) == (libc, version)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("docker.io/library/python:3.12", "python:3.12"),
        ("library/python:3.12-slim", "python:3.12-slim"),
        ("public.ecr.aws/docker/library/python:3.12", "python:3.12"),
        ("public.ecr.aws/amazonlinux/amazonlinux:2023", "amazonlinux:2023"),
        ("amazon/aws-lambda-python:3.12", "public.ecr.aws/lambda/python:3.12"),
        ("registry.redhat.io/ubi9/python-312", "registry.access.redhat.com/ubi9/python-312:latest"),
        ("python", "python:latest"),
        ("python:3.12-slim@sha256:0123", "python:3.12-slim"),
        ("index.example:5000/python", "index.example:5000/python:latest"),
    ],
)
def test_mirrors_and_long_names(name, short):
    assert normalise_image(name) == short


def test_a_docker_platform_sets_the_architecture():
    for platform, arch in [
        ("amd64", "x86_64"),
        ("arm64", "aarch64"),
        ("arm64/v8", "aarch64"),
        ("arm/v7", "armv7l"),
        ("arm/v6", "armv6l"),
        ("386", "i686"),
        ("ppc64le", "ppc64le"),
        ("s390x", "s390x"),
        ("riscv64", "riscv64"),
    ]:
        spelling = f"python:3.12-alpine@linux/{platform}"
        target = parse_target_on(spelling, as_of=TODAY)
        assert target.arch == arch
        assert target.name == spelling
        assert target.marker_environment()["platform_machine"] == arch


@pytest.mark.parametrize(
    ("image", "platform", "there", "gone"),
    [
        ("python:3.8-slim-bullseye", "ppc64le", STORY, TODAY),
        ("debian:12", "s390x", STORY.replace(year=2025), TODAY),
    ],
)
def test_platforms_come_and_go(image, platform, there, gone):
    spelling = f"{image}@linux/{platform}"
    assert parse_target_on(spelling, as_of=there).arch == platform
    with pytest.raises(TargetError, match=f"does not exist for linux/{platform}"):
        parse_target_on(spelling, as_of=gone)


def test_python_of_an_image_by_day():
    story = parse_target_on("python:3.8-alpine", as_of=STORY)
    assert story.python_full_version == "3.8.16"
    assert story.installer.label == "pip 22.0.4"
    assert parse_target_on("python:3.8-slim", as_of=TODAY).python_full_version == "3.8.20"
    dropped = parse_target_on("python:3.12-bullseye", as_of=TODAY)
    assert dropped.python_full_version == "3.12.11"  # the newest when bullseye was dropped
    pinned = parse_target_on("python:3.12.4-slim", as_of=TODAY)
    assert pinned.python_full_version == "3.12.4"


def test_facts_of_an_image():
    story = parse_target_on("python:3.8-alpine", as_of=STORY).image
    assert (story.compressed_mb, story.uncompressed_mb) == (18.5, 48.2)
    image = parse_target_on("python:3.12-slim-bookworm", as_of=TODAY).image
    assert (image.os, image.os_version) == ("debian", "12")
    assert (image.compressed_mb, image.uncompressed_mb) == (45.4, 124.3)
    assert image.has_compiler is False
    assert parse_target_on("python:3.12", as_of=TODAY).image.has_compiler is True


def notes(name: str, as_of: date = TODAY) -> str:
    return "\n".join(parse_target_on(name, as_of=as_of).notes)


def test_python_of_the_distribution_is_noted():
    assert "apt-get install python3" in notes("ubuntu:24.04")
    assert parse_target_on("ubuntu:24.04", as_of=TODAY).python_full_version == "3.12.3"
    assert "apk add python3" in notes("alpine:3.20")
    assert parse_target_on("alpine:3.20", as_of=TODAY).python == (3, 12)
    assert "patch release of Python 3.9 it holds is not known" in notes("amazonlinux:2023")
    assert "no Python inside" not in notes("python:3.12-slim")


def test_end_of_life_is_noted_from_its_day_on():
    assert "alpine 3.17 reached its end of life on 2024-11-22" in notes("python:3.8-alpine3.17")
    assert "not been rebuilt since 2023-12-08" in notes("python:3.8-alpine3.17")
    assert "CPython 3.8 has been without upstream support" in notes("python:3.8-slim")
    assert notes("python:3.8-alpine", STORY) == ""
    assert "were not rebuilt after 2024-08-05" in notes("python:3.12.4-slim")


@pytest.mark.parametrize(
    ("name", "as_of", "word"),
    [
        ("python:3.7-alpine", date(2020, 1, 15), "musllinux"),
        ("python:3.8-alpine", date(2021, 8, 1), None),  # pip 21.2 is the first to know it
        ("python:3.7-slim", date(2020, 1, 15), "PEP 600"),
        ("python:3.7-slim", date(2019, 7, 20), "manylinux2014"),
        ("python:3.7-slim", date(2021, 1, 1), None),
    ],
)
def test_an_old_pip_is_noted(name, as_of, word):
    found = notes(name, as_of)
    assert (word in found) if word else ("its pip" not in found)


def test_assumed_variants_are_noted():
    assert "assumed" in notes("python:3.15-slim")


def test_digests_are_noted():
    assert "digest is not looked up" in notes("python:3.12@sha256:0123")


def test_the_pythons_of_a_day_are_those_supported_then():
    assert supported_pythons(TODAY) == ((3, 11), (3, 12), (3, 13), (3, 14), (3, 15))
    assert newest_free_threaded(TODAY) == (3, 15)
    assert newest_free_threaded(date(2024, 12, 1)) == (3, 13)
    assert newest_free_threaded(STORY) is None
