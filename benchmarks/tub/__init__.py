"""Recording benchmarks: its cost, and the state of a tub after a disk or a process failed."""
