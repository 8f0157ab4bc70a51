"""Whether the car stops: faults, lost links, lost cameras, two programs on one motor."""
