"""Better Dockerfiles: the given one corrected, on another base image, or a new one."""
