"""Which texts of an sdist say how it is built.

An sdist can only be read from its beginning to its end, so a reader of anything in it reads
these too: nobody downloads it twice.
"""

from __future__ import annotations

import re

__all__ = ["build_texts", "sdist_texts"]

_NAMED = {"pyproject.toml", "setup.py", "setup.cfg"}
_NESTED = {
    "meson.build": 4,
    "meson_options.txt": 3,
    "meson.options": 3,
    "CMakeLists.txt": 6,
    "Cargo.toml": 4,
    "Makefile": 2,
    "configure.ac": 3,
    "configure.in": 3,
    "Cargo.lock": 1,
    "setup_package.py": 6,
    "SConstruct": 1,
}
_CMAKE_DEPTH = 4
_TESTS = re.compile(r"(test|doc|example|sample|demo|script|bench)s?[_\w]*")
_HELPER = re.compile(
    r"setup|build|backend|hook|ext|config|compil|cython|packag|tools|util|ver|ffi|command|install"
)


def build_texts(path: str) -> bool:
    """Whether reading an sdist needs the text of this member (its path as in the archive)."""
    parts = path.removeprefix("./").split("/")
    depth, name = len(parts) - 1, parts[-1]
    if name in _NESTED:
        return depth <= _NESTED[name]
    if name.endswith((".cmake", ".sh", ".wrap")):
        return depth <= _CMAKE_DEPTH
    if depth <= 1:
        return name in _NAMED or name.endswith(".py")
    if name.endswith(".py") and depth <= 3:  # noqa: PLR2004 (helpers of a build stand near the root)
        return name in {"setup.py", "__main__.py"} or any(
            _HELPER.search(part) for part in parts[1:]
        )
    return False


def sdist_texts(path: str) -> bool:
    """Whether a member is read as text: build texts, and the modules of packages in the root.

    Setup scripts import their own package, for its version at least. The requirements in an
    egg-info are what the setup script gave when the sdist was made.
    """
    return build_texts(path) or _is_module(path) or _is_requires_txt(path)


def _is_requires_txt(path: str) -> bool:
    return path.endswith(".egg-info/requires.txt") and path.count("/") <= 3  # noqa: PLR2004 (src)


def _is_module(path: str) -> bool:
    if not path.endswith(".py"):
        return False
    parts = path.removeprefix("./").split("/")
    return len(parts) == 3 and not _TESTS.match(parts[1])  # noqa: PLR2004 (root, package, module)
