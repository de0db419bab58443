"""What newer compilers, build tools and libraries refuse of sources that were once accepted."""
