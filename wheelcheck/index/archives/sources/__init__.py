"""What the sources of an archive show of themselves: languages, code, and what breaks there."""
