"""The options of the types of pilots, and their possible values.

The options of a pilot are a plain dictionary in its sidecar, so that it drives with the options of
its training.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from donkeycar.errors import PilotError
from donkeycar.json_text import is_number

Options = Mapping[str, Any]

# Most frames at once, or remembered answers; more would be minutes of driving.
MAX_STEPS = 64
MAX_BINS = 200
MAX_NAMES = 64


@dataclass(frozen=True)
class Option:
    """One option.

    Attributes:
        default: Default for a pilot that is trained here; ``None`` is found in the recordings.
        good: Whether a value from JSON is possible.
        rule: The possible values, in words.
    """

    default: Any
    good: Callable[[Any], bool]
    rule: str


def _is_whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and low <= value <= high


def _are_numbers(value: object, count: int) -> bool:
    return isinstance(value, list | tuple) and len(value) == count and all(map(is_number, value))


def _is_range(value: object) -> bool:
    return _are_numbers(value, 2) and -1 <= value[0] < value[1] <= 1  # type: ignore[index]


def _are_names(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and 2 <= len(value) <= MAX_NAMES
        and all(isinstance(name, str) for name in value)
        and len(set(value)) == len(value)
    )


def _is_throttle(value: object) -> bool:
    return is_number(value) and -1 <= value <= 1  # type: ignore[operator]


OPTIONS: dict[str, Option] = {
    "angle_bins": Option(15, _is_whole(2, MAX_BINS), f"2 to {MAX_BINS}"),
    "throttle_bins": Option(20, _is_whole(2, MAX_BINS), f"2 to {MAX_BINS}"),
    "throttle_range": Option(
        None, _is_range, "the throttle of the first and of the last bin, within -1 to +1"
    ),
    "choice": Option("peak", lambda value: value in ("peak", "likeliest"), "peak or likeliest"),
    "throttle_straight": Option(None, _is_throttle, "a throttle of -1 to +1"),
    "throttle_bend": Option(None, _is_throttle, "a throttle of -1 to +1"),
    "memory_length": Option(3, _is_whole(1, MAX_STEPS), f"1 to {MAX_STEPS}"),
    "memory_depth": Option(0, _is_whole(0, 16), "0 to 16"),
    "reverse": Option(None, lambda value: type(value) is bool, "true or false"),
    "imu_mean": Option(None, lambda value: _are_numbers(value, 6), "six numbers"),
    "imu_spread": Option(
        None,
        lambda value: _are_numbers(value, 6) and min(value) > 0,
        "six numbers greater than 0",
    ),
    "behaviors": Option(
        ["Left_Lane", "Right_Lane"], _are_names, f"2 to {MAX_NAMES} different names"
    ),
    "num_locations": Option(10, _is_whole(2, 1000), "2 to 1000"),
    "sequence_length": Option(3, _is_whole(1, MAX_STEPS), f"1 to {MAX_STEPS}"),
}


def defaults(names: Iterable[str]) -> dict[str, Any]:
    """Return the defaults of a pilot that is trained here."""
    return {name: OPTIONS[name].default for name in names}


def checked(names: Iterable[str], given: Options, *, type_name: str) -> dict[str, Any]:
    """Fill in missing options, and refuse impossible values.

    Args:
        names: Options that the type has.
        given: Some of them; ``None`` stays ``None`` for values that the recordings give.
        type_name: Name of the type, for the error.

    Raises:
        PilotError: If an option does not exist, or a value is not possible.
    """
    options = defaults(names)
    for name, value in given.items():
        if name not in options:
            known = ", ".join(options) or "none"
            raise PilotError(
                f"The options of a pilot of type {type_name} are: {known}. "
                f"Received: {name}={value!r:.60}"
            )
        option = OPTIONS[name]
        if not (value is None and option.default is None) and not option.good(value):
            raise PilotError(f"`{name}` must be {option.rule}. Received: {name}={value!r:.60}")
        options[name] = list(value) if isinstance(value, tuple) else value
    return options
