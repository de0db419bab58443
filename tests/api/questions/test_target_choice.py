"""Targets that callers name, and what is proposed for images that are not known."""

from datetime import date

import pytest

from wheelcheck.api.questions.target_choice import matrix_of
from wheelcheck.errors import TargetError

DAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("spelling", "near", "why"),
    [
        ("node:20", "debian:12", "an image on Debian"),
        ("golang", "debian:12", "an image on Debian"),
        (f"node:20@sha256:{'ab' * 32}", "debian:12", "an image on Debian"),
        ("node:20-alpine3.19@linux/arm64", "alpine:3.19@linux/arm64", "on Alpine"),
        ("quay.io/jupyter/minimal-notebook:python-3.12", "cp312-manylinux_2_39_x86_64", "conda"),
    ],
)
def test_of_an_image_that_is_not_known_the_nearest_is_proposed(spelling, near, why):
    with pytest.raises(TargetError) as caught:
        matrix_of([spelling], DAY)
    assert caught.value.near == (near,)
    assert why in caught.value.why
    assert matrix_of([near], DAY)


@pytest.mark.parametrize("spelling", ["foo", "bar:1"])
def test_nothing_is_proposed_for_what_resembles_nothing(spelling):
    with pytest.raises(TargetError) as caught:
        matrix_of([spelling], DAY)
    assert caught.value.near == ()
