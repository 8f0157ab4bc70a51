"""The tests of driving and guardian: branch coverage and mutation score."""
