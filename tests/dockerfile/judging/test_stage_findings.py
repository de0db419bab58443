import pytest
from dockerfile_context import read
from planned_builds import library, outlook, planned, tool

from wheelcheck.builds.needs.build_need import Role
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.outlook import Outlook
from wheelcheck.coverage import Verdict
from wheelcheck.dockerfile.judging.finding import Finding
from wheelcheck.dockerfile.judging.stage_findings import judge_stages
from wheelcheck.reports.values.finding_codes import finding_codes
from wheelcheck.tables import read_table

ALPINE = "FROM python:3.12-alpine\n"
SLIM = "FROM python:3.12-slim\n"
FILES = {"requirements.txt": "lxml\n"}


def codes(findings: tuple[Finding, ...]) -> set[str]:
    return {each.code for each in findings}


def judged(text: str, *outlooks, stage: int = 0, step: int = 0) -> tuple[Finding, ...]:
    dockerfile = read(text, FILES)
    return judge_stages(dockerfile, [planned(dockerfile, *outlooks, stage=stage, step=step)])


def found(text: str, code: str, *outlooks, **place: int) -> Finding:
    (finding,) = [each for each in judged(text, *outlooks, **place) if each.code == code]
    return finding


# What is missing


def test_a_build_without_a_compiler_fails():
    finding = found(
        f"{ALPINE}RUN pip install lxml", "missing-compiler", outlook("lxml 5.0", tool("c"))
    )
    assert (finding.severity, finding.line) == ("error", 2)
    assert finding.packages == ("gcc", "musl-dev")
    assert finding.builds == ("lxml 5.0",)
    assert "lxml 5.0 needs a C compiler (gcc musl-dev)" in finding.message
    assert finding.source == "the test"


def test_a_need_that_is_sure_comes_before_the_same_need_in_doubt():
    text = f"{ALPINE}RUN apk add gcc musl-dev && pip install lxml"
    unsure = outlook("uwsgi 2.0", tool("c++", inferred=True))
    sure = outlook("lxml 5.0", tool("c++"))
    for order in ((unsure, sure), (sure, unsure)):
        finding = found(text, "missing-compiler", *order)
        assert (finding.packages, finding.builds) == (("g++",), ("lxml 5.0",))
        assert "doubtful-need" not in codes(judged(text, *order))


@pytest.mark.parametrize(
    ("packages", "needs"),
    [
        ("gcc musl-dev", "c"),
        ("g++", "c c++"),
        ("build-base", "c c++ make"),
        ("alpine-sdk", "c c++ git"),
        ("gfortran musl-dev", "c fortran"),
        ("cargo", "c rust"),
        ("gcc libc-dev zlib-dev", "c pkg-config"),
    ],
)
def test_packages_answer_needs_also_by_what_they_bring(packages: str, needs: str):
    text = f"{ALPINE}RUN apk add {packages} && pip install lxml"
    tools = [tool(name) for name in needs.split()]
    assert not {"missing-compiler", "missing-build-tool"} & codes(
        judged(text, outlook("lxml 5.0", *tools))
    )


@pytest.mark.parametrize(
    ("packages", "lacking"),
    [("gcc", ("musl-dev",)), ("gfortran", ("musl-dev",)), ("musl-dev make", ("gcc",))],
)
def test_half_a_compiler_is_none(packages: str, lacking: tuple[str, ...]):
    text = f"{ALPINE}RUN apk add {packages}\nRUN pip install lxml"
    finding = found(text, "missing-compiler", outlook("lxml 5.0", tool("c")))
    assert finding.packages == lacking


def test_debian_recommends_headers_that_many_leave_out():
    text = f"{SLIM}RUN apt-get install -y --no-install-recommends gcc && pip install lxml"
    assert found(text, "missing-compiler", outlook("lxml 5.0", tool("c"))).packages == (
        "libc6-dev",
    )
    full = text.replace("gcc", "build-essential")
    assert "missing-compiler" not in codes(judged(full, outlook("lxml 5.0", tool("c"))))


