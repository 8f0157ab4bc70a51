"""Small parts that owners' own files import from donkeycar 5: a function, triggers, a PID."""

import logging
import math
from collections.abc import Callable
from typing import Any

from donkeycar.timing import Clock, RealClock

logger = logging.getLogger(__name__)

# Longest time between two calls of a PID that belong together. After more, it begins anew.
MAX_GAP_S = 0.5


class Lambda:
    """A function as a part.

    Example:
        >>> Lambda(lambda angle: -angle).run(0.5)
        -0.5
    """

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function with the inputs; its result goes to the outputs."""
        return self.f(*args, **kwargs)

    def shutdown(self) -> None:
        """Nothing to do."""


class TriggeredCallback:
    """Calls a function in every tick in which a channel is true.

    Args:
        args: The argument of the function.
        func_cb: The function.
    """

    def __init__(self, args: Any, func_cb: Callable[[Any], object]) -> None:
        self.args = args
        self.func_cb = func_cb

    def run(self, trigger: Any) -> None:
        """Call the function if `trigger` is true."""
        if trigger:
            self.func_cb(self.args)

    def shutdown(self) -> None:
        """Nothing to do."""


class DelayedTrigger:
    """Writes ``True`` once, some ticks after its input was last true.

    Args:
        delay: Number of ticks.
    """

    def __init__(self, delay: int) -> None:
        self.ticks = 0
        self.delay = delay

    def run(self, trigger: Any) -> bool:
        """Whether the delay ends in this tick."""
        if self.ticks > 0:
            self.ticks -= 1
            if self.ticks == 0:
                return True
        if trigger:
            self.ticks = self.delay
        return False

    def shutdown(self) -> None:
        """Nothing to do."""


class PIDController:
    """A PID controller: an error in, a correction out.

    Gains of donkeycar 5 keep their meaning. Three things differ from it, because they moved wheels:

    - The integral is the sum of error times time. Donkeycar 5 multiplies the sum of all errors with
      the time of the last tick, so that one slow tick multiplied the whole correction.
    - The derivative needs two errors of this run: the first one, and the first one after a gap of
      `MAX_GAP_S` (another drive mode), has none. Donkeycar 5 divides by the microseconds since the
      part was made: an error of 5 corrected by 149,846.
    - An error that is ``None`` or not finite gives no correction (``None`` writes nothing).

    Args:
        p: Gain of the error.
        i: Gain of its integral, per second.
        d: Gain of its derivative, in seconds.
        debug: Whether to log error and correction.
        clock: Source of time.

    Example:
        >>> PIDController(p=-0.5).run(0.2)
        0.1
    """

    def __init__(
        self,
        p: float = 0,
        i: float = 0,
        d: float = 0,
        debug: bool = False,
        *,
        clock: Clock | None = None,
    ) -> None:
        self.Kp, self.Ki, self.Kd = p, i, d
        self.debug = debug
        self.totalError = 0.0
        self.alpha = 0.0
        self._clock: Clock = RealClock() if clock is None else clock
        self._before: tuple[float, float] | None = None

    def run(self, err: float | None) -> float | None:
        """The correction for an error; ``None`` for an error that is not a number."""
        if err is None or not math.isfinite(err):
            self._before = None
            return None
        now_s = self._clock.monotonic()
        then = self._before
        self._before = (now_s, err)
        slope = 0.0
        if then is None or not 0 < now_s - then[0] <= MAX_GAP_S:
            self.totalError = 0.0
        else:
            dt_s = now_s - then[0]
            self.totalError += err * dt_s
            slope = (err - then[1]) / dt_s
        self.alpha = -(self.Kp * err + self.Ki * self.totalError + self.Kd * slope)
        if self.debug:
            logger.info("PID error %.4f, correction %.4f", err, self.alpha)
        return self.alpha

    def shutdown(self) -> None:
        """Nothing to do."""


def __getattr__(name: str) -> Any:
    from donkeycar.gone import missing

    raise missing(__name__, name)
