"""What a caller asks, in the words of a caller: names, spellings, dates, keywords."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from wheelcheck.api.questions.argument_values import (
    as_list,
    cache_folder,
    date_bound,
    optional_text,
    target_list,
    text_mapping,
)
from wheelcheck.api.questions.discovery import Discovery, discover, is_folder
from wheelcheck.api.questions.installer_choice import for_its_locks, installed_by, installer_named
from wheelcheck.api.questions.lock_comparison import compared
from wheelcheck.api.questions.question_keywords import Input
from wheelcheck.api.questions.target_choice import matrix_of, within_scope
from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.errors import UsageError
from wheelcheck.index import default_cache_dir, fetch, open_index
from wheelcheck.index.network.deadlines import RUN_SECONDS, RunClock
from wheelcheck.redaction import redact
from wheelcheck.requirements import (
    CommandLine,
    Requirements,
    in_any_order,
    is_duration,
    read,
)
from wheelcheck.requirements.pip.pip_configuration import pip_configuration
from wheelcheck.requirements.requirement_set import IndexOptions
from wheelcheck.requirements.several import several
from wheelcheck.targets import Target
from wheelcheck.targets.images.stated_images import with_stated_sizes
from wheelcheck.targets.images.table_age import outdated_tables

if TYPE_CHECKING:  # an edited file is read before it is known whether any of it is wanted
    from wheelcheck.gate.policy import Policy
    from wheelcheck.gate.settings import Settings
    from wheelcheck.index.client import NetworkIndex
    from wheelcheck.reports.values.report import Problem

__all__ = [
    "Input",
    "OpenQuestion",
    "Question",
    "age_warning",
    "can_be_read_again",
    "keyword_defaults",
    "warnings_of",
]

_SEVERAL = (
    *("packages", "constraints", "build_constraints", "extras", "groups"),
    *("only_binary", "no_binary", "extra_index_urls", "find_links", "platforms"),
)
"""Keywords that take several strings and nothing else."""
_OF_PATHS = frozenset({"bare-path", "file-not-there", "line-refused", "local-project"})
"""Why lines are skipped that may mean another thing as soon as there is such a file or folder."""
_TEXTS = ("index_url", "stage", "service")
_MAPPINGS = ("build_args", "images")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Requirements, targets, what may be chosen and where to look: the keywords of `check`.

    Those from `context` to `service` are for Dockerfiles and the files that name them;
    `discoveries` say what was found in folders, whose files are among `requirements`; `policy` is
    what `settled` fills in from.
    """

    requirements: Input | Iterable[Input] = ()
    targets: Iterable[str | Target] | None = None
    packages: Iterable[str] = ()
    constraints: Iterable[str | Path] = ()
    build_constraints: Iterable[str | Path] = ()
    extras: Iterable[str] = ()
    groups: Iterable[str] = ()
    allow_outside: bool = False
    pre: bool = False
    only_binary: Iterable[str] = ()
    no_binary: Iterable[str] = ()
    prefer_binary: bool = False
    exclude_newer: str | date | datetime | timedelta | None = None
    index_url: str | None = None
    extra_index_urls: Iterable[str] = ()
    no_index: bool = False
    find_links: Iterable[str] = ()
    pip_config: bool = False
    cache_dir: str | Path | None = "default"
    offline: bool = False
    timeout: float | None = RUN_SECONDS
    context: str | Path | None = None
    platforms: Iterable[str] = ()
    build_args: Mapping[str, str] = field(default_factory=dict)
    stage: str | None = None
    images: Mapping[str, str] = field(default_factory=dict)
    service: str | None = None
    discoveries: tuple[Discovery, ...] = ()
    policy: Policy | Settings | str | Path | None = None

    def __post_init__(self) -> None:
        """List what may be any iterable: a generator can be read but once.

        Raises UsageError for one string where several are meant: its letters would be taken.
        """
        values: dict[str, object] = {
            **{name: several(name, getattr(self, name)) for name in _SEVERAL},
            **{name: optional_text(name, getattr(self, name)) for name in _TEXTS},
            **{name: text_mapping(name, getattr(self, name)) for name in _MAPPINGS},
            "requirements": as_list(self.requirements),
            "packages": [str(package) for package in several("packages", self.packages)],
            "targets": None if self.targets is None else target_list(self.targets),
        }
        if self.timeout is not None and not self.timeout > 0:
            raise UsageError(f"timeout must be above 0 seconds, not {self.timeout}")
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @contextmanager
    def open(
        self,
        installer: str | None = None,
        known: tuple[Requirements, Mapping[str, bytes | None]] | None = None,
    ) -> Iterator[OpenQuestion]:
        """Read the requirements and the clock, parse the targets, and open the index.

        `installer` is what `installed_by` takes; `known` are the requirements and the files where
        they have been read already. Raises `UsageError` for what the caller can mend.
        """
        now = datetime.now(UTC)
        read_now: dict[str, bytes | None] = {}
        requirements, files = known or (self.read(now, read_now, installer), read_now)
        bound = requirements.policy.exclude_newer or now
        # A bound is the first moment left out: the images are those of the moment before.
        matrix = matrix_of(self.targets, (bound - timedelta(microseconds=1)).date())
        matrix = with_stated_sizes(matrix, self.images)
        if self.targets is None:
            matrix, requirements = within_scope(matrix, requirements)
        if installer is None:
            matrix = for_its_locks(requirements, matrix)
        else:
            matrix = installed_by(installer, matrix)
        warnings: list[str] = []
        with self.open_index(requirements.index, warnings, RunClock(self.timeout)) as index:
            opened = OpenQuestion(requirements, matrix, index, bound, self.names, warnings, files)
            yield structs.replace(opened, default_matrix=self.targets is None)

    @property
    def names(self) -> tuple[str, ...]:
        """The names to show for what is read."""
        return tuple(map(redact, (*map(str, as_list(self.requirements)), *self.packages)))

    def read(
        self, now: datetime, files: dict[str, bytes | None], installer: str | None = None
    ) -> Requirements:
        """Read the inputs as an installer does; what each file has is put into `files`.

        Raises `UsageError` for what the caller can mend.
        """
        requirements = read(
            as_list(self.requirements),
            packages=self.packages,
            constraints=self.constraints,
            build_constraints=self.build_constraints,
            extras=self.extras,
            groups=self.groups,
            allow_outside=self.allow_outside,
            options=self._options(now, by_uv=installer_named(installer) is InstallerKind.UV),
            environ=os.environ,
            stdin=sys.stdin.buffer.read,
            fetch=lambda url: fetch(url, environ=os.environ),
            on_read=files.__setitem__,
        )
        requirements = _with_cooldown(requirements, self.exclude_newer, now)
        remarks = compared(self.discoveries, requirements, files.__setitem__)
        return structs.replace(requirements, warnings=(*requirements.warnings, *remarks))

    def open_index(
        self, options: IndexOptions, warnings: list[str], clock: RunClock | None = None
    ) -> AbstractContextManager[NetworkIndex]:
        """Open the index that `options` name; what it warns of is added to `warnings`.

        Past the end of `clock` it answers nothing but what it has already.
        """
        keep = cache_folder(self.cache_dir, default_cache_dir(os.environ))
        if options.index_url is None and self.index_url is not None:
            options = replace(options, index_url=self.index_url)
        return open_index(
            options,
            cache_dir=keep,
            offline=self.offline,
            environ=os.environ,
            warn=warnings.append,
            clock=clock,
        )

    def with_folders_read(self) -> Question:
        """The question with the files that are in its folders in their place.

        Targets are those of the first folder that says where it is installed, where none is named.
        Raises `UsageError` for a folder with nothing to judge.
        """
        inputs = as_list(self.requirements)
        if not any(map(is_folder, inputs)):
            return self
        bound, now = self.moment()
        day = ((bound or now) - timedelta(microseconds=1)).date()
        found = {
            str(item): discover(Path(str(item)), as_of=day, with_targets=self.targets is None)
            for item in inputs
            if is_folder(item)
        }
        named = [
            path
            for item in inputs
            for path in (found[str(item)].inputs if is_folder(item) else (item,))
        ]
        targets = self.targets
        if targets is None:
            targets = next((each.targets for each in found.values() if each.targets), None)
        return replace(self, requirements=named, targets=targets, discoveries=tuple(found.values()))

    def moment(self) -> tuple[datetime | None, datetime]:
        """The date bound, if there is one, and now."""
        now = datetime.now(UTC)
        return date_bound(self.exclude_newer, now), now

    def _options(self, now: datetime, *, by_uv: bool) -> CommandLine:
        options = CommandLine(
            controls=in_any_order(only_binary=self.only_binary, no_binary=self.no_binary),
            pre=self.pre,
            prefer_binary=self.prefer_binary,
            exclude_newer=date_bound(self.exclude_newer, now),
            index_url=self.index_url,
            extra_index_urls=tuple(self.extra_index_urls),
            no_index=self.no_index,
            find_links=tuple(self.find_links),
            by_uv=by_uv,
        )
        if self.pip_config:
            return options.over(pip_configuration(os.environ, now=now))
        return options


