"""``wheelcheck survey``: judge a whole list, table or folder; write its page; compare two days."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from wheelcheck.cli.terminal import progress_shown
from wheelcheck.cli.writing import require_folder, write
from wheelcheck.errors import UsageError

if TYPE_CHECKING:
    from wheelcheck.cli.terminal import StatusLine
    from wheelcheck.survey.day import DayOfSurvey
    from wheelcheck.survey.project_list import Wire
    from wheelcheck.survey.survey_settings import SurveySettings
    from wheelcheck.survey.surveying import Plan

__all__ = ["compare_days", "run", "write_page"]

_Value = TypeVar("_Value")

_SHOWN_UNKNOWN = 10


def run(args: Namespace) -> int:
    """Survey; 3 where a project could not be judged."""
    _require_extra()
    from wheelcheck.survey.surveying import run_survey

    settings = _settings(args)
    sources = [Path(name) for name in args.source if name != "-"]
    source = args.source[0] if len(args.source) == 1 else sources
    with progress_shown() as line:
        summary = run_survey(
            source,
            args.output,
            settings,
            _wire(args),
            workers=args.workers,
            scheduler=args.scheduler,
            rows_per_shard=args.rows_per_shard,
            max_requests=args.max_requests,
            announce=lambda plan: _announce(plan, args.output),
            progress=_progress(line),
        )
    rows = ", ".join(f"{count:,} {kind}" for kind, count in summary.rows.items())
    lines = [f"{args.output}: {rows} (rows of {settings.day})"]
    lines += [f"  not judged: {name}: {why}" for name, why in _first(summary.unknown)]
    if len(summary.unknown) > _SHOWN_UNKNOWN:
        lines.append(f"  and {len(summary.unknown) - _SHOWN_UNKNOWN:,} more, with their reasons")
    lines += [f"  left out: {count:,} files: {why}" for why, count in _first(summary.unreadable)]
    write(("\n".join(lines) + "\n").encode(), None)
    return 3 if summary.unknown else 0


def write_page(args: Namespace) -> int:
    """``wheelcheck survey report FOLDER``."""
    _require_extra()
    require_folder(args.output)
    from wheelcheck.survey.dataset import Dataset
    from wheelcheck.survey.day import read_day, read_weights
    from wheelcheck.survey.page import render_page

    dataset = Dataset(args.folder)
    days = dataset.days()
    if not days:
        raise UsageError(f"{args.folder} has no survey")
    weights = read_weights(Path(args.weights)) if args.weights else None
    page = render_page([read_day(dataset, day) for day in days], weights)
    write(page.encode(), args.output)
    return 0


def compare_days(args: Namespace) -> int:
    """``wheelcheck survey diff OLD NEW``; 1 where a project lost wheels."""
    _require_extra()
    require_folder(args.output)
    from wheelcheck.survey.day_changes import changes, render_changes

    old, new = _day_of(args.old, newest=False), _day_of(args.new, newest=True)
    found = changes(old, new)
    if args.format == "json":
        import json
        from dataclasses import asdict

        text = json.dumps([asdict(change) for change in found], indent=1) + "\n"
    else:
        text = render_changes(found, old, new)
    write(text.encode(), args.output)
    return 1 if any(change.lost for change in found) else 0


def _day_of(name: str, *, newest: bool) -> DayOfSurvey:
    """``FOLDER`` or ``FOLDER@2026-11-28``; of a folder alone the newest day, or the oldest."""
    from wheelcheck.survey.dataset import Dataset
    from wheelcheck.survey.day import read_day

    folder, _, text = name.rpartition("@")
    if not folder:
        folder, text = name, ""
    dataset = Dataset(folder)
    days = dataset.days()
    if not days:
        raise UsageError(f"{folder} has no survey")
    try:
        day = date.fromisoformat(text) if text else days[-1 if newest else 0]
    except ValueError:
        raise UsageError(f"{text!r} is no day such as 2026-11-28") from None
    return read_day(dataset, day)


def _require_extra() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("pyarrow", "numpy", "fsspec") if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"a survey needs {', '.join(missing)}: from a checkout, pip install '.[survey]'"
        )


def _settings(args: Namespace) -> SurveySettings:
    from wheelcheck.requirements import parse_exclude_newer
    from wheelcheck.survey.survey_settings import SurveySettings
    from wheelcheck.targets import default_matrix_on, expand_target_on

    now = datetime.now(UTC)
    bound = parse_exclude_newer(args.exclude_newer, now=now) if args.exclude_newer else None
    day = ((bound or now) - timedelta(microseconds=1)).date()
    named = [target for text in args.target for target in expand_target_on(text, as_of=day)]
    since = None
    if args.each_release not in (None, ""):
        since = parse_exclude_newer(args.each_release, now=now) - timedelta(days=1)
    return SurveySettings(
        targets=tuple(dict.fromkeys(named)) or default_matrix_on(as_of=day),
        day=day,
        exclude_newer=bound,
        each_release=args.each_release is not None,
        since=since,
        read_sdists=args.read_sdists,
    )


def _wire(args: Namespace) -> Wire:
    import os

    from wheelcheck.index import default_cache_dir
    from wheelcheck.requirements.requirement_set import IndexOptions
    from wheelcheck.survey.project_list import Wire

    options = IndexOptions(
        index_url=args.index_url,
        extra_index_urls=tuple(args.extra_index_url),
        no_index=args.no_index,
        find_links=tuple(args.find_links),
    )
    cache = Path(args.cache_dir) if args.cache_dir else default_cache_dir(os.environ)
    return Wire(
        options=options,
        cache_dir=None if args.no_cache else cache.resolve(),
        offline=args.offline,
        contact=args.contact,
        per_second=args.requests_per_second,
    )


def _announce(plan: Plan, folder: str) -> None:
    limit = f", at most {_counted(plan.requests, 'request')}" if plan.requests else ""
    done = f" ({plan.complete:,} complete already)" if plan.complete else ""
    shards = _counted(plan.shards, "shard")
    sys.stderr.write(f"wheelcheck: {plan.kind}: {shards}{done}{limit} → {folder}\n")


def _counted(number: int, noun: str) -> str:
    """``1 shard``, ``1,200 shards``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _progress(line: StatusLine | None) -> Callable[[int, int], object]:
    """Shards done, and when the last will be, estimated from those so far."""
    started = time.monotonic()

    def update(done: int, total: int) -> None:
        if line is not None:
            left = (time.monotonic() - started) / done * (total - done)
            end = (datetime.now().astimezone() + timedelta(seconds=left)).strftime("%H:%M:%S")
            line.update(f"shards, done at about {end},", done, total)

    return update


def _first(found: Mapping[str, _Value]) -> list[tuple[str, _Value]]:
    return list(found.items())[:_SHOWN_UNKNOWN]
