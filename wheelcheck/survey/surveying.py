"""A survey from start to end: look at the source, cut it, run the shards that are not complete."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from wheelcheck.errors import UsageError
from wheelcheck.regular_files import read_regular
from wheelcheck.survey.dataset import Dataset
from wheelcheck.survey.file_table import open_table, table_shards
from wheelcheck.survey.fleet import find_inputs, fleet_shards
from wheelcheck.survey.project_list import Wire, names_shards, read_names
from wheelcheck.survey.runner import available_cpus, run_here, run_on_cluster
from wheelcheck.survey.shards import Shard, ShardTask
from wheelcheck.survey.survey_settings import SurveySettings

__all__ = ["Plan", "Summary", "run_survey"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a survey is about to do, for the user to agree to before it starts.

    `requests` is the most it can make of an index; 0 for a table of files.
    """

    kind: str
    shards: int
    complete: int
    requests: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a survey has written: rows by kind, and how many shards were judged now."""

    rows: dict[str, int]
    judged: int
    unknown: dict[str, str]
    unreadable: dict[str, int]


def run_survey(  # noqa: PLR0913 (each is an option of the command)
    source: str | Path | Sequence[Path],
    output: str,
    settings: SurveySettings,
    wire: Wire,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    rows_per_shard: int = 250_000,
    max_requests: int = 1_000,
    announce: Callable[[Plan], object] | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Summary:
    """Judge everything that `source` names and write it to the folder `output`.

    `source` is a Parquet table of files (or a folder of such), a file of project names (``-`` for
    standard input), a folder of requirement files, or several such files. `workers` are processes
    on this machine (None: one for each processor), or `scheduler` is the address of a Dask
    scheduler. A shard of a table has about `rows_per_shard` files, which bounds the memory of each
    worker. `wire.per_second` bounds the requests of all workers together. Raises UsageError
    where the source, the folder or the scheduler cannot be used, where more than `max_requests`
    would be made, and IndexUnreachable; OSError where the folder cannot be written.
    """
    dataset = Dataset(output)
    count = workers or available_cpus()
    with _scratch(output) as scratch:
        kind, shards, requests = _shards(source, settings, wire, count, scratch, rows_per_shard)
        if requests > max_requests and not wire.offline:
            raise UsageError(
                f"this survey may make {requests:,} requests, more than {max_requests:,}: raise "
                f"--max-requests to {requests} if the index can bear that"
            )
        tasks = [ShardTask(shard, settings, output) for shard in shards]
        dataset.begin(settings.day, {"kind": kind} | settings.as_json())
        left = [task for task in tasks if not task.complete]
        if announce is not None:
            announce(Plan(kind, len(tasks), len(tasks) - len(left), requests))
        if left and scheduler:
            run_on_cluster(left, scheduler=scheduler, progress=progress)
        elif left:
            run_here(left, workers=min(count, len(left)), progress=progress)
    return _summary(dataset.entries(settings.day), judged=len(left))


def _shards(
    source: str | Path | Sequence[Path],
    settings: SurveySettings,
    wire: Wire,
    workers: int,
    scratch: Path,
    rows_per_shard: int,
) -> tuple[str, list[Shard], int]:
    """The kind of a source, its shards, and the most requests that judging them makes."""
    shared = replace(wire, per_second=wire.per_second / workers)
    if not isinstance(source, (str, Path)):
        paths = tuple(path.resolve() for path in source)
        return "fleet", list(fleet_shards(Path.cwd(), paths, shared)), 0
    path = Path(source)
    if _is_table(path):
        if settings.read_sdists:
            raise UsageError("--read-sdists needs an index: a table of files has no archives")
        table = open_table(path, needs_times=settings.needs_times)
        return "table", list(table_shards(table, scratch, rows_per_shard)), 0
    if path.is_dir():
        return "fleet", list(fleet_shards(path, find_inputs(path), shared)), 0
    names = read_names(_lines(source), str(source))
    indexes = 1 + len(wire.options.extra_index_urls) + len(wire.options.find_links)
    return "names", list(names_shards(names, shared)), len(names) * indexes


def _is_table(path: Path) -> bool:
    if path.is_dir():
        return any(path.glob("*.parquet"))
    return path.suffix == ".parquet"


def _lines(source: str | Path) -> list[str]:
    if str(source) == "-":
        return sys.stdin.read().splitlines()
    path = Path(source)
    try:
        return read_regular(path, 256_000_000).decode().splitlines()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no text: a list of project names has one a line") from error


@contextmanager
def _scratch(output: str) -> Iterator[Path]:
    """A folder for what need not stay: beside the output, where a cluster's workers see it too."""
    if "://" in output:
        with TemporaryDirectory(prefix="wheelcheck-survey-") as elsewhere:
            yield Path(elsewhere)
        return
    folder = Path(output).resolve() / "scratch"
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _summary(entries: Sequence[dict[str, Any]], *, judged: int) -> Summary:
    rows: dict[str, int] = {}
    unknown: dict[str, str] = {}
    unreadable: dict[str, int] = {}
    for entry in entries:
        for kind, count in entry["rows"].items():
            rows[kind] = rows.get(kind, 0) + count
        unknown |= entry.get("unknown", {})
        for reason, count in entry.get("unreadable", {}).items():
            unreadable[reason] = unreadable.get(reason, 0) + count
    return Summary(rows, judged, unknown, unreadable)
