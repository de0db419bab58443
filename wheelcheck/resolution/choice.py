"""Which file of a release an installer takes on a target, by pip's rules.

pip looks at files, not at releases: Requires-Python (PEP 503), yanking (PEP 592), hashes, the
upload time and the wheel tags all belong to the single file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Literal, NamedTuple

from msgspec import Struct, field
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import BuildTag, NormalizedName

from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.installers import Installer, Rule
from wheelcheck.requirements.pip.legacy_requirements import readable_clauses
from wheelcheck.requirements.requirement_set import FilePolicy
from wheelcheck.targets import TagMiss, Target, fit, ranks_on
from wheelcheck.targets.remembered import Memo

__all__ = [
    "TIME_REFUSALS",
    "FileRules",
    "RefusalReason",
    "Refused",
    "admits_python",
    "choose",
    "python_admitted",
    "refusal_of",
    "tags_decide",
]


class RefusalReason(StrEnum):
    """Why a file is passed over, in the order in which the reasons are tried."""

    TOO_NEW = "too-new"
    NO_UPLOAD_TIME = "no-upload-time"
    FORMAT = "format"
    HASH = "hash"
    REQUIRES_PYTHON = "requires-python"
    TAG = "tag"


TIME_REFUSALS = frozenset({RefusalReason.TOO_NEW, RefusalReason.NO_UPLOAD_TIME})


class Refused(Struct, frozen=True):
    """A file that is passed over, with the reason in words; `miss` where a wheel's tag fails."""

    file: Wheel | Sdist
    refusal: RefusalReason
    why: str
    miss: TagMiss | None = None


class HashRule(NamedTuple):
    """The ``algorithm:digest`` values of which a file must have one.

    What `narrows` is looked at in choosing; else the file is chosen first, and compared then.
    `found`: the index names a file that has one, so that all others are passed over, be it that
    the index does not name every algorithm of the list.
    """

    digests: frozenset[str]
    narrows: bool = True
    found: bool = False


class FileRules(Struct, frozen=True):
    """The user's rules on files: the policy, and what is said of hashes, by project.

    `locks` names the lock file that a project's hashes come from, if one does.
    """

    policy: FilePolicy = field(default_factory=FilePolicy)
    hashes: Mapping[NormalizedName, HashRule] = {}
    locks: Mapping[NormalizedName, str] = {}


_LONGEST = 2000
"""Characters of a Requires-Python that are read."""


@lru_cache(maxsize=4096)
def admits_python(requires_python: str, python_full_version: str, *, legacy: bool = False) -> bool:
    """Whether a Requires-Python admits an interpreter; what does not parse admits all.

    As pip does: the interpreter's pre-release counts as its release would. With `legacy` it is
    read as pip before 24.1 does, which accepts ``>=3.8.*``.
    """
    if len(requires_python) > _LONGEST:
        return True
    try:
        return SpecifierSet(requires_python).contains(python_full_version, prereleases=True)
    except InvalidSpecifier:
        readable = readable_clauses(requires_python) if legacy else None
        return not readable or admits_python(readable, python_full_version)
    except ValueError:  # a number of more digits than Python reads
        return True


def python_admitted(requires_python: str, target: Target) -> bool:
    """Whether the installer of a target takes a Requires-Python to admit its Python."""
    return _admitted_on(target)[requires_python]


@lru_cache(maxsize=1024)
def _admitted_on(target: Target) -> Mapping[str, bool]:
    """What Requires-Python admits on a target; any may be asked for, and is read once."""
    lower_bounds = target.installer.has(Rule.PYTHON_LOWER_BOUNDS_ALONE)
    legacy = target.installer.has(Rule.LEGACY_SPECIFIERS)

    def admits(text: str) -> bool:
        clauses = _lower_bounds(text) if lower_bounds else text
        return admits_python(clauses, target.python_full_version, legacy=legacy)

    return Memo(admits)


@lru_cache(maxsize=4096)
def _lower_bounds(requires_python: str) -> str:
    """What bounds a Requires-Python from below, all that uv keeps: ``==3.11.*`` is ``>=3.11``."""
    found = []
    for clause in (each.strip() for each in requires_python.split(",")):
        if clause.startswith((">", "~=", "==")):
            operator = clause[:1] if clause[:2] not in {">=", "~=", "=="} else ">="
            found.append(operator + clause.lstrip(">=~ ").removesuffix(".*"))
    return ",".join(found)


