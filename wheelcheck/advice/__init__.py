"""What to do instead of a source build: each proposal is judged again with the change made."""
