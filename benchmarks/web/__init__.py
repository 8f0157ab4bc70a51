"""Web benchmarks: hostile messages, and the cost of viewers for the car."""
