"""Adapter for a controller of your own that was written for donkeycar 5."""

import logging
from collections.abc import Sequence
from typing import Any

from donkeycar.driving.arbiter import Offer
from donkeycar.driving.drive_mode import MODES
from donkeycar.errors import ConfigError, PartError
from donkeycar.parts.controller.rest import CENTRE, Control
from donkeycar.timing import Clock, RealClock

logger = logging.getLogger(__name__)

# How long its values are valid: as long as those of a gamepad.
LIFE_S = 0.25

# A stick has moved on purpose if it has moved by this much.
MOVED = 0.1

# Other names for the same value, which other cars use.
ALIASES = {"user/steering": "user/angle"}
KNOWN = ("user/angle", "user/throttle", "user/mode", "recording")


class AsOffer:
    """Turns the values of an older controller into an offer that the cockpit can take.

    The cockpit decides who drives, as for every gamepad: the controller takes a free wheel when its
    stick moves, its order is valid for 250 ms after each value, and a stop on any page lasts. While
    the part returns ``None``, its driver counts as gone. The car cannot tell a part that repeats
    the last value of a silent radio from one that hears the radio, so let it return ``None``.
    Throttle counts only after it was at rest since the controller began to return values.

    Args:
        part: The controller; add `AsOffer` with ``threaded=True`` if it has ``run_threaded``.
        outputs: The names of its values, in their order: ``user/angle`` (or ``user/steering``),
            ``user/throttle``, ``user/mode``, ``recording``; others are ignored.
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
        # Why its values are not an order; "" if they are.
        self._odd = ""
        # The throttle since the part returns values; ``None`` while it returns none.
        self._throttle: Control | None = None

    def run(self, *inputs: Any) -> Offer:
        """Ask the part, and return what its driver wants; "gone" if it returns no values."""
        return self._offer(self.part.run(*inputs))

    def run_threaded(self, *inputs: Any) -> Offer:
        """As `run`, for a part with a thread of its own."""
        return self._offer(self.part.run_threaded(*inputs))

    def update(self) -> None:
        """The body of the part's thread."""
        self.part.update()

    def shutdown(self) -> None:
        """End the part, if it has a `shutdown`."""
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
        """Why it does not drive; logged once, and kept until it returns numbers again."""
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
        """Whether the throttle was seen at rest, and its value."""
        now_s = self._clock.monotonic()
        if self._throttle is None:
            self._throttle = Control(throttle, expected=CENTRE, certain=True, now_s=now_s)
            if not self._throttle.rested:
                logger.warning("%s", self._let_go)
        self._throttle.take(throttle, now_s)
        rested = self._throttle.rested
        return rested, throttle if rested and abs(throttle) > self._throttle.dead else 0.0

    def _mode_chosen(self, mode: Any) -> tuple[str, ...]:
        """A mode counts when it is switched; the position at the start does not count."""
        before, self._mode = self._mode, mode
        return () if before is None or mode == before or mode not in MODES else (f"mode_{mode}",)


def _in_range(value: Any) -> bool:
    try:
        return bool(abs(value) <= 1)
    except (TypeError, ValueError):
        return False
