"""Who holds the motor: the guardian, its process and its watchdog; standard library only."""

# The environment variable by which a vehicle process finds its guardian. It holds the numbers of
# file descriptors: its end of their socket, and the claims of the hardware.
FD_VARIABLE = "DONKEYCAR_GUARDIAN_FD"

# On a guardian's command line: the folder of the car before it, what starts the car after it.
COMMAND_FOLLOWS = "--"

# The name of a process while it cannot end because the motor is not off; at most 15 letters.
STAYS = "motor-not-off"
