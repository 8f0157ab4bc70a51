"""Evaluates pilots: against their driver, on a simulated track, and by their speed."""
