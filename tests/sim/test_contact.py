import math

import pytest

from donkeycar.sim.car_model import load_car
from donkeycar.sim.contact import Contacts
from donkeycar.sim.physics import STEP_S, Car
from donkeycar.sim.track import load_track


@pytest.fixture
def car():
    return Car(load_car("rc16"))


@pytest.fixture
def hall(track_file):
    """An oval with one cone and one wall inside."""
    return load_track(track_file(cones=[[5.0, 2.6]], walls=[{"points": [[3.0, 2.2], [3.0, 3.0]]}]))


def run_into(car, track, x, y, yaw, speed_mps, seconds=0.5):
    """Send the car off and return what it hit, hardest first."""
    car.reset(x, y, yaw)
    car.body.vx, car.body.vy = speed_mps * math.cos(yaw), speed_mps * math.sin(yaw)
    contacts, hits = Contacts(track), []
    for _ in range(round(seconds / STEP_S)):
        car.step(0.0, 0.0)
        energy_j = car.energy_j
        hit = contacts.resolve(car)
        assert car.energy_j <= energy_j + 1e-9, "a blow gives no energy"
        if hit:
            hits.append(hit)
    return sorted(hits, key=lambda hit: -hit.speed_mps)


def test_a_free_car_touches_nothing(car, hall):
    assert run_into(car, hall, 4.0, 2.6, math.pi / 2, 0.5, seconds=0.3) == []


@pytest.mark.parametrize("yaw", [0.0, 0.4, -0.4])
def test_the_wall_of_the_room_stops_the_car(car, hall, yaw):
    wall_x = float(hall.room[1][0])
    hits = run_into(car, hall, wall_x - 0.5, 2.6, yaw, 3.0)
    assert hits[0].name == "wall"
    assert hits[0].speed_mps > 2
    nose = car.body.x + car.model.length_m / 2 * math.cos(car.body.yaw)
    assert nose < wall_x + 0.01


def test_a_car_scrapes_along_a_wall_and_drives_on(car, hall):
    wall_y = float(hall.room[0][1])
    hits = run_into(car, hall, 2.0, wall_y + 0.15, -0.15, 2.0)
    assert 0 < hits[0].speed_mps < 1
    assert car.body.x > 2.3
    assert car.body.yaw > -0.1


def test_the_end_of_a_wall_pokes_into_the_side(car, hall):
    hits = run_into(car, hall, 2.55, 3.0 + 0.02, 0.0, 2.0)
    assert hits[0].name == "wall"
    assert car.body.x < 3.0


@pytest.mark.parametrize("offset_m", [0.0, 0.09, -0.09])
def test_a_cone_is_named_and_stops_the_car(car, hall, offset_m):
    hits = run_into(car, hall, 4.4, 2.6 + offset_m, 0.0, 2.0)
    assert hits[0].name == "cone0"
    assert car.body.vx < 1.0
    gap_m = math.hypot(car.body.x - 5.0, car.body.y - 2.6)
    assert gap_m > 0.07


def test_a_cone_in_the_middle_of_the_car_is_pushed_out(car, hall):
    car.reset(5.02, 2.61, 0.3)
    assert Contacts(hall).resolve(car).name == "cone0"
    assert Contacts(hall).resolve(car) is None
    assert math.hypot(car.body.x - 5.0, car.body.y - 2.6) > 0.07
