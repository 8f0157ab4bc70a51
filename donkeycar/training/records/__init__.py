"""What was recorded, as arrays: which records count, their frames, labels and samples."""
