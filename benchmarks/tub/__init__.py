"""Recording: what it costs, and what is left of a tub when the disk or the process fails."""
