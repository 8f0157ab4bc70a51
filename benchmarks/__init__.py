"""Campaigns too long for the tests: each has `main(argv)` and prints its figures."""

from pathlib import Path

# The folder of the repository: where programs of a benchmark are started.
ROOT = Path(__file__).parents[1]
