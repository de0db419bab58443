"""Runs shards on this machine or on a Dask cluster. Shards are independent and may run twice."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from typing import Any

from wheelcheck.errors import UsageError
from wheelcheck.survey.shards import ShardTask, judge_shard

__all__ = ["available_cpus", "run_here", "run_on_cluster"]

Entry = dict[str, Any]
Progress = Callable[[int, int], object] | None

_CONNECT_SECONDS = 10
_RETRIES = 3


def available_cpus() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_here(tasks: Sequence[ShardTask], *, workers: int, progress: Progress) -> list[Entry]:
    """Run all shards in processes of this machine; with one worker, in this process.

    Processes, since reading names and pages holds the interpreter's lock most of the time.
    Raises OSError where a part cannot be written.
    """
    if workers == 1 or len(tasks) == 1:
        return list(_counted(map(judge_shard, tasks), len(tasks), progress))
    context = multiprocessing.get_context("spawn")  # forked threads of Arrow may hang
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        futures = {pool.submit(judge_shard, task) for task in tasks}
        try:
            return list(_counted(_completed(futures), len(tasks), progress))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def run_on_cluster(
    tasks: Sequence[ShardTask], *, scheduler: str, progress: Progress
) -> list[Entry]:
    """Run all shards on the workers of a Dask scheduler.

    A shard whose worker dies is given to another one. Raises UsageError where no scheduler answers
    or the connection to it is lost; what is complete then stays, and the next start goes on.
    """
    try:
        from dask import config
        from distributed import Client, as_completed
    except ImportError as error:
        missing = "--scheduler needs distributed: from a checkout, pip install '.[cluster]'"
        raise UsageError(missing) from error
    # how long a lost scheduler is waited for; by default half a minute, several times over
    config.set({"distributed.comm.timeouts.connect": f"{_CONNECT_SECONDS}s"})
    try:
        client = Client(scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"no Dask scheduler answers at {scheduler}: {error}") from error
    with client:
        keys = [f"wheelcheck-survey-{task.key}" for task in tasks]
        futures = client.map(judge_shard, tasks, key=keys, retries=_RETRIES)
        try:
            answers = (future.result() for future in as_completed(futures, loop=client.loop))
            return list(_counted(answers, len(tasks), progress))
        except _lost_connections() as error:
            raise UsageError(
                f"the scheduler at {scheduler} was lost ({type(error).__name__}); start the same "
                "survey again to go on"
            ) from error


def _lost_connections() -> tuple[type[BaseException], ...]:
    from concurrent.futures import CancelledError

    from distributed import CancelledError as ClusterCancelled
    from distributed.comm.core import CommClosedError

    return (CancelledError, ClusterCancelled, CommClosedError, TimeoutError)


def _completed(futures: set[Future[Entry]]) -> Iterator[Entry]:
    while futures:
        done, futures = wait(futures, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()


def _counted(answers: Iterator[Entry], total: int, progress: Progress) -> Iterator[Entry]:
    for done, answer in enumerate(answers, start=1):
        if progress is not None:
            progress(done, total)
        yield answer
