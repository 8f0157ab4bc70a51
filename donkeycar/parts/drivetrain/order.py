"""Helpers of every output: bounds of a value, actions that must all run, limits of a frame."""

from collections.abc import Callable

from donkeycar.errors import ConfigError

# A new pulse begins with the next frame, and so does a stop. So a frame lasts 40 ms at most; with a
# tick of the guardian, 10 ms, a stop takes 50 ms at most.
LOWEST_FRAMES_HZ = 25.0


def bounded(value: float | None) -> float:
    """Limit a value for a motor to -1 to +1.

    Args:
        value: A value beyond the range is cut; ``None`` and NaN are not orders, and become 0.
    """
    if value is None or value != value:
        return 0.0
    return min(max(value, -1.0), 1.0)


def each(*actions: Callable[[], None]) -> None:
    """Do all actions, even if one fails: a broken motor must not leave another one running.

    Raises:
        OSError: The first failure, after the last action.
    """
    failures = []
    for action in actions:
        try:
            action()
        except OSError as failure:
            failures.append(failure)
    if failures:
        raise failures[0]


def check_frames(frequency_hz: float, *, highest_hz: float) -> None:
    """Refuse a frame rate that delays a stop too long or that the hardware cannot make.

    Args:
        frequency_hz: Frames a second.
        highest_hz: The highest frequency of the hardware.

    Raises:
        ConfigError: If it is out of range.
    """
    if not LOWEST_FRAMES_HZ <= frequency_hz <= highest_hz:
        raise ConfigError(
            f"`frequency_hz` must be {LOWEST_FRAMES_HZ:g} to {highest_hz:.12g}: a stop may have to "
            f"wait for the end of a frame. Received: frequency_hz={frequency_hz}. Take 60"
        )
