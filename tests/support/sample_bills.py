"""Sample reports that tell of source builds and of costs, built by hand."""

from sample_reports import alpine_story, mixed

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.advice_values import Advice
from wheelcheck.reports.values.build_values import (
    BuildPlan,
    BuildRequirement,
    Commands,
    Evidence,
    Need,
    Obstacle,
    SourceBuild,
    SourceEvidence,
)
from wheelcheck.reports.values.cost_values import Bill, BuildCost, Estimate, ImageSize
from wheelcheck.reports.values.report import Report

ALPINE = "python:3.8-alpine"
MB, GB = 10**6, 10**9


def about(value: float, spread: float = 0.3, basis="modelled", source: str = "") -> Estimate:
    low, high = value * (1 - spread), value * (1 + spread)
    return Estimate(value=value, low=low, high=high, basis=basis, source=source)


def exactly(value: float) -> Estimate:
    return Estimate(value=value, low=value, high=value, basis="exact")


def build(name: str, version: str, minutes: float | None, *tools: str, **more) -> SourceBuild:
    cost = BuildCost(unknown="nothing like it was ever measured")
    if minutes is not None:
        cost = BuildCost(
            cpu_seconds=about(110 * minutes, basis="scaled", source=f"{name} 1.0, measured"),
            wall_seconds=about(60 * minutes, basis="scaled", source=f"{name} 1.0, measured"),
            environment_seconds=about(20, basis="measured"),
            peak_memory_bytes=about(900 * MB),
            built_bytes=about(80 * MB),
        )
    return SourceBuild(
        name=name,
        version=version,
        sdist=f"{name}-{version}.tar.gz",
        verdict=more.pop("verdict", Verdict.SOURCE_NATIVE),
        reason=more.pop("reason", "setup.py:602 declares extension modules"),
        top_level=more.pop("top_level", True),
        times=more.pop("times", 1),
        requires=("setuptools", "wheel", "Cython>=0.29.24"),
        environment=(
            BuildRequirement(name="setuptools", version="67.6.1", file="setuptools-67.6.1.whl"),
            BuildRequirement(name="mystery", version=None),
        ),
        needs=tuple(
            Need(kind="tool", name=tool, role="required", source="the project's own build files")
            for tool in tools
        ),
        cost=cost,
        **more,
    )


DISTUTILS = Obstacle(
    code="build-requirement-breaks",
    message="numpy.distutils was never made to work with setuptools' own distutils",
    source="numpy's issue 22135",
)


SLIM_INSTEAD = Advice(
    kind="image",
    targets=(ALPINE,),
    title="take python:3.8-slim",
    change=("FROM python:3.8-slim",),
    evidence="all 10 packages come as wheels there",
    caveat="the image is 76 MB larger before anything is installed",
    verdicts=dict.fromkeys(("numpy", "pandas", "scikit-learn", "scipy"), Verdict.WHEEL),
    builds_before=10,
    builds_after=0,
    blockers_before=0,
    blockers_after=0,
    saves_seconds=6089,
    saves_bytes=488 * MB,
)
PIPE_INSTEAD = Advice(
    kind="system-package",
    targets=(ALPINE,),
    title="take numpy from Alpine",
    change=("apk add --no-cache py3-numpy | cat",),
    evidence="Alpine 3.17 has py3-numpy 1.23.4",
    builds_before=10,
    blockers_before=0,
)


