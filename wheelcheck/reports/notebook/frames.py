"""The matrix as a data frame: one row per package and target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import UsageError
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.target_names import python_label

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["COLUMNS", "to_pandas", "to_polars"]

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
)
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
            )
