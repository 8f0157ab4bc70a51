"""Export: converts a trained network to LiteRT, tests and measures it, and writes its files."""
