"""Modules that build backends look for; what each does was seen by running it."""

import pytest

from wheelcheck.requirements.projects.project_modules import ProjectFiles, missing_module

HATCH, FLIT, POETRY, UV = (
    "hatchling.build",
    "flit_core.buildapi",
    "poetry.core.masonry.api",
    "uv_build",
)


def missing(backend: str, *files: str, name: str = "my-app", **tool) -> str:
    there = {path for file in files for path in parts(file)}
    tree = {"project": {"name": name}, "build-system": {"build-backend": backend}, "tool": tool}
    spaced = {tuple(file.split("/")[1:]) for file in files}
    in_namespace = lambda module: (module, "__init__.py") in spaced  # noqa: E731
    return missing_module(tree, ProjectFiles(there.__contains__, in_namespace))


def parts(file: str):
    while file:
        yield file
        file = file.rpartition("/")[0]


@pytest.mark.parametrize(
    ("files", "finding"),
    [
        ([], ""),
        (["other/__init__.py"], ""),
        (["src/other/__init__.py"], ""),
        (["My_App/__init__.py"], ""),
        (["my_app/__init__.py"], "hatchling flit poetry"),
        (["src/my_app/__init__.py"], "hatchling flit poetry uv"),
        (["my_app.py"], "hatchling flit poetry"),
        (["my_app/x.py"], "flit poetry"),
        (["ns/my_app/__init__.py"], "hatchling"),
    ],
)
def test_each_backend_looks_in_its_own_places(files, finding):
    backends = {"hatchling": HATCH, "flit": FLIT, "poetry": POETRY, "uv": UV}
    found = [name for name, backend in backends.items() if not missing(backend, *files)]
    assert found == finding.split()


@pytest.mark.parametrize(
    ("backend", "files", "tool"),
    [
        (HATCH, [], {"hatch": {"build": {"targets": {"wheel": {"packages": ["src/nope"]}}}}}),
        (HATCH, [], {"hatch": {"build": {"include": ["nope"]}}}),
        (FLIT, ["other.py"], {"flit": {"module": {"name": "other"}}}),
        (POETRY, ["lib/a/b.py"], {"poetry": {"packages": [{"include": "a", "from": "lib"}]}}),
        (POETRY, [], {"poetry": {"packages": [{"include": "app/**/*.py"}]}}),
        (POETRY, [], {"poetry": {"package-mode": False}}),
        (UV, ["my_app/__init__.py"], {"uv": {"build-backend": {"module-root": ""}}}),
        (UV, ["src/other/__init__.py"], {"uv": {"build-backend": {"module-name": "other"}}}),
        (UV, [], {"uv": {"build-backend": {"namespace": True}}}),
        ("pdm.backend", [], {}),
        ("setuptools.build_meta", [], {}),
        ("of.its.own", [], {}),
    ],
)  # fmt: skip
def test_settings_choose_other_modules(backend, files, tool):
    assert missing(backend, *files, **tool) == ""


@pytest.mark.parametrize(
    ("backend", "files", "tool", "module"),
    [
        (HATCH, ["a.py"], {"hatch": {"version": {"path": "a.py"}}}, "package my_app"),
        (HATCH, [], {"hatch": {"build": {"targets": {"sdist": {}}}}}, "package my_app"),
        (FLIT, ["my_app.py"], {"flit": {"module": {"name": "other"}}}, "module other"),
        (POETRY, ["my_app.py"], {"poetry": {"packages": [{"include": "app"}]}}, "package app"),
        (UV, ["my_app/__init__.py"], {}, "module src/my_app"),
    ],
)
def test_what_settings_choose_is_missed_as_well(backend, files, tool, module):
    assert missing(backend, *files, **tool) == module


def test_projects_that_state_no_plain_name_are_not_judged():
    assert missing(HATCH, name="zope.interface") == missing(HATCH, name="") == ""
    assert missing_module({"build-system": {"build-backend": 1}}, ProjectFiles(bool, bool)) == ""
