"""What a build has to compile: its sources by kind, and what compiling each of them reads."""
