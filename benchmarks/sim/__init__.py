"""The simulator, and pilots that drive in it."""
