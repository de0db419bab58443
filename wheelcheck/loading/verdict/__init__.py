"""Does a wheel load on a target: what its files and its code miss there."""
