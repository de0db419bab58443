"""Wheels whose import fails in the image, or that differ from their tag: findings for each step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wheelcheck.dockerfile.judging.finding import Finding, finding
from wheelcheck.dockerfile.judging.missing import named
from wheelcheck.dockerfile.judging.step_judge import JudgedStep
from wheelcheck.loading.verdict.loads import Loads, LoadStatus

__all__ = ["not_loading"]


def not_loading(found: Iterable[JudgedStep]) -> Iterator[Finding]:
    """Findings about the wheels of these steps that do not load where they are imported."""
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
                place = f" in {_image(step)}" if step.run_image.title else ""
                message = f"{label} does not load{place}: {loads.reason}"
                yield _of(step, "wheel-does-not-load", message, (label,))
            for remark in loads.remarks:
                message = f"the wheel of {label} differs from its tag: {remark}"
                yield _of(step, "wheel-against-tag", message, (label,))


def _of(step: JudgedStep, code: str, message: str, builds: tuple[str, ...]) -> Finding:
    return finding(code, step.step.line, step.stage.title, message, builds=builds)


def _image(step: JudgedStep) -> str:
    title = step.run_image.title
    if not title:
        return "the image"
    stage = title if title.startswith("stage ") else f"the stage {title}"
    return f"{stage}, into which it is copied"


def _missing(step: JudgedStep, needing: dict[str, Loads]) -> Finding:
    libraries = tuple(dict.fromkeys(name for loads in needing.values() for name in loads.needs))
    packages = tuple(dict.fromkeys(name for loads in needing.values() for name in loads.packages))
    verb = "needs" if len(needing) == 1 else "need"
    brings = f" ({' '.join(packages)})" if packages else ""
    comma = "," if step.run_image.title else ""
    message = (
        f"{named(tuple(needing))} {verb} {named(libraries, 6)}{brings}, "
        f"which {_image(step)}{comma} does not have: the import fails"
    )
    return finding(
        "missing-shared-library",
        step.step.line,
        step.stage.title,
        message,
        packages=packages,
        builds=tuple(needing),
    )
