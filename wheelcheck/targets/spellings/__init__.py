"""What users write for a target: images, tags, platforms, Pythons and axes."""
