import threading
from concurrent.futures import CancelledError

import pytest

from wheelcheck.index.network.tasks import Tasks


def test_what_is_prefetched_is_done_once_and_in_the_background():
    tasks = Tasks(2)
    done = threading.Event()
    threads = []

    def work() -> str:
        threads.append(threading.current_thread())
        done.set()
        return "result"

    tasks.prefetch("key", work)
    tasks.prefetch("key", work)
    assert done.wait(10)
    assert tasks.ask("key", work) == "result"
    assert len(threads) == 1
    assert threads[0] is not threading.current_thread()
    tasks.close()


def test_whoever_asks_does_what_the_background_has_not_begun():
    tasks = Tasks(1)
    begun, release = threading.Event(), threading.Event()

    def block() -> None:
        begun.set()
        release.wait(10)

    tasks.prefetch("slow", block)
    assert begun.wait(10)
    tasks.prefetch("next", threading.current_thread)
    assert tasks.ask("next", threading.current_thread) is threading.current_thread()
    release.set()
    tasks.close()


def test_an_error_waits_for_whoever_asks():
    tasks = Tasks(1)

    def fail() -> None:
        raise KeyError("x")

    tasks.prefetch("key", fail)
    for _ in range(2):
        with pytest.raises(KeyError):
            tasks.ask("key", fail)
    tasks.close()


def test_closing_drops_what_has_not_begun_and_does_not_wait():
    tasks = Tasks(1)
    begun, release, late = threading.Event(), threading.Event(), threading.Event()

    def block() -> None:
        begun.set()
        release.wait(10)

    tasks.prefetch("slow", block)
    assert begun.wait(10)
    tasks.prefetch("next", late.set)
    tasks.close()
    assert not release.is_set()
    with pytest.raises(CancelledError):
        tasks.ask("next", late.set)
    tasks.prefetch("after", late.set)
    release.set()
    assert all(thread.daemon for thread in tasks._threads)
    for thread in tasks._threads:
        thread.join(10)
    assert not late.is_set()


def test_the_background_is_bounded():
    tasks = Tasks(3)
    for number in range(20):
        tasks.prefetch(number, threading.get_ident)
    assert len(tasks._threads) <= 3
    assert len({tasks.ask(number, threading.get_ident) for number in range(20)}) <= 4
    tasks.close()


def test_what_is_taken_is_forgotten():
    tasks = Tasks(1)
    done = threading.Event()

    def work() -> threading.Thread:
        done.set()
        return threading.current_thread()

    tasks.prefetch("key", work)
    assert done.wait(10)
    assert tasks.take("key", work) is not threading.current_thread()
    assert tasks.take("key", work) is threading.current_thread()
    tasks.close()
