"""The recording format."""
