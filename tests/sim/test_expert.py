import numpy as np
import pytest

from donkeycar.errors import SimError
from donkeycar.sim.expert import Expert, plan_speed
from donkeycar.sim.nudge import Nudge
from donkeycar.sim.seeds import random_stream
from donkeycar.sim.track import load_track
from donkeycar.sim.world import World


def laps(world, num_laps, nudge=None, speed_mps=1.5):
    """Let the expert drive; returns its distances from the line."""
    expert, errors = Expert(world, speed_mps=speed_mps), []
    while world.laps_completed < num_laps and world.time_s < 150:
        angle, throttle = expert.drive()
        world.step(nudge.apply(angle) if nudge else angle, throttle, 0.05)
        errors.append(world.cte_m)
    return np.array(errors)


@pytest.mark.parametrize("name", ["oval", "warehouse", "circuit_launch"])
def test_the_expert_keeps_to_the_line(name):
    world = World(load_track(name), seed=2)
    errors = laps(world, 2)
    first, second = world.lap_times_s
    assert np.sqrt(np.mean(errors**2)) < 0.03
    assert np.abs(errors).max() < 0.08
    assert first == pytest.approx(second, rel=0.01)
    assert world.off_track_count == world.collision_count == 0


def test_a_faster_expert_is_faster_and_stays_on_the_lane():
    world = World(load_track("warehouse"), seed=2)
    errors = laps(world, 1, speed_mps=2.5)
    assert world.lap_times_s[0] < 26
    assert np.abs(errors).max() < 0.3


def test_nudges_take_the_car_off_its_line_but_not_off_the_lane():
    world = World(load_track("warehouse"), seed=2)
    errors = laps(world, 2, Nudge(world, random_stream(2, "driver")))
    assert 0.05 < np.sqrt(np.mean(errors**2)) < 0.25
    assert world.off_track_count == 0


def test_a_nudge_of_strength_zero_changes_nothing(world):
    nudge = Nudge(world, random_stream(0, "driver"), strength=0.0)
    world.advance(5)
    assert [nudge.apply(0.25) for _ in range(3)] == [0.25] * 3


def test_the_plan_slows_down_before_a_turn_with_the_braking_it_may_use(oval):
    plan = plan_speed(oval, 4.0, grip_mps2=2.5)
    drop = plan**2 - np.roll(plan, -1) ** 2
    assert plan.max() > plan.min() + 0.2
    assert drop.max() <= 2 * 1.5 * oval.step_m + 1e-9


@pytest.mark.parametrize("speed_mps", [0, 9, float("nan")])
def test_an_impossible_speed_is_refused(world, speed_mps):
    with pytest.raises(SimError, match="`speed_mps` must be 0.3 to 5"):
        Expert(world, speed_mps=speed_mps)