@pytest.mark.parametrize(
    ("packages", "needs"),
    [
        ("gcc libpq-dev", [tool("c"), library("libpq")]),
        ("build-essential libmariadb-dev", [tool("c"), tool("make"), library("mariadb-client")]),
        ("python3-pip", [tool("c"), tool("c++"), tool("make")]),
        ("libopencv-dev", [library("libjpeg"), library("zlib")]),
        ("clang gcc-12 g++ pkgconf", [tool("c"), tool("c++"), tool("pkg-config")]),
        ("openjdk-17-jdk", [tool("java")]),
        ("golang", [tool("go")]),
    ],
)
def test_debian_packages_answer_with_all_that_they_bring(packages: str, needs):
    text = f"FROM python:3.12-slim-bookworm\nRUN apt-get install -y {packages} && pip install lxml"
    assert not {"missing-compiler", "missing-build-tool", "missing-library"} & codes(
        judged(text, outlook("lxml 5.0", *needs))
    )


def test_a_library_of_another_package_answers_by_its_files():
    lxml = outlook("lxml 5.0", library("mariadb-client"))
    text = f"{SLIM}RUN apt-get install -y --no-install-recommends"
    answered = judged(f"{text} libmariadb-dev && pip install lxml", lxml)
    assert "missing-library" not in codes(answered)
    assert found(f"{text} libpq-dev && pip install lxml", "missing-library", lxml)


def test_the_full_image_has_the_headers_of_buildpack_deps_alone():
    needs = outlook("lxml 5.0", library("libpq"), library("libxml2"), library("mariadb-client"))
    assert not codes(judged("FROM python:3.12\nRUN pip install lxml", needs)) & {"missing-library"}
    ldap = outlook("lxml 5.0", library("openldap"))
    assert found("FROM python:3.12-bookworm\nRUN pip install lxml", "missing-library", ldap)
    trixie = judged("FROM python:3.12-trixie\nRUN pip install lxml", ldap)
    assert "missing-library" not in codes(trixie), "libcurl4-openssl-dev brings it since Debian 13"


HEADERS = outlook("lxml 5.0", tool("python-headers"))
ON_DEBIAN = "FROM debian:trixie-slim\nRUN apt-get install -y --no-install-recommends gcc libc6-dev "
ON_ROCKY = "FROM rockylinux:9\nRUN dnf install -y gcc "
UV = "RUN uv venv /venv\nRUN VIRTUAL_ENV=/venv uv pip install lxml"


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("FROM alpine:3.22\nRUN apk add python3 py3-pip gcc\nRUN pip install lxml", "python3-dev"),
        (f"{ON_DEBIAN} python3 python3-pip\nRUN pip install lxml", "python3-dev"),
        (
            f"{ON_DEBIAN} python3-venv\nRUN python3 -m venv /v && /v/bin/pip install lxml",
            "python3-dev",
        ),
        (
            "FROM fedora:42\nRUN dnf install -y python3-pip gcc\nRUN pip install lxml",
            "python3-devel",
        ),
        (f"{ON_ROCKY} python3.11-pip python3.11\nRUN pip3.11 install lxml", "python3.11-devel"),
        (f"{ON_ROCKY} python3.9 python3.11\nRUN pip3.11 install lxml", "python3.11-devel"),
        (f"{ON_DEBIAN} python3\n{UV}", "python3-dev"),
    ],
)
def test_a_distributions_python_has_its_headers_in_a_package_of_their_own(text, lacking):
    finding = found(text, "missing-library", HEADERS)
    assert finding.packages == (lacking,)
    assert f"Python's headers ({lacking})" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "FROM alpine:3.22\nRUN apk add python3-dev py3-pip\nRUN pip install lxml",
        f"{ON_DEBIAN} python3-pip libpython3-dev\nRUN pip install lxml",
        f"{ON_DEBIAN} python3-pip libboost-python-dev\nRUN pip install lxml",
        "FROM debian:trixie-slim\nRUN apt-get install -y python3-pip\nRUN pip install lxml",
        f"{ON_ROCKY} python3.11-pip python3.11-devel\nRUN pip3.11 install lxml",
        f"{ON_DEBIAN}\n{UV}",
        f"{ON_DEBIAN} python3\nRUN uv python install\n{UV}",
        f"{ON_DEBIAN} python3\nENV UV_PYTHON_PREFERENCE=only-managed\n{UV}",
        f"{ON_DEBIAN} python3\n{UV.replace('venv /venv', 'venv --python 3.11 /venv', 1)}",
        f"{ON_DEBIAN} python3\nCOPY --from=python:3.13 /usr/local /usr/local\nRUN pip install lxml",
        "FROM continuumio/miniconda3\nRUN apt-get install -y python3 && pip install lxml",
    ],
)
def test_headers_that_are_there_and_those_of_another_python_are_not_missing(text):
    assert not codes(judged(text, HEADERS)) & {"missing-library", "doubtful-need"}


