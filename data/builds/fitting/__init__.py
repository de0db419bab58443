"""Parts of fit.py: the rows it learns from, the fits, and what it writes."""
