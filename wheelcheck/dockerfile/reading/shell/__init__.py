"""Shell lines of a Dockerfile: their commands, and what pip, uv, apt and their like do there."""
