"""If there is no wheel, what would happen? Evidence, needs and plan of a source build."""
