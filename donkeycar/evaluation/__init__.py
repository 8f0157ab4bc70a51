"""Evaluates pilots: compared with their driver, on a simulated track, and by their speed."""
