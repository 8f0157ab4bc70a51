"""The actions of `donkey tub`, one file each."""
