"""What is there already is kept as long as it satisfies, as by ``pip install``."""

import pytest
from fake_index import FakeIndex
from packaging.version import Version
from situations import requirements_of, target

from wheelcheck.resolution import Pin, Resolver, Standing

ON = target("glibc")


def pure(name: str, *versions: str) -> dict[str, list[str]]:
    return {v: [f"{name}-{v}-py3-none-any.whl"] for v in versions}


INDEX = FakeIndex(
    {
        "app": pure("app", "1", "2"),
        "lib": pure("lib", "1", "2", "3b1"),
        "other": pure("other", "1"),
        "helper": pure("helper", "1"),
        "late": {"1": ["late-1-cp311-cp311-win_amd64.whl"], "2": ["late-2-py3-none-any.whl"]},
    },
    requires={
        ("app", "1"): ["lib"],
        ("app", "2"): ["lib>=2"],
        ("other", "1"): ["lib", "late"],
        ("lib", "1"): ["helper"],
    },
)


def pins(installed: dict[str, str], *requirements: str, no_deps: bool = False) -> dict[str, str]:
    there = []
    for name, version in installed.items():
        project = INDEX.project(name)
        (file,) = project.files(Version(version))
        there.append(Pin(name, Version(version), file, Standing.INSTALLABLE))
    resolver = Resolver(requirements_of(*requirements), INDEX, installed=there, no_deps=no_deps)
    resolution = resolver.resolve(ON)
    assert resolution.conflict is None
    return {name: str(pin.version) for name, pin in resolution.pins.items()}


@pytest.mark.parametrize(
    ("installed", "requirements", "expected"),
    [
        ({}, ["lib"], {"lib": "2"}),
        ({"lib": "1"}, ["lib"], {"lib": "1"}),
        ({"lib": "3b1"}, ["lib"], {"lib": "3b1"}),  # there already, so a pre-release will do
        ({"lib": "1"}, ["lib>1"], {"lib": "2"}),
        ({"lib": "1"}, ["app"], {"app": "2", "lib": "2"}),  # the newest app, not the old lib
        ({"lib": "1"}, ["app==1"], {"app": "1", "lib": "1"}),
        ({"late": "1"}, ["late"], {"late": "1"}),  # whatever file it came from
    ],
)
def test_what_is_there_comes_first_where_it_satisfies(installed, requirements, expected):
    assert pins(installed, *requirements, no_deps=False).items() >= expected.items()


def test_what_it_requires_is_looked_up_all_the_same():
    assert "helper" in pins({"lib": "1"}, "lib")
    assert "helper" not in pins({"lib": "1"}, "lib", no_deps=True)


def test_it_is_pinned_to_the_file_that_it_came_from():
    project = INDEX.project("late")
    (file,) = project.files(Version("1"))
    there = Pin("late", Version("1"), file, Standing.INSTALLABLE)
    found = Resolver(requirements_of("late"), INDEX, installed=[there]).resolve(ON).pins["late"]
    assert found.file == file
    assert found.standing is Standing.INSTALLABLE
