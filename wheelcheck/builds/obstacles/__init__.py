"""Why a source build may fail."""
