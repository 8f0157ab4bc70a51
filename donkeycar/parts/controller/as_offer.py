"""A controller of your own, written for donkeycar 5, as a driver of this car."""

from collections.abc import Sequence
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.safety.arbiter import Offer
from donkeycar.safety.drive_mode import MODES
from donkeycar.timing import Clock, RealClock

# What it says holds so long: the same as for a gamepad.
LIFE_S = 0.25

# A stick has moved on purpose if it is so far from where it was.
MOVED = 0.1

# Names that cars of other makes give to the same.
ALIASES = {"user/steering": "user/angle"}
KNOWN = ("user/angle", "user/throttle", "user/mode", "recording")


class AsOffer:
    """Turns what a controller of the older kind writes into an offer that the console can take.

    The console decides who drives, as for every gamepad: the controller takes a free wheel by a
    stick that moves, its order lives 250 ms after each value, and a stop on any page holds. While
    the part returns ``None``, its driver counts as gone. A part that goes on returning the last
    value of a radio that fell silent cannot be told from one that hears: let it return ``None``.

    Args:
        part: The controller; threaded if it has ``run_threaded`` and is added so.
        outputs: What its values are, in their order: ``user/angle`` (or ``user/steering``),
            ``user/throttle``, ``user/mode``, ``recording``; others are dropped.
        clock: Source of time.

    Raises:
        ConfigError: If there is no throttle or no steering among `outputs`.

    Example:
        >>> class Radio:
        ...     def run(self):
        ...         return 0.5, 0.4, "user", True
        >>> names = ["user/angle", "user/throttle", "user/mode", "recording"]
        >>> offer = AsOffer(Radio(), names).run()
        >>> offer.angle, offer.throttle, offer.recording
        (0.5, 0.4, True)
    """

    def __init__(self, part: Any, outputs: Sequence[str], *, clock: Clock | None = None) -> None:
        names = [ALIASES.get(name, name) for name in outputs]
        if not {"user/angle", "user/throttle"} <= set(names):
            raise ConfigError(
                "`outputs` must name user/angle and user/throttle. "
                f"Received: outputs={list(outputs)}"
            )
        self.part = part
        self._names = names
        self._clock: Clock = RealClock() if clock is None else clock
        self._anchor = (0.0, 0.0)
        self._mode: str | None = None

    def run(self, *inputs: Any) -> Offer:
        """Ask the part, and return what its driver wants; gone if it has nothing to say."""
        return self._offer(self.part.run(*inputs))

    def run_threaded(self, *inputs: Any) -> Offer:
        """As `run`, for a part with a thread of its own."""
        return self._offer(self.part.run_threaded(*inputs))

    def update(self) -> None:
        """The body of the part's thread."""
        self.part.update()

    def shutdown(self) -> None:
        """End the part, if it can be."""
        getattr(self.part, "shutdown", lambda: None)()

    def _offer(self, values: Any) -> Offer:
        if values is None:
            return Offer()
        said = dict(zip(self._names, values, strict=True))
        angle, throttle = said["user/angle"], said["user/throttle"]
        if angle is None or throttle is None or not (abs(angle) <= 1 and abs(throttle) <= 1):
            return Offer()
        moved = max(abs(angle - self._anchor[0]), abs(throttle - self._anchor[1])) > MOVED
        if moved:
            self._anchor = (float(angle), float(throttle))
        recording = said.get("recording")
        return Offer(
            angle=float(angle),
            throttle=float(throttle),
            expires_s=self._clock.monotonic() + LIFE_S,
            moved=moved,
            recording=None if recording is None else bool(recording),
            actions=self._mode_chosen(said.get("user/mode")),
        )

    def _mode_chosen(self, mode: Any) -> tuple[str, ...]:
        """A mode counts when it is switched, not for how the switch stands at the start."""
        before, self._mode = self._mode, mode
        return () if before is None or mode == before or mode not in MODES else (f"mode_{mode}",)
