"""Sizes and targets of images that callers state, and sizes that images do not share."""

from datetime import date

import pytest

from wheelcheck.costs.image_parts.base_image import base_image
from wheelcheck.costs.quantity import Quantity
from wheelcheck.errors import Unknown
from wheelcheck.targets import parse_target_on
from wheelcheck.targets.images.likely_images import likely_target
from wheelcheck.targets.images.stated_images import (
    StatedImage,
    stated_image,
    with_size,
    with_stated_sizes,
)

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("python:3.12-slim", StatedImage("python:3.12-slim")),
        ("1100MB", StatedImage(None, 1100)),
        ("1.1 GB", StatedImage(None, 1100)),
        ("python:3.12-slim, 420mb", StatedImage("python:3.12-slim", 420)),
    ],
)
def test_an_image_has_a_target_a_size_or_both(text: str, meant: StatedImage):
    assert stated_image("corp/base:1", {"corp/*": text}) == meant
    assert stated_image("other:1", {"corp/*": text}) == StatedImage()


def test_a_stated_size_is_that_of_the_target():
    (target,) = with_stated_sizes(
        [parse_target_on("ubuntu:25.10", as_of=TODAY)], {"ubuntu:*": "80MB"}
    )
    size = base_image(target)
    assert isinstance(size, Quantity)
    assert size.value == 80e6


def likely(name: str):
    found = likely_target(name, "linux/amd64", TODAY)
    assert found is not None
    return found[0]


def test_another_image_on_a_distribution_has_a_size_of_its_own():
    target = likely("node:20")
    assert target.image is not None
    assert target.image.name == "debian:12"
    size = base_image(target)
    assert isinstance(size, Unknown)
    assert "node:20" in size.reason
    assert "--image node:20=SIZE" in size.reason
    assert isinstance(base_image(with_size(target, 1100)), Quantity)


@pytest.mark.parametrize("name", ["mirror.example/hub/debian:12", "arm64v8/debian:12"])
def test_a_mirror_has_the_same_image(name: str):
    assert isinstance(base_image(likely(name)), Quantity)


@pytest.mark.parametrize(
    ("day", "python"), [(date(2025, 6, 1), (3, 11)), (date(2026, 2, 1), (3, 13))]
)
def test_distroless_moved_to_another_debian(day: date, python: tuple[int, int]):
    for name in ("gcr.io/distroless/python3", "gcr.io/distroless/python3:nonroot"):
        target = parse_target_on(name, as_of=day)
        assert target.python == python
        assert isinstance(base_image(target), Quantity)
