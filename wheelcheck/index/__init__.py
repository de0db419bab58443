"""What exists? The index, archives and the cache; the only place that talks to the network."""
