"""What is asked for? The user's files become values; the only place that reads them."""
