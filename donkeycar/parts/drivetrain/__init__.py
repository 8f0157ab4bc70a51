"""Drivetrains: drivers and outputs that turn a command into motion."""
