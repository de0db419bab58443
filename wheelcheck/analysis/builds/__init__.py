"""What is built from source on targets: planned, summed up, and stored for later runs."""
