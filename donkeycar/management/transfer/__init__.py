"""`donkey pull` and `donkey push`: recordings and pilots between a car and this computer."""
