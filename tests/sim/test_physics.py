import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from donkeycar.errors import SimError
from donkeycar.sim.car_model import load_car
from donkeycar.sim.physics import STEP_S, Body, Car


@pytest.fixture
def car():
    return Car(load_car("rc16"))


def drive(car, seconds, angle=0.0, throttle=0.0, brake=0.0):
    for _ in range(round(seconds / STEP_S)):
        car.step(angle, throttle, brake)
    return car


def test_full_throttle_ends_at_its_top_speed(car):
    assert drive(car, 8, throttle=1.0).forward_mps == pytest.approx(7.5, abs=0.4)


@pytest.mark.parametrize("speed_mps", [0.8, 1.5, 2.5])
def test_the_throttle_for_a_speed_holds_that_speed(car, speed_mps):
    drive(car, 15, throttle=car.model.throttle_for_speed(speed_mps))
    assert car.forward_mps == pytest.approx(speed_mps, rel=0.03)


def test_there_is_a_speed_no_throttle_reaches(car):
    assert car.model.throttle_for_speed(50) == 1.0


def test_it_coasts_about_three_metres(car):
    while car.forward_mps < 4.5:
        car.step(0.0, 0.7)
    start_x = car.body.x
    drive(car, 4)
    assert car.forward_mps == 0
    assert car.body.x - start_x == pytest.approx(3.0, abs=0.4)


def test_the_brake_stops_it_in_half_the_way(car):
    while car.forward_mps < 4.5:
        car.step(0.0, 0.7)
    start_x = car.body.x
    drive(car, 4, brake=1.0)
    assert car.forward_mps == 0
    assert 1.2 < car.body.x - start_x < 2.0


def test_throttle_against_the_motion_brakes_and_then_reverses(car):
    drive(car, 1, throttle=0.5)
    drive(car, 0.3, throttle=-0.5)
    assert car.forward_mps > 0, "first it brakes"
    drive(car, 3, throttle=-0.5)
    assert car.forward_mps < -1


def test_with_double_tap_reverse_waits_for_neutral(car_file):
    car = Car(load_car(car_file(esc={"double_tap": True})))
    drive(car, 1, throttle=0.5)
    drive(car, 3, throttle=-0.5)
    assert car.forward_mps == pytest.approx(0, abs=0.01)
    drive(car, 0.2)
    drive(car, 2, throttle=-0.5)
    assert car.forward_mps < -1


def test_it_stands_still_below_the_throttle_that_moves_it(car):
    drive(car, 2, angle=0.7, throttle=0.06)
    assert (car.body.x, car.body.y, car.body.yaw) == (0, 0, 0)


@pytest.mark.parametrize("angle", [-1.0, -0.5, 0.5, 1.0])
def test_at_walking_pace_the_radius_is_that_of_its_geometry(car, angle):
    drive(car, 6, angle=angle, throttle=car.model.throttle_for_speed(0.5))
    steer = math.radians(27) * abs(angle)
    radius_m = car.speed_mps / abs(car.body.yaw_rate)
    # The servo stops within its deadband of 2 %.
    assert radius_m == pytest.approx(car.model.wheelbase_m / math.tan(steer), rel=0.1)


def test_the_right_is_negative_yaw(car):
    drive(car, 1, angle=1.0, throttle=0.2)
    assert car.body.yaw < 0
    assert car.body.y < 0


def test_fast_turns_understeer_within_the_grip(car):
    drive(car, 5, angle=-1.0, throttle=0.5)
    lateral_g = car.speed_mps * abs(car.body.yaw_rate) / 9.81
    assert 0.5 < lateral_g <= 0.86
    assert car.speed_mps / abs(car.body.yaw_rate) > 0.45


def test_left_and_right_are_mirror_images(car):
    other = Car(car.model)
    random = np.random.default_rng(0)
    for _ in range(40):
        angle, throttle = random.uniform(-1, 1, 2)
        drive(car, 0.1, angle, throttle)
        drive(other, 0.1, -angle, throttle)
    assert other.body == Body(
        car.body.x, -car.body.y, -car.body.yaw, car.body.vx, -car.body.vy, -car.body.yaw_rate
    )


