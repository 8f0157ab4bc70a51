"""Gamepads, wheels and remote controls: when they may drive, and whether they stop the car."""
