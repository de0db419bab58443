"""The report in a notebook: rich HTML, data frames, charts. Loaded when they are asked for."""