def refusal_of(file: Wheel | Sdist, target: Target, rules: FileRules) -> Refused | None:
    """Why an installer on this target passes a file over, or None where it may take it."""
    refused = _refused_but_for_tag(file, target, rules) or _refused_by_hash(file, rules)
    if refused is not None or isinstance(file, Sdist):
        return refused
    outcome = fit(file.tag, target)
    return (
        Refused(file, RefusalReason.TAG, outcome.why, outcome)
        if isinstance(outcome, TagMiss)
        else None
    )


def choose(
    files: Sequence[Wheel | Sdist], target: Target, rules: FileRules
) -> Wheel | Sdist | None:
    """Return the file of one release that pip would install, or None where there is none.

    Of files that are otherwise equal, two sdists for one, pip takes the one listed last: candidates
    are sorted by preference, and the last one counts (`pip._internal.resolution.resolvelib`). uv
    takes the first by name. A yanked file is taken only where no other fits; whether a yanked
    version may be chosen at all depends on the requirement and is decided by the resolver. uv looks
    at the Requires-Python of the chosen file alone: where it does not admit the Python, no other
    file of the release counts.
    """
    ranks, order = ranks_on(target), _order_of(target.installer)
    takes_later = target.installer.takes_later
    best: tuple[_Preference, Wheel | Sdist] | None = None
    for file in files:
        build: BuildTag = ()
        rank: int | None = _SDIST_RANK
        if isinstance(file, Wheel):  # most wheels are for another platform: that is checked first
            rank, build = ranks[file.tag], file.build
        if rank is None:
            continue
        key = order.key(file, rank, build)
        better = (
            best is None
            or key > best[0]
            or (key == best[0] and takes_later(best[1].filename, file.filename))
        )
        if better and not order.refused(file, target, rules):
            best = (key, file)
    if best is None or (rules.hashes and _refused_by_hash(best[1], rules)):
        return None
    return None if order.python_last and _refused_by_python(best[1], target) else best[1]


def tags_decide(files: Sequence[Wheel | Sdist], target: Target, rules: FileRules) -> bool:
    """Whether nothing but the tags of wheels can be a reason to pass over a file of a release."""
    name, policy = next((file.name for file in files), None), rules.policy
    if name is None or rules.hashes:
        return False
    if policy.no_binary.applies_to(name) or policy.only_binary.applies_to(name):
        return False
    if policy.exclude_newer is not None and any(_refused_by_time(file, policy) for file in files):
        return False
    required = {file.requires_python for file in files}
    if not all(not each or python_admitted(each, target) for each in required):
        return False
    if target.installer.has(Rule.TAGS_IN_SMALL_LETTERS) and not all(
        file.tag.islower() for file in files if isinstance(file, Wheel)
    ):
        return False
    sdists = [file for file in files if isinstance(file, Sdist)]
    return not any(_refused_by_installer(file, target) for file in sdists)


_Preference = tuple[bool, int | BuildTag, int | BuildTag]


class _Order(NamedTuple):
    """How an installer orders the files of one release."""

    knows_yanked: bool
    build_tag: Literal["last", "first", "ignored"]
    python_last: bool

    def refused(self, file: Wheel | Sdist, target: Target, rules: FileRules) -> Refused | None:
        """Why a file is not compared with the others."""
        refused = _refused_but_for_tag(file, target, rules)
        python = refused is not None and refused.refusal is RefusalReason.REQUIRES_PYTHON
        if python and self.python_last:
            return _refused_by_installer(file, target)
        return refused

    def key(self, file: Wheel | Sdist, rank: int, build: BuildTag) -> _Preference:
        """The greater, the sooner it is taken; `rank` is the place of its tag."""
        offered = file.yanked is None or not self.knows_yanked
        if self.build_tag == "first":
            return offered, build, -rank
        return offered, -rank, build if self.build_tag == "last" else ()


