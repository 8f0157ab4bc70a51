"""Driving simulator: cars, tracks and cameras on this computer, without hardware."""
