"""What a simulated car knows of its ride: speed, laps and place; and how it comes off a wall."""

import math
from typing import NamedTuple

from donkeycar.sim.world import World

# A car that touched something and stays there for this long is put back onto the lane.
STUCK_S = 3.0
# It got away if it moved this far, in metres.
AWAY_M = 0.25

MAP_POINTS = 120


class Ride(NamedTuple):
    """One tick of the ride.

    Attributes:
        speed_m_s: Forward, in metres a second; negative in reverse.
        lap_s: Time of the present lap; ``None`` before the first crossing of the start line.
        best_lap_s: Time of the best lap of this run; ``None`` before the first.
        laps: Number of completed laps.
        track: The centre line, closed: pairs of x and y in metres.
        place: x and y in metres, and the heading in radians, counter-clockwise from +x.
        put_backs: How often the car was put back after it was stuck.
    """

    speed_m_s: float
    lap_s: float | None
    best_lap_s: float | None
    laps: int
    track: tuple[tuple[float, float], ...]
    place: tuple[float, float, float]
    put_backs: int


class SimRide:
    """Reports on the ride of a simulated car, and puts it back where a person would lift it.

    Args:
        world: The world; the same one as the drivetrain's.

    Example:
        >>> from donkeycar.sim.track import load_track
        >>> ride = SimRide(World(load_track("oval"))).run()
        >>> ride.speed_m_s, ride.lap_s, ride.laps
        (0.0, None, 0)
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._put_backs = 0
        # Where and when the car touched something, until it got away from there.
        self._stuck: tuple[float, float, float] | None = None
        steps = [world.track.length_m * index / MAP_POINTS for index in range(MAP_POINTS)]
        points = [world.track.point(s_m) for s_m in steps]
        self._track = tuple((round(x, 2), round(y, 2)) for x, y, _ in points)

    def run(self, actions: tuple[str, ...] | None = None) -> Ride:
        """Do what `actions` ask, the presses of this tick, and return the ride of this moment.

        Args:
            actions: ``"to_start"`` puts the car back behind the start line.
        """
        world = self.world
        if "to_start" in (actions or ()):
            world.reset()
            self._stuck = None
        self._come_off()
        body, laps = world.car.body, world.lap_times_s
        return Ride(
            world.car.forward_mps,
            world.lap_s,
            min(laps, default=None),
            len(laps),
            self._track,
            (body.x, body.y, body.yaw),
            self._put_backs,
        )

    def _come_off(self) -> None:
        world, body = self.world, self.world.car.body
        if self._stuck is None:
            if world.hit is not None:
                self._stuck = (body.x, body.y, world.time_s)
            return
        x, y, since_s = self._stuck
        if math.hypot(body.x - x, body.y - y) > AWAY_M:
            self._stuck = None
        elif world.time_s - since_s >= STUCK_S:
            world.respawn()
            self._stuck = None
            self._put_backs += 1
