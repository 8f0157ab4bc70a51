"""Messages for the driver about the receiver of a remote control."""

NOT_HEARD = (
    "The remote control is not heard yet: no pulses came for steering and throttle. Switch the "
    "transmitter on, and check the wires of the receiver."
)
LET_GO = (
    "Let go of the throttle for two seconds: the remote control has not been seen at neutral yet."
)
STILL = (
    "The board has sent the same steering and throttle for two seconds, as it does when its radio "
    "is silent. Let go of the throttle. If this happens while the transmitter is on, move the "
    "steering a little."
)
NOISE = (
    "The pulses of the remote control jump about. Let go of its sticks for a second; if that does "
    "not help, it is noise: switch the transmitter on, and check the wires of the receiver."
)
