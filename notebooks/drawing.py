"""Axes in the look of the report's own charts."""

from matplotlib.axes import Axes

from wheelcheck.reports.notebook.palette import INK, LINE, PAPER, SOFT
from wheelcheck.reports.notebook.sheet import Chart

__all__ = ["BLUE", "ORANGE", "axes_of", "chart"]

BLUE, ORANGE = "#5f86ab", "#d9731a"


def chart(title: str, height: float, columns: int = 1, **margins: float) -> Chart:
    """A chart 9 inches wide with `columns` axes; `margins` are those of `subplots_adjust`."""
    figure = Chart(figsize=(9, height), facecolor=PAPER)
    figure.set_label(title)
    figure.suptitle(
        title, x=0.02, y=1 - 0.14 / height, ha="left", va="top", weight="bold", color=INK
    )
    figure.subplots(1, columns)
    figure.subplots_adjust(**{"left": 0.1, "right": 0.97, "bottom": 0.6 / height} | margins)
    figure.subplots_adjust(top=margins.get("top", 1 - 0.6 / height))
    for axes in figure.axes:
        plain(axes)
    return figure


def plain(axes: Axes) -> None:
    """Nothing but a light grid, and words in soft ink."""
    axes.set_facecolor(PAPER)
    axes.spines[:].set_visible(False)
    axes.grid(color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=8.5, labelcolor=SOFT)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_color(SOFT)
        label.set_fontsize(9)


def axes_of(figure: Chart) -> Axes:
    """The only axes of a chart."""
    (axes,) = figure.axes
    return axes
