"""What would be chosen? Requirements × target × index → a pin for every package."""
