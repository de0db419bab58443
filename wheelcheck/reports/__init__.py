"""How do we say it? The Report and its renderings."""