@lru_cache(maxsize=256)
def _order_of(installer: Installer) -> _Order:
    first = installer.has(Rule.BUILD_TAG_FIRST)
    ignored = installer.has(Rule.BUILD_TAG_IGNORED)
    return _Order(
        knows_yanked=not installer.has(Rule.YANKED_NOT_KNOWN),
        build_tag="first" if first else "ignored" if ignored else "last",
        python_last=installer.has(Rule.PYTHON_OF_THE_CHOSEN_FILE),
    )


_SDIST_RANK = 1 << 30  # pip ranks an sdist behind every wheel of its version


def _refused_but_for_tag(file: Wheel | Sdist, target: Target, rules: FileRules) -> Refused | None:
    return (
        _refused_by_time(file, rules.policy)
        or _refused_by_format(file, rules.policy)
        or (_refused_by_hash(file, rules) if _narrows(file, rules) else None)
        or _refused_by_python(file, target)
        or _refused_by_installer(file, target)
    )


def _refused_by_time(file: Wheel | Sdist, policy: FilePolicy) -> Refused | None:
    bound = policy.exclude_newer
    if bound is None:
        return None
    if file.upload_time is None:
        why = "the index gives no upload time for it, so its age is not known"
        return Refused(file, RefusalReason.NO_UPLOAD_TIME, why)
    if file.upload_time >= bound:
        return Refused(file, RefusalReason.TOO_NEW, f"uploaded on {file.upload_time:%Y-%m-%d}")
    return None


def _refused_by_format(file: Wheel | Sdist, policy: FilePolicy) -> Refused | None:
    if isinstance(file, Wheel):
        if policy.no_binary.applies_to(file.name):
            return Refused(file, RefusalReason.FORMAT, "wheels are ruled out by --no-binary")
    elif policy.only_binary.applies_to(file.name):
        return Refused(file, RefusalReason.FORMAT, "sdists are ruled out by --only-binary")
    return None


def _narrows(file: Wheel | Sdist, rules: FileRules) -> bool:
    rule = rules.hashes.get(file.name) if rules.hashes else None
    return rule is not None and rule.narrows


def _refused_by_hash(file: Wheel | Sdist, rules: FileRules) -> Refused | None:
    rule = rules.hashes.get(file.name)
    if rule is None or not file.hashes:
        return None
    allowed = rule.digests
    if any(f"{algorithm}:{digest}" in allowed for algorithm, digest in file.hashes.items()):
        return None
    unnamed = any(known.partition(":")[0] not in file.hashes for known in allowed)
    if unnamed and not rule.found:
        return None  # the index names other algorithms: only the download would show
    lock, what = rules.locks.get(file.name), "it" if isinstance(file, Wheel) else "the sdist"
    if lock:
        return Refused(file, RefusalReason.HASH, f"{lock} does not list {what}")
    why = "hash is not among those the requirement lists"
    return Refused(file, RefusalReason.HASH, f"{'its' if what == 'it' else 'the sdist’s'} {why}")


def _refused_by_python(file: Wheel | Sdist, target: Target) -> Refused | None:
    required = file.requires_python
    if not required or python_admitted(required, target):
        return None
    why = f"needs Python {required}, the target has {target.python_full_version}"
    return Refused(file, RefusalReason.REQUIRES_PYTHON, why)


def _refused_by_installer(file: Wheel | Sdist, target: Target) -> Refused | None:
    installer, archives = target.installer, (".tar.gz", ".zip")
    if isinstance(file, Wheel):
        if file.tag.islower() or not installer.has(Rule.TAGS_IN_SMALL_LETTERS):
            return None
        why = f"{installer.label} takes no tags with capital letters: {file.tag}"
        return Refused(file, RefusalReason.FORMAT, why)
    if file.in_folder:
        return None
    if installer.has(Rule.TAR_GZ_AND_ZIP_ALONE) and not file.filename.endswith(archives):
        why = f"{installer.label} takes no sdists but .tar.gz and .zip"
    elif file.by_old_name and installer.has(Rule.FOLDER_NAMES_BY_PEP_625):
        why = f"{installer.label} sees no sdists in folders but those named as PEP 625 says"
    else:
        return None
    return Refused(file, RefusalReason.FORMAT, why)
