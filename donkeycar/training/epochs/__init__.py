"""Epochs: batches, learning rate, callbacks, and checkpoints to resume from."""
