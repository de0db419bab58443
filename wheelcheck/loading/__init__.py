"""Does it load? What the files of a wheel ask for, against what an image has."""
