"""The files of an image: the build context, what it leaves out, and where each file comes from."""
