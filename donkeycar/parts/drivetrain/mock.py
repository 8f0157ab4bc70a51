"""A drivetrain without wheels."""

from donkeycar.safety.command import NEUTRAL, Command
from donkeycar.timing import Clock, RealClock


class MockDrivetrain:
    """Does with a command what every drivetrain does, but moves nothing.

    Args:
        clock: Source of time for the lives of commands.

    Attributes:
        angle: What the servo would be told, -1 to +1.
        throttle: What the motor would be told, -1 to +1; 0 once a command has expired.

    Example:
        >>> from donkeycar.timing import SimulatedClock
        >>> clock = SimulatedClock()
        >>> wheels = MockDrivetrain(clock=clock)
        >>> wheels.run(Command(0.5, 0.2, "user", expires_s=0.25))
        >>> wheels.throttle
        0.2
        >>> clock.sleep(0.3)
        >>> wheels.run(Command(0.5, 0.2, "user", expires_s=0.25))
        >>> wheels.throttle
        0.0
    """

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock: Clock = RealClock() if clock is None else clock
        self.angle = 0.0
        self.throttle = 0.0

    def run(self, command: Command | None) -> None:
        """Take an order; ``None`` or an expired one is neutral."""
        command = command or NEUTRAL
        is_live = command.expires_s > self._clock.monotonic()
        self.angle = command.angle
        self.throttle = command.throttle if is_live else 0.0

    def neutral(self) -> None:
        """Stop."""
        self.throttle = 0.0

    def shutdown(self) -> None:
        """Stop, wheels straight. Safe to call twice."""
        self.angle = self.throttle = 0.0
