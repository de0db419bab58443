"""Sources and options that the compilers, the Python and the libraries of a target refuse."""
