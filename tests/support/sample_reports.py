"""Reports with realistic content, built by hand: what the renderings are tested on."""

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.report import Cell, LostWheel, Miss, Package, Problem, Report
from wheelcheck.reports.values.target_values import TargetSummary

MUSL_MISS = "built for manylinux_2_17 (glibc), target has musl 1.2"


def image(name: str, python: str, libc: str, libc_version: str, arch: str = "x86_64", **more):
    return TargetSummary(
        name=name,
        python=".".join(python.split(".")[:2]),
        python_full_version=python,
        implementation="cpython",
        free_threaded=False,
        libc=libc,
        libc_version=libc_version,
        arch=arch,
        image=name,
        installable=True,
        **more,
    )


def tagged(python: str, libc: str, libc_version: str, arch: str) -> TargetSummary:
    """A target of the axes: `python` is 3.13 or 3.13t."""
    plain = python.removesuffix("t")
    family = "manylinux" if libc == "glibc" else "musllinux"
    return TargetSummary(
        name=f"cp{python.replace('.', '')}-{family}_{libc_version.replace('.', '_')}_{arch}",
        python=plain,
        python_full_version=f"{plain}.1",
        implementation="cpython",
        free_threaded=python.endswith("t"),
        libc=libc,
        libc_version=libc_version,
        arch=arch,
        installable=True,
    )


def matrix_targets(
    pythons=("3.11", "3.12", "3.13", "3.14", "3.15", "3.15t"), archs=("x86_64", "aarch64")
):
    return tuple(
        tagged(python, libc, version, arch)
        for libc, version in (("glibc", "2.28"), ("musl", "1.2"))
        for arch in archs
        for python in pythons
    )


def wheel(name: str, version: str, tag: str = "py3-none-any", **more) -> Cell:
    pure = tag.endswith("none-any")
    return Cell(
        version=version,
        verdict=Verdict.PURE_WHEEL if pure else Verdict.WHEEL,
        reason="a pure wheel fits" if pure else f"a wheel for {tag} fits",
        file=f"{name.replace('-', '_')}-{version}-{tag}.whl",
        **more,
    )


def missing_wheels(tag: str, miss: str) -> str:
    """As `summarise_misses` would."""
    python, abi, platform = tag.split("-")
    if miss == MUSL_MISS:
        return f"{python} wheels exist for {platform.split('.')[0]}; none for musllinux"
    return f"{abi} wheels exist, but {miss}"


def compiles(name: str, version: str, tag: str, miss: str = MUSL_MISS, part: str = "libc", **more):
    """`source-native`, because the wheel with `tag` does not fit."""
    file = f"{name.replace('-', '_')}-{version}-{tag}.whl"
    return Cell(
        version=version,
        verdict=more.pop("verdict", Verdict.SOURCE_NATIVE),
        reason=more.pop(
            "reason",
            f"{missing_wheels(tag, miss)}; the release has wheels built for a platform",
        ),
        file=f"{name}-{version}.tar.gz",
        misses=(Miss(file=file, part=part, why=miss),),
        **more,
    )


def missing(version: str | None, tag: str, miss: str = MUSL_MISS, part: str = "libc") -> Cell:
    return Cell(
        version=version,
        verdict=Verdict.UNAVAILABLE,
        reason=f"no sdist, and {missing_wheels(tag, miss)}",
        misses=(Miss(file=f"torch-{version}-{tag}.whl", part=part, why=miss),),
    )


NOT_NEEDED = Cell(version=None, verdict=Verdict.NOT_REQUIRED, reason="its marker is false here")


def everywhere(name: str, cell: Cell, targets) -> Package:
    return Package(name=name, on={target.name: cell for target in targets})


def alpine_story() -> Report:
    """2023-04-14: scikit-learn and pandas on python:3.8, slim against alpine."""
    slim = image("python:3.8-slim", "3.8.16", "glibc", "2.31")
    alpine = image("python:3.8-alpine", "3.8.16", "musl", "1.2")
    tag = "cp38-cp38-manylinux_2_17_x86_64.manylinux2014_x86_64"
    native = {
        "numpy": ("1.24.2", ("pandas 2.0.0", "scikit-learn 1.2.2", "scipy 1.10.1")),
        "pandas": ("2.0.0", ("requirements.txt:2",)),
        "scikit-learn": ("1.2.2", ("requirements.txt:1",)),
        "scipy": ("1.10.1", ("scikit-learn 1.2.2",)),
    }
    pure = {
        "joblib": "1.2.0",
        "python-dateutil": "2.8.2",
        "pytz": "2023.3",
        "six": "1.16.0",
        "threadpoolctl": "3.1.0",
        "tzdata": "2023.3",
    }
    packages = [
        Package(
            name=name,
            on={
                slim.name: wheel(name, version, tag, requested_by=by),
                alpine.name: compiles(name, version, tag, requested_by=by),
            },
        )
        for name, (version, by) in native.items()
    ]
    packages += [everywhere(n, wheel(n, v), (slim, alpine)) for n, v in pure.items()]
    return Report(
        inputs=("requirements.txt",),
        as_of="2023-04-15T00:00:00+00:00",
        targets=(slim, alpine),
        packages=tuple(sorted(packages, key=lambda package: package.name)),
    )


