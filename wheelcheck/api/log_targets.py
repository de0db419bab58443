"""Where an installation ran whose log is read: what the log says of it, the rest assumed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from wheelcheck.api.questions.question import Question
from wheelcheck.distributions.distribution import Distribution, Family, distribution_of
from wheelcheck.errors import TargetError
from wheelcheck.logs.log_environment import LogEnvironment
from wheelcheck.logs.missing_things import NEWEST_DEBIAN
from wheelcheck.reports.values.report import Problem
from wheelcheck.targets import Target, default_matrix_on, expand_axes_on, expand_target_on

__all__ = ["distribution_at", "targets_of"]

_ANOTHER = "--target names another place"


def targets_of(
    asking: Question, place: LogEnvironment, problems: list[Problem], *, as_of: date
) -> tuple[Target, ...]:
    """Those that are asked for, else where the log says that it ran.

    What it does not say is taken for the usual, and `problems` say so.
    """
    if asking.targets is not None:
        given = (
            (t,) if isinstance(t, Target) else expand_target_on(t, as_of=as_of)
            for t in asking.targets
        )
        return tuple(target for targets in given for target in targets)
    for spelling in _spellings(place):
        try:
            return expand_target_on(spelling, as_of=as_of)[:1]
        except TargetError:
            continue
    usual_image = _usual_image(place, as_of)
    if usual_image is None:
        return _of_axes(place, problems, as_of)
    why = f"the log does not name an image: judged on {usual_image.name}; {_ANOTHER}"
    problems.append(Problem(code="place-assumed", message=why, severity="warning"))
    return (usual_image,)


def _of_axes(place: LogEnvironment, problems: list[Problem], as_of: date) -> tuple[Target, ...]:
    """A Linux with the Python, libc and CPU of a log, each assumed where it is not named."""
    libc, arch = place.libc or "glibc", place.arch or "x86_64"
    usual = dict.fromkeys("{}.{}".format(*each.python) for each in default_matrix_on(as_of=as_of))
    try:
        pythons = [place.python] if place.python else list(usual)
        found = expand_axes_on(pythons, [libc], [arch], as_of=as_of)
    except TargetError as error:
        problems.append(Problem(code="place-unknown", message=str(error), severity="warning"))
        return ()
    known = ((libc, place.libc), (arch, place.arch), ("every supported Python", place.python))
    assumed = ", ".join(word for word, written in known if not written)
    if assumed:
        why = f"the log does not say where it ran: judged for {assumed}; {_ANOTHER}"
        problems.append(Problem(code="place-assumed", message=why, severity="warning"))
    return found


def _usual_image(place: LogEnvironment, as_of: date) -> Target | None:
    """Python's own image for the Python, libc and CPU of a log; None where there is none."""
    if not place.python or place.system not in {"", "linux"} or place.implementation != "cpython":
        return None
    if place.arch not in {"", "x86_64", "aarch64"}:
        return None
    kind = "alpine" if place.libc == "musl" else "slim"
    cpu = "@linux/arm64" if place.arch == "aarch64" else ""
    try:
        return expand_target_on(f"python:{place.python}-{kind}{cpu}", as_of=as_of)[0]
    except TargetError:
        return None


def _spellings(place: LogEnvironment) -> list[str]:
    """Spellings of the image or the platform, the most exact first."""
    cpu = "@linux/arm64" if place.arch == "aarch64" else ""
    found = [f"{place.image}{cpu}"] if place.image else []
    if place.python and place.system == "windows":
        found.append(f"{place.python}@windows{'-arm64' if place.arch == 'arm64' else ''}")
    if place.python and place.system == "macos":
        found += [f"{place.python}@macos-{place.arch or 'arm64'}", f"{place.python}@macos"]
    return found


def distribution_at(place: LogEnvironment, targets: Sequence[Target]) -> Distribution:
    """The distribution whose packages are named: Debian where nothing says another."""
    if targets:
        found = distribution_of(targets[0])
        if isinstance(found, Distribution) and (found.release or not place.release):
            return found
    name, _, release = place.release.partition(" ")
    if name == "alpine" or place.libc == "musl":
        return Distribution(Family.APK, "alpine", release)
    return Distribution(Family.APT, "debian", release or NEWEST_DEBIAN)