def test_on_ubuntu_and_with_unknown_packages_nothing_is_missing_for_certain():
    lxml = outlook("lxml 5.0", tool("c"))
    ubuntu = judged("FROM ubuntu:22.04\nRUN apt-get install -y curl && pip install lxml", lxml)
    unknown = judged(f"{SLIM}RUN apt-get install -y librust-serde-dev && pip install lxml", lxml)
    alpine = judged(f"{ALPINE}RUN apk add corp-toolchain && pip install lxml", lxml)
    for findings in (ubuntu, unknown, alpine):
        assert "doubtful-need" in codes(findings)
        assert "missing-compiler" not in codes(findings)


def test_the_large_image_has_a_compiler():
    text = "FROM python:3.12\nRUN pip install lxml"
    assert "missing-compiler" not in codes(judged(text, outlook("lxml 5.0", tool("c"))))


def test_packages_that_are_gone_again_answer_nothing():
    text = f"{ALPINE}RUN apk add --virtual .b build-base && apk del .b && pip install lxml"
    assert "missing-compiler" in codes(judged(text, outlook("lxml 5.0", tool("c"))))


def test_packages_of_a_parent_stage_answer():
    text = "FROM python:3.12-alpine AS b\nRUN apk add build-base\nFROM b\nRUN pip install lxml"
    assert "missing-compiler" not in codes(judged(text, outlook("lxml 5.0", tool("c")), stage=1))


def test_missing_libraries_and_tools_have_their_own_codes():
    needs = [tool("c"), tool("cmake"), library("libxml2")]
    text = f"{ALPINE}RUN apk add build-base && pip install lxml"
    findings = judged(text, outlook("lxml 5.0", *needs))
    by_code = {each.code: each.packages for each in findings}
    assert by_code["missing-build-tool"] == ("cmake",)
    assert by_code["missing-library"] == ("libxml2-dev",)


@pytest.mark.parametrize(
    ("verdict", "need"),
    [
        (Verdict.SOURCE_UNKNOWN, tool("c")),
        (Verdict.SOURCE_NATIVE, library("libxml2", inferred=True)),
    ],
)
def test_what_is_not_certain_is_a_doubt(verdict: Verdict, need):
    text = f"{ALPINE}RUN pip install lxml"
    finding = found(text, "doubtful-need", outlook("lxml 5.0", need, verdict=verdict))
    assert finding.severity == "warning"


def test_a_second_language_seen_in_an_sdist_is_a_doubt_unless_there_is_no_compiler_at_all():
    build = outlook("uwsgi 2.0", tool("c"), tool("c++", inferred=True))
    text = f"{ALPINE}RUN apk add gcc musl-dev && pip install uwsgi"
    assert found(text, "doubtful-need", build).packages == ("g++",)
    assert "missing-compiler" not in codes(judged(text, build))
    assert "missing-compiler" in codes(judged(f"{ALPINE}RUN pip install uwsgi", build))


def test_optional_needs_are_not_missing():
    optional = tool("c", Role.OPTIONAL)
    assert not {"missing-compiler", "doubtful-need"} & codes(
        judged(f"{ALPINE}RUN pip install lxml", outlook("lxml 5.0", optional))
    )


