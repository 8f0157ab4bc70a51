"""A small world to drive in, without hardware."""
