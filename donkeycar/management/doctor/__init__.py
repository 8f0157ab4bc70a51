"""`donkey doctor`: check the car and its computer, and say the next step for each fault."""
