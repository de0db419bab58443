"""Does it come as a wheel? A verdict, with its reason, for every pin on every target."""
