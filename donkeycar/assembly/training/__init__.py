"""Makes a training run from settings; never loaded by a program that drives."""
