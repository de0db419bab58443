"""The words, marks and orders that every rendering shares, so that all say the same."""
