"""Builds of which no model can say what they cost: what they do is not read."""

from __future__ import annotations

from wheelcheck.costs.wheel_reading import shows_nothing
from wheelcheck.costs.workload.hidden_work import OBJECTS, TESTS
from wheelcheck.errors import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wheelcheck.costs.workload.features import BuildFeatures

__all__ = ["unread"]


def unread(features: BuildFeatures) -> Unknown | None:
    """Why nothing can be said of a build by its sources; None where something can.

    What a backend runs that no table knows is anybody's guess: of two that were measured one wrote
    49 MB beside 81 kB of Python (cppyy 3.5.0), the other compiled all files at once (py-glfw-redux
    1.1.0). Where a build compiles, and neither a source of it nor a wheel is there, the estimate
    would be that of an empty project (photutils 3.1.1 took 103 s of the 0.9 that were said).
    Tests and benchmarks that a build runs are not in what it compiles (strata-plf 2026.10.7: 20 s
    of compiling, and its suites take minutes). Where object files are brought, make may compile
    nothing (postgast took 0.5 s of the 37 that were said).
    """
    if features.backend == "unknown":
        why = f"what its build backend {features.packer} runs is not read"
        return Unknown("backend-not-read", why)
    if TESTS in features.hidden:
        why = "its build runs tests or benchmarks of the sdist, for as long as they take"
        return Unknown("tests-in-build", why)
    if OBJECTS in features.hidden:
        why = "its sdist brings object files, and what make compiles again is not read"
        return Unknown("objects-brought", why)
    wheel = features.wheel
    if shows_nothing(features) and not (wheel and wheel.extension_bytes):
        return Unknown(
            "sources-not-found", "it compiles, and nothing of what it compiles was found"
        )
    return None
