"""What a lock is compared with that lies beside it: the project it was made for, other locks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from wheelcheck.api.questions.discovery import Discovery
from wheelcheck.errors import RequirementsError
from wheelcheck.requirements import Requirements, read
from wheelcheck.requirements.locks.agreement import different_versions, unmet_requirements
from wheelcheck.requirements.locks.poetry_staleness import poetry_lock_is_stale
from wheelcheck.requirements.locks.uv_staleness import lock_is_stale

__all__ = ["compared"]

_AGAIN = {
    "uv.lock": "uv lock",
    "poetry.lock": "poetry lock",
    "pdm.lock": "pdm lock",
    "Pipfile.lock": "pipenv lock",
    "pixi.lock": "pixi lock",
}

_OnRead = Callable[[str, bytes | None], object]


def compared(
    discoveries: Iterable[Discovery], requirements: Requirements, on_read: _OnRead
) -> Iterator[str]:
    """Sentences on what was found in folders, and on locks that disagree with what is beside them.

    `requirements` are those that were read of all inputs; `on_read` gets every file that is
    read for the comparison.
    """
    for found in discoveries:
        yield from found.remarks
        if len(found.inputs) != 1:
            continue
        (taken,) = found.inputs
        yield from _stale(taken, found.project, requirements, on_read)
        for path in found.locks:
            if path != taken:
                yield from _different(taken, path, requirements, on_read)


def _stale(
    lock: Path, project: Path | None, requirements: Requirements, on_read: _OnRead
) -> Iterator[str]:
    declared = _read(project, on_read) if project else None
    if project is None or declared is None:
        return
    unmet = unmet_requirements(requirements, declared)
    says_stale = _STALE.get(lock.name)
    if not unmet and says_stale and _is_older(lock, project, says_stale):
        unmet = "its list of requirements differs"
    if unmet:
        again = f"; {_AGAIN[lock.name]} makes it new" if lock.name in _AGAIN else ""
        yield f"{lock} is older than {project}: {unmet}. Judged as it is locked{again}"


_STALE: Mapping[str, Callable[[str, str], bool]] = {
    "uv.lock": lock_is_stale,
    "poetry.lock": poetry_lock_is_stale,
}


def _is_older(lock: Path, project: Path, says_stale: Callable[[str, str], bool]) -> bool:
    try:
        return says_stale(lock.read_text("utf-8"), project.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return False


def _different(
    taken: Path, other: Path, requirements: Requirements, on_read: _OnRead
) -> Iterator[str]:
    theirs = _read(other, on_read)
    if theirs is None:
        yield f"{other} beside {taken.name} cannot be read"
        return
    different = different_versions(requirements, theirs)
    if different:
        yield f"{other} disagrees with {taken.name}, which is judged: {different}"


def _read(path: Path, on_read: _OnRead) -> Requirements | None:
    try:
        return read([path], on_read=on_read)
    except RequirementsError:
        return None
