"""Linux distributions: their releases, package managers and packages."""
