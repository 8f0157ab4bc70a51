"""Ray casting of the walls of the room, and the ceiling above them, for a camera frame."""

import math

import numpy as np

from donkeycar.sim.arrays import Floats, Floats32, Packed
from donkeycar.sim.atlas import pack
from donkeycar.sim.camera import RayTable
from donkeycar.sim.track_file import Colour

# The number of directions in which walls are searched, for each column of the frame.
RAYS_PER_COLUMN = 2
FAR_M = 1e6
# The height of a wall is painted in this number of bands: skirting, panel, rail.
NUM_BANDS = 16
PANEL_M = 0.6
JOINT_M = 0.02
NUM_SHADES = 64
# Walls lose contrast with distance; at twice this distance, in metres, most of it is lost.
FOG_M = 40.0


class Backdrop:
    """Finds the nearest wall in every direction, and paints walls and ceiling.

    Args:
        rays: The camera.
        walls: Segments ``x0, y0, x1, y1``, shape ``(n, 4)``, in metres.
        height_m: Height of all walls.
        colour: Colour of all walls.
    """

    def __init__(self, rays: RayTable, walls: Floats, height_m: float, colour: Colour) -> None:
        self._camera = rays.camera
        self._start = walls[:, :2]
        self._along = walls[:, 2:] - walls[:, :2]
        self._length = np.hypot(*self._along.T)
        # Light falls from one side, so that two walls that meet have different brightness.
        facing = np.arctan2(self._along[:, 1], self._along[:, 0])
        self._light = (0.90 + 0.10 * np.cos(2 * facing + 0.7)).astype(np.float32)
        self._height_m = height_m
        self._palette = _palette(colour)
        low, high = float(np.min(rays.azimuth)), float(np.max(rays.azimuth))
        count = RAYS_PER_COLUMN * self._camera.width_px
        self._azimuths = np.linspace(low, high, count)
        self._ray = np.round((rays.azimuth - low) / max(high - low, 1e-9) * (count - 1)).astype(
            np.int32
        )
        self._slope = rays.slope
        self._ground_m = rays.ground_m
        self._row_reach_m = rays.ground_m.max(axis=1)
        self._ceiling = _ceiling(rays.slope)
        # A ray from the floor that rises more steeply than this passes above every wall farther
        # away than 10 cm, so these rows never need a wall test.
        steep = (height_m - self._camera.height_m) / 0.1
        self._first_wall_row = int(np.argmax((rays.slope < steep).any(axis=1)))

    def cast(self, x: float, y: float, yaw: float) -> tuple[Floats32, Floats32, Floats32]:
        """Find the nearest wall in each direction.

        Returns:
            For every direction: distance in metres, metres along the wall, brightness.
        """
        direction = self._azimuths + yaw
        dx, dy = np.cos(direction), np.sin(direction)
        ex, ey = self._along[:, :1], self._along[:, 1:]
        qx, qy = self._start[:, :1] - x, self._start[:, 1:] - y
        cross = dx * ey - dy * ex
        np.copyto(cross, 1e-12, where=cross == 0.0)
        distance = (qx * ey - qy * ex) / cross
        share = (qx * dy - qy * dx) / cross
        hit = (distance > 0.01) & (share >= 0) & (share <= 1)
        distance = np.where(hit, distance, FAR_M)
        nearest = distance.argmin(axis=0)
        column = np.arange(len(direction))
        along_m = share[nearest, column] * self._length[nearest]
        return (
            distance[nearest, column].astype(np.float32),
            along_m.astype(np.float32),
            self._light[nearest],
        )

    def paint(self, frame: Packed, x: float, y: float, yaw: float) -> Floats32:
        """Paint ceiling and walls over a frame that shows the ground.

        Returns:
            Distance of the wall for every direction of `azimuths`, metres.
        """
        ahead_m = self._camera.forward_m
        at_x, at_y = x + ahead_m * math.cos(yaw), y + ahead_m * math.sin(yaw)
        distance, along_m, light = self.cast(at_x, at_y, yaw)
        # Below the rows in which ground can lie beyond the nearest wall, there is only ground.
        beyond = np.flatnonzero(self._row_reach_m > np.min(distance))
        first, last = self._first_wall_row, int(beyond[-1]) + 1 if len(beyond) else 0
        frame[:first] = self._ceiling[:first]
        rows = slice(first, max(first, last))
        rays = self._ray[rows]
        reach = distance.take(rays)
        behind = self._ground_m[rows] > reach
        # Outside of the room there may be no wall. Unless it is painted, the frame before shows.
        no_wall = reach >= FAR_M if np.max(distance) >= FAR_M else None
        reach *= self._slope[rows]
        reach += np.float32(self._camera.height_m)
        reach *= np.float32(NUM_BANDS / self._height_m)
        if no_wall is not None:
            behind |= no_wall & (self._ground_m[rows] >= FAR_M)
        np.copyto(frame[rows], self._ceiling[rows], where=behind)
        behind &= reach < NUM_BANDS
        if no_wall is not None:
            behind &= ~no_wall
        band = reach.astype(np.int32)
        np.clip(band, 0, NUM_BANDS - 1, out=band)
        band += rays * NUM_BANDS
        colours = self._colours(distance, along_m, light)
        np.copyto(frame[rows], colours.take(band), where=behind)
        return distance

    @property
    def azimuths(self) -> Floats:
        """Directions that `cast` searches, radians counter-clockwise from straight ahead."""
        return self._azimuths

    def _colours(self, distance: Floats32, along_m: Floats32, light: Floats32) -> Packed:
        """Colour of each direction and band, flat."""
        panel = np.where((along_m / PANEL_M).astype(np.int32) & 1, 0.95, 1.0)
        panel[np.mod(along_m, PANEL_M) < JOINT_M] = 0.85
        shade = light * panel * (1 - np.clip(distance / FOG_M, 0, 0.35))
        colours: Packed = self._palette.take((shade * (NUM_SHADES - 1)).astype(np.int32), axis=0)
        return colours.ravel()


def _palette(colour: Colour) -> Packed:
    """Colours of a wall by brightness and band, shape ``(NUM_SHADES, NUM_BANDS)``."""
    shade = np.linspace(0, 1, NUM_SHADES)[:, None] * _bands()
    return pack(np.clip(shade[..., None] * np.array(colour), 0, 255).astype(np.uint8))


def _bands() -> Floats32:
    """Brightness of a wall, from the floor upwards."""
    bands = np.linspace(0.92, 1.05, NUM_BANDS).astype(np.float32)
    bands[0] = 0.45
    bands[NUM_BANDS // 2] *= 0.93
    bands[-1] = 0.75
    return bands


def _ceiling(slope: Floats32) -> Packed:
    """A plain ceiling above the walls, brighter towards the lamps overhead."""
    rise = np.clip(slope, 0.0, 1.5)[..., None] / 1.5
    far, near = np.array([196, 200, 204], np.float32), np.array([232, 234, 235], np.float32)
    return pack((far + (near - far) * rise).astype(np.uint8))
