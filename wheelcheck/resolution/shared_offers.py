"""Which file of a release a target gets, worked out once for all targets that get the same.

Most releases have no wheel for a platform: which of their files is taken follows from the
interpreter, the installer and the user's rules, on whatever platform. And resolvers that ask for
other requirements on the same target choose among the same files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence

from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.fence import contain
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.requirements.requirement_set import FilePolicy
from wheelcheck.resolution.choice import FileRules, HashRule, choose
from wheelcheck.resolution.offers import Offer
from wheelcheck.targets import Target

__all__ = ["Interpreter", "SharedOffers", "TargetOffers", "interpreter_of"]

Interpreter = tuple[Hashable, ...]
"""All of a target that counts but for its platform: the Python, and who installs."""
_Release = tuple[NormalizedName, Version, HashRule | None]
_Known = dict[_Release, Offer | None]


def interpreter_of(target: Target) -> Interpreter:
    """The Python of a target and its installer."""
    return (
        target.implementation,
        target.python_full_version,
        target.free_threaded,
        target.implementation_version,
        target.installer,
    )


class SharedOffers:
    """The offers of all targets of a run, for one index."""

    def __init__(self) -> None:
        self._by_target: dict[Hashable, TargetOffers] = {}
        self._by_interpreter: dict[Hashable, _Known] = defaultdict(dict)

    def of(self, target: Target, policy: FilePolicy, *, installable: bool) -> TargetOffers:
        """The offers of one target under the user's rules on files, hashes left out."""
        interpreter = interpreter_of(target)
        key = (interpreter, target.platform, policy, installable)
        found = self._by_target.get(key)
        if found is None:
            anywhere = self._by_interpreter[interpreter, policy, installable]
            found = self._by_target[key] = TargetOffers(target, anywhere, installable=installable)
        return found


class TargetOffers:
    """What one target is offered; `anywhere` is shared by all targets with its interpreter."""

    def __init__(self, target: Target, anywhere: _Known, *, installable: bool) -> None:
        self._target = target
        self._here: _Known = {}
        self._anywhere = anywhere
        self._installable = installable

    def offer(
        self,
        name: NormalizedName,
        version: Version,
        files: Sequence[Wheel | Sdist],
        rules: FileRules,
    ) -> Offer | None:
        """The file that is taken of a release, as an offer; None where none is."""
        key = (name, version, rules.hashes.get(name))
        for known in (self._here, self._anywhere):
            if key in known:
                return known[key]
        known = self._here if any(map(_is_for_a_platform, files)) else self._anywhere
        try:
            file = choose(files, self._target, rules)
        except Exception as error:  # noqa: BLE001 (other releases may be readable)
            contain(error, f"a file of {name} {version}", "file-unreadable")
            file = None
        known[key] = None if file is None else Offer(version, file, self._installable)
        return known[key]


def _is_for_a_platform(file: Wheel | Sdist) -> bool:
    return isinstance(file, Wheel) and not file.tag.endswith("-any")
