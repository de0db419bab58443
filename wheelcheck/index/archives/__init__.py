"""Reading wheels and sdists: members, sizes and the texts that are wanted."""
