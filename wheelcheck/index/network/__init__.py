"""HTTP: connections, credentials and URLs."""
