"""Conditions of the C preprocessor, evaluated for each CPython."""
