"""A part that owners' own files import from donkeycar 5: neutral between brake and reverse."""


class ThrottleFilter:
    """Puts one tick of zero into a run of negative throttle, so that a speed controller reverses.

    The drivetrain does that by itself here (`ESC_BRAKE_S`, `ESC_NEUTRAL_S`), for pilots, too. With
    both, the car takes one tick longer to reverse.
    """

    def __init__(self) -> None:
        self.reverse_triggered = False
        self.last_throttle = 0.0

    def run(self, throttle_in: float | None) -> float | None:
        """The throttle; the second negative one in a row becomes 0."""
        if throttle_in is None:
            return None
        throttle = throttle_in
        if throttle >= 0:
            self.reverse_triggered = False
        elif self.last_throttle < 0 and not self.reverse_triggered:
            throttle, self.reverse_triggered = 0.0, True
        self.last_throttle = throttle
        return throttle

    def shutdown(self) -> None:
        """Nothing to do."""
