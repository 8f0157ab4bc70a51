"""`donkey service`: the car starts with the computer."""
