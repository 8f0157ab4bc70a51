"""ESC reverse sequence: brake, neutral, reverse, for speed controllers that brake first.

Most speed controllers (ESCs) of RC cars take the first throttle below neutral as brake. The same
throttle means reverse only after they have seen neutral for a while. `EscReverse` sends both first.

| state     | throttle asked for | what goes out      | next                             |
| --------- | ------------------ | ------------------ | -------------------------------- |
| `FORWARD` | zero or more       | as asked           | `FORWARD`                        |
| `FORWARD` | below zero         | as asked: brake    | `BRAKE`                          |
| `BRAKE`   | below zero         | as asked: brake    | `NEUTRAL` after the brake time   |
| `NEUTRAL` | below zero         | zero               | `REVERSE` after the neutral time |
| `REVERSE` | below zero         | as asked: reverse  | `REVERSE`                        |
| any       | zero or more       | as asked           | `FORWARD`                        |

The output is always the requested throttle or zero.
"""

from donkeycar.driving.command import Command
from donkeycar.errors import ConfigError
from donkeycar.timing import Clock, RealClock

FORWARD = "forward"
BRAKE = "brake"
NEUTRAL = "neutral"
REVERSE = "reverse"

# Ticks jitter: a tick that comes a little early counts as on time.
EARLY_S = 0.005

LONGEST_S = 5.0


class EscReverse:
    """Turns an order to reverse into brake, neutral, reverse.

    Args:
        brake_s: How long the brake is held, in seconds; earlier versions of donkeycar held it for
            one tick of the loop.
        neutral_s: How long neutral is sent, in seconds. A controller that brakes instead of
            reversing needs a longer time.
        clock: Source of time.

    Raises:
        ConfigError: If a time is not 0 to 5 s.

    Example:
        >>> from donkeycar.testing import FakeClock
        >>> clock = FakeClock()
        >>> esc = EscReverse(brake_s=0.05, neutral_s=0.05, clock=clock)
        >>> out = []
        >>> for throttle in (0.5, -0.5, -0.5, -0.5):
        ...     out.append(esc.throttle(throttle))
        ...     clock.advance(0.05)
        >>> out
        [0.5, -0.5, 0.0, -0.5]
    """

    def __init__(
        self, *, brake_s: float = 0.05, neutral_s: float = 0.05, clock: Clock | None = None
    ) -> None:
        for name, value in (("brake_s", brake_s), ("neutral_s", neutral_s)):
            if not 0 <= value <= LONGEST_S:
                raise ConfigError(
                    f"`{name}` must be 0 to {LONGEST_S:g} s. Received: {name}={value}"
                )
        self._neutral_from_s = brake_s
        self._reverse_from_s = brake_s + neutral_s
        self._clock: Clock = RealClock() if clock is None else clock
        self._below_since_s: float | None = None

    @property
    def state(self) -> str:
        """`FORWARD`, `BRAKE`, `NEUTRAL` or `REVERSE`, at this moment."""
        if self._below_since_s is None:
            return FORWARD
        elapsed_s = self._clock.monotonic() - self._below_since_s + EARLY_S
        if elapsed_s < self._neutral_from_s:
            return BRAKE
        return NEUTRAL if elapsed_s < self._reverse_from_s else REVERSE

    def throttle(self, asked: float) -> float:
        """Return the throttle to send for the requested one, -1 to +1."""
        if not asked < 0:
            self._below_since_s = None
            return asked
        if self._below_since_s is None:
            self._below_since_s = self._clock.monotonic()
        return 0.0 if self.state == NEUTRAL else asked

    def run(self, command: Command | None) -> Command | None:
        """Return the command to carry out; ``None`` for none."""
        if command is None:
            return None
        # A void order counts as neutral, because the motor received neutral.
        asked = command.throttle if command.expires_s > self._clock.monotonic() else 0.0
        return command._replace(throttle=self.throttle(asked))
