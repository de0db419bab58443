"""The Report and its parts: the values that leave the library."""
