"""Collision detection and response: keeps the car out of walls and cones."""

import math
from typing import NamedTuple

from donkeycar.sim.cones import CONE_RADIUS_M
from donkeycar.sim.physics import Car
from donkeycar.sim.track import Track

RESTITUTION = 0.2
SCRAPE_FRICTION = 0.3
# Hitting a wall or cone faster than this, perpendicular to its face, is a crash, in m/s.
CRASH_MPS = 1.0
# Two bodies closer than this have just been pushed apart, in metres.
TOUCH_M = 1e-9


class Hit(NamedTuple):
    """What the car touches, and how hard.

    Attributes:
        name: ``"wall"``, or ``"cone3"`` for the cone with index 3.
        speed_mps: Speed of the impact, perpendicular to the face.
    """

    name: str
    speed_mps: float


class _Overlap(NamedTuple):
    """An overlap of two bodies: a point, the direction out of it, and the depth."""

    at: tuple[float, float]
    normal: tuple[float, float]
    depth_m: float


class Contacts:
    """Finds what a car touches on `track`, pushes the car out and changes its motion.

    Walls and cones do not move; the car is a rectangle.
    """

    def __init__(self, track: Track) -> None:
        self._walls = [tuple(float(value) for value in wall) for wall in track.walls]
        self._cones = [(float(x), float(y)) for x, y in track.cones]
        # Where the car was at the last check, and how far it can move from there without contact.
        self._free_at = (0.0, 0.0)
        self._free_m = 0.0

    def resolve(self, car: Car) -> Hit | None:
        """Push `car` out of everything it overlaps.

        Returns:
            The hardest contact, ``None`` if the car touches nothing.
        """
        body, model = car.body, car.model
        half_length, half_width = model.length_m / 2, model.width_m / 2
        reach = math.hypot(half_length, half_width)
        if math.hypot(body.x - self._free_at[0], body.y - self._free_at[1]) < self._free_m:
            return None
        self._free_at, self._free_m = (body.x, body.y), math.inf
        hardest: Hit | None = None
        for x0, y0, x1, y1 in self._walls:
            free_m = _distance(body.x, body.y, x0, y0, x1, y1) - reach
            self._free_m = min(self._free_m, free_m)
            if free_m < 0:
                for overlap in _wall_overlaps(car, half_length, half_width, (x0, y0, x1, y1)):
                    hardest = _harder(hardest, Hit("wall", _push(car, overlap)))
        for index, (x, y) in enumerate(self._cones):
            free_m = math.hypot(x - body.x, y - body.y) - reach - CONE_RADIUS_M
            self._free_m = min(self._free_m, free_m)
            if free_m < 0:
                touched = _cone_overlap(car, half_length, half_width, x, y)
                if touched is not None:
                    hardest = _harder(hardest, Hit(f"cone{index}", _push(car, touched)))
        return hardest


def _harder(first: Hit | None, second: Hit) -> Hit:
    return second if first is None or second.speed_mps > first.speed_mps else first


def _distance(x: float, y: float, x0: float, y0: float, x1: float, y1: float) -> float:
    """Distance from a point to a segment."""
    ex, ey = x1 - x0, y1 - y0
    share = ((x - x0) * ex + (y - y0) * ey) / (ex * ex + ey * ey)
    share = min(max(share, 0.0), 1.0)
    return math.hypot(x - x0 - share * ex, y - y0 - share * ey)


def _wall_overlaps(
    car: Car, half_length: float, half_width: float, wall: tuple[float, ...]
) -> list[_Overlap]:
    """Corners of the car behind the wall, and ends of the wall inside the car."""
    body = car.body
    x0, y0, x1, y1 = wall
    length = math.hypot(x1 - x0, y1 - y0)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    nx, ny = -uy, ux
    # The centre of the car decides on which side of the wall the car is.
    if (body.x - x0) * nx + (body.y - y0) * ny < 0:
        nx, ny = -nx, -ny
    cos, sin = math.cos(body.yaw), math.sin(body.yaw)
    overlaps = []
    for ahead, left in ((1, 1), (1, -1), (-1, -1), (-1, 1)):
        px = body.x + ahead * half_length * cos - left * half_width * sin
        py = body.y + ahead * half_length * sin + left * half_width * cos
        along = (px - x0) * ux + (py - y0) * uy
        depth = -((px - x0) * nx + (py - y0) * ny)
        if depth > 0 and 0 <= along <= length:
            overlaps.append(_Overlap((px, py), (nx, ny), depth))
    if overlaps:
        return overlaps
    for x, y in ((x0, y0), (x1, y1)):
        dx, dy = x - body.x, y - body.y
        ahead_m, left_m = dx * cos + dy * sin, dy * cos - dx * sin
        out_ahead, out_left = half_length - abs(ahead_m), half_width - abs(left_m)
        if out_ahead > 0 and out_left > 0:
            if out_ahead < out_left:
                side = -math.copysign(1.0, ahead_m)
                overlaps.append(_Overlap((x, y), (side * cos, side * sin), out_ahead))
            else:
                side = -math.copysign(1.0, left_m)
                overlaps.append(_Overlap((x, y), (-side * sin, side * cos), out_left))
    return overlaps


