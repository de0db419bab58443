"""Files of a wheel that were not read: may one of them miss something that an import needs?"""

from __future__ import annotations

import re

from wheelcheck.loading.image_libraries import ImageLibraries
from wheelcheck.loading.verdict.main_files import main_files
from wheelcheck.loading.wheel_facts import AMONG_MANY, FileNeeds, WheelFacts, WheelFileKind
from wheelcheck.targets.target import Libc, Target

__all__ = ["doubt_from_unread"]

_AUDITED_MAY_NEED = frozenset({
    "libX11.so.6", "libXext.so.6", "libXrender.so.1", "libICE.so.6", "libSM.so.6", "libGL.so.1",
    "libgobject-2.0.so.0", "libgthread-2.0.so.0", "libglib-2.0.so.0", "libexpat.so.1",
    "libatomic.so.1",
})  # fmt: skip
"""What auditwheel's policies for manylinux let a file need from outside (6.8.2), less what every
image with glibc has. Those for musllinux allow libc and libz alone."""
_GRAFTED = re.compile(r"(lib[\w.+-]*?)-[0-9a-f]{8}\.so.*")
"""A library that auditwheel copied into a wheel: its name, and eight digits of its hash."""


def doubt_from_unread(facts: WheelFacts, target: Target, image: ImageLibraries | None) -> str:
    """Why a wheel in which nothing was found missing may miss something all the same.

    What no extension module needs is opened by a path or a plugin: an import goes on without it.
    """
    if not facts.unread:
        return ""
    modules = (file for file in facts.unread if file.kind is WheelFileKind.EXTENSION)
    unread = dict.fromkeys([*(f for f in main_files(facts) if f.unread), *modules])
    vital = [file for file in unread if _may_matter(file, facts, target, image)]
    if not vital:
        return ""
    why = vital[0].unread
    return f"{len(vital)} of its {len(facts.files)} files were not read, as {vital[0].name}: {why}"


def _may_matter(
    file: FileNeeds, facts: WheelFacts, target: Target, image: ImageLibraries | None
) -> bool:
    never_opened = facts.opens_files is False and not facts.reached
    if file.kind is WheelFileKind.PROGRAM or (file.kind is WheelFileKind.LIBRARY and never_opened):
        return False
    if not facts.audited:
        return True
    if target.libc is Libc.MUSL:
        return False  # auditwheel lets it need nothing but libc and libz
    return image is None or _may_lack_allowed(file, facts, image)


def _may_lack_allowed(file: FileNeeds, facts: WheelFacts, image: ImageLibraries) -> bool:
    """Whether a file that auditwheel passed may need what it allows and the image has not."""
    lacking = frozenset(name for name in _AUDITED_MAY_NEED if not image.has(name))
    if not lacking or (file.unread == AMONG_MANY and not _asks_for(facts, lacking)):
        return False
    graft = _GRAFTED.fullmatch(file.name)
    return graft is None or image.may_bring(graft[1], lacking)


def _asks_for(facts: WheelFacts, names: frozenset[str]) -> bool:
    """Whether some file of the wheel that was read asks for one of these libraries."""
    return any(names.intersection(file.outside) for file in facts.files)
