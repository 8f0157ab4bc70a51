"""Lap counter: a lap crosses the start line forwards, after passing the checkpoints."""

import math

from donkeycar.sim.track import Location, Track

# The start line extends this far beyond the lane, in metres, so a car at the edge crosses it too.
LINE_MARGIN_M = 0.3
# A lap counts if this share of the checkpoints was passed: a wide turn may miss one.
CHECKPOINT_SHARE = 0.8


class LapCounter:
    """Follows the position of the car, counts its laps and times them.

    The clock starts at the first crossing of the line. Every later crossing ends a lap if enough
    checkpoints were passed since the last one. Driving back over the line forgets the checkpoints,
    so driving to and fro over the line does not count.

    Args:
        track: The track.

    Attributes:
        lap_times_s: Times of the completed laps, in seconds.
        started_s: Time of the crossing that began the current lap; ``None`` before the first.
    """

    def __init__(self, track: Track) -> None:
        self._track = track
        self._count = track.file.num_checkpoints
        self._x, self._y, heading = track.point(track.file.start_s_m)
        self._tx, self._ty = math.cos(heading), math.sin(heading)
        index = track.index_at(track.file.start_s_m)
        left, right = (float(value) for value in track.half_widths[index])
        self._right_m, self._left_m = right + LINE_MARGIN_M, -(left + LINE_MARGIN_M)
        self._needed = math.ceil(CHECKPOINT_SHARE * self._count)
        self.reset()

    def reset(self) -> None:
        """Forget all laps."""
        self.lap_times_s: list[float] = []
        self.restart()

    def restart(self) -> None:
        """Begin again before the start line; the completed laps stay."""
        self.started_s: float | None = None
        self._penalty_s = 0.0
        self._passed: set[int] = set()
        self._before: tuple[float, float, float] | None = None

    def add_penalty(self, seconds: float) -> None:
        """Add `seconds` to the time of the current lap."""
        self._penalty_s += seconds

    def jump(self) -> None:
        """Report that the car was moved by hand, so that this movement crosses no line."""
        self._before = None

    def update(self, time_s: float, x: float, y: float, place: Location) -> float | None:
        """Update the lap with the position of the car.

        Args:
            time_s: Seconds since some fixed moment.
            x: Metres.
            y: Metres.
            place: The same position, relative to the track.

        Returns:
            The time of the lap that was completed in this step, ``None`` if none was.
        """
        dx, dy = x - self._x, y - self._y
        ahead, right = dx * self._tx + dy * self._ty, dx * self._ty - dy * self._tx
        before, self._before = self._before, (time_s, ahead, right)
        since_start = (place.s_m - self._track.file.start_s_m) % self._track.length_m
        self._passed.add(int(since_start / self._track.length_m * self._count) % self._count)
        if before is None or (before[1] < 0) == (ahead < 0):
            return None
        # The time of the crossing is interpolated between the last two positions.
        share = before[1] / (before[1] - ahead)
        crossing_right = before[2] + share * (right - before[2])
        if not self._left_m < crossing_right < self._right_m:
            return None
        return self._cross(before[0] + share * (time_s - before[0]), forward=ahead >= 0)

    def _cross(self, time_s: float, *, forward: bool) -> float | None:
        passed, self._passed = self._passed, set()
        if not forward:
            return None
        if self.started_s is None:
            self.started_s = time_s
            return None
        if len(passed) < self._needed:
            return None
        lap_s = time_s - self.started_s + self._penalty_s
        self.started_s, self._penalty_s = time_s, 0.0
        self.lap_times_s.append(lap_s)
        return lap_s
