"""Cameras: one per file, all of them keep the promise of `camera.Camera`."""
