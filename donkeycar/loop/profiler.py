"""Where the time of a tick goes, part by part, in constant memory."""

from array import array
from collections.abc import Iterable

# Percentiles are taken over this many newest samples: at 20 Hz the last three and a half minutes.
WINDOW = 4096


class Stopwatch:
    """Durations of one part: exact count, mean and maximum, percentiles of the newest samples.

    Example:
        >>> watch = Stopwatch("Camera")
        >>> for duration_s in (0.001, 0.003):
        ...     watch.add(duration_s)
        >>> watch.count, watch.max_s
        (2, 0.003)
    """

    __slots__ = ("_recent_s", "count", "max_s", "name", "total_s")

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0
        self.total_s = 0.0
        self.max_s = 0.0
        self._recent_s = array("d", bytes(8 * WINDOW))

    def add(self, duration_s: float) -> None:
        """Count one run of the part."""
        self._recent_s[self.count % WINDOW] = duration_s
        self.count += 1
        self.total_s += duration_s
        if duration_s > self.max_s:
            self.max_s = duration_s

    def percentile_s(self, percent: float) -> float:
        """Duration that `percent` of the newest samples (0 to 100) did not exceed."""
        recent_s = sorted(self._recent_s[: min(self.count, WINDOW)])
        if not recent_s:
            return 0.0
        return recent_s[min(len(recent_s) - 1, int(len(recent_s) * percent / 100))]


def report(watches: Iterable[Stopwatch]) -> str:
    """One line a part: milliseconds spent in it a tick.

    Returns:
        A table as text, without a final newline.
    """
    rows = [f"{'part':24} {'runs':>9} {'mean':>8} {'p50':>8} {'p99':>8} {'max':>8}  ms"]
    for watch in watches:
        if watch.count:
            figures = (
                watch.total_s / watch.count,
                watch.percentile_s(50),
                watch.percentile_s(99),
                watch.max_s,
            )
            cells = " ".join(f"{1e3 * figure:8.3f}" for figure in figures)
            rows.append(f"{watch.name:24.24} {watch.count:9d} {cells}")
    return "\n".join(rows)
