"""Does an sdist need a compiler? The evidence and the conclusion."""
