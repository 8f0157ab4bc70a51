"""Converts models that others made to pilots, without running anything that is in them."""
