"""From recordings to a pilot."""
