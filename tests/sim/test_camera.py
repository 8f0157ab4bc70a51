import math

import numpy as np
import pytest

from donkeycar.errors import SimError
from donkeycar.sim.camera import CameraModel, RayTable


def test_a_pinhole_sees_the_ground_where_geometry_says():
    rays = RayTable(CameraModel(barrel=0.0, pitch_deg=18, height_m=0.16, forward_m=0.07))
    focal_px = 60 / math.tan(math.radians(45))
    row = 100
    down = math.radians(18) + math.atan((row - 59.5) / focal_px)
    middle = (rays.ground_x[row, 79] + rays.ground_x[row, 80]) / 2
    assert middle == pytest.approx(0.07 + 0.16 / math.tan(down), rel=1e-4)


def test_left_of_the_picture_is_left_of_the_car():
    rays = RayTable(CameraModel())
    assert rays.ground_y[110, 0] > 0.1
    assert rays.ground_y[110, 159] == pytest.approx(-rays.ground_y[110, 0], abs=1e-5)
    assert rays.azimuth[60, 0] > 0 > rays.azimuth[60, 159]


def test_a_barrel_lens_sees_more_in_the_corners():
    wide, pinhole = RayTable(CameraModel(barrel=-0.18)), RayTable(CameraModel(barrel=0.0))
    assert wide.azimuth[60, 0] > pinhole.azimuth[60, 0]


def test_a_rolled_camera_sees_a_tilted_horizon():
    rays = RayTable(CameraModel(roll_deg=10, barrel=0.0))
    assert rays.slope[40, 0] != pytest.approx(rays.slope[40, 159], abs=0.05)
    level = RayTable(CameraModel(barrel=0.0))
    assert level.slope[40, 0] == pytest.approx(level.slope[40, 159], abs=1e-5)


def test_a_camera_that_looks_up_sees_no_ground():
    rays = RayTable(CameraModel(pitch_deg=-30, vfov_deg=40))
    assert rays.first_ground_row == 120
    assert np.all(rays.ground_m > 1e5)


@pytest.mark.parametrize(
    ("name", "value"),
    [("width_px", 4), ("vfov_deg", 180), ("height_m", 0), ("pitch_deg", math.nan), ("barrel", -2)],
)
def test_an_impossible_camera_is_refused(name, value):
    with pytest.raises(SimError, match=f"`{name}` must be .* Received: {name}={value}"):
        CameraModel(**{name: value})
