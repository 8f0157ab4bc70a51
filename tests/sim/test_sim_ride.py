"""What a simulated car reports of its ride, and how it comes off a wall."""

import math

import pytest

from donkeycar.parts.sim_ride import AWAY_M, STUCK_S, SimRide
from donkeycar.sim.expert import Expert
from donkeycar.testing import check_part

TICK_S = 0.05


@pytest.fixture
def ride(world):
    return SimRide(world)


def drive(world, ride, seconds, *, angle=0.0, throttle=0.3, actions=()):
    """Drive, and return the newest report."""
    told = ride.run(actions)
    for _ in range(round(seconds / TICK_S)):
        world.step(angle, throttle, TICK_S)
        told = ride.run(())
    return told


def into_a_wall(world, ride, *, throttle=0.5):
    """Drive straight on until the car touches something."""
    for _ in range(400):
        world.step(0.0, throttle, TICK_S)
        ride.run(())
        if world.hit is not None:
            return
    pytest.fail("there was no wall")


def test_it_keeps_the_part_contract(ride):
    check_part(ride, (), outputs=7)


def test_it_says_how_fast_the_car_is_and_where(world, ride):
    told = drive(world, ride, 1.0)
    assert told.speed_m_s == pytest.approx(world.car.forward_mps)
    assert told.speed_m_s > 1
    assert told.place == (world.car.body.x, world.car.body.y, world.car.body.yaw)
    nearest = min(math.dist(told.place[:2], point) for point in told.track)
    assert nearest < 0.5, "the car is beside the line of its map"


def test_it_times_laps(world, ride):
    expert = Expert(world)
    told = ride.run(())
    for _ in range(4000):
        angle, throttle = expert.drive()
        world.step(angle, throttle, TICK_S)
        told = ride.run(())
        if told.laps == 2:
            break
    assert told.best_lap_s == min(world.lap_times_s)
    assert 0 <= told.lap_s < told.best_lap_s


def test_the_button_puts_the_car_back_to_the_start_and_keeps_the_laps(world, ride):
    start = ride.run(()).place
    drive(world, ride, 3.0)
    told = ride.run(("to_start",))
    assert math.dist(told.place[:2], start[:2]) < 0.5
    assert told.speed_m_s == 0
    assert told.lap_s is None
    assert told.put_backs == 0


def test_a_car_that_is_stuck_at_a_wall_is_put_back_after_three_seconds(world, ride):
    """Nobody could get it off without starting the program anew."""
    into_a_wall(world, ride)
    at = world.car.body.x, world.car.body.y
    told = drive(world, ride, STUCK_S - 0.5, throttle=0.5)
    assert told.put_backs == 0
    told = drive(world, ride, 0.6, throttle=0.0)
    assert told.put_backs == 1
    assert abs(world.cte_m) < 0.05
    assert math.dist(told.place[:2], at) > AWAY_M


def test_a_car_that_reverses_off_the_wall_in_time_is_left_alone(world, ride):
    into_a_wall(world, ride)
    drive(world, ride, 1.0, throttle=0.0)
    told = drive(world, ride, 1.5, throttle=-0.3)
    told = drive(world, ride, STUCK_S, throttle=0.0)
    assert told.put_backs == 0
