"""Logs of failed installations: which package failed, where, and what the lines mean."""
