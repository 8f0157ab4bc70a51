"""What may move the car: commands, leases and modes; standard library only."""
