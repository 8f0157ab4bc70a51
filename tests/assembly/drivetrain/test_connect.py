"""Which guardian a drivetrain gets."""

import pytest

from donkeycar.assembly.drivetrain.connect import connect_drivetrain
from donkeycar.config import load_config
from donkeycar.driving.command import Command
from donkeycar.errors import ConfigError
from donkeycar.management.createcar import create_car
from donkeycar.sim.track import load_track
from donkeycar.sim.world import World
from donkeycar.testing import FakeClock

TICK_S = 0.05


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cars") / "car"
    create_car(folder)
    cfg = load_config(folder / "config.py")
    return {name: cfg[name] for name in cfg}


@pytest.fixture
def clock():
    return FakeClock(10.0)


@pytest.fixture(autouse=True)
def nobody_guards(monkeypatch):
    monkeypatch.delenv("DONKEYCAR_GUARDIAN_FD", raising=False)


def drive(part, clock, seconds):
    for _ in range(round(seconds / TICK_S)):
        state = part.run(Command(0.0, 0.5, "user", clock.monotonic() + 0.25))
        clock.advance(TICK_S)
    return state


def test_a_mock_runs_without_a_guardian_process(settings, clock):
    part = connect_drivetrain("MOCK", settings, clock=clock)
    assert drive(part, clock, 1.0) == ("run", "")
    part.shutdown()


def test_a_simulated_car_drives_by_the_same_rules(settings, clock):
    world = World(load_track("oval"), seed=1)
    part = connect_drivetrain("SIM", settings, clock=clock, world=world)
    drive(part, clock, 0.4)
    assert world.car.forward_mps == pytest.approx(0.0, abs=0.01)
    drive(part, clock, 2.0)
    assert world.car.forward_mps > 0.5


def test_real_wheels_need_a_guardian(settings, clock):
    with pytest.raises(ConfigError, match="needs a guardian.*Start the car with: python manage.py"):
        connect_drivetrain("PWM_STEERING_THROTTLE", settings, clock=clock)


def test_a_loop_slower_than_the_guardian_is_refused(settings, clock):
    slow = {**settings, "DRIVE_LOOP_HZ": 9}
    with pytest.raises(ConfigError, match="`DRIVE_LOOP_HZ` must be at least 10.*DRIVE_LOOP_HZ=9"):
        connect_drivetrain("MOCK", slow, clock=clock)
