"""What speaks for or against native code, piece by piece, and the conclusion drawn from it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct

from wheelcheck.coverage.verdict import Verdict

__all__ = ["MEANINGS", "Classification", "Confidence", "EvidencePiece"]

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        # what the index lists
        "sibling-pure-wheel": "the release has a wheel for every platform",
        "sibling-platform-wheel": "the release has wheels for Linux platforms",
        "sibling-other-platform-wheel": "the release has wheels for Windows or macOS only",
        "neighbour-pure-wheel": "a neighbouring release has a wheel for every platform",
        "neighbour-platform-wheel": "a neighbouring release has platform wheels",
        # what a sibling wheel holds
        "wheel-extension-module": "a sibling wheel holds an extension module",
        "wheel-vendored-library": "a sibling wheel carries shared libraries of its own",
        "wheel-program": "a sibling wheel carries a compiled program or library",
        "wheel-sbom": "a sibling wheel states its vendored libraries in an SBOM",
        "wheel-without-native-code": "a sibling wheel for one platform holds no native code",
        "library-left-out": "published wheels carry a library that this build does not make",
        # the build backend
        "backend-native": "the build backend exists to compile",
        "backend-pure": "the build backend compiles nothing by itself",
        "backend-setuptools": "setuptools builds it; the setup script decides",
        "backend-in-tree": "the build backend is part of the sdist",
        "backend-unknown": "the build backend is not one we know",
        "no-build-file": "there is neither pyproject.toml nor setup.py",
        "requires-compiling-tool": "a build requirement exists to compile",
        "external-compiler": "the project declares a compiler as external requirement (PEP 725)",
        # the setup script, setup.cfg and their relatives
        "extension-modules": "extension modules are declared",
        "extension-modules-optional": "the build goes on without extension modules that fail",
        "extension-modules-conditional": "extension modules depend on something only a build knows",
        "extension-modules-off": "extension modules are mentioned, but not built by default",
        "keyword-ignored": "a keyword that would compile is ignored for want of its handler",
        "no-extension-modules": "the setup script declares no extension modules",
        "command-runs-tool": "a custom build command runs a compiler or a build tool",
        "command-runs-tool-forgiven": "a compiler or build tool is run, and may fail",
        "platform-wheel-declared": "the build calls its wheel platform-specific",
        "pure-wheel-declared": "the build calls its wheel fit for every platform",
        "script-unclear": "what the build script passes on cannot be read",
        "script-gives-up": "the build script stops before it declares anything",
        "script-not-python3": "the build script is not valid Python 3",
        "script-refused": "the build script cannot be read within limits",
        "build-hook": "a build hook compiles",
        "build-hook-off": "a build hook compiles only when it is switched on",
        "build-hook-optional": "where the build fails, it is made again without what compiles",
        "build-script": "a build script runs",
        # files of other build systems
        "meson-extension-module": "meson.build compiles",
        "meson-no-language": "meson.build names no compiled language",
        "cmake-project": "CMakeLists.txt builds a project in compiled languages",
        "cmake-no-language": "CMakeLists.txt names no compiled language",
        "cargo-crate": "Cargo.toml describes a Rust crate",
        "gyp-file": "binding.gyp describes a native module for Node.js",
        # sources
        "native-sources": "there are sources in compiled languages",
        "native-sources-aside": "sources in compiled languages stand among tests, docs or examples",
        "generated-c": "C generated from Cython is shipped",
        "no-native-sources": "there is no source in a compiled language",
        # the reading itself
        "archive-unreadable": "the sdist cannot be read",
        "file-unreadable": "a build file cannot be read",
    }
)
"""Every code and its one-line meaning. Codes are stable; meanings are for people."""


class EvidencePiece(Struct, frozen=True):
    """One piece of evidence: a code of `MEANINGS`, the path or file it came from, and what it says.

    `where` is a member path of the sdist (``setup.py:41`` with a line where there is one) or the
    name of a file of the index. `detail` quotes or names what was seen there, possibly "".
    """

    code: str
    where: str
    detail: str = ""

    @property
    def meaning(self) -> str:
        """The meaning of the code, in a line."""
        return MEANINGS[self.code]

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.where}: {self.meaning}{detail}"


class Confidence(StrEnum):
    """How far a classification can be trusted; `data/evidence/` has how often each is right."""

    CERTAIN = "certain"
    """A wheel of the very release tells."""
    STRONG = "strong"
    """The build files were read to the end and say it."""
    WEAK = "weak"
    """Traces only: neighbouring releases, sources without a build file that names them."""
    NONE = "none"
    """Nothing decides (`source-unknown`)."""


class Classification(Struct, frozen=True):
    """What building the sdist means: pure, native or unknown, and all that speaks for it.

    `optional_extensions`: extension modules are compiled where a compiler is there and left out
    where none is; the installation succeeds either way, so the verdict is `source-pure`.
    `evidence` is in the order it was gathered, cheapest first; `reason` is one sentence.
    """

    verdict: Verdict
    confidence: Confidence
    optional_extensions: bool
    evidence: tuple[EvidencePiece, ...]
    reason: str
