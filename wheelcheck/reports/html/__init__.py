"""The report as one self-contained page."""

from wheelcheck.reports.html.document import render_html

__all__ = ["render_html"]
