"""The matrix as a data frame, one row per package and target; the costs, one row per target."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import UsageError
from wheelcheck.reports.values.cost_values import Bill, Estimate
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.wording.target_names import python_label

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["COLUMNS", "COST_COLUMNS", "costs_to_pandas", "to_pandas", "to_polars"]

COLUMNS = (
    "package",
    "version",
    "target",
    "python",
    "libc",
    "arch",
    "verdict",
    "file",
    "size",
    "requested_by",
    "reason",
    "system",
    "loads",
    "build_fails",
)
COST_COLUMNS = (
    "target",
    "python",
    "libc",
    "arch",
    "system",
    "cores",
    "builds",
    "builds_without_time",
    "builds_without_memory",
    "download_bytes",
)
"""Columns of costs that are no estimates; each of `ESTIMATES` has four more."""

_VERDICTS = [verdict.value for verdict in Verdict]


def to_pandas(report: Report) -> pd.DataFrame:
    """The rows as a pandas DataFrame; raises `UsageError` where pandas is not installed."""
    try:
        import pandas as pd
    except ImportError:
        raise _missing("to_pandas", "pandas") from None
    frame = pd.DataFrame(_rows(report), columns=list(COLUMNS))
    text = dict.fromkeys(set(COLUMNS) - {"size", "verdict"}, "string")
    ordered = pd.CategoricalDtype(_VERDICTS, ordered=True)
    return frame.astype({**text, "size": "Int64", "verdict": ordered})


def to_polars(report: Report) -> pl.DataFrame:
    """The rows as a polars DataFrame; raises `UsageError` where polars is not installed."""
    try:
        import polars as pl
    except ImportError:
        raise _missing("to_polars", "polars") from None
    schema: dict[str, pl.DataType] = dict.fromkeys(COLUMNS, pl.String())
    schema |= {"size": pl.Int64(), "verdict": pl.Enum(_VERDICTS)}
    return pl.DataFrame(list(_rows(report)), schema=schema, orient="row")


_ESTIMATES: Mapping[str, Callable[[Bill], Estimate | None]] = {
    "wall_seconds": lambda bill: bill.wall_seconds,
    "build_wall_seconds": lambda bill: bill.build_wall_seconds,
    "cpu_seconds": lambda bill: bill.cpu_seconds,
    "peak_memory_bytes": lambda bill: bill.peak_memory_bytes,
    "download_seconds": lambda bill: bill.download_seconds,
    "image_bytes": lambda bill: bill.image.single_stage if bill.image else None,
    "image_bytes_multi_stage": lambda bill: bill.image.multi_stage if bill.image else None,
}


def costs_to_pandas(report: Report) -> pd.DataFrame:
    """A row for each target; raises `UsageError` where pandas is not installed."""
    try:
        import pandas as pd
    except ImportError:
        raise _missing("costs_to_pandas", "pandas") from None
    frame = pd.DataFrame([_costs_of(target) for target in report.targets], columns=_cost_columns())
    text = ("target", "python", "libc", "arch", "system", *(f"{name}_basis" for name in _ESTIMATES))
    kinds = dict.fromkeys(text, "string") | dict.fromkeys(
        COST_COLUMNS[COST_COLUMNS.index("cores") :], "Int64"
    )
    numbers = {f"{name}{end}": "Float64" for name in _ESTIMATES for end in ("", "_low", "_high")}
    return frame.astype(kinds | numbers)


def _cost_columns() -> list[str]:
    ends = ("", "_low", "_high", "_basis")
    return [*COST_COLUMNS, *(f"{name}{end}" for name in _ESTIMATES for end in ends)]


def _costs_of(target: TargetSummary) -> list[object]:
    bill = target.bill
    row: list[object] = [
        *(target.name, python_label(target), target.libc, target.arch, target.system),
        *(_numbers(bill) if bill else [None] * 5),
    ]
    for of in _ESTIMATES.values():
        found = of(bill) if bill else None
        row += [found.value, found.low, found.high, found.basis] if found else [None] * 4
    return row


def _numbers(bill: Bill) -> tuple[int | None, ...]:
    unknown = (len(bill.builds_without_time), len(bill.builds_without_memory))
    return (bill.cores, bill.builds, *unknown, bill.download_bytes)


def _missing(method: str, library: str) -> UsageError:
    return UsageError(f"{method}() needs {library}: pip install 'wheelcheck[notebook]'")


def _rows(report: Report) -> Iterator[tuple[str | int | None, ...]]:
    """Rows in the order of `COLUMNS`; None where something is not known."""
    for package in report.packages:
        for target in report.targets:
            cell = package.on.get(target.name)
            if cell is None:
                continue
            yield (
                package.name,
                cell.version,
                target.name,
                python_label(target),
                target.libc,
                target.arch,
                cell.verdict.value,
                cell.file,
                cell.size,
                "; ".join(cell.requested_by),
                cell.reason,
                target.system,
                cell.loads.status if cell.loads else None,
                cell.build_fails or None,
            )
