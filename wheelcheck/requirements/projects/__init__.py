"""Projects and scripts that declare requirements."""