def today() -> Report:
    """scikit-learn and pandas on the default matrix: scikit-learn has no musllinux wheels."""
    targets = matrix_targets()
    native = {}
    for target in targets:
        python = "cp" + target.python.replace(".", "") + ("t" if target.free_threaded else "")
        tag = f"{python[:5]}-{python}-manylinux_2_27_{target.arch}.manylinux_2_28_{target.arch}"
        on = (compiles if target.libc == "musl" else wheel)("scikit-learn", "1.9.1", tag)
        native[target.name] = on.model_copy(update={"requested_by": ("requirements.txt:1",)})
    packages = [Package(name="scikit-learn", on=native)]
    packages += [
        everywhere(n, wheel(n, "1.0"), targets)
        for n in ("joblib", "numpy", "pandas", "python-dateutil", "scipy", "six", "threadpoolctl")
    ]
    return Report(inputs=("requirements.txt",), targets=targets, packages=tuple(packages))


def mixed() -> Report:
    """Every verdict, skew, notes, a yanked pin and problems, on the default matrix."""
    targets = matrix_targets()
    by_musl = {t.name: t.libc == "musl" for t in targets}
    threaded = {t.name: t.free_threaded for t in targets}
    old = {t.name: t.python == "3.11" for t in targets}
    tag = "cp312-cp312-manylinux_2_28_x86_64"
    gil = "needs a build with the GIL, target is free-threaded (cp315t)"
    unclear = "only an sdist; it has no sibling wheels and cannot be listed"
    vcs = "git requirements are not judged: only running their build says what they install"

    def on(choose):
        return {t.name: choose(t.name) for t in targets}

    packages = [
        Package(
            name="torch",
            on=on(
                lambda t: missing("2.12.0", tag) if by_musl[t] else wheel("torch", "2.12.0", tag)
            ),
        ),
        Package(
            name="triton",
            on=on(lambda t: NOT_NEEDED if by_musl[t] else wheel("triton", "3.7.0", tag)),
        ),
        Package(
            name="scikit-learn",
            on=on(
                lambda t: (
                    compiles("scikit-learn", "1.9.1", tag)
                    if by_musl[t]
                    else wheel("scikit-learn", "1.9.1", tag)
                )
            ),
        ),
        Package(
            name="cffi",
            on=on(
                lambda t: (
                    compiles("cffi", "2.1.0", "cp315-cp315-manylinux_2_17_x86_64", gil, "abi")
                    if threaded[t]
                    else wheel("cffi", "2.1.0", tag)
                )
            ),
        ),
        everywhere(
            "odd-thing",
            compiles(
                "odd-thing",
                "0.3",
                "cp27-none-any",
                "built for Python 2.7",
                "python",
                verdict=Verdict.SOURCE_UNKNOWN,
                reason=unclear,
            ),
            targets,
        ),
        everywhere(
            "docopt",
            Cell(
                version="0.6.2",
                verdict=Verdict.SOURCE_PURE,
                file="docopt-0.6.2.tar.gz",
                reason="the release has an sdist alone; it holds Python files only",
            ),
            targets,
        ),
        everywhere(
            "mylib",
            Cell(
                version=None,
                verdict=Verdict.UNKNOWN,
                reason=vcs,
                requested_by=("requirements.txt:9",),
            ),
            targets,
        ),
        Package(name="numpy", on=on(lambda t: wheel("numpy", "2.4.2" if old[t] else "2.6.0", tag))),
        everywhere("attrs", wheel("attrs", "21.1.0", yanked="breaks on PyPy"), targets),
        everywhere("requests", wheel("requests", "2.34.0"), targets),
    ]
    return Report(
        inputs=("requirements.txt", "dev.txt"),
        targets=targets,
        packages=tuple(packages),
        problems=(
            Problem(
                code="vcs-requirement", message=vcs, package="mylib", where="requirements.txt:9"
            ),
            Problem(
                code="dependencies-need-build",
                severity="warning",
                package="odd-thing",
                message="its dependencies are stated only by running its build; they are left out",
            ),
        ),
    )


