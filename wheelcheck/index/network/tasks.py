"""Work that is done once: requests for the same thing coalesce.

`ask` does the work in the asking thread unless a background thread has begun it; `prefetch` leaves
it to the background. The background threads are daemons, and closing drops all that has not begun,
so nothing keeps a program from ending.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any, TypeVar

__all__ = ["Errand", "Tasks"]

_T = TypeVar("_T")
Errand = tuple[Any, ...]
"""What another process does of a task: a question, the project or file that it is about, and what
else it takes."""

_Task = tuple[Future[Any], Callable[[], Any]]


class Tasks:
    """Keyed tasks with at most `threads` of them in the background at a time."""

    def __init__(self, threads: int) -> None:
        self._limit = threads
        self._lock = threading.Lock()
        self._tasks: dict[Hashable, _Task] = {}
        self._results: dict[Hashable, Any] = {}
        self._queue: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._waiting = 0
        self._threads: list[threading.Thread] = []
        self._closed = False

    def ask(self, key: Hashable, work: Callable[[], _T]) -> _T:
        """The result of the task `key`; an exception of its work is raised again."""
        result: _T
        if key in self._results:  # nearly always, and that needs no lock
            result = self._results[key]
            return result
        with self._lock:
            task = self._tasks.setdefault(key, (Future(), work))
        self._run(task)
        result = self._results[key] = task[0].result()
        self._tasks.pop(key, None)
        return result

    def take(self, key: Hashable, work: Callable[[], _T]) -> _T:
        """What was prefetched as `key`, which is then forgotten; else what `work` gives now."""
        with self._lock:
            task = self._tasks.pop(key, None)
        if task is None:
            return work()
        self._run(task)
        result: _T = task[0].result()
        return result

    def first_done(self, keys: Sequence[Hashable]) -> int:
        """The place of the first of these tasks that is done; those that nobody does are."""
        tasks = [self._tasks.get(key) for key in keys]
        if None not in tasks:
            wait([task[0] for task in tasks if task], return_when=FIRST_COMPLETED)
        return next(n for n, task in enumerate(tasks) if task is None or task[0].done())

    def results(self) -> list[Any]:
        """What was asked for so far."""
        return list(self._results.values())

    def prefetch(self, key: Hashable, work: Callable[[], object]) -> None:
        """Let the background do it, unless it is done or being done already."""
        if key in self._tasks or key in self._results:
            return
        with self._lock:
            if self._closed or key in self._tasks or key in self._results:
                return
            task = self._tasks[key] = (Future(), work)
            self._waiting += 1
            if len(self._threads) < min(self._limit, self._waiting):
                thread = threading.Thread(target=self._serve, daemon=True, name="index")
                self._threads.append(thread)
                thread.start()
        self._queue.put(task)

    def close(self) -> None:
        """Drop what has not begun. What has begun ends by itself, unheard."""
        with self._lock:
            self._closed = True
            tasks = list(self._tasks.values())
            threads = len(self._threads)
        for future, _ in tasks:
            future.cancel()
        for _ in range(threads):
            self._queue.put(None)

    def _serve(self) -> None:
        while not self._closed:
            task = self._queue.get()
            if task is None:
                return
            self._run(task)
            del task  # the result is not to be kept until there is more to do
            with self._lock:
                self._waiting -= 1

    def _run(self, task: _Task) -> None:
        """Do a task's work, unless another thread has claimed it."""
        future, work = task
        with self._lock:
            if future.running() or future.done() or not future.set_running_or_notify_cancel():
                return
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 (it is raised again where the result is read)
            future.set_exception(error)
        else:
            future.set_result(result)
