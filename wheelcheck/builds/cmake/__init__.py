"""CMake projects, followed as far as their own files say what is compiled."""
