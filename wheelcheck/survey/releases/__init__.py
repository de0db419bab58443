"""Releases by the many: their file names, verdicts and rows, whole columns at once."""
