"""What a person may say about a foreign recording: one row for each flag.

A format names the rows that it reads; a flag that it does not read is refused, not ignored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from donkeycar.errors import ConfigError

# How many names a message lists, and how many letters of each.
MOST, LONGEST = 40, 60
MISSING = ("delete", "zero", "previous")
OUT_OF_RANGE = ("keep", "clip", "delete")
DUPLICATES = ("first", "last", "keep")


@dataclass(frozen=True)
class Options:
    """What was said; ``None`` is nothing.

    Attributes:
        angle: Columns with the steering; the first that holds a number counts.
        throttle: Columns with the throttle.
        throttle_value: Throttle of every record, for a recording without one.
        image: Column or camera with the picture.
        time: Column with the time.
        cameras: Which of Udacity's cameras.
        steering_correction: What to add to the angle for the left camera, and to take off it for
            the right one.
        recorded_rate_hz: Records a second, 0.01 to 1000, for a recording without times.
        angle_zero, angle_scale: angle = (stored - zero) / scale.
        throttle_zero, throttle_scale: The same.
        missing: What becomes of a record without angle or throttle.
        out_of_range: What becomes of an angle or throttle outside of -1 to +1.
        duplicates: Which counts of frames with one number and different content.
    """

    angle: Sequence[str] | None = None
    throttle: Sequence[str] | None = None
    throttle_value: float | None = None
    image: str | None = None
    time: str | None = None
    cameras: str | None = None
    steering_correction: float | None = None
    recorded_rate_hz: float | None = None
    angle_zero: float | None = None
    angle_scale: float | None = None
    throttle_zero: float | None = None
    throttle_scale: float | None = None
    missing: str | None = None
    out_of_range: str | None = None
    duplicates: str | None = None

    def check(self, format_name: str, known: Sequence[str]) -> None:
        """Refuse what the format does not read, and numbers that make no sense.

        Raises:
            ConfigError: If there is something.
        """
        for one in fields(self):
            if getattr(self, one.name) is not None and one.name not in known:
                raise ConfigError(
                    f"`{flag(one.name)}` must be one that --from {format_name} reads: "
                    f"{', '.join(map(flag, known))}. Received: {flag(one.name)}. Leave it out"
                )
        for name in ("angle_scale", "throttle_scale"):
            if getattr(self, name) == 0:
                raise ConfigError(f"`{flag(name)}` must not be 0. Received: 0")
        rate_hz = self.recorded_rate_hz
        if rate_hz is not None and not 0.01 <= rate_hz <= 1000:
            raise ConfigError(f"`--recorded-rate-hz` must be 0.01 to 1000. Received: {rate_hz}")


def flag(name: str) -> str:
    """How a person types an option.

    Example:
        >>> flag("recorded_rate_hz")
        '--recorded-rate-hz'
    """
    return f"--{name.replace('_', '-')}"


def listed(names: Iterable[object]) -> str:
    r"""Names of a foreign recording, for a message: printable, and not endless.

    Example:
        >>> listed(["steering", "a\\nb"]), listed([])
        ('steering, a\\\\nb', 'there is none')
    """
    known = [ascii(str(name))[1:-1][:LONGEST] for name in names]
    more = f" and {len(known) - MOST} more" if len(known) > MOST else ""
    return (", ".join(known[:MOST]) or "there is none") + more


# What every format reads: how its numbers become an angle and a throttle.
NUMBERS = (
    "angle_zero", "angle_scale", "throttle_zero", "throttle_scale", "missing", "out_of_range",
)  # fmt: skip
