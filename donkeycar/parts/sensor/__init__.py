"""Sensors: one per file; `donkeycar.assembly.sensors` has a row for each."""
