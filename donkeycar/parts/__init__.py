"""The parts of a vehicle: one device or one small rule per file."""