@pytest.mark.parametrize(
    "text",
    [
        "RUN curl https://index.example/rustup.sh | sh\nRUN pip install x",
        "RUN curl -o rustup-init https://index.example && ./rustup-init\nRUN pip install x",
    ],
)
def test_rust_may_come_by_rustup(text: str):
    found = codes(judged(SLIM + text, outlook("x 1.0", tool("rust"))))
    assert "missing-compiler" not in found


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("ENV CC=clang CXX=clang++\nRUN {} clang\nRUN pip install x", ""),
        ("RUN {} clang-19 && CC=clang-19 CXX='ccache clang++-19 -O1' pip install x", ""),
        ("RUN {} clang && export CC=/usr/bin/clang CXX=clang++ && pip install x", ""),
        (
            "RUN {} clang && CC=clang pip install x",
            "missing-compiler",
        ),  # C++ is compiled by g++ all the same
        ("RUN {} clang\nRUN pip install x", "missing-compiler"),  # Python's own CC is gcc
        ("ENV CC=clang CXX=clang++\nRUN pip install x", "missing-compiler"),
        ("ENV CC=clang CXX=clang++\nRUN {} clang-19\nRUN pip install x", "missing-compiler"),
    ],
)
def test_another_compiler_answers_where_the_variables_name_it(text: str, finding: str):
    build = outlook("x 1.0", tool("c"), tool("c++"))
    text = SLIM + text.format("apt-get install -y")
    found = {"missing-compiler"} & set(codes(judged(text, build)))
    assert found == {finding} - {""}


def test_a_build_tool_may_come_by_pip():
    text = f"{SLIM}RUN pip install cmake\nRUN pip install x"
    assert "missing-build-tool" not in codes(judged(text, outlook("x 1.0", tool("cmake")), step=1))


def test_an_obstacle_is_reported():
    obstacle = BuildObstacle("python-too-new", "it imports distutils", "setup.py", fatal=True)
    finding = found(
        f"{SLIM}RUN pip install x", "build-fails", outlook("x 1.0", obstacles=[obstacle])
    )
    assert finding.message == "x 1.0 cannot be built: it imports distutils"
    assert finding.source == "setup.py"


# At run time


def test_libraries_that_go_with_the_build_packages_are_missed():
    text = (
        f"{ALPINE}RUN apk add --no-cache --virtual .b build-base libpq-dev \\\n"
        " && pip install psycopg2 && apk del .b"
    )
    needs = [tool("c"), library("libpq")]
    finding = found(text, "missing-runtime-library", outlook("psycopg2 2.9", *needs))
    assert finding.packages == ("libpq",)
    assert finding.line == 3  # of the pip install
    repaired = text + "\nRUN apk add libpq"
    assert "missing-runtime-library" not in codes(judged(repaired, outlook("psycopg2 2.9", *needs)))


def test_a_missing_library_is_reported_where_what_needs_it_is_copied():
    text = (
        "FROM python:3.12 AS b\nRUN python -m venv /v\nRUN /v/bin/pip install psycopg2\n"
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY --from=b /v /v\n"
    )
    build = outlook("psycopg2 2.9", tool("c"), library("libpq"))
    assert found(text, "missing-runtime-library", build).line == 6


@pytest.mark.parametrize(
    ("removal", "lacks"),
    [("remove -y", False), ("purge -y --auto-remove", True), ("remove -y --autoremove", True)],
)
def test_apt_leaves_what_a_removed_package_had_brought(removal, lacks):
    """apt-get(8), autoremove: dependencies stay until they are asked to go."""
    text = (
        "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y gcc libpq-dev \\\n"
        f" && pip install psycopg2 && apt-get {removal} gcc libpq-dev"
    )
    needs = [tool("c"), library("libpq")]
    assert ("missing-runtime-library" in codes(judged(text, outlook("x 1.0", *needs)))) is lacks


@pytest.mark.parametrize(
    ("again", "lacking"),
    [
        ("", ("gcc",)),
        ("RUN apt-get update && apt-get install -y --no-install-recommends gcc\n", ()),
    ],
)
def test_headers_that_came_with_a_removed_compiler_are_there(again: str, lacking: tuple[str, ...]):
    """apt-get -s remove gcc takes gcc alone: gcc-14, libc6-dev and linux-libc-dev stay."""
    text = (
        "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y gcc\n"
        f"RUN apt-get remove -y gcc\n{again}RUN pip install x\n"
    )
    judgement = judged(text, outlook("x 1.0", tool("c")))
    missing = [each for each in judgement if each.code in {"missing-compiler", "doubtful-need"}]
    assert tuple(name for each in missing for name in each.packages) == lacking
    assert [each.code for each in missing] == ["missing-compiler"] * len(lacking)


