"""Validation of tracks: refuses a track that no car could drive."""

from typing import NamedTuple

import numpy as np

from donkeycar.errors import SimError
from donkeycar.sim.arrays import Floats

# A car with 0.2 m wheelbase at 27 degrees of steering turns on about this radius, in metres.
MIN_RADIUS_M = 0.45


class TrackGeometry(NamedTuple):
    """The attributes of `track.Track` that are checked."""

    name: str
    centre: Floats
    half_widths: Floats
    curvature: Floats
    length_m: float
    room: tuple[Floats, Floats]
    cones: Floats
    walls: Floats

    @property
    def step_m(self) -> float:
        """Distance between two samples of the centre line."""
        return self.length_m / len(self.centre)


def check_track(track: TrackGeometry) -> None:
    """Refuse a track that no car could drive.

    Raises:
        SimError: The message names the place, in metres from the first control point.
    """
    inner = np.where(track.curvature > 0, track.half_widths[:, 0], track.half_widths[:, 1])
    radius = 1 / np.maximum(np.abs(track.curvature), 1e-9)
    tightest = int((radius - np.maximum(inner, MIN_RADIUS_M)).argmin())
    needed_m = max(float(inner[tightest]), MIN_RADIUS_M)
    if radius[tightest] < needed_m:
        raise SimError(
            f"Track {track.name!r}: every turn must have a radius of at least half the lane and "
            f"{MIN_RADIUS_M} m. Received: {radius[tightest]:.2f} m at "
            f"s={tightest * track.step_m:.1f} m, {needed_m:.2f} m needed"
        )
    _check_crossing(track)
    low, high = track.room
    inner_ends = track.walls[4:].reshape(-1, 2)
    for name, points in (("cone", track.cones), ("wall", inner_ends)):
        for point in points:
            if not (np.all(point > low) and np.all(point < high)):
                raise SimError(
                    f"Track {track.name!r}: a {name} must stand inside the room, x "
                    f"{low[0]:.1f} to {high[0]:.1f} m and y {low[1]:.1f} to {high[1]:.1f} m. "
                    f"Received: {point.tolist()}"
                )
    _check_lane_free(track)


def _check_crossing(track: TrackGeometry) -> None:
    """Refuse a lane that touches itself: points far apart along it must not be close together."""
    every = max(1, round(0.2 / track.step_m))
    centre, widths = track.centre[::every], track.half_widths[::every].max(axis=1)
    s = np.arange(len(track.centre))[::every] * track.step_m
    apart = np.abs(s[:, None] - s[None, :])
    along = np.minimum(apart, track.length_m - apart)
    distance = np.hypot(
        centre[:, None, 0] - centre[None, :, 0], centre[:, None, 1] - centre[None, :, 1]
    )
    needed = widths[:, None] + widths[None, :]
    # In a half circle of the smallest radius, samples this far apart are still neighbours.
    meets = (along > np.pi / 2 * needed + 0.2) & (distance < needed)
    if meets.any():
        i, j = np.argwhere(meets)[0]
        raise SimError(
            f"Track {track.name!r}: the lane must not cross or touch itself. Received: "
            f"s={s[i]:.1f} m and s={s[j]:.1f} m are {distance[i, j]:.2f} m apart, "
            f"{needed[i, j]:.2f} m needed"
        )


def _check_lane_free(track: TrackGeometry) -> None:
    for x0, y0, x1, y1 in track.walls[4:]:
        count = max(2, int(np.hypot(x1 - x0, y1 - y0) / 0.1))
        line = np.stack([np.linspace(x0, x1, count), np.linspace(y0, y1, count)], axis=1)
        offset = line[:, None] - track.centre[None]
        distance = np.hypot(offset[..., 0], offset[..., 1])
        nearest = distance.argmin(axis=1)
        room = distance.min(axis=1) - track.half_widths[nearest].max(axis=1)
        if np.min(room) < 0:
            raise SimError(
                f"Track {track.name!r}: a wall must not stand in the lane. Received: a wall from "
                f"[{x0:g}, {y0:g}] to [{x1:g}, {y1:g}]"
            )
