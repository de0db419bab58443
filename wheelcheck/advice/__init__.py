"""What to do instead of a source build: each proposal is judged anew."""