def test_a_compiler_that_a_run_removes_and_installs_again_is_there():
    install = "apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev"
    text = f"FROM python:3.12-slim\nRUN {install}\n"
    text += f"RUN apt-get purge -y gcc && {install} && pip install x\n"
    assert "missing-compiler" not in codes(judged(text, outlook("x 1.0", tool("c"))))


def test_a_compiler_goes_though_the_same_run_has_just_installed_what_needs_it():
    install = "apt-get update && apt-get install -y --no-install-recommends"
    text = f"FROM python:3.12-slim\nRUN {install} gcc libc6-dev\n"
    text += f"RUN {install} g++ && apt-get purge -y gcc && pip install x\n"
    assert "missing-compiler" in codes(judged(text, outlook("x 1.0", tool("c"))))


def test_what_python_itself_needs_is_there():
    needs = [tool("c"), library("libffi"), library("openssl")]
    text = f"{ALPINE}RUN apk add build-base libffi-dev && pip install x && apk del libffi-dev"
    assert "missing-runtime-library" not in codes(judged(text, outlook("x 1.0", *needs)))


# Habits


BUILDER = (
    "FROM python:3.12-alpine AS b\nCOPY requirements.txt .\n"
    "RUN pip wheel -w /w -r requirements.txt\nFROM python:3.12-alpine\n"
)


def test_copied_wheels_stay():
    text = BUILDER + "COPY --from=b /w /w\nRUN pip install /w/* && rm -r /w"
    finding = found(text, "wheels-kept-in-layer", outlook("lxml 5.0"))
    assert finding.line == 5
    assert "line 6" in finding.message
    mounted = BUILDER + "RUN --mount=type=bind,from=b,source=/w,target=/w pip install /w/*"
    assert "wheels-kept-in-layer" not in codes(judged(mounted, outlook("lxml 5.0")))


@pytest.mark.parametrize(
    ("base", "code"),
    [
        ("python:3.12-slim", "other-libc"),
        ("python:3.11-slim", "other-libc"),
        ("python:3.11-alpine", "other-python"),
        ("--platform=linux/arm64 python:3.12-alpine", "other-cpu"),
    ],
)
def test_wheels_do_not_run_on_another_image(base: str, code: str):
    text = BUILDER.replace("FROM python:3.12-alpine\n", f"FROM {base}\n") + "COPY --from=b /w /w"
    assert found(text, code, outlook("lxml 5.0")).severity == "error"


def test_compilers_stay_in_the_image():
    text = f"{ALPINE}RUN apk add build-base libffi-dev tini\nRUN pip install lxml"
    finding = found(text, "compiler-in-final-image")
    assert finding.superfluous == ("build-base", "libffi-dev")
    in_builder = (
        f"FROM python:3.12-alpine AS b\nRUN apk add build-base\n{ALPINE}COPY --from=b /x /x"
    )
    assert "compiler-in-final-image" not in codes(judged_without_builds(in_builder))


def judged_without_builds(text: str) -> tuple[Finding, ...]:
    return judge_stages(read(text, FILES), [])


def test_build_packages_that_build_nothing():
    text = f"{ALPINE}RUN apk add gcc musl-dev tini && pip install lxml && apk del gcc musl-dev"
    unused = found(text, "build-packages-unused")
    assert unused.superfluous == ("gcc", "musl-dev")
    assert "build-packages-unused" not in codes(judged(text, outlook("lxml 5.0", tool("c"))))
    doubtful = text.replace("pip install", "pip install $X")
    assert "build-packages-unused" not in codes(judged(doubtful))
    assert "build-packages-unused" not in codes(judged_without_builds(text))


def test_a_build_that_fails_with_another_is_named_once():
    first = BuildObstacle("python-too-new", "it imports distutils", "setup.py", fatal=True)
    second = BuildObstacle("build-requires-failing", "x 1.0 must be built", "setup.py", fatal=True)
    text = f"{ALPINE}RUN pip install y"
    builds = outlook("x 1.0", obstacles=[first]), outlook("y 1.0", obstacles=[second])
    assert found(text, "build-fails", *builds).builds == ("x 1.0",)


