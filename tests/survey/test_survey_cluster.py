"""A survey on a real Dask cluster: scheduler and workers are processes of this machine."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from frozen import FrozenIndex
from surveyed import TARGETS, rows_of_frozen_index, surveyed_rows, write_table

SECONDS = 90
ROWS = 12


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """A scheduler and workers; gives the address and the workers' processes."""
    address = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    dask = [sys.executable, "-m", "dask"]
    common = ["--scheduler-file", str(address)]
    started = [
        subprocess.Popen(
            [*dask, "scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1", *common],
            **quiet,
        )
    ]
    try:
        wait_for(address.exists)
        options = ["--nthreads", "1", "--no-dashboard", "--no-nanny", "--host", "127.0.0.1"]
        worker = [*dask, "worker", *options, *common]
        started += [subprocess.Popen(worker, **quiet) for _ in range(workers)]
        wait_for(lambda: bool(address.read_text(encoding="utf-8")))
        yield json.loads(address.read_text(encoding="utf-8"))["address"], started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def wait_for(condition) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def table_of_many_shards(folder: Path) -> Path:
    """A folder of tables, each a shard of its own once a shard has few rows."""
    return write_table(folder / "files.parquet", rows_of_frozen_index(FrozenIndex().names[::6]))


def survey(table: Path, out: Path, *words: str, wait: bool = True) -> subprocess.Popen:
    command = [sys.executable, "-m", "wheelcheck", "survey", str(table), "--each-release"]
    command += ["--output", str(out), *words]
    for target in TARGETS:
        command += ["--target", target]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    if wait:
        _, stderr = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, stderr
    return process


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict]]:
    folder = tmp_path_factory.mktemp("undisturbed")
    table = table_of_many_shards(folder)
    survey(table, folder / "out", "--workers", "1", *SMALL_SHARDS)
    return table, surveyed_rows(folder / "out")


SMALL_SHARDS = ("--rows-per-shard", "500")


def complete_shards(out: Path) -> int:
    return len(list(out.glob("manifest/*/shard-*.json")))


def test_a_cluster_gives_the_rows_of_a_single_process_though_a_worker_is_killed(
    tmp_path: Path, undisturbed
):
    table, expected = undisturbed
    out = tmp_path / "out"
    with cluster(tmp_path) as (address, workers):
        process = survey(table, out, "--scheduler", address, *SMALL_SHARDS, wait=False)
        wait_for(lambda: complete_shards(out) >= 2)
        workers[0].send_signal(signal.SIGKILL)
        _, stderr = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, stderr
    assert surveyed_rows(out) == expected


def test_a_survey_whose_scheduler_is_lost_goes_on_where_it_ended(tmp_path: Path, undisturbed):
    table, expected = undisturbed
    out = tmp_path / "out"
    with cluster(tmp_path) as (address, _):
        process = survey(table, out, "--scheduler", address, *SMALL_SHARDS, wait=False)
        wait_for(lambda: complete_shards(out) >= 2)
    _, stderr = process.communicate(timeout=SECONDS)
    done = complete_shards(out)
    if process.returncode:  # unless all was done before the scheduler went
        assert process.returncode == 2
        assert "start the same survey again" in stderr
    survey(table, out, "--workers", "1", *SMALL_SHARDS)
    assert complete_shards(out) >= done
    assert surveyed_rows(out) == expected


def test_a_survey_that_is_killed_leaves_only_whole_parts(tmp_path: Path, undisturbed):
    table, expected = undisturbed
    out = tmp_path / "out"
    process = survey(table, out, "--workers", "1", *SMALL_SHARDS, wait=False)
    wait_for(lambda: complete_shards(out) >= 2)
    process.kill()
    process.communicate()
    surveyed_rows(out)  # every part can be read
    survey(table, out, "--workers", "1", *SMALL_SHARDS)
    assert surveyed_rows(out) == expected
    shutil.rmtree(out)
