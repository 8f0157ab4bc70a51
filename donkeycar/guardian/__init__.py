"""Who holds the motor: the guardian, its process and its watchdog; standard library only."""

# How a vehicle process finds its guardian: numbers of file descriptors, of its end of their socket
# and of what claims the hardware.
FD_VARIABLE = "DONKEYCAR_GUARDIAN_FD"

# On a guardian's command line: the folder of the car before it, what starts the car after it.
COMMAND_FOLLOWS = "--"

# The name that a process goes by while it cannot end, as the motor is not off; at most 15 letters.
STAYS = "motor-not-off"
