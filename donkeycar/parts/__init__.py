"""What a Vehicle carries: one device or one small rule a file."""
