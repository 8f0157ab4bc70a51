"""Benchmarks, which take too long for tests: `main(argv)` of each prints its figures."""

from pathlib import Path

# The folder of the repository, in which the programs of a benchmark are started.
ROOT = Path(__file__).parents[1]
