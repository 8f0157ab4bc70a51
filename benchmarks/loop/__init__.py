"""Timing of the drive loop and of a whole car: jitter, rate and start."""
