"""Packages that move to the stage that builds: what removed them before would now fail."""

import pytest
from dockerfile_context import read
from planned_builds import library, outlook, planned, tool

from wheelcheck.dockerfile.fixing.correcting import correct

ALPINE = "FROM python:3.12-alpine\n"
DEBIAN = "FROM python:3.12-slim\n"
ADD = "RUN apk add --no-cache --virtual .build-deps gcc musl-dev\n"
INSTALL = "RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev"
PIP = "RUN pip install x\n"
CLEAN = "rm -rf /var/lib/apt/lists/*"
X = outlook("x 1.0", tool("c"))


def stages_of(text: str) -> tuple[str, str, str]:
    """What a corrected file says in its base, its builder and its last stage."""
    dockerfile = read(text)
    found = correct(dockerfile, [planned(dockerfile, X)])
    assert found is not None
    base, wheels, final = found.text.split("\nFROM base")
    return base + "\n", wheels, final


@pytest.mark.parametrize(
    ("install", "removal", "remains"),
    [
        (ALPINE + ADD, "apk del .build-deps", ""),
        (ALPINE + ADD, "apk --no-cache del .build-deps && rm -rf /root/.cache", "rm -rf /root"),
        (f"{ALPINE}RUN apk add gcc musl-dev libpq-dev\n", "apk del gcc musl-dev libpq-dev", ""),
        (f"{ALPINE}RUN apk add build-base\n", "apk del gcc musl-dev", ""),
        (f"{DEBIAN}{INSTALL}\n", "apt-get purge -y --auto-remove gcc libc6-dev", ""),
        (f"{DEBIAN}{INSTALL}\n", "apt-get purge -y gcc linux-libc-dev cpp-14", ""),
        (
            f"{DEBIAN}{INSTALL} && {CLEAN}\n",
            f"apt-get purge -y gcc && apt-get autoremove -y && {CLEAN}",
            f"RUN apt-get autoremove -y && {CLEAN}\n",
        ),
        (
            f"{DEBIAN}{INSTALL}\n",
            "set -e; sudo apt-get purge -y gcc || true; ls",
            "set -e; true; ls",
        ),
    ],
)
def test_what_moves_takes_its_removal_along(install: str, removal: str, remains: str):
    base, wheels, final = stages_of(f"{install}{PIP}RUN {removal}\nCMD x\n")
    assert "RUN" not in base
    assert install.partition("\n")[2] in wheels
    assert remains in final
    assert not any(word in final for word in ("apk", "purge", "gcc"))
    assert final.endswith("CMD x\n")


def test_the_removal_before_the_build_goes_too():
    base, wheels, _ = stages_of(f"{DEBIAN}{INSTALL}\nRUN apt-get remove -y gcc\n{PIP}")
    assert "remove" not in base
    assert wheels.count("install -y") == 1


def test_what_is_still_there_is_removed_all_the_same():
    curl = "RUN apt-get update && apt-get install -y curl\n"
    purge = "RUN apt-get purge -y gcc=4:14.2.0-1 \\\n    curl 'libc6-dev' && ls\n"
    text = f"{DEBIAN}{curl}{INSTALL}\n{PIP}{purge}"
    assert "RUN apt-get purge -y \\\n    curl && ls\n" in stages_of(text)[2]


def test_what_a_later_run_brings_itself_it_removes_itself():
    own = "apt-get update && apt-get install -y gcc && make && apt-get purge -y gcc"
    assert f"RUN {own}\n" in stages_of(f"{DEBIAN}{INSTALL}\n{PIP}RUN {own}\n")[2]


def test_the_image_s_own_packages_are_removed_by_who_removed_them():
    text = f"FROM python:3.12\n{INSTALL}\n{PIP}RUN apt-get purge -y gcc\n"
    assert "purge -y gcc" in stages_of(text)[2]


def test_stages_on_the_stage_lose_the_removal():
    text = f"FROM python:3.12-alpine AS app\n{ADD}{PIP}FROM app\nRUN apk del .build-deps\nCMD x\n"
    dockerfile = read(text)
    found = correct(dockerfile, [planned(dockerfile, X)])
    assert found is not None
    assert found.text.endswith("FROM app\nCMD x\n")


def test_a_stage_on_which_another_builds_is_not_parted():
    text = f"FROM python:3.12-alpine AS app\n{ADD}{PIP}FROM app\nRUN pip install y\n"
    dockerfile = read(text)
    y = planned(dockerfile, outlook("y 1.0", tool("c")), stage=1)
    found = correct(dockerfile, [planned(dockerfile, X), y])
    assert found is not None
    assert f"AS app\n{ADD}" in found.text


@pytest.mark.parametrize(
    "removal",
    [
        "apt-get purge -y 'gcc*'",
        "apt-get purge -y $DEPS",
        "if test -f x; then apt-get purge -y gcc; fi",
        "(apt-get purge -y gcc)",
        "apt-get purge -y gcc | tail",
        "sh -c 'apt-get purge -y gcc'",
        "echo $(apt-get purge -y gcc)",
    ],
)
def test_nothing_moves_where_its_removal_cannot_be_taken_away(removal: str):
    base, _, final = stages_of(f"{DEBIAN}{INSTALL}\n{PIP}RUN {removal}\n")
    assert INSTALL in base
    assert f"RUN {removal}\n" in final


@pytest.mark.parametrize(
    "tidying",
    [
        CLEAN,
        f"apt-get clean && {CLEAN} /tmp/* /var/tmp/*",
    ],
)
def test_an_installation_that_tidies_up_behind_itself_moves(tidying: str):
    base, wheels, _ = stages_of(f"{DEBIAN}{INSTALL} && {tidying}\n{PIP}")
    assert "gcc" not in base
    assert f"{INSTALL} && {tidying}\n" in wheels


@pytest.mark.parametrize("more", ["rm -rf /srv/app", "make", "apt-get install -y $MORE"])
def test_an_installation_that_does_more_stays(more: str):
    assert f"{INSTALL} && {more}\n" in stages_of(f"{DEBIAN}{INSTALL} && {more}\n{PIP}")[0]


def test_lists_that_the_author_uses_later_are_fetched_where_they_were():
    base, _, final = stages_of(f"{DEBIAN}{INSTALL}\n{PIP}RUN apt-get install -y curl\n")
    assert f"{INSTALL}\n" in base
    assert "RUN apt-get install -y curl\n" in final
    update, gcc = "RUN apt-get update\n", "RUN apt-get install -y gcc\n"
    base, wheels, _ = stages_of(f"{DEBIAN}{update}{gcc}{PIP}RUN apt-get install -y curl\n")
    assert update in base
    assert gcc in wheels


def test_libraries_that_came_with_moved_packages_are_installed_by_name():
    text = f"{ALPINE}RUN apk add gcc musl-dev libpq-dev\n{PIP}RUN apk del gcc musl-dev libpq-dev\n"
    dockerfile = read(text)
    build = outlook("x 1.0", tool("c"), library("libpq"))
    found = correct(dockerfile, [planned(dockerfile, build)])
    assert found is not None
    assert "FROM base\nRUN apk add --no-cache libpq\n" in found.text
    assert "apk del" not in found.text
