"""What every output does with the numbers and the failures it meets."""

from collections.abc import Callable


def bounded(value: float | None) -> float:
    """A value that a motor may be given: -1 to +1.

    Args:
        value: Beyond the range it is cut; ``None`` and NaN are no order, and become 0.
    """
    if value is None or value != value:
        return 0.0
    return min(max(value, -1.0), 1.0)


def each(*actions: Callable[[], None]) -> None:
    """Do all of them, also if one fails: a motor is not left running because another broke.

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
