"""Install commands: what they install, for which target, and why they may not start."""
