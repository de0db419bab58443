"""Wheels whose import fails in the image: a finding for each step that installs some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wheelcheck.dockerfile.judging.finding import Finding, finding
from wheelcheck.dockerfile.judging.missing import named
from wheelcheck.dockerfile.judging.step_judge import JudgedStep
from wheelcheck.loading.load_verdict import Loads, LoadStatus

__all__ = ["not_loading"]


def not_loading(found: Iterable[JudgedStep]) -> Iterator[Finding]:
    """Findings about the wheels of these steps that do not load in the image."""
    for step in found:
        labels = {
            f"{name} {step.column.judged[name][0].version}": loads
            for name, loads in step.column.loads.items()
        }
        needing = {k: v for k, v in labels.items() if v.status is LoadStatus.NEEDS}
        if needing:
            yield _missing(step, needing)
        for label, loads in labels.items():
            if loads.status is LoadStatus.NO:
                yield finding(
                    "wheel-does-not-load",
                    step.step.line,
                    step.stage.title,
                    f"{label} does not load: {loads.reason}",
                    builds=(label,),
                )


def _missing(step: JudgedStep, needing: dict[str, Loads]) -> Finding:
    libraries = tuple(dict.fromkeys(name for loads in needing.values() for name in loads.needs))
    packages = tuple(dict.fromkeys(name for loads in needing.values() for name in loads.packages))
    verb = "needs" if len(needing) == 1 else "need"
    brings = f" ({' '.join(packages)})" if packages else ""
    message = (
        f"{named(tuple(needing))} {verb} {named(libraries, 6)}{brings}, which the image does not "
        "have: the import fails"
    )
    return finding(
        "missing-shared-library",
        step.step.line,
        step.stage.title,
        message,
        packages=packages,
        builds=tuple(needing),
    )