def test_builds_that_fail_alike_are_a_single_finding():
    def fails(label: str, why: str, source: str) -> Outlook:
        breaks = BuildObstacle("build-requirement-breaks", why, source, fatal=True)
        return outlook(label, obstacles=[breaks])

    builds = [fails(f"x {number}", f"y 2 was y {number}", "a") for number in range(1, 8)]
    finding = found(f"{ALPINE}RUN pip install x", "build-fails", *builds, fails("z 1", "old", "b"))
    assert finding.message == (
        "x 1, x 2, x 3 and 5 more cannot be built: y 2 was y 1 (x 1); old (z 1)"
    )
    assert len(finding.builds) == 8
    assert finding.source == "a; b"


def test_what_holds_for_a_stage_is_reported_once():
    text = f"{ALPINE}RUN pip install lxml && pip install six\n"
    dockerfile = read(text)
    builds = [planned(dockerfile, outlook(f"{name} 1"), step=step)
              for step, name in enumerate(("lxml", "six"))]  # fmt: skip
    findings = [
        finding for finding in judge_stages(dockerfile, builds) if finding.code == "musl-base"
    ]
    assert [finding.builds for finding in findings] == [("lxml 1", "six 1")]


def test_commands_of_a_line_share_what_is_missing():
    dockerfile = read(f"{ALPINE}RUN pip install lxml && pip install six\n")
    builds = [planned(dockerfile, outlook(f"{name} 1", tool("c")), step=step)
              for step, name in enumerate(("lxml", "six"))]  # fmt: skip
    findings = [
        finding
        for finding in judge_stages(dockerfile, builds)
        if finding.code == "missing-compiler"
    ]
    assert [finding.builds for finding in findings] == [("lxml 1", "six 1")]
    assert findings[0].message.startswith("lxml 1 and six 1 need a C compiler (gcc musl-dev) to be")


def test_removing_in_a_later_layer_frees_nothing():
    text = f"{ALPINE}RUN apk add gcc musl-dev\nRUN pip install lxml && apk del gcc musl-dev"
    finding = found(text, "removed-in-later-layer")
    assert (finding.line, finding.superfluous) == (2, ("gcc", "musl-dev"))


def test_builds_that_a_cache_would_spare():
    text = f"{ALPINE}RUN pip install --no-cache-dir lxml"
    finding = found(text, "built-again", outlook("numpy 1.24", times=3, top_level=False))
    assert "numpy 1.24 3 times" in finding.message
    cached = f"{ALPINE}RUN pip install lxml"
    assert "built-again" not in codes(judged(cached, outlook("numpy 1.24", times=1)))


@pytest.mark.parametrize(
    ("run", "reported"),
    [
        ("pip install lxml", True),
        ("--mount=type=cache,target=/root/.cache/pip pip install lxml", False),
        ("--mount=type=cache,target=/root/.cache pip install lxml", False),
        ("--mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir lxml", True),
        ("--mount=type=cache,target=/root/.cache/uv uv pip install lxml", False),
    ],
)
def test_a_cache_mount_keeps_what_is_built(run: str, *, reported: bool):
    text = f"{ALPINE}RUN {run}"
    assert ("no-cache-mount" in codes(judged(text, outlook("lxml 5.0")))) is reported
    assert "no-cache-mount" not in codes(judged(text))


def test_musl_is_reported_where_it_costs_builds():
    text = f"{ALPINE}RUN pip install lxml"
    assert "musl-base" in codes(judged(text, outlook("lxml 5.0")))
    assert "musl-base" not in codes(judged(text, outlook("x 1", verdict=Verdict.SOURCE_PURE)))
    assert "musl-base" not in codes(judged(f"{SLIM}RUN pip install x", outlook("lxml 5.0")))


def test_sources_before_requirements():
    text = f"{SLIM}COPY . .\nRUN pip install -r requirements.txt"
    assert found(text, "sources-before-requirements").line == 2
    better = f"{SLIM}COPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . ."
    assert "sources-before-requirements" not in codes(judged_without_builds(better))


