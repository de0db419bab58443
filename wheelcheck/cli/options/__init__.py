"""The options of all commands, and what they mean as arguments."""
