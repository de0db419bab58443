"""The policy in the words of pip, uv and Poetry.

- pip: options in a requirement file count in their order: ``:all:`` takes back every name given
  before it, so the exceptions come after it. Build environments are set up by another run of pip,
  which gets --no-binary before --only-binary: there an exception is lost behind ``:all:`` (26.3).
- uv: with ``no-build = true``, ``no-binary-package`` names what is built all the same; what
  ``no-build-package`` names adds nothing to it. It holds for direct archives and for build
  environments, too (uv 0.13.9).
- Poetry: ``installer.only-binary`` and ``installer.no-binary``, where a name goes before ``:all:``
  (2.0 and later); a lock is not changed by them, and they hold for build environments, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten

from packaging.utils import NormalizedName

from wheelcheck.reports.values.binary_policy_values import BuildException, PolicyFile
from wheelcheck.reports.wording.phrases import clean

__all__ = ["PolicyNames", "policy_files"]

_WIDTH = 88
_OF_TODAY = "the names are those of today: write it again when requirements change"
_PIP_BUILDS = (
    "pip gives build environments --only-binary after --no-binary: behind :all: an exception "
    "would be lost there"
)
_UV_FORCES = (
    "in pyproject.toml; with no-build = true an exception would be built where it has a wheel, too"
)
_POETRY = (
    "in poetry.toml, for Poetry 2.0 and later; it installs what is locked, so nothing falls back: "
    "what is built without a policy needs an exception"
)
_UV_LOCKS = (
    "uv lock looks at every platform and Python: bound them by environments = [...] where it "
    "refuses what these targets do not need"
)
_UV_EXCEPTION = (
    "in pyproject.toml, or in uv.toml without the header; no-binary-package is uv's word for an "
    "exception, which is always built"
)


@dataclass(frozen=True, slots=True)
class PolicyNames:
    """What the files are written from.

    `locked` are the exceptions where the versions of a lock are taken, and none falls back.
    `by_target` has the exceptions that each target needs, `forced` says whether any of them has a
    wheel on another target. `build_requirements` must be built to build others, `direct` are built
    by URL. `others` are all packages. `built_together` says that the build of one exception needs
    another.
    """

    exceptions: Sequence[BuildException]
    locked: Sequence[BuildException]
    by_target: Mapping[str, frozenset[str]]
    build_requirements: frozenset[str]
    direct: frozenset[str]
    others: Collection[NormalizedName]
    built_together: bool = False

    @property
    def forced(self) -> bool:
        """Whether one file for all targets would build what has a wheel on some of them."""
        return any(each.wheel_elsewhere for each in self.exceptions)


def policy_files(names: PolicyNames) -> tuple[PolicyFile, ...]:
    """The files to write, pip's by groups of targets that can share one."""
    return (*_pip(names), _uv(names), _poetry(names))


# pip


def _pip(names: PolicyNames) -> Iterator[PolicyFile]:
    for targets, wanted in _groups(names):
        own = [each for each in names.exceptions if each.package in wanted]
        if own and names.built_together:
            yield PolicyFile(
                tool="pip",
                targets=targets,
                lines=tuple(_pip_names(names, own)),
                notes=(_PIP_BUILDS, _OF_TODAY),
            )
            continue
        lines = [f"--no-binary {each.package}  # {_comment(each)}" for each in own]
        yield PolicyFile(
            tool="pip",
            targets=targets,
            lines=("--only-binary :all:", *lines),
            notes=("in the requirement file, in this order, after any such option of its own",),
        )


def _groups(names: PolicyNames) -> Iterator[tuple[tuple[str, ...], frozenset[str]]]:
    """Targets that can share a file: all, unless a wheel would be passed over on one of them."""
    if not names.forced:
        every = frozenset(each.package for each in names.exceptions)
        yield tuple(names.by_target), every
        return
    groups: dict[frozenset[str], list[str]] = {}
    for target, wanted in names.by_target.items():
        groups.setdefault(wanted, []).append(target)
    for wanted, targets in groups.items():
        yield tuple(targets), wanted


def _pip_names(names: PolicyNames, own: Sequence[BuildException]) -> Iterator[str]:
    yield "# every package but those that are built:"
    yield from (f"# {each.package}: {_comment(each)}" for each in own)
    allowed = [name for name in sorted(names.others) if name not in {e.package for e in own}]
    if allowed:
        yield f"--only-binary {','.join(allowed)}"


def _comment(exception: BuildException) -> str:
    kind = {"pure": "pure", "compiled": "compiles", "unknown": "may compile"}[exception.kind]
    kind = f"your own; {kind}" if exception.own else kind
    what = f"{kind}: {exception.version}" if exception.version else kind
    why = f"{what}, to build {exception.builds_for}" if exception.builds_for else what
    return shorten(clean(f"{why}: {exception.reason}"), _WIDTH, placeholder=" …")


# uv


def _uv(names: PolicyNames) -> PolicyFile:
    built = [*(each.package for each in names.exceptions), *sorted(names.direct)]
    built = list(dict.fromkeys(built))
    comments = {each.package: _comment(each) for each in names.exceptions}
    notes: tuple[str, ...] = (_UV_EXCEPTION,)
    if names.forced:
        allowed = [name for name in sorted(names.others) if name not in names.direct]
        exceptions = {each.package for each in names.exceptions}
        lines = (
            "[tool.uv]",
            *(f"# built: {name}: {comments[name]}" for name in sorted(exceptions)),
            f"no-build-package = {_toml([n for n in allowed if n not in exceptions])}",
        )
        notes = (_UV_FORCES, _OF_TODAY)
    else:
        lines = ("[tool.uv]", "no-build = true", *_named("no-binary-package", built, comments))
    targets = tuple(names.by_target)
    shown = (*notes, _UV_LOCKS) if built else ("in pyproject.toml", _UV_LOCKS)
    return PolicyFile(tool="uv", targets=targets, lines=lines, notes=shown)


# Poetry


def _poetry(names: PolicyNames) -> PolicyFile:
    comments = {each.package: _comment(each) for each in names.locked}
    own = [each.package for each in names.locked]
    notes = [_POETRY]
    if any(each.wheel_elsewhere for each in names.locked):
        allowed = [name for name in sorted(names.others) if name not in own]
        lines = ["[installer]", *(f"# built: {name}: {comments[name]}" for name in own)]
        lines.append(f"only-binary = {_toml(allowed)}")
        notes.append(_OF_TODAY)
    else:
        lines = ["[installer]", 'only-binary = [":all:"]', *_named("no-binary", own, comments)]
    return PolicyFile(
        tool="poetry", targets=tuple(names.by_target), lines=tuple(lines), notes=tuple(notes)
    )


def _named(key: str, names: Sequence[str], comments: Mapping[str, str]) -> Iterator[str]:
    """A TOML list, a name a line with its reason."""
    if not names:
        return
    yield f"{key} = ["
    for name in names:
        comment = comments.get(name, "named by its URL")
        yield f'    "{name}",  # {comment}'
    yield "]"


def _toml(names: Sequence[str]) -> str:
    return f"[{', '.join(f'{chr(34)}{name}{chr(34)}' for name in names)}]"
