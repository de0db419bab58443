"""What callers use: check, analyse and explain, from names and spellings to a report."""