@settings(max_examples=60, deadline=None)
@given(
    vx=st.floats(-8, 8), vy=st.floats(-8, 8), rate=st.floats(-30, 30), angle=st.floats(-1, 1),
    brake=st.floats(0, 1),
)  # fmt: skip
def test_a_car_without_drive_never_gains_energy(vx, vy, rate, angle, brake):
    """It used to: slip taken from the body's frame has the wrong sign when rolling backwards."""
    car = Car(load_car("rc16"))
    drive(car, 0.3, angle)
    car.body.vx, car.body.vy, car.body.yaw_rate = vx, vy, rate
    energy_j = car.energy_j
    for _ in range(100):
        car.step(angle, 0.0, brake)
        assert car.energy_j <= energy_j * (1 + 1e-12)
        energy_j = car.energy_j


def test_a_spinning_car_comes_to_rest(car):
    car.body.vx, car.body.vy, car.body.yaw_rate = -3.0, 4.0, 25.0
    drive(car, 6)
    assert car.energy_j == pytest.approx(0, abs=1e-9)


def test_random_commands_never_break_it(car):
    random = np.random.default_rng(3)
    for angle, throttle, brake in random.uniform(-1, 1, (20_000, 3)):
        car.step(angle, throttle, max(0.0, brake))
    assert all(map(math.isfinite, car.state()))
    assert car.speed_mps < 9
    assert abs(car.body.yaw_rate) < 40


def test_a_command_arrives_after_the_latency(car):
    car.step(-1.0, 1.0)
    for _ in range(3):
        car.step(0.0, 0.0)
    assert car.steer_rad == 0
    car.step(0.0, 0.0)
    assert car.steer_rad > 0


def test_the_servo_takes_a_tenth_of_a_second_to_full_lock(car):
    drive(car, 0.02 + 0.10, angle=-1.0)
    assert math.degrees(car.steer_rad) == pytest.approx(0.9 * 27, abs=2.5)


def test_a_reset_forgets_everything_that_was_under_way(car):
    """A delay line that survives a reset makes the next run start with the last one's command."""
    drive(car, 2, angle=1.0, throttle=1.0)
    car.reset(1.0, 2.0, 3.0)
    fresh = Car(car.model)
    fresh.reset(1.0, 2.0, 3.0)
    assert car.state() == fresh.state()
    assert drive(car, 0.5, 0.2, 0.3).state() == drive(fresh, 0.5, 0.2, 0.3).state()


def test_the_battery_drains_and_sags(car):
    rest_v = car.volts
    drive(car, 0.2, throttle=1.0)
    assert car.volts < rest_v - 0.3
    drive(car, 60, throttle=1.0)
    drive(car, 3)
    assert rest_v - 0.4 < car.volts < rest_v - 0.02


def test_an_empty_battery_makes_it_slow(car_file):
    full, empty = Car(load_car("rc16")), Car(load_car(car_file(battery={"capacity_ah": 0.01})))
    assert drive(empty, 20, throttle=1.0).speed_mps < 0.9 * drive(full, 20, throttle=1.0).speed_mps


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mass_kg": 0}, "`mass_kg` must be a number from 0.1 to 100. Received: mass_kg=0"),
        ({"servo": {"tau_s": 0}}, "`servo`: `tau_s` must be a number from 0.005"),
        ({"esc": {"double_tap": 1}}, "`double_tap` must be true or false"),
        ({"wings": 2}, "unknown fields"),
    ],
)
def test_an_impossible_car_is_refused(car_file, changes, message):
    with pytest.raises(SimError, match=message):
        load_car(car_file(**changes))


def test_an_unknown_car_is_refused():
    with pytest.raises(SimError, match=r"is not one of \['rc16'\].*Received: car='tank'"):
        load_car("tank")
