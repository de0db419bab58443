"""How many extension modules F2PY writes for Fortran while a build runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.costs.workload.source_kinds import SourceKind, source_kind

__all__ = ["fortran_wrappers"]

_SIGNATURES = (".pyf", ".pyf.src")
_BUILD_FILES = ("meson.build", "CMakeLists.txt", "setup.py")


def fortran_wrappers(facts: SdistFacts, paths: Collection[str], texts: Mapping[str, str]) -> int:
    """The modules that F2PY is run for: by signature files, else by what the scripts say."""
    modules = sum(
        any(source_kind(path) is SourceKind.FORTRAN for path in module.sources or ())
        for module in facts.extensions
    )
    named = any("f2py" in text for path, text in texts.items() if path.endswith(_BUILD_FILES))
    if not modules and not named:
        return 0
    signatures = sum(path.endswith(_SIGNATURES) and not is_aside(path) for path in paths)
    fortran = any(source_kind(path) is SourceKind.FORTRAN and not is_aside(path) for path in paths)
    return max(signatures, modules, int(fortran))
