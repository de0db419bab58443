"""wheelcheck: what comes as a wheel, what compiles from source, on which target, at what cost."""
