"""What the names of images mean: the catalogue, the target behind a name, and guesses."""
