"""How far a setup script certainly comes: it is followed statement by statement, and not run."""
