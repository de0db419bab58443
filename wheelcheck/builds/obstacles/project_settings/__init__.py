"""Settings and metadata of a project with which its own build backend ends."""
