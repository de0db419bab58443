"""The one use-case: requirements × targets → Report."""

from wheelcheck.analysis.checking import check
from wheelcheck.analysis.explaining import explain
from wheelcheck.analysis.judging import analyse

__all__ = ["analyse", "check", "explain"]
