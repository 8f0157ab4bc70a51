"""`donkey findcar` and `donkey network`: where a car is, and the network that it is in."""
