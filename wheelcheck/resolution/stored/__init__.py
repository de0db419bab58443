"""Answers of earlier runs, in a form that is read back at once."""
