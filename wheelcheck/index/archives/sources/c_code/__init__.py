"""What C and C++ sources hold that a later Python, compiler or library refuses."""