class OpenQuestion(Struct, frozen=True):
    """A question whose inputs are read and whose index is open.

    `as_of` is the date bound, or now; `inputs` are names to show for what was read;
    `index_messages` collects what the index warns of meanwhile; `files` are those that were read,
    by path, None for what is no file of this machine; `default_matrix` says that nobody named
    the targets.
    """

    requirements: Requirements
    targets: tuple[Target, ...]
    index: NetworkIndex
    as_of: datetime
    inputs: tuple[str, ...]
    index_messages: list[str]
    files: Mapping[str, bytes | None]
    default_matrix: bool = False

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What the index has warned of until now, and tables that are too old for `as_of`."""
        dated = (target.name for target in self.targets if target.image or self.default_matrix)
        return (*age_warning(dated, self.as_of.date()), *warnings_of(self.index_messages))

    @property
    def cacheable(self) -> bool:
        """Whether the same files and pages, looked at again, lead to the same report."""
        local = any(
            (line.requirement.url or "").lower().startswith("file:")
            for line in self.requirements.lines
        ) or any(line.why.code in _OF_PATHS for line in self.requirements.skipped)
        return (
            can_be_read_again(self.files)
            and self.index.pages_used.repeatable
            and not (self.index_messages or local)
        )


def can_be_read_again(files: Mapping[str, bytes | None]) -> bool:
    """Whether all that was read are files of this machine that name no variables."""
    return all(data is not None and b"${" not in data for data in files.values())


def keyword_defaults() -> dict[str, object]:
    """The value of each keyword of a `Question` that a caller leaves out."""
    default = Question()
    return {each.name: getattr(default, each.name) for each in fields(Question)}


def warnings_of(messages: Iterable[str]) -> tuple[Problem, ...]:
    """What the index warned of, as problems of a report."""
    from wheelcheck.reports.values.report import Problem

    return tuple(Problem(code="index", message=text, severity="warning") for text in messages)


def age_warning(names: Iterable[str], day: date) -> tuple[Problem, ...]:
    """A problem where the tables of images are too old for `day`; () where they are not.

    `names` are those of the targets that rest on these tables: images, and the default matrix.
    """
    targets = tuple(names)
    message = outdated_tables(day) if targets else ""
    if not message:
        return ()
    from wheelcheck.reports.values.report import Problem

    return (Problem(code="old-tables", message=message, severity="warning", targets=targets),)


def _with_cooldown(
    requirements: Requirements, given: str | date | timedelta | None, now: datetime
) -> Requirements:
    """The requirements with the age that files must have, where the bound is written so."""
    bound = requirements.policy.exclude_newer
    is_age = isinstance(given, timedelta) or (isinstance(given, str) and is_duration(given))
    if bound is None or not is_age:
        return requirements
    return structs.replace(
        requirements, policy=structs.replace(requirements.policy, cooldown=now - bound)
    )