def _cone_overlap(
    car: Car, half_length: float, half_width: float, x: float, y: float
) -> _Overlap | None:
    body = car.body
    cos, sin = math.cos(body.yaw), math.sin(body.yaw)
    dx, dy = x - body.x, y - body.y
    ahead, left = dx * cos + dy * sin, dy * cos - dx * sin
    near_ahead = min(max(ahead, -half_length), half_length)
    near_left = min(max(left, -half_width), half_width)
    gap = math.hypot(ahead - near_ahead, left - near_left)
    if gap >= CONE_RADIUS_M - TOUCH_M:
        return None
    if gap < 1e-9:  # the middle of the cone is in the car: out over the nearer end or side
        return _cone_inside(car, half_length, half_width, ahead, left)
    out_ahead, out_left = (near_ahead - ahead) / gap, (near_left - left) / gap
    at = (
        body.x + near_ahead * cos - near_left * sin,
        body.y + near_ahead * sin + near_left * cos,
    )
    normal = (out_ahead * cos - out_left * sin, out_ahead * sin + out_left * cos)
    return _Overlap(at, normal, CONE_RADIUS_M - gap)


def _cone_inside(
    car: Car, half_length: float, half_width: float, ahead: float, left: float
) -> _Overlap:
    body = car.body
    cos, sin = math.cos(body.yaw), math.sin(body.yaw)
    at = (body.x + ahead * cos - left * sin, body.y + ahead * sin + left * cos)
    if half_length - abs(ahead) < half_width - abs(left):
        side = -math.copysign(1.0, ahead)
        depth = half_length - abs(ahead) + CONE_RADIUS_M
        return _Overlap(at, (side * cos, side * sin), depth)
    side = -math.copysign(1.0, left)
    return _Overlap(at, (-side * sin, side * cos), half_width - abs(left) + CONE_RADIUS_M)


def _push(car: Car, overlap: _Overlap) -> float:
    """Move the car out and let it bounce; return the speed of the impact."""
    body, model = car.body, car.model
    nx, ny = overlap.normal
    rx, ry = overlap.at[0] - body.x, overlap.at[1] - body.y
    body.x += nx * overlap.depth_m
    body.y += ny * overlap.depth_m
    px, py = body.vx - body.yaw_rate * ry, body.vy + body.yaw_rate * rx
    inward = -(px * nx + py * ny)
    if inward <= 0:
        return 0.0
    lever = rx * ny - ry * nx
    blow = (1 + RESTITUTION) * inward / (1 / model.mass_kg + lever**2 / model.inertia_kgm2)
    _kick(car, nx * blow, ny * blow, rx, ry)
    # Friction of the face also slows what slides along it, and can stop it but not reverse it.
    tx, ty = -ny, nx
    sliding = (body.vx - body.yaw_rate * ry) * tx + (body.vy + body.yaw_rate * rx) * ty
    lever = rx * ty - ry * tx
    stop = abs(sliding) / (1 / model.mass_kg + lever**2 / model.inertia_kgm2)
    scrape = -math.copysign(min(SCRAPE_FRICTION * blow, stop), sliding)
    _kick(car, tx * scrape, ty * scrape, rx, ry)
    return inward


def _kick(car: Car, x_ns: float, y_ns: float, rx: float, ry: float) -> None:
    body, model = car.body, car.model
    body.vx += x_ns / model.mass_kg
    body.vy += y_ns / model.mass_kg
    body.yaw_rate += (rx * y_ns - ry * x_ns) / model.inertia_kgm2
