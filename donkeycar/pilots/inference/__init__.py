"""Inference: opens the files of a pilot, and answers with them, on a car without TensorFlow."""
