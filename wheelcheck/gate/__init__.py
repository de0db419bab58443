"""Is that good enough? A policy held against a report, and two reports held against each other."""
