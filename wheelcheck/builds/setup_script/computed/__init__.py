"""Values of setup scripts, of which some are unknown: compared, joined and formatted."""
