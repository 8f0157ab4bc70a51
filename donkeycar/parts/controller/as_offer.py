"""A controller of your own, written for donkeycar 5, as a driver of this car."""

import logging
from collections.abc import Sequence
from typing import Any

from donkeycar.driving.arbiter import Offer
from donkeycar.driving.drive_mode import MODES
from donkeycar.errors import ConfigError, PartError
from donkeycar.parts.controller.rest import CENTRE, Control
from donkeycar.timing import Clock, RealClock

logger = logging.getLogger(__name__)

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
    Throttle counts once it was at rest since the controller has something to say.

    Args:
        part: The controller; threaded if it has ``run_threaded`` and is added so.
        outputs: What its values are, in their order: ``user/angle`` (or ``user/steering``),
            ``user/throttle``, ``user/mode``, ``recording``; others are dropped.
        clock: Source of time.

    Raises:
        ConfigError: If there is no throttle or no steering among `outputs`.

    Example:
        >>> class Radio:
        ...     throttle = 0.0
        ...     def run(self):
        ...         return 0.5, self.throttle, "user", True
        >>> radio = Radio()
        >>> part = AsOffer(radio, ["user/angle", "user/throttle", "user/mode", "recording"])
        >>> part.run().throttle
        0.0
        >>> radio.throttle = 0.4
        >>> offer = part.run()
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
        self._let_go = (
            f"Let go of the throttle for two seconds: {type(part).__name__} has not been seen at "
            "rest yet."
        )
        self._names = names
        self._clock: Clock = RealClock() if clock is None else clock
        self._anchor = (0.0, 0.0)
        self._mode: str | None = None
        # Why what it returns is no order; "" if it is one.
        self._odd = ""
        # The throttle since the part has something to say; ``None`` while it has not.
        self._throttle: Control | None = None

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
            return self._gone()
        said = self._named(values)
        angle, throttle = said["user/angle"], said["user/throttle"]
        if angle is None or throttle is None:
            return self._gone()
        if not (_in_range(angle) and _in_range(throttle)):
            return self._gone()._replace(note=self._odd_note(angle, throttle))
        self._odd = ""
        rested, throttle = self._after_rest(float(throttle))
        moved = max(abs(angle - self._anchor[0]), abs(throttle - self._anchor[1])) > MOVED
        if moved:
            self._anchor = (float(angle), float(throttle))
        recording = said.get("recording")
        return Offer(
            angle=float(angle),
            throttle=float(throttle),
            expires_s=self._clock.monotonic() + LIFE_S,
            moved=moved,
            recording=None if recording is None else bool(recording) and rested,
            actions=self._mode_chosen(said.get("user/mode")),
            note="" if rested else self._let_go,
        )

    def _named(self, values: Any) -> dict[str, Any]:
        if not isinstance(values, tuple | list) or len(values) != len(self._names):
            raise PartError(
                f"`{type(self.part).__name__}` must return {len(self._names)} values, for "
                f"{', '.join(self._names)}, or None. Received: {values!r}"
            )
        return dict(zip(self._names, values, strict=True))

    def _odd_note(self, angle: Any, throttle: Any) -> str:
        """Why it does not drive; said once, and the same until it returns numbers again."""
        if not self._odd:
            self._odd = (
                f"{type(self.part).__name__} must return angle and throttle as numbers from -1 to "
                f"1, so it does not drive. Received: {(angle, throttle)!r}."
            )
            logger.warning("%s", self._odd)
        return self._odd

    def _gone(self) -> Offer:
        self._throttle, self._anchor = None, (0.0, 0.0)
        return Offer()

    def _after_rest(self, throttle: float) -> tuple[bool, float]:
        """Whether the throttle was seen at rest, and what it is worth."""
        now_s = self._clock.monotonic()
        if self._throttle is None:
            self._throttle = Control(throttle, expected=CENTRE, certain=True, now_s=now_s)
            if not self._throttle.rested:
                logger.warning("%s", self._let_go)
        self._throttle.take(throttle, now_s)
        rested = self._throttle.rested
        return rested, throttle if rested and abs(throttle) > self._throttle.dead else 0.0

    def _mode_chosen(self, mode: Any) -> tuple[str, ...]:
        """A mode counts when it is switched, not for how the switch stands at the start."""
        before, self._mode = self._mode, mode
        return () if before is None or mode == before or mode not in MODES else (f"mode_{mode}",)


def _in_range(value: Any) -> bool:
    try:
        return bool(abs(value) <= 1)
    except (TypeError, ValueError):
        return False
