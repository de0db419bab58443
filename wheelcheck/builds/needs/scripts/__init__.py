"""What setup scripts and their helpers ask the system for, by their syntax."""
