"""Parts of the measuring tool `measure.py`; nothing here is needed when wheelcheck runs."""
