"""Cameras: one per file, all of them with the interface of `camera.Camera`."""
