"""What a source build needs of the system, and the packages that bring it."""
