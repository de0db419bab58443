"""What an sdist holds, and what its files say about how it is built."""
