"""Where would it be installed? Targets, their tags, and the images people name them by."""
