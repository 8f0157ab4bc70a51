"""The owner's settings files: running them, editing them in place, and upgrading them."""
