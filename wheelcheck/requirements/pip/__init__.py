"""pip's inputs: requirement files, options and configuration."""
