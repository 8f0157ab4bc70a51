"""Records as arrays: which of them can be used, their frames, labels, samples and split."""