def big() -> Report:
    """330 packages on 24 targets, with many patterns of trouble."""
    targets = matrix_targets()
    packages = []
    for i in range(330):
        name, version = f"package-{i:03}", f"{i % 7}.{i % 11}.{i % 3}"
        on = {}
        for t in targets:
            cp = "cp" + t.python.replace(".", "") + ("t" if t.free_threaded else "")
            tag = f"{cp[:5]}-{cp}-manylinux_2_28_{t.arch}"
            bad = (
                (i % 10 == 0 and t.libc == "musl" and (i % 20 or t.arch == "aarch64"))
                or (i % 17 == 0 and t.free_threaded)
                or (i % 41 == 0 and t.python in {"3.14", "3.15"})
            )
            if i % 97 == 5 and t.libc == "musl":
                on[t.name] = missing(version, tag)
            elif i % 53 == 3:
                on[t.name] = Cell(
                    version=version,
                    verdict=Verdict.SOURCE_PURE,
                    file=f"{name}.tar.gz",
                    reason="the release has an sdist alone; it holds Python files only",
                )
            else:
                v = "0.9" if i % 30 == 1 and t.python == "3.11" else version
                on[t.name] = (compiles if bad else wheel)(name, v, tag)
        packages.append(Package(name=name, on=on))
    return Report(inputs=("big.txt",), targets=targets, packages=tuple(packages))


def images(count: int) -> Report:
    """`count` images; an unusual one lacks a wheel of its own."""
    targets = tuple(
        image(f"python:3.{8 + i % 8}-{os}", f"3.{8 + i % 8}.1", libc, version)
        for i in range(count)
        for os, libc, version in [
            (("slim", "glibc", "2.41"), ("alpine", "musl", "1.2"), ("bookworm", "glibc", "2.36"))[
                (i // 8) % 3
            ]
        ]
    )
    tag = "cp312-cp312-manylinux_2_28_x86_64"
    packages = [
        Package(
            name="scikit-learn",
            on={
                t.name: (compiles if t.libc == "musl" else wheel)("scikit-learn", "1.9.1", tag)
                for t in targets
            },
        ),
        Package(
            name="lxml",
            on={
                t.name: (compiles if t.python == "3.15" else wheel)("lxml", "6.1.0", tag)
                for t in targets
            },
        ),
        everywhere("six", wheel("six", "1.17.0"), targets),
    ]
    return Report(inputs=("-",), targets=targets, packages=tuple(packages))


def nasty() -> Report:
    """Names and words that try to be markup, escape sequences, or invisible."""
    target = image(
        "evil:\x1b[31mimage[/bold]", "3.12.1", "musl", "1.2", notes=("end\u202eof life",)
    )
    evil = "[bold red]pk\x1b]0;owned\x07g\u202e\n[/]"
    cell = Cell(
        version="1.0\x9b2J",
        verdict=Verdict.SOURCE_NATIVE,
        reason="because [link=https://index.example]\x00 of\ttabs\r\nand lines \ud800",
        requested_by=("a\x1bb.txt:1",),
    )
    return Report(
        inputs=("\x1b[2Jfile.txt",),
        targets=(target,),
        packages=(Package(name=evil, on={target.name: cell}),),
        problems=(Problem(code="odd[/]", message="\x1b[1mloud\u2028line", where="\x07x:1"),),
    )


def unjudged_target() -> Report:
    """The story, where the requirements conflict on one of the targets."""
    story = alpine_story()
    lost = story.targets[1].name
    conflict = Cell(version=None, verdict=Verdict.UNKNOWN, reason="the requirements conflict here")
    packages = tuple(
        package.model_copy(update={"on": {**package.on, lost: conflict}})
        for package in story.packages
    )
    problem = Problem(
        code="version-conflict", message="numpy<1 and numpy>2 exclude each other", targets=(lost,)
    )
    return story.model_copy(update={"packages": packages, "problems": (problem,)})


def with_cells(report: Report, name: str, *targets: str, **update: object) -> Report:
    """The report with a package's cells changed on these targets; on all where none is named."""
    packages = tuple(
        package.model_copy(
            update={
                "on": {
                    target: cell.model_copy(update=update)
                    if not targets or target in targets
                    else cell
                    for target, cell in package.on.items()
                }
            }
        )
        if package.name == name
        else package
        for package in report.packages
    )
    return report.model_copy(update={"packages": packages})


def with_lost_wheel(report: Report, name: str) -> tuple[Report, str]:
    """The report with a lost wheel of a package on its last target, and the reason."""
    reason = "the release before has a wheel, this one has none"
    target = report.targets[-1].name
    lost = LostWheel(kind="lost", release="2.0.0", before="1.9.0", reason=reason)
    return with_cells(report, name, target, lost=lost), reason
