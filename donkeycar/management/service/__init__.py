"""`donkey service`: start the car with the computer, through systemd."""
