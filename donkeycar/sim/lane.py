"""Off-track detection: the car is off the track when all four wheels are, for long enough."""

import math

from donkeycar.sim.physics import Car
from donkeycar.sim.track import Location, Track

# Crossing the line for less than this is forgiven, in seconds.
FORGIVEN_S = 0.2


class LaneWatch:
    """Checks whether the wheels are in the lane; the edge line belongs to the lane.

    Source:
        DIYRobocars rules: a car is off the track when all its wheels are.

    Attributes:
        outside: Whether all four wheels are outside now.
        off_track: Whether they have been outside for more than `FORGIVEN_S`.
    """

    def __init__(self, track: Track) -> None:
        line_m = track.file.surface.edge.width_m / 2
        self._edges = [(float(a) + line_m, float(b) + line_m) for a, b in track.half_widths]
        self._points = [(float(x), float(y)) for x, y in track.centre]
        self._tangents = [(float(x), float(y)) for x, y in track.tangent]
        self.reset()

    def reset(self) -> None:
        """Start again, on the lane."""
        self.outside = False
        self.off_track = False
        self._since_s = 0.0

    def update(self, time_s: float, car: Car, place: Location) -> bool:
        """Check the wheels.

        Args:
            time_s: Seconds since some fixed moment.
            car: The car.
            place: The position of the car on the track.

        Returns:
            Whether the car has gone off-track in this step.
        """
        outside = self._all_outside(car, place)
        if outside and not self.outside:
            self._since_s = time_s
        self.outside = outside
        was, self.off_track = self.off_track, outside and time_s - self._since_s > FORGIVEN_S
        return self.off_track and not was

    def _all_outside(self, car: Car, place: Location) -> bool:
        left_edge, right_edge = self._edges[place.sample]
        model = car.model
        if -left_edge < place.cte_m < right_edge:
            return False  # the middle of the car is on the lane, so a wheel is
        body = car.body
        (px, py), (tx, ty) = self._points[place.sample], self._tangents[place.sample]
        cos, sin = math.cos(body.yaw), math.sin(body.yaw)
        for ahead in (model.front_m, -model.rear_m):
            for left in (model.track_m / 2, -model.track_m / 2):
                dx = body.x + ahead * cos - left * sin - px
                dy = body.y + ahead * sin + left * cos - py
                if -left_edge <= dx * ty - dy * tx <= right_edge:
                    return False
        return True
