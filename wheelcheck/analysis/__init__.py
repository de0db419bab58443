"""The one use-case: requirements × targets → Report."""
