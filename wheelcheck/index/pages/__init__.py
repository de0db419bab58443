"""Project pages of an index: fetched, parsed and stored."""
