"""Camera model: the ray of each pixel, computed once, so that any lens and tilt cost nothing."""

import math
from dataclasses import dataclass

import numpy as np

from donkeycar.errors import SimError
from donkeycar.sim.arrays import Floats32

# Ground farther away than this is not drawn, in metres.
MAX_GROUND_M = 20.0
# How quickly the barrel distortion of the lens levels off towards the corners.
BARREL_SOFTNESS = 0.4


@dataclass(frozen=True)
class CameraModel:
    """A camera on a car.

    Args:
        width_px: Width of a frame, 16 to 1280.
        height_px: Height of a frame, 16 to 960.
        vfov_deg: Vertical field of view of the lens before distortion, 20 to 140.
        pitch_deg: How far the camera is tilted down, -30 to 80.
        roll_deg: How far the camera is rotated clockwise around its axis.
        height_m: Height above the ground, 0.02 to 2.
        forward_m: Distance ahead of the car's centre of gravity.
        barrel: Distortion of the lens. A negative value bends straight lines outwards (a wide
            lens); 0 is a pinhole.

    Raises:
        SimError: If a number is out of range.
    """

    width_px: int = 160
    height_px: int = 120
    vfov_deg: float = 90.0
    pitch_deg: float = 18.0
    roll_deg: float = 0.0
    height_m: float = 0.16
    forward_m: float = 0.07
    barrel: float = -0.18

    def __post_init__(self) -> None:
        ranges = {
            "width_px": (16, 1280),
            "height_px": (16, 960),
            "vfov_deg": (20, 140),
            "pitch_deg": (-30, 80),
            "roll_deg": (-180, 180),
            "height_m": (0.02, 2),
            "forward_m": (-1, 1),
            "barrel": (-0.4, 0.4),
        }
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise SimError(f"`{name}` must be {low} to {high}. Received: {name}={value}")


class RayTable:
    """The ray of each pixel, in the coordinates of the car.

    Args:
        camera: The camera.

    Attributes:
        ground_x: Where the ray meets the ground: metres ahead of the car, shape ``(h, w)``;
            0 for a ray that never meets it.
        ground_y: The same point, in metres to the left.
        ground_m: Horizontal distance from the camera to that point; very large if there is none.
        slope: Metres that the ray rises per horizontal metre, negative downwards.
        azimuth: Horizontal direction in radians, counter-clockwise from straight ahead.
        footprint_m: Size of the pixel on the ground.
        first_ground_row: First row of the frame in which any pixel shows ground.
    """

    def __init__(self, camera: CameraModel) -> None:
        self.camera = camera
        width, height = camera.width_px, camera.height_px
        focal_px = (height / 2) / math.tan(math.radians(camera.vfov_deg) / 2)
        column, row = np.meshgrid(
            np.arange(width) - (width - 1) / 2, np.arange(height) - (height - 1) / 2
        )
        across, down = column / focal_px, row / focal_px
        square = across**2 + down**2
        lens = 1 / (1 + camera.barrel * square / (1 + BARREL_SOFTNESS * square))
        roll = math.radians(camera.roll_deg)
        right = (across * math.cos(roll) - down * math.sin(roll)) * lens
        below = (across * math.sin(roll) + down * math.cos(roll)) * lens

        pitch = math.radians(camera.pitch_deg)
        ahead = math.cos(pitch) - below * math.sin(pitch)
        up = -math.sin(pitch) - below * math.cos(pitch)
        flat = np.hypot(ahead, right)
        flat = np.maximum(flat, 1e-6)
        self.slope: Floats32 = (up / flat).astype(np.float32)
        self.azimuth: Floats32 = np.arctan2(-right, ahead).astype(np.float32)

        reach = np.where(up < -1e-4, camera.height_m / np.maximum(-up, 1e-4), 1e6)
        distance_m = reach * flat
        seen = distance_m < MAX_GROUND_M
        self.ground_m: Floats32 = np.where(seen, distance_m, 1e6).astype(np.float32)
        self.ground_x: Floats32 = np.where(seen, reach * ahead + camera.forward_m, 0.0).astype(
            np.float32
        )
        self.ground_y: Floats32 = np.where(seen, -reach * right, 0.0).astype(np.float32)
        # A pixel is long and narrow on the ground; the geometric mean of both sides keeps lines
        # sharp across the view and free of flicker along it.
        stretch = np.sqrt(np.maximum(distance_m / camera.height_m, 1.0))
        self.footprint_m: Floats32 = (reach / focal_px * stretch).astype(np.float32)
        rows_with_ground = np.flatnonzero(seen.any(axis=1))
        self.first_ground_row = int(rows_with_ground[0]) if len(rows_with_ground) else height
