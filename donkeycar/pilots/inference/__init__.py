"""Inference: opens the files of a pilot and runs its network, on a car without TensorFlow."""
