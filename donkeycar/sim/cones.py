"""Traffic cones, as a camera sees them."""

import math

import numpy as np

from donkeycar.sim.arrays import Floats, Floats32, Packed
from donkeycar.sim.camera import RayTable

CONE_RADIUS_M = 0.07
CONE_HEIGHT_M = 0.30
# Beyond this distance a cone is smaller than a pixel or two, in metres.
MAX_DISTANCE_M = 12.0
MIN_DISTANCE_M = 0.05
# Lit side, shaded side and stripe: red | green << 8 | blue << 16.
LIT, SHADED, STRIPE = 0x1E64F2, 0x164CC4, 0xE6E8E8
STRIPE_FROM, STRIPE_TO = 0.42, 0.62
BASE_SHARE = 0.07


class ConePainter:
    """Paints cones into a frame, starting with the farthest.

    Args:
        rays: The camera.
        cones: Positions of the cones in metres, shape ``(n, 2)``.
    """

    def __init__(self, rays: RayTable, cones: Floats) -> None:
        self._camera = rays.camera
        self._cones = [(float(x), float(y)) for x, y in cones]
        self._azimuth = rays.azimuth
        self._slope = rays.slope
        self._column_left = rays.azimuth.max(axis=0)
        self._column_right = rays.azimuth.min(axis=0)

    def paint(
        self, frame: Packed, x: float, y: float, yaw: float, walls: tuple[Floats, Floats32]
    ) -> None:
        """Paint all cones in sight.

        Args:
            frame: Packed pixels.
            x: Position of the car in metres.
            y: Position of the car in metres.
            yaw: Heading of the car in radians.
            walls: Directions and distances of walls; a cone behind a wall is not drawn.
        """
        ahead_m = self._camera.forward_m
        cos, sin = math.cos(yaw), math.sin(yaw)
        eye_x, eye_y = x + ahead_m * cos, y + ahead_m * sin
        seen = []
        for cone_x, cone_y in self._cones:
            dx, dy = cone_x - eye_x, cone_y - eye_y
            ahead, left = dx * cos + dy * sin, dy * cos - dx * sin
            distance_m = math.hypot(ahead, left)
            if ahead > 0 and MIN_DISTANCE_M < distance_m < MAX_DISTANCE_M:
                seen.append((distance_m, math.atan2(left, ahead)))
        directions, reach_m = walls
        for distance_m, azimuth in sorted(seen, reverse=True):
            nearest = min(int(np.searchsorted(directions, azimuth)), len(directions) - 1)
            if reach_m[nearest] > distance_m:
                self._paint_one(frame, distance_m, azimuth)

    def _paint_one(self, frame: Packed, distance_m: float, azimuth: float) -> None:
        half = 1.2 * CONE_RADIUS_M / distance_m
        columns = np.flatnonzero(
            (self._column_left > azimuth - half) & (self._column_right < azimuth + half)
        )
        if not len(columns):
            return
        across = slice(int(columns[0]), int(columns[-1]) + 1)
        side = (self._azimuth[:, across] - np.float32(azimuth)) * np.float32(distance_m)
        share = self._slope[:, across] * np.float32(distance_m)
        share += np.float32(self._camera.height_m)
        share /= np.float32(CONE_HEIGHT_M)
        radius = np.where(share < BASE_SHARE, CONE_RADIUS_M, CONE_RADIUS_M * (0.75 - 0.62 * share))
        inside = (share > 0) & (share < 1) & (np.abs(side) < radius)
        striped = (share > STRIPE_FROM) & (share < STRIPE_TO)
        colour = np.where(striped, STRIPE, np.where(side > -0.2 * radius, LIT, SHADED))
        np.copyto(frame[:, across], colour.astype(np.uint32), where=inside)
