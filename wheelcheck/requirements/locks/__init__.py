"""Lock files of uv, Poetry, PDM, Pipenv, and pylock.toml."""
