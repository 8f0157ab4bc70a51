"""Turns other people's models into pilots, without running anything that is in them."""
