"""Options of the command line, of pip's configuration and of files, merged as pip merges them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.errors import UsageError
from wheelcheck.redaction import redact
from wheelcheck.regular_files import is_there
from wheelcheck.requirements.pip.pip_syntax import LineOptions
from wheelcheck.requirements.requirement_set import FilePolicy, FormatControl, IndexOptions

__all__ = ["CommandLine", "OptionMerger", "in_any_order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """What the command line (or pip's configuration) says for all inputs.

    `controls` holds ``(option, value)`` in the order given, for ``no-binary``, ``only-binary``,
    ``all-releases`` and ``only-final``; a value is ``:all:``, ``:none:`` or names with commas
    (see `in_any_order` where there is no order to keep).
    `constraints` are constraint files, read before those handed to `read`; so are
    `build_constraints`, for the environments of builds, and `inherited_constraints`, which pip
    hands on to them. `find_links` are URLs or paths from the working directory. `by_uv` says that
    uv installs, by its own settings. URLs may carry credentials and are left out of the repr.
    """

    controls: tuple[tuple[str, str], ...] = ()
    prefer_binary: bool = False
    pre: bool = False
    require_hashes: bool = False
    no_require_hashes: bool = False
    exclude_newer: datetime | None = None
    index_url: str | None = field(default=None, repr=False)
    extra_index_urls: tuple[str, ...] = field(default=(), repr=False)
    no_index: bool = False
    find_links: tuple[str, ...] = field(default=(), repr=False)
    trusted_hosts: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    build_constraints: tuple[str, ...] = ()
    inherited_constraints: tuple[str, ...] = ()
    by_uv: bool = False

    def over(self, base: CommandLine) -> CommandLine:
        """Return these options on top of others: single values replace, lists and flags add."""
        return CommandLine(
            controls=base.controls + self.controls,
            prefer_binary=base.prefer_binary or self.prefer_binary,
            pre=base.pre or self.pre,
            require_hashes=base.require_hashes or self.require_hashes,
            no_require_hashes=base.no_require_hashes or self.no_require_hashes,
            exclude_newer=self.exclude_newer or base.exclude_newer,
            index_url=self.index_url or base.index_url,
            extra_index_urls=base.extra_index_urls + self.extra_index_urls,
            no_index=base.no_index or self.no_index,
            find_links=base.find_links + self.find_links,
            trusted_hosts=base.trusted_hosts + self.trusted_hosts,
            constraints=base.constraints + self.constraints,
            build_constraints=base.build_constraints + self.build_constraints,
            inherited_constraints=base.inherited_constraints + self.inherited_constraints,
            by_uv=base.by_uv or self.by_uv,
        )


def in_any_order(**values: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return `CommandLine.controls` for callers whose options have no order, such as keywords.

    ``in_any_order(only_binary=[":all:"], no_binary=["lxml"])``: ``:all:`` comes first, so that
    names refine it.
    """
    pairs = [
        (keyword.replace("_", "-"), value) for keyword, given in values.items() for value in given
    ]
    return tuple(sorted(pairs, key=lambda pair: ":all:" not in pair[1]))


class _Pair:
    """Two sets of projects that exclude each other, edited by options in their order."""

    ALL = "*"  # no project's name

    def __init__(self, first: str, second: str) -> None:
        self.sets: dict[str, set[str]] = {first: set(), second: set()}

    def _own_and_other(self, option: str) -> tuple[set[str], set[str]]:
        (other,) = self.sets.keys() - {option}
        return self.sets[option], self.sets[other]

    def apply(self, option: str, value: str) -> None:
        """Edit by one option: ``:all:`` forgets what came before, ``:none:`` empties this set."""
        target, other = self._own_and_other(option)
        items = value.split(",")
        while ":all:" in items:
            other.clear()
            target.clear()
            target.add(self.ALL)
            del items[: items.index(":all:") + 1]
            if ":none:" not in items:
                return
        for item in items:
            if item == ":none:":
                target.clear()
                continue
            name = canonicalize_name(item)
            other.discard(name)
            target.add(name)

    def control(self, option: str) -> FormatControl:
        """Return what one of the two options finally says."""
        own, other = self._own_and_other(option)
        return FormatControl(self.ALL in own, self._names(own), self._names(other))

    def _names(self, items: Iterable[str]) -> frozenset[NormalizedName]:
        return frozenset(canonicalize_name(item) for item in items if item != self.ALL)


class OptionMerger:
    """Collects options while inputs are read: first the command line's, then line by line.

    Follows pip 26.3 (`handle_option_line`, `FormatControl`, `ReleaseControl`): an
    ``--index-url`` in a file replaces all indexes known so far, extra indexes too; ``--no-index``
    drops them and ends all talk of indexes; of several ``--find-links`` in one line only the
    first counts, and it is looked for beside the file first.
    """

    def __init__(self, options: CommandLine) -> None:
        named = {option for option, _ in options.controls}
        if options.pre and named & {"all-releases", "only-final"}:
            raise UsageError("--pre cannot be used with --all-releases or --only-final")
        self.by_uv = options.by_uv
        self._given = options.controls
        self._binaries = _Pair("no-binary", "only-binary")
        self._releases = _Pair("all-releases", "only-final")
        self._exclude_newer = options.exclude_newer
        self._prefer_binary = self._require_hashes = self._no_require_hashes = False
        self._index = IndexOptions()
        self.apply_controls(options.controls)
        self._apply(
            LineOptions(
                prefer_binary=options.prefer_binary,
                pre=options.pre,
                require_hashes=options.require_hashes,
                no_require_hashes=options.no_require_hashes,
                index_url=options.index_url,
                extra_index_urls=options.extra_index_urls,
                no_index=options.no_index,
                trusted_hosts=options.trusted_hosts,
            )
        )
        self._add_links(_expand_home(link) for link in options.find_links)

    def apply_controls(self, controls: Iterable[tuple[str, str]]) -> None:
        """Apply --no-binary and its kin; pip applies them even behind a requirement."""
        for option, value in controls:
            pair = self._binaries if option.endswith("binary") else self._releases
            pair.apply(option, value)

    def apply_settings(self, controls: Iterable[tuple[str, str]]) -> None:
        """Apply what a tool's settings say; the command line goes before it."""
        self.apply_controls(controls)
        self.apply_controls(self._given)

    def apply_line(
        self, line: LineOptions, directory: Path, shown: Callable[[str], str] = redact
    ) -> None:
        """Apply a file's option line; `directory` is where the file lies.

        `shown` spells a part of it as it may be shown.
        """
        self._apply(line)
        urls = (line.index_url, *line.extra_index_urls, *line.find_links[:1])
        pairs = [(url, shown(url)) for url in urls if url and shown(url) != redact(url)]
        self._index = replace(self._index, spelled=(*self._index.spelled, *pairs))
        for link in line.find_links[:1]:
            beside = directory / link
            self._add_links([str(beside) if is_there(beside) else _expand_home(link)])

    def exclude_newer(self, moment: datetime) -> None:
        """Apply a date bound that an input sets; what the user says goes before it."""
        self._exclude_newer = self._exclude_newer or moment

    def _apply(self, line: LineOptions) -> None:
        index = self._index
        if line.no_index:
            index = replace(index, no_index=True, index_url=None, extra_index_urls=())
        if line.index_url and not index.no_index:
            index = replace(index, index_url=line.index_url, extra_index_urls=())
        if not index.no_index:
            extra = index.extra_index_urls + line.extra_index_urls
            index = replace(index, extra_index_urls=extra)
        hosts = dict.fromkeys(index.trusted_hosts + line.trusted_hosts)
        self._index = replace(index, trusted_hosts=tuple(hosts))
        if line.pre:
            # Not through the pair: pip's --pre leaves the names of --only-final alone.
            self._releases.sets["all-releases"].add(_Pair.ALL)
        self._prefer_binary |= line.prefer_binary
        self._require_hashes |= line.require_hashes
        self._no_require_hashes |= line.no_require_hashes

    def _add_links(self, links: Iterable[str]) -> None:
        self._index = replace(self._index, find_links=(*self._index.find_links, *links))

    def index(self) -> IndexOptions:
        """Return where files are looked for, after all that was applied."""
        return self._index

    def policy(self, *, any_hash: bool) -> FilePolicy:
        """Return which files may be chosen; `any_hash`: some requirement came with --hash."""
        if self._require_hashes and self._no_require_hashes:
            raise UsageError("--require-hashes and --no-require-hashes exclude each other")
        all_releases = self._releases.control("all-releases")
        return FilePolicy(
            no_binary=self._binaries.control("no-binary"),
            only_binary=self._binaries.control("only-binary"),
            prefer_binary=self._prefer_binary,
            pre=all_releases.all_projects,
            require_hashes=self._require_hashes or (any_hash and not self._no_require_hashes),
            exclude_newer=self._exclude_newer,
            all_releases=all_releases.names,
            only_final=self._releases.control("only-final"),
            hashes_demanded=self._require_hashes,
        )


def _expand_home(link: str) -> str:
    if link.startswith("~") and is_there(Path(link).expanduser()):
        return str(Path(link).expanduser())
    return link