def test_a_second_python_and_its_packages_are_superfluous():
    text = f"{ALPINE}RUN apk add --no-cache python3-dev py3-numpy tini"
    (finding,) = (each for each in judged_without_builds(text) if each.code == "second-python")
    assert finding.superfluous == ("python3-dev", "py3-numpy")
    own = "FROM alpine:3.21\nRUN apk add --no-cache python3 py3-pip python3-dev"
    assert "second-python" not in codes(judged_without_builds(own))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{SLIM}RUN pip install flask", "cache-kept-in-image"),
        (f"{SLIM}RUN apt-get install -y tini", "index-kept-in-image"),
        (f"{ALPINE}RUN apk add tini", "index-kept-in-image"),
        (f"{SLIM}RUN pip install -U pip setuptools", "pip-upgraded"),
    ],
)
def test_habits_that_enlarge_an_image_are_noted(text: str, code: str):
    assert code in codes(judged_without_builds(text))


def test_packages_of_the_distribution_may_spare_builds():
    text = "FROM alpine:3.21\nRUN apk add python3 py3-lxml build-base && pip install lxml"
    assert found(text, "distribution-package", outlook("lxml 5.0")).severity == "note"
    own = text.replace("alpine:3.21", "python:3.12-alpine")
    assert "distribution-package" not in codes(judged(own, outlook("lxml 5.0")))


def test_a_careful_file_has_no_findings():
    text = (
        f"{SLIM}RUN --mount=type=cache,target=/root/.cache/pip \\\n"
        "    --mount=type=bind,source=requirements.txt,target=requirements.txt \\\n"
        "    pip install -r requirements.txt\nCOPY . .\n"
    )
    assert judged_without_builds(text) == ()


def test_stages_that_nobody_needs_are_not_judged():
    text = f"FROM python:3.12-alpine AS a\nRUN pip install lxml\n{ALPINE}RUN true"
    assert "missing-compiler" not in codes(judged(text, outlook("lxml 5.0", tool("c"))))


def test_errors_come_first():
    text = f"{ALPINE}COPY . .\nRUN pip install -U pip\nRUN pip install -r requirements.txt"
    severities = [each.severity for each in judged(text, outlook("lxml 5.0", tool("c")), step=1)]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)
    assert severities[0] == "error"


# Tables


def test_every_code_has_its_meaning_and_source():
    for row in finding_codes().values():
        assert row["severity"] in {"error", "warning", "note"}
        assert row["meaning"]
        assert row["source"]


def test_the_table_of_implied_packages():
    rows = read_table("distributions/implied_packages.csv")
    keys = [(row["family"], row["package"]) for row in rows]
    assert len(keys) == len(set(keys))
    for row in rows:
        assert row["family"] in {"apk", "apt", "dnf"}
        assert row["brings"].split()
        assert row["package"] not in row["brings"].split()
        assert row["source"]


def test_the_table_of_counterparts():
    rows = read_table("dockerfile/fixing/counterparts.csv")
    names = [row["apk"] for row in rows]
    assert len(names) == len(set(names))
    assert all(row["source"] for row in rows)


DISTROLESS = (
    "FROM python:3.13-slim AS b\nRUN python -m venv /venv && /venv/bin/pip install lxml\n"
    "FROM gcr.io/distroless/python3-debian13\nCOPY --from=b /venv /venv\n"
)


def test_an_environment_without_its_python_runs_nothing():
    """README of distroless, python3: environments must be made with /usr/bin/python."""
    finding = found(f'{DISTROLESS}ENTRYPOINT ["/venv/bin/python", "-m", "x"]', "other-python")
    assert (finding.severity, finding.line) == ("error", 4)
    assert "/usr/bin/python3.13" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        f'{DISTROLESS}ENV PYTHONPATH=/venv/lib/python3.13/site-packages\nCMD ["-m", "x"]',
        DISTROLESS.replace("python -m", "ln -s /usr/local/bin/python /usr/bin/python && python -m")
        + 'CMD ["/venv/bin/python"]',
        DISTROLESS.replace("gcr.io/distroless/python3-debian13", "python:3.13-slim")
        + 'CMD ["/venv/bin/python"]',
        f'{DISTROLESS}COPY --from=b /usr/local /usr/local\nCMD ["/venv/bin/python"]',
    ],
)
def test_an_environment_that_finds_its_python_runs(text: str):
    assert "other-python" not in codes(judged(text))
