"""How a report shows itself: in terminals and notebooks, as data frames, as charts.

What draws it reads the model and is seldom needed, so it is imported by name on first use.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from wheelcheck.errors import UsageError
from wheelcheck.reports.values.printed import Printed, face
from wheelcheck.version import __version__

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    from matplotlib.figure import Figure

__all__ = ["Plots", "Shown"]


class Shown(Printed):
    """What a report can do to be looked at; `Report` adds what there is to see."""

    writer: ClassVar = ("report_text", "render_text")

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """The answer in a sentence, where pydantic would show thousands of lines."""
        yield None, face("wording.headline", "headline")(self)

    def _repr_html_(self) -> str:
        html: str = face("notebook.display", "to_html")(self)
        return html

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """What IPython shows: HTML in a notebook, the whole text in a terminal."""
        return {**super()._repr_mimebundle_(), "text/html": self._repr_html_()}

    def to_pandas(self) -> pd.DataFrame:
        """The matrix as a data frame, one row per package and target.

        Columns: package, version, target, python, libc, arch, verdict (ordered as `Verdict` is),
        file, size (bytes), requested_by (separated by ``; ``), reason, system, loads, build_fails
        (why the build fails for certain). What is not known is missing.

        Raises:
            UsageError: where pandas is not installed.
        """
        frame: pd.DataFrame = face("notebook.frames", "to_pandas")(self)
        return frame

    def to_polars(self) -> pl.DataFrame:
        """The same as `to_pandas` with polars.

        Raises:
            UsageError: where polars is not installed.
        """
        frame: pl.DataFrame = face("notebook.frames", "to_polars")(self)
        return frame

    def costs_to_pandas(self) -> pd.DataFrame:
        """What installing costs as a data frame, one row per target.

        Columns: target, python, libc, arch, system, cores, builds, builds_without_time and
        builds_without_memory (how many the numbers leave out), download_bytes; and for each of
        wall_seconds, build_wall_seconds, cpu_seconds, peak_memory_bytes, download_seconds,
        image_bytes, image_bytes_multi_stage the value, the ends of its 80 % interval (``_low``,
        ``_high``) and its ``_basis``. What is not known is missing.

        Raises:
            UsageError: where pandas is not installed.
        """
        frame: pd.DataFrame = face("notebook.frames", "costs_to_pandas")(self)
        return frame

    def to_html(self) -> str:
        """The page that ``--format html`` writes: whole, and it needs no network."""
        text: str = face("html", "render_html")(self)
        return text

    def to_markdown(self, *, limit: int = 65_000) -> str:
        """GitHub-flavoured Markdown, as ``--format markdown`` writes it.

        Args:
            limit: the most characters that it may have; GitHub takes 65,536 in a comment.
        """
        text: str = face("markdown", "render_markdown")(self, limit=limit)
        return text

    def to_sarif(self) -> str:
        """SARIF 2.1.0 (OASIS) for code scanning, as ``--format sarif`` writes it."""
        text: str = face("sarif", "render_sarif")(self, version=__version__)
        return text

    def to_csv(self) -> str:
        """The matrix for spreadsheets, as ``--format csv`` writes it."""
        text: str = face("csv_table", "render_csv")(self)
        return text

    def to_json(self) -> str:
        """What ``--format json`` writes; ``Report.model_validate_json`` reads it again."""
        data: bytes = face("json_form", "render_json")(self)
        return data.decode()

    @property
    def plot(self) -> Plots:
        """Charts: ``report.plot.matrix()``, ``.coverage()``, ``.bill()`` and ``.compare()``."""
        return Plots(self)


class Plots:
    """Charts of a report. Each is a Matplotlib figure: ``chart.savefig("bill.svg")`` keeps it.

    Args:
        report: what is drawn.

    Raises:
        UsageError: from every chart, where Matplotlib is not installed.
    """

    def __init__(self, report: Shown) -> None:
        self._report = report

    def matrix(self, *, every: bool = False) -> Figure:
        """What happens to each package on each target, by sign and colour, as a heat map.

        Targets that agree share a column where there are many.

        Args:
            every: also show packages that come as wheels everywhere.

        Raises:
            UsageError: where Matplotlib is not installed.
        """
        figure: Figure = _chart("matrix", "matrix_chart", self._report, every=every)
        return figure

    def coverage(self) -> Figure:
        """How many packages come as wheels on each target; targets that are alike share a bar.

        Raises:
            UsageError: where Matplotlib is not installed.
        """
        figure: Figure = _chart("coverage", "coverage_chart", self._report)
        return figure

    def bill(self) -> Figure:
        """Time, memory and image size on each target, with 80 % intervals.

        Raises:
            UsageError: where the report has no costs, or Matplotlib is not installed.
        """
        figure: Figure = _chart("bill", "bill_chart", self._report)
        return figure

    def compare(self, first: str | Shown | None = None, second: str | None = None) -> Figure:
        """Two targets, or the report and an older report.

        Of two targets, the packages on which they differ; of two reports, what each common target
        gained and lost.

        Args:
            first: the name of a target, or the older report; may be left out where there are two
                targets.
            second: the name of the other target; may be left out likewise.

        Raises:
            UsageError: where there is nothing to compare, or Matplotlib is not installed.
        """
        figure: Figure = _chart("difference", "compare_chart", self._report, first, second)
        return figure


def _chart(module: str, name: str, *given: object, **options: object) -> Any:
    try:
        import_module("matplotlib")
    except ImportError:
        raise UsageError("charts need Matplotlib: pip install 'wheelcheck[notebook]'") from None
    return face(f"notebook.{module}_chart", name)(*given, **options)
