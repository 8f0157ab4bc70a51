"""Looking around in a tub: its columns as arrays, filters, what is suspicious in it, tags."""
