"""A sheet of inches to draw charts on, with Matplotlib.

Matplotlib, because its figures are pictures: they need no script from a network, look the same in
every notebook, on GitHub and in print, and can be kept as SVG, PDF or PNG. Positions are inches
from the top left corner, so nothing depends on a layout that tries to fit; no state of pyplot's is
touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from PIL import Image

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.notebook.palette import COLOURS, INK, PAPER, SOFT
from wheelcheck.reports.wording.marks import Mark, in_order
from wheelcheck.reports.wording.phrases import clean

__all__ = ["Chart", "Sheet"]

_DPI = 144
_SHADES = 64  # as many as antialiased text on a dozen grounds needs; a notebook stays small
_FONT = "DejaVu Sans"  # comes with Matplotlib and has every sign of ours
_MARGIN = 0.18


class Chart(Figure):
    """A figure that shows itself in a notebook, sharp on screens of two pixels a point."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        drawn, picture = BytesIO(), BytesIO()
        self.savefig(drawn, format="png", dpi=_DPI)
        Image.open(drawn).convert("RGB").quantize(_SHADES).save(picture, "PNG", optimize=True)
        width, height = self.get_size_inches() * _DPI / 2 * 1.25
        return picture.getvalue(), {"width": round(width), "height": round(height)}

    def __str__(self) -> str:
        return f"Chart({self.get_label()})"

    __repr__ = __str__


class Sheet:
    """Draws on a chart `width` inches wide, as high as it comes out in the end."""

    def __init__(self, title: str, *, width: float = 9.0) -> None:
        self.width = width
        self.chart = Chart(facecolor=PAPER)
        self.chart.set_label(clean(title))
        self._canvas = FigureCanvasAgg(self.chart)
        self._axes = self.chart.add_axes((0.0, 0.0, 1.0, 1.0))
        self._axes.set_axis_off()
        self.y = _MARGIN + 0.12
        self.left, self.right = _MARGIN, width - _MARGIN
        self.words(self.left, self.y, title, size=12, bold=True)
        self.y += 0.34

    def words(
        self,
        x: float,
        y: float,
        text: str,
        *,
        colour: str = INK,
        size: float = 9,
        bold: bool = False,
        align: str = "left",
    ) -> float:
        """Write on one line around `y`; the width in inches. Nothing in it is mathematics."""
        text = clean(text)
        font = FontProperties(family=_FONT, size=size, weight="bold" if bold else "normal")
        self._axes.text(
            x,
            y,
            text,
            color=colour,
            fontproperties=font,
            ha=align,
            va="center_baseline",
            parse_math=False,
            usetex=False,
        )
        return self.measure(text, size=size, bold=bold)

    def measure(self, text: str, *, size: float = 9, bold: bool = False) -> float:
        """How many inches wide the text is."""
        font = FontProperties(family=_FONT, size=size, weight="bold" if bold else "normal")
        renderer = self._canvas.get_renderer()  # type: ignore[no-untyped-call]  # it has no types
        width, _, _ = renderer.get_text_width_height_descent(clean(text), font, ismath=False)
        return float(width) / self.chart.dpi

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a box, with its middle line at `y`."""
        self._axes.add_patch(
            Rectangle((x, y - height / 2), width, height, facecolor=colour, linewidth=0)
        )

    def line(self, xs: tuple[float, float], ys: tuple[float, float], colour: str) -> None:
        """Draw a thin line."""
        self._axes.add_line(Line2D(xs, ys, color=colour, linewidth=1.1, solid_capstyle="butt"))

    def whisker(self, low: float, high: float, y: float) -> None:
        """Draw an interval."""
        self.line((low, high), (y, y), INK)
        for x in (low, high):
            self.line((x, x), (y - 0.045, y + 0.045), INK)

    def marks(self, grounds: Mapping[Mark, Verdict]) -> None:
        """Explain marks, each on the ground of a verdict: verdicts first, then loading."""
        marks = {mark: grounds[mark] for mark in in_order(grounds)}
        x = self.left
        for mark, verdict in marks.items():
            ground, ink = COLOURS[verdict]
            width = 0.3 + self.measure(mark.meaning, size=8.5)
            if x > self.left and x + width > self.right:
                x, self.y = self.left, self.y + 0.25
            self.box(x, self.y, 0.2, 0.17, ground)
            self.words(x + 0.1, self.y, mark.sign, colour=ink, size=8, bold=True, align="center")
            self.words(x + 0.27, self.y, mark.meaning, colour=SOFT, size=8.5)
            x += width + 0.22
        self.y += 0.36

    def note(self, text: str) -> None:
        """Write a small line below what was drawn."""
        self.words(self.left, self.y, text, colour=SOFT, size=8.5)
        self.y += 0.24

    def finished(self) -> Chart:
        """The chart, cut to what was drawn."""
        height = self.y + _MARGIN - 0.06
        self.chart.set_size_inches(self.width, height)
        self._axes.set_xlim(0, self.width)
        self._axes.set_ylim(height, 0)
        return self.chart
