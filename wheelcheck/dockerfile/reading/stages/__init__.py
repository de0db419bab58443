"""A stage while it is read: what its base image has, and what its instructions change."""
