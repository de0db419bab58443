"""The two tables: one row a build, and one row a compiler call. Rows are only ever appended."""

import csv
import gzip
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_KINDS = ("c", "cython_c", "cxx", "cython_cxx", "fortran", "assembler", "rust")
SOURCE_COLUMNS = (
    *(f"{kind}_{figure}" for kind in _KINDS for figure in ("files", "lines", "bytes", "cpu_s")),
    *("links", "link_cpu_s", "probes", "probe_cpu_s", "compiler_cpu_s"),
)
BUILD_COLUMNS = (
    *("name", "version", "requested", "python", "constraints", "cores"),
    *("outcome", "phase", "reason", "detail", "backend", "requires", "started_utc"),
    *("env_cpu_s", "env_wall_s", "hook_cpu_s", "hook_wall_s", "build_cpu_s", "build_wall_s"),
    *("env_ref_s", "hook_ref_s", "build_ref_s", "cpu_per_wall", "others_cores"),
    *("reference_before_s", "reference_after_s", "noisy"),
    *("peak_tree_bytes", "peak_process_bytes", "peak_processes", "env_peak_tree_bytes"),
    *("sdist_bytes", "sdist_unpacked_bytes", "wheel", "wheel_bytes", "wheel_unpacked_bytes"),
    *("extensions", "extension_bytes", "extension_stripped_bytes"),
    *SOURCE_COLUMNS,
    *("pyx_files", "pyx_lines", "pyx_bytes", "pyx_cpu_s"),
    "env_compiler_calls",
    "machine",
)
CALL_COLUMNS = (
    *("name", "version", "python", "constraints", "cores", "tool", "language", "source", "shipped"),
    *("lines", "bytes", "marks", "options", "cpu_s", "peak_mb", "exit_status"),
)
Key = tuple[str, str, str, str, str]  # name, requested version, Python X.Y, constraints, cores


def append_build(path: Path, row: dict[str, Any]) -> None:
    """Append one row in one write, so that a kill leaves the row whole or absent."""
    if unknown := row.keys() - set(BUILD_COLUMNS):
        raise ValueError(f"no such columns: {sorted(unknown)}")
    text = "" if path.exists() else _encode([BUILD_COLUMNS])
    text += _encode([[row.get(column, "") for column in BUILD_COLUMNS]])
    with path.open("ab") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def append_calls(path: Path, rows: Iterable[Iterable[Any]]) -> None:
    """Append rows of CALL_COLUMNS as one more gzip member."""
    text = "" if path.exists() else _encode([CALL_COLUMNS])
    text += _encode(rows)
    with path.open("ab") as file:
        file.write(gzip.compress(text.encode(), mtime=0))


def _encode(rows: Iterable[Iterable[Any]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def measured(path: Path) -> set[Key]:
    """The keys of the builds in the table, successful or not."""
    if not path.exists():
        return set()
    with path.open(newline="", encoding="utf-8") as file:
        return {
            (
                row["name"],
                row["requested"],
                row["python"].rpartition(".")[0],
                row["constraints"],
                row["cores"],
            )
            for row in csv.DictReader(file)
        }
