"""What may move the car: commands, leases and modes; standard library only."""

# How a vehicle process finds its guardian: the number of its end of their socket.
FD_VARIABLE = "DONKEYCAR_GUARDIAN_FD"
