"""Wheels alone: the strictest policy under which requirements install, and its exceptions."""
