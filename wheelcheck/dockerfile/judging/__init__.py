"""What would happen with a Dockerfile: its install steps judged, and findings about it."""
