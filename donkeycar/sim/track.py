"""A track: a closed centre line with a lane around it, walls, cones and a start line.

World coordinates are metres: x to the right, y up, seen from above; headings are radians,
counter-clockwise from +x. The cross-track error is positive right of the centre line.
"""

import hashlib
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from donkeycar.sim.arrays import Floats
from donkeycar.sim.atlas import Atlas
from donkeycar.sim.reading import preset_names, read_preset
from donkeycar.sim.spline import closed_spline
from donkeycar.sim.surface import GroundPlan, Surface, draw_surface
from donkeycar.sim.track_check import TrackGeometry, check_track
from donkeycar.sim.track_file import TrackFile, parse_track

# Distance between two samples of the centre line, in metres.
STEP_M = 0.05
# Distance of the room's walls from the edge of the ground picture, inwards, in metres.
WALL_INSET_M = 0.15


class Location(NamedTuple):
    """A position relative to the track.

    Attributes:
        sample: Nearest sample of the centre line.
        s_m: Distance along the centre line, 0 to the length of the track.
        cte_m: Distance from the centre line, positive on its right.
    """

    sample: int
    s_m: float
    cte_m: float


class Track:
    """A track, computed from its file and checked.

    Args:
        file: The contents of the track file.

    Attributes:
        centre: Samples of the centre line, shape ``(n, 2)``, about 5 cm apart.
        tangent: Driving direction at each sample, unit vectors, shape ``(n, 2)``.
        left: Unit vectors to the left of the driving direction, shape ``(n, 2)``.
        heading: Driving direction in radians, shape ``(n,)``.
        curvature: Curvature in 1/m, positive in a left turn, shape ``(n,)``.
        half_widths: Metres from the centre to the left and the right edge, shape ``(n, 2)``.
        length_m: Length of the centre line.
        low: Lower left corner of the ground, metres.
        high: Upper right corner of the ground, metres.
        room: Lower left and upper right corner of the room, metres.
        walls: Wall segments ``x0, y0, x1, y1``, shape ``(n, 4)``; the first four are those of the
            room.
        cones: Positions of the cones, shape ``(n, 2)``.

    Raises:
        SimError: If no car could drive it: a turn is too tight, the lane touches itself, a wall or
            a cone is outside the room, or a wall crosses the lane.
    """

    def __init__(self, file: TrackFile) -> None:
        self.file = file
        self.name = file.name
        self.centre, self.half_widths, self.length_m = closed_spline(
            file.points, file.half_widths_m, STEP_M
        )
        self.num_samples = len(self.centre)
        self.step_m = self.length_m / self.num_samples
        ahead, behind = np.roll(self.centre, -1, axis=0), np.roll(self.centre, 1, axis=0)
        self.heading = np.arctan2(*(ahead - behind).T[::-1])
        self.tangent = np.stack([np.cos(self.heading), np.sin(self.heading)], axis=1)
        self.left = np.stack([-self.tangent[:, 1], self.tangent[:, 0]], axis=1)
        turned = np.roll(self.heading, -1) - np.roll(self.heading, 1)
        self.curvature = (np.mod(turned + np.pi, 2 * np.pi) - np.pi) / (2 * self.step_m)
        edges = np.concatenate([self.edge("left"), self.edge("right")])
        self.low = edges.min(axis=0) - file.room_margin_m
        self.high = edges.max(axis=0) + file.room_margin_m
        self.room = (self.low + WALL_INSET_M, self.high - WALL_INSET_M)
        self.cones = file.cones
        self.walls = self._walls()
        check_track(
            TrackGeometry(
                name=self.name,
                centre=self.centre,
                half_widths=self.half_widths,
                curvature=self.curvature,
                length_m=self.length_m,
                room=self.room,
                cones=self.cones,
                walls=self.walls,
            )
        )
        # Single values are read thousands of times a second, and lists of floats are faster for
        # that.
        self._points = [(float(x), float(y)) for x, y in self.centre]
        self._tangents = [(float(x), float(y)) for x, y in self.tangent]

    def edge(self, side: str) -> Floats:
        """The left or right edge of the lane, shape ``(n, 2)``."""
        if side == "left":
            return self.centre + self.left * self.half_widths[:, :1]
        return self.centre - self.left * self.half_widths[:, 1:]

    @cached_property
    def surface(self) -> Surface:
        """The ground picture; it is drawn when first needed, then kept."""
        plan = GroundPlan(
            low=self.low,
            high=self.high,
            centre=self.centre,
            left=self.edge("left"),
            right=self.edge("right"),
            start_index=self.index_at(self.file.start_s_m),
        )
        return draw_surface(plan, self.file.surface)

    @cached_property
    def atlas(self) -> Atlas:
        """The same picture in several sizes (a mipmap), for the renderer."""
        return Atlas(self.surface)

    @cached_property
    def sha256(self) -> str:
        """Digest of the geometry, so that a result can name its track exactly."""
        digest = hashlib.sha256()
        for array in (self.centre, self.half_widths, self.walls, self.cones):
            digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
        return digest.hexdigest()

    def point(self, s_m: float) -> tuple[float, float, float]:
        """Position and heading on the centre line.

        Args:
            s_m: Distance along the centre line; any number, because it wraps around.

        Returns:
            x, y in metres and the heading in radians.
        """
        place = (s_m % self.length_m) / self.step_m
        index = int(place) % self.num_samples
        rest_m = (place - int(place)) * self.step_m
        (x, y), (tx, ty) = self._points[index], self._tangents[index]
        return x + tx * rest_m, y + ty * rest_m, float(self.heading[index])

    def index_at(self, s_m: float) -> int:
        """Sample at `s_m` metres along the centre line; any number, because it wraps around."""
        return int((s_m % self.length_m) / self.step_m) % self.num_samples

    def locate(self, x: float, y: float, near: int | None = None) -> Location:
        """Find the position of a point relative to the track.

        Args:
            x: Metres.
            y: Metres.
            near: Sample that was nearest a moment ago. The search moves from there to ever nearer
                samples, so it cannot jump to a neighbouring lane. ``None`` searches everywhere.
        """
        index = self._nearest_anywhere(x, y) if near is None else self._nearest_from(near, x, y)
        px, py = self._points[index]
        tx, ty = self._tangents[index]
        dx, dy = x - px, y - py
        s_m = (index * self.step_m + dx * tx + dy * ty) % self.length_m
        return Location(index, s_m, dx * ty - dy * tx)

    def _nearest_anywhere(self, x: float, y: float) -> int:
        return int(np.argmin((self.centre[:, 0] - x) ** 2 + (self.centre[:, 1] - y) ** 2))

    def _nearest_from(self, index: int, x: float, y: float) -> int:
        points, count = self._points, self.num_samples

        def square(at: int) -> float:
            px, py = points[at]
            return (px - x) * (px - x) + (py - y) * (py - y)

        best = square(index)
        for direction in (1, -1):
            moved = False
            while True:
                following = (index + direction) % count
                distance = square(following)
                if distance >= best:
                    break
                index, best, moved = following, distance, True
            if moved:
                break
        return index

    def _walls(self) -> Floats:
        (x0, y0), (x1, y1) = self.room
        room = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]])
        lines = [room, *self.file.walls]
        return np.concatenate([np.hstack([line[:-1], line[1:]]) for line in lines])


def track_names() -> list[str]:
    """Names of the tracks that come with the package."""
    return preset_names("tracks")


def load_track(name: str) -> Track:
    """Load a track of this package, or a track from a file.

    Args:
        name: One of `track_names`, or the path of a ``.json`` file.

    Returns:
        The track. A track of this package is computed once and shared; it is never changed.

    Raises:
        SimError: If there is no such track, or its file is wrong.

    Example:
        >>> round(load_track("oval").length_m)
        19
    """
    if name.endswith(".json"):
        return Track(parse_track(*read_preset(name, "tracks")))
    return _load_preset(name)


def find_track(track: str | Track) -> Track:
    """The given track, or the track with that name or path."""
    return load_track(track) if isinstance(track, str) else track


@lru_cache(maxsize=16)
def _load_preset(name: str) -> Track:
    return Track(parse_track(*read_preset(name, "tracks")))
