"""Cameras: the newest frame, when it was exposed, and its number."""
