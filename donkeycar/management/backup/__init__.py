"""`donkey backup` and `donkey restore`: a whole car in one checked file."""
