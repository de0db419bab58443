"""Build environments under the constraints that an installer obeys."""

from dataclasses import replace

import pytest
from fake_index import FakeIndex
from msgspec import structs
from situations import requirements_of

import wheelcheck
from wheelcheck.api.analyse import analyse
from wheelcheck.installers import parse_installer

GIVEN = {"build_constraints": ("setuptools<70",)}
INHERITED = {"inherited_constraints": ("setuptools<70",)}


@pytest.mark.parametrize(
    ("installer", "constraints", "version"),
    [
        ("pip==26.3", {}, "80.0.0"),
        ("pip==26.3", GIVEN, "69.0.0"),
        ("pip==25.2", GIVEN, "80.0.0"),
        ("pip==26.2", INHERITED, "80.0.0"),
        ("pip==26.1", INHERITED, "69.0.0"),
        ("uv==0.9.0", GIVEN, "69.0.0"),
        ("uv==0.9.0", INHERITED, "80.0.0"),
    ],
)
def test_the_environment_is_what_the_installer_would_set_up(installer, constraints, version):
    index = FakeIndex(
        {
            "old": {"1": ["old-1.tar.gz"]},
            "setuptools": {
                each: [f"setuptools-{each}-py3-none-any.whl"] for each in ("69.0.0", "80.0.0")
            },
        },
        listings={
            "old-1.tar.gz": {
                "old-1/pyproject.toml": "[build-system]\nrequires = ['setuptools']\n"
                "build-backend = 'setuptools.build_meta'\n",
                "old-1/PKG-INFO": "",
            }
        },
    )
    where = wheelcheck.parse_target("3.11-manylinux_2_36_x86_64")
    where = replace(where, installer=parse_installer(installer))
    wanted = structs.replace(requirements_of("old"), **constraints)
    (plan,) = analyse(wanted, [where], index).builds
    (build,) = plan.builds
    assert [(each.name, each.version) for each in build.environment if each.name != "wheel"] == [
        ("setuptools", version)
    ]
