"""When something happened on this computer's clock that a device has stamped with its own."""

from collections import deque

from donkeycar.driving.moment import AHEAD_S

# Of the last so many seconds, the quickest message counts. Two clocks drift apart by less than
# 0.1 ms in a second, 1 ms in this time.
WINDOW_S = 10.0
# Kept so that the window stays short at any rate.
MOST_SAMPLES = 64


class DeviceClock:
    """Maps the clock of a device to that of the car.

    If the device can be asked for its time, the question and its answer show how far the clocks are
    apart. If not, its messages do: each needs at least some time from its stamp to its arrival, and
    the quickest of the last ten seconds counts. In both cases a message that was held up is seen to
    be old, none looks younger than it can be, and no wall clock has a part in it.

    Args:
        period_s: After so many seconds the device counts from 0 again.
        least_s: What even the quickest message needs, in seconds; for a device that cannot be
            asked.

    Example:
        >>> clock = DeviceClock(period_s=4000.0, least_s=0.01)
        >>> round(clock.seen(5.0, 100.0), 3), round(clock.seen(5.1, 100.4), 3)
        (99.99, 100.09)
        >>> clock.synchronise(6.0, asked_s=101.03)
        >>> round(clock.seen(5.98, 101.06), 3)
        101.01
    """

    def __init__(self, *, period_s: float, least_s: float) -> None:
        self._period_s = period_s
        self._least_s = least_s
        # The time of the device, and when it was asked for it.
        self._asked: tuple[float, float] | None = None
        # A stamp that the others are counted from.
        self._origin_s: float | None = None
        # Time of arrival, and how far the clocks seem to be apart.
        self._samples: deque[tuple[float, float]] = deque(maxlen=MOST_SAMPLES)

    def synchronise(self, device_s: float, *, asked_s: float) -> None:
        """Take note of what the device answered.

        Args:
            device_s: Its time, in seconds on its clock.
            asked_s: When it was asked, in seconds on the clock of the car. It answered later, so a
                frame looks older by the time that the question took, never younger.
        """
        self._asked = (device_s, asked_s)

    def seen(self, stamp_s: float, arrived_s: float) -> float:
        """When a message was stamped, in seconds on the clock of the car.

        It lies in the future if the clock of the device has jumped since it was asked.

        Args:
            stamp_s: Its stamp, in seconds on the clock of the device.
            arrived_s: When it arrived, in seconds on the clock of the car.
        """
        if self._asked is not None:
            device_s, asked_s = self._asked
            seen_s = asked_s + self._apart(stamp_s, device_s)
            # Clocks that were read one after the other differ a little; one that jumped has to be
            # seen by whoever asks, because nobody knows then how old a frame is.
            return seen_s if seen_s > arrived_s + AHEAD_S else min(seen_s, arrived_s)
        if self._origin_s is None or abs(self._apart(stamp_s, self._origin_s)) > WINDOW_S:
            self._begin(stamp_s)
        since_s = self._apart(stamp_s, self._origin_s or 0.0)
        return since_s + self._offset_s(arrived_s - since_s, arrived_s) - self._least_s

    def _offset_s(self, apart_s: float, arrived_s: float) -> float:
        """How far the clocks are apart, by the quickest message of late."""
        while self._samples and self._samples[0][0] < arrived_s - WINDOW_S:
            self._samples.popleft()
        # What came later and was quicker makes the slower ones before it useless.
        while self._samples and self._samples[-1][1] >= apart_s:
            self._samples.pop()
        self._samples.append((arrived_s, apart_s))
        return self._samples[0][1]

    def _begin(self, stamp_s: float) -> None:
        """Count from another stamp on, and keep what is known unless the device began anew."""
        if self._origin_s is not None:
            moved_s = self._apart(stamp_s, self._origin_s)
            known = self._samples if 0 < moved_s < 2 * WINDOW_S else ()
            self._samples = deque([(at, s + moved_s) for at, s in known], maxlen=MOST_SAMPLES)
        self._origin_s = stamp_s

    def _apart(self, one_s: float, other_s: float) -> float:
        """How much later one stamp is than another, whether or not the clock began anew between."""
        half_s = self._period_s / 2
        return (one_s - other_s + half_s) % self._period_s - half_s
