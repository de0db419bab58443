"""The fewest exceptions from ``--only-binary :all:`` with which requirements install on a target.

An exception forces a source build, in pip as in uv: there is no way to say that a package may be
built and come as a wheel, too (pip's `FormatControl`; uv's `BuildOptions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from msgspec import structs
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.analysis.judge import Judge
from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.builds.environment import BuildEnvironments
from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.coverage import Judgement, Verdict
from wheelcheck.index.interface import Index, Sdist
from wheelcheck.index.lock_index import with_locked_files
from wheelcheck.requirements import Requirements
from wheelcheck.requirements.requirement_set import FilePolicy, FormatControl
from wheelcheck.resolution import Conflict, Pin, Resolution, Resolver, Standing
from wheelcheck.targets import Target

__all__ = ["ExceptionSearch", "TargetExceptions", "strict_policy"]

Names = frozenset[NormalizedName]
_SOURCE = frozenset({Verdict.SOURCE_NATIVE, Verdict.SOURCE_PURE, Verdict.SOURCE_UNKNOWN})
_DEEPEST = 6
"""How many levels of build requirements that are built themselves are followed."""


def strict_policy(policy: FilePolicy, exceptions: Iterable[NormalizedName]) -> FilePolicy:
    """A policy that admits wheels alone, and of the exceptions sdists alone."""
    names = frozenset(exceptions)
    return structs.replace(
        policy,
        only_binary=FormatControl(all_projects=True, except_names=names),
        no_binary=FormatControl(names=names),
    )


@dataclass(frozen=True, slots=True)
class TargetExceptions:
    """What one target needs. `judged` are the pins without a policy, `taken` those under it.

    `built_for` maps build requirements that must be built, too, to the package that needs them.
    `built_together` says that the build of one exception needs another. `own` are the packages of
    which the input itself rules out wheels.
    `source` are all that are built without a policy, and `own`: the exceptions of an installer that
    takes the versions of a lock. `failing` has the packages whose build fails for certain, with the
    reasons. `fails` says why nothing installs there even without a policy, ""
    where it does.
    """

    target: Target
    judged: Mapping[NormalizedName, tuple[Pin, Judgement]] = field(hash=False)
    names: Names = frozenset()
    built_for: Mapping[NormalizedName, NormalizedName] = field(default_factory=dict, hash=False)
    taken: Mapping[NormalizedName, Pin] = field(default_factory=dict, hash=False)
    own: Names = frozenset()
    source: Names = frozenset()
    built_together: bool = False
    failing: Mapping[NormalizedName, str] = field(default_factory=dict, hash=False)
    fails: str = ""

    def built(self, name: NormalizedName) -> tuple[Version | None, Judgement]:
        """The release of an exception that is built, and what it was judged to be."""
        pin, judgement = self.judged[name]
        return pin.version, judgement


class ExceptionSearch:
    """Finds the exceptions of one target after another.

    `judge` has judged the requirements without a policy. With `keep_versions` nothing may fall
    back to an older release.
    """

    def __init__(
        self,
        requirements: Requirements,
        index: Index,
        judge: Judge,
        sdists: SdistReader,
        installer: InstallerKind,
        *,
        no_deps: bool,
        keep_versions: bool,
    ) -> None:
        self._requirements = requirements
        self._index = with_locked_files(index, requirements)
        self._judge = judge
        self._sdists = sdists
        self._installer = installer
        self._no_deps = no_deps
        self._keep_versions = keep_versions
        self._resolvers: dict[Names, Resolver] = {}

    def on(self, target: Target) -> TargetExceptions:
        """The fewest exceptions that a target needs."""
        column = self._judge.column(target, plan=False)
        fails = _why_nothing_installs(column)
        found = TargetExceptions(target, column.judged, fails=fails)
        if fails:
            return found
        own = self._requirements.policy.no_binary.names & column.judged.keys()
        direct = {n for n, (p, _) in column.judged.items() if self._is_direct(n)}
        source = {n for n, (_, j) in column.judged.items() if j.verdict in _SOURCE} - direct
        names = self._fewest(target, found, frozenset(source) | own, own)
        built = {*names, *(direct & _built(column.judged))}
        taken = self.resolution(target, names).pins
        files = [(name, taken[name].file) for name in sorted(built) if name in taken]
        sdists = [(name, file) for name, file in files if isinstance(file, Sdist)]
        return replace(
            found,
            names=names,
            built_for=self._built_for(target, sdists, names),
            built_together=bool(self._built_for(target, sdists, frozenset())),
            failing=self._failing(target, built),
            taken=taken,
            own=names & own,
            source=frozenset(source) | own,
        )

    def _failing(
        self, target: Target, built: Iterable[NormalizedName]
    ) -> dict[NormalizedName, str]:
        """Which of the builds fail for certain, and why."""
        if not built:
            return {}
        planned = self._judge.column(target)
        outlooks = planned.builds.outlooks if planned.builds else ()
        return {
            outlook.build.name: outlook.failure
            for outlook in outlooks
            if outlook.build.name in built and outlook.build.name in planned.failing
        }

    def _is_direct(self, name: NormalizedName) -> bool:
        return any(
            line.requirement.url and canonicalize_name(line.requirement.name) == name
            for line in self._requirements.lines
        )

    def _fewest(self, target: Target, found: TargetExceptions, names: Names, own: Names) -> Names:
        """Leave out one exception after the other, as long as everything still installs."""
        if self._keep_versions:
            return names
        before = None
        while names != before:
            before = names
            for name in sorted(names - own):
                fewer = names - {name}
                if self.installs(target, fewer, found):
                    names = fewer & (self.resolution(target, fewer).pins.keys() | own)
        return names

    def installs(self, target: Target, names: Names, found: TargetExceptions) -> bool:
        """Whether all that installs without a policy installs with these exceptions, too."""
        resolution = self.resolution(target, names)
        if resolution.conflict is not None:
            return False
        known = {n for n, (pin, _) in found.judged.items() if pin.standing is Standing.INSTALLABLE}
        return all(
            pin.standing is Standing.INSTALLABLE or (name not in known and name in found.judged)
            for name, pin in resolution.pins.items()
        )

    def resolution(self, target: Target, names: Names) -> Resolution:
        """What is chosen under the policy with these exceptions."""
        if names not in self._resolvers:
            policy = strict_policy(self._requirements.policy, names)
            self._resolvers[names] = Resolver(
                structs.replace(self._requirements, policy=policy),
                self._index,
                no_deps=self._no_deps,
            )
        return self._resolvers[names].resolve(target)

    # --- build requirements -----------------------------------------------------------------

    def _built_for(
        self, target: Target, built: Sequence[tuple[NormalizedName, Sdist]], names: Names
    ) -> Mapping[NormalizedName, NormalizedName]:
        """Build requirements that have no wheel either, by the package whose build needs them.

        The policy holds for build environments, too (pip hands it on, and so does uv).
        """
        wave = list(built)
        found: dict[NormalizedName, NormalizedName] = {}
        for _ in range(_DEEPEST):
            below = []
            for name, sdist in wave:
                for needed in self._needed(sdist, target, names | found.keys()):
                    if needed.name not in found and needed.name not in names:
                        found[needed.name] = name
                        below.append((needed.name, needed))
            if not below:
                break
            wave = list(below)
        return found

    def _needed(self, sdist: Sdist, target: Target, names: Names) -> tuple[Sdist, ...]:
        """The build requirements of an sdist that are built, where wheels alone will not do."""
        reading = self._sdists.read(sdist, target)
        strict = strict_policy(self._requirements.policy, names)
        constraints = self._requirements.build_constraints_on
        environments = BuildEnvironments(self._index, strict, constraints=constraints)
        if not any(p.fatal for p in environments.of(reading, target, self._installer).problems):
            return ()
        usual = BuildEnvironments(self._index, self._requirements.policy, constraints=constraints)
        return usual.of(reading, target, self._installer).built


def _built(judged: Mapping[NormalizedName, tuple[Pin, Judgement]]) -> set[NormalizedName]:
    return {name for name, (_, found) in judged.items() if found.verdict in _SOURCE}


def _why_nothing_installs(column: JudgedTarget) -> str:
    """Why nothing installs on a target even without a policy; "" where something does."""
    conflict = column.resolution.conflict
    if conflict is not None:
        return f"{_kind(conflict)}: {conflict}"
    for name, (pin, found) in column.judged.items():
        if found.verdict is Verdict.UNAVAILABLE:
            return f"{name} {pin.version or ''}".strip() + f": {found.reason}"
    return ""


def _kind(conflict: object) -> str:
    return "the requirements conflict" if isinstance(conflict, Conflict) else "not resolved"
