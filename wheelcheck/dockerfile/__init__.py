"""Dockerfiles: what they install and on which image, what would happen, and a better one."""