def story_plan() -> BuildPlan:
    """Seven builds, three of them only to build others, as pip without a cache does them."""
    old = {"top_level": False, "obstacles": (DISTUTILS,), "constraints": "setuptools<=41.4.0\n"}
    return BuildPlan(
        target=ALPINE,
        installer="pip-no-cache",
        builds=(
            build(
                "numpy",
                "1.17.3",
                4,
                "c",
                asked_by=("scipy 1.8.1", "scikit-learn 1.2.2", "pandas 2.0.0"),
                times=4,
                **old,
            ),
            build(
                "scipy",
                "1.8.1",
                31,
                "c",
                "c++",
                "fortran",
                asked_by=("scikit-learn 1.2.2",),
                top_level=False,
            ),
            build("scikit-learn", "1.2.2", 14, "c", "c++"),
            build("pandas", "2.0.0", 16, "c", "c++"),
            build("numpy", "1.24.2", 5, "c"),
            build("numpy", "1.19.5", 4, "c", asked_by=("scipy 1.10.1",), top_level=False),
            build("scipy", "1.10.1", None, "c", "c++", "fortran"),
        ),
        cycles=(("circle 1.0", "wheel-of-it 2", "circle 1.0"),),
        commands=Commands(
            distribution="Alpine 3.17",
            build="apk add --no-cache --virtual .build-deps g++ gcc gfortran musl-dev openblas-dev",
            run="apk add --no-cache libgcc libgfortran libstdc++ openblas",
            remove="apk del .build-deps",
            unresolved=("libmystery",),
        ),
    )


def slim_bill() -> Bill:
    return Bill(
        cores=2,
        builds=0,
        cpu_seconds=about(9, basis="derived"),
        wall_seconds=about(31, basis="derived"),
        peak_memory_bytes=about(210 * MB),
        download_bytes=58 * MB,
        image=ImageSize(
            single_stage=about(363 * MB, 0.02, "derived"),
            parts=(("python:3.8-slim", exactly(124 * MB)), ("wheels", exactly(203 * MB))),
        ),
    )


def alpine_bill() -> Bill:
    return Bill(
        cores=2,
        builds=10,
        cpu_seconds=about(9000),
        wall_seconds=about(102 * 60, 0.25, "derived"),
        build_wall_seconds=about(100 * 60, 0.25, "derived"),
        peak_memory_bytes=about(1.4 * GB),
        memory_bytes=GB,
        fits_memory=False,
        download_bytes=71 * MB,
        image=ImageSize(
            single_stage=about(851 * MB, 0.1, "derived"),
            multi_stage=about(432 * MB, 0.1, "derived"),
            parts=(("python:3.8-alpine", exactly(48 * MB)), ("build tools", about(390 * MB, 0.05))),
        ),
        left_out=("scipy 1.10.1: nothing like it was ever measured",),
    )


def priced_story() -> Report:
    """The Alpine story with evidence, a build plan and bills."""
    story = alpine_story()
    slim, alpine = story.targets
    evidence = SourceEvidence(
        sdist="pandas-2.0.0.tar.gz",
        targets=(ALPINE,),
        verdict=Verdict.SOURCE_NATIVE,
        confidence="certain",
        optional_extensions=False,
        reason="setup.py:602 declares extension modules",
        evidence=(
            Evidence(
                code="extension-modules",
                meaning="the build script declares extension modules",
                where="setup.py:602",
                detail="cythonize",
            ),
        ),
    )
    packages = tuple(
        each.model_copy(update={"evidence": (evidence,)}) if each.name == "pandas" else each
        for each in story.packages
    )
    targets = (
        slim.model_copy(update={"bill": slim_bill()}),
        alpine.model_copy(update={"bill": alpine_bill()}),
    )
    return story.model_copy(
        update={
            "targets": targets,
            "packages": packages,
            "builds": (story_plan(),),
            "advice": (SLIM_INSTEAD, PIPE_INSTEAD),
        }
    )


def priced_matrix() -> Report:
    """Every verdict on the default matrix; most targets have a bill, some a partial one."""
    report = mixed()
    targets = []
    for i, target in enumerate(report.targets):
        bill = None
        if i % 5 != 3:
            musl = target.libc == "musl"
            bill = Bill(
                cores=2,
                builds=5 if musl else 1,
                wall_seconds=about((1900 if musl else 40) + 13 * i, 0.2 + i / 60, "derived"),
                peak_memory_bytes=about((900 if musl else 200) * MB) if i % 2 else None,
                image=ImageSize(unknown="the target names no image"),
                left_out=("odd-thing 0.3: nothing like it was ever measured",),
            )
        targets.append(target.model_copy(update={"bill": bill}))
    return report.model_copy(update={"targets": tuple(targets)})
