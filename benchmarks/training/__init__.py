"""Training benchmarks: quality and speed of the training of pilots."""
