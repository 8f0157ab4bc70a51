"""A short burst of throttle when the pilot takes over, to win the start of a race."""

from donkeycar.timing import Clock, RealClock


class Launch:
    """Replaces the pilot's throttle for a moment after mode `local` is switched on.

    Args:
        throttle: Throttle of the burst, 0 to 1 (`AI_LAUNCH_THROTTLE`).
        duration_s: How long it lasts, in seconds (`AI_LAUNCH_DURATION`); 0 does nothing.
        always: Whether it needs no arming (`AI_LAUNCH_KEEP_ENABLED`).
        clock: Source of time.
    """

    def __init__(
        self,
        *,
        throttle: float = 0.0,
        duration_s: float = 0.0,
        always: bool = True,
        clock: Clock | None = None,
    ) -> None:
        self.throttle = throttle
        self.duration_s = duration_s
        self.always = always
        self._clock: Clock = RealClock() if clock is None else clock
        self._last_mode: str | None = None
        self._armed = False
        self._until_s = 0.0

    def run(
        self,
        mode: str | None,
        pilot_throttle: float | None,
        actions: tuple[str, ...] | None = None,
    ) -> float | None:
        """Return the throttle to use; ``None`` leaves the pilot's as it is.

        Args:
            mode: Drive mode; the burst begins when it becomes `local`.
            pilot_throttle: What the pilot wants, -1 to +1; ``None`` if it has no answer, and then
                there is no burst, either.
            actions: Actions that drivers pressed; ``"ai_launch"`` arms the next burst, once.
        """
        now_s = self._clock.monotonic()
        if actions and "ai_launch" in actions and mode != "local":
            self._armed = True
        if mode != self._last_mode:
            starts = mode == "local" and (self.always or self._armed)
            self._until_s = now_s + self.duration_s if starts else 0.0
            if mode == "local":
                self._armed = False
            self._last_mode = mode
        if pilot_throttle is None or now_s >= self._until_s:
            return None
        return max(self.throttle, pilot_throttle)
