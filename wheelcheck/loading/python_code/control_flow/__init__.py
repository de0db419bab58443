"""Which statements of Python code run on Linux, and where they raise; nothing is run."""
