"""What the files of build systems look for: CMake, Meson, configure, Makefiles and Cargo."""
