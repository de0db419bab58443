"""Parts of an image: what packages, byte-code and system packages take up in it."""
