"""What the Python code of a wheel imports and opens, by its syntax; nothing is run."""
