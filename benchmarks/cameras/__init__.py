"""Cameras with a library of their maker, on the real library."""
