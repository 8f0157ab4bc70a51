import math

import pytest

from donkeycar.sim.car_model import load_car
from donkeycar.sim.lane import LaneWatch
from donkeycar.sim.physics import Car


@pytest.fixture
def watch(oval):
    return LaneWatch(oval)


def look(watch, track, time_s, right_m, turn_rad=0.0):
    """Put a car beside the line at s = 2 m and look at it."""
    x, y, yaw = track.point(2.0)
    x, y = x + right_m * math.sin(yaw), y - right_m * math.cos(yaw)
    car = Car(load_car("rc16"))
    car.reset(x, y, yaw + turn_rad)
    return watch.update(time_s, car, track.locate(x, y))


# Half the lane is 0.45 m, half its line 0.025 m, half the car 0.075 m: 0.55 m is the limit.
@pytest.mark.parametrize(
    ("right_m", "outside"),
    [(0.0, False), (0.44, False), (0.52, False), (0.58, True), (-0.52, False), (-0.58, True)],
)
def test_a_car_is_outside_when_all_four_wheels_are(watch, oval, right_m, outside):
    look(watch, oval, 0.0, right_m)
    assert watch.outside == outside


def test_a_car_across_the_line_has_a_wheel_inside(watch, oval):
    look(watch, oval, 0.0, 0.52, turn_rad=math.pi / 2)
    assert not watch.outside


def test_a_short_hop_over_the_line_is_forgiven(watch, oval):
    assert not look(watch, oval, 0.0, 0.8)
    assert not look(watch, oval, 0.19, 0.8)
    assert not look(watch, oval, 0.25, 0.0)
    assert not look(watch, oval, 0.30, 0.8)
    assert not look(watch, oval, 0.49, 0.8)
    assert not watch.off_track


def test_a_longer_one_counts_once(watch, oval):
    looks = [look(watch, oval, 0.1 * tick, 0.8) for tick in range(8)]
    assert looks == [False, False, False, True, False, False, False, False]
    assert watch.off_track
