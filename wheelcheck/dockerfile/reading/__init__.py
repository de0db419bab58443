"""Dockerfiles: what they install, on which image, and what of it could not be followed."""
