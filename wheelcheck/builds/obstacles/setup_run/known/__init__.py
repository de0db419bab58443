"""What expressions of a setup script are known to give; None where it is not known."""
