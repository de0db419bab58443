"""Meson projects, followed as far as their own files say what is looked for and compiled."""
