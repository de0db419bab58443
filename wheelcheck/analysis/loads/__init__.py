"""Whether the wheels of a target load: what is known of them, and the verdict."""
