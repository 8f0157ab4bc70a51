"""The owner's own files: run, edited in place, and carried into a new version."""
