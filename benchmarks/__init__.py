"""Campaigns too long for the tests: each has `main(argv)` and prints its figures."""
