"""What does a source build cost? Measured, scaled from a measured release, or modelled."""
