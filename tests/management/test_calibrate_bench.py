"""No pulse goes out on the bench before somebody has said that the wheels are in the air."""

from itertools import pairwise

import pytest

from donkeycar.assembly.drivetrain.calibration import read_questions, read_sheet
from donkeycar.console.bench import Bench
from donkeycar.guardian.guardian import Guardian
from donkeycar.guardian.motor_frame import STOP, MotorFrame
from donkeycar.management.calibrate import BenchDrivetrain
from donkeycar.parts.drivetrain.calibration import Calibration
from donkeycar.parts.drivetrain.guarded import LocalGuardian
from donkeycar.settings.schema import SETTINGS
from donkeycar.testing import FakeClock

DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}
TICK_S = 1 / 30


class Wheels:
    """An output that remembers what came out of it."""

    def __init__(self):
        self.carried = []

    def write(self, steering, throttle):
        self.carried.append((steering, throttle))

    def off(self):
        self.carried.append(None)


class Line(LocalGuardian):
    """A link on which a stop arrives, too."""

    def halt(self):
        self.send(MotorFrame(0, 0.0, 0.0, 0.0, STOP))


class Rig:
    """A bench, its drivetrain and the guardian, in one process."""

    def __init__(self):
        self.clock, self.wheels = FakeClock(10.0), Wheels()
        calibration = Calibration(read_sheet("MOCK", DEFAULTS), clock=self.clock)
        questions = read_questions("MOCK", DEFAULTS)
        self.bench = Bench(
            calibration, write=lambda changes: "", questions=questions, clock=self.clock
        )
        self.guardian = Guardian(self.wheels, clock=self.clock)
        line = Line(self.guardian)
        self.state = "boot"
        self.part = BenchDrivetrain(
            self.bench, line, emergency_off=self.wheels.off, clock=self.clock
        )

    def tick(self, num_ticks):
        for _ in range(num_ticks):
            self.bench.take("page", {})
            command = self.bench.tick(self.guardian.steering, 0.0, self.state, "")
            self.state, _ = self.part.run(command)
            self.clock.advance(TICK_S)
        return self.state


@pytest.fixture
def rig():
    return Rig()


@pytest.mark.parametrize("message", [None, {"point": "stopped"}, {"stop": True}, {"run": True}])
def test_before_that_nothing_goes_out_whatever_is_tapped(rig, message):
    """What used to happen: what is stored as neutral, which nobody has calibrated yet."""
    if message:
        rig.bench.take("page", message)
    assert rig.tick(90) == "boot"
    assert set(rig.wheels.carried) == {None}


def test_after_it_neutral_goes_out_first_and_then_the_point(rig):
    rig.tick(30)
    del rig.wheels.carried[:]
    rig.bench.take("page", {"wheels_up": True})
    assert rig.tick(30) == "run"
    assert {pulses for pulses in rig.wheels.carried if pulses} == {(0.0, 0.0)}
    rig.bench.take("page", {"point": "left"})
    rig.tick(60)
    # What is stored for full left; the guardian's range is 20 % wider.
    assert rig.wheels.carried[-1] == pytest.approx((-1 / 1.2, 0.0), abs=1e-4)


def test_the_servo_never_jumps_whatever_is_tapped(rig):
    """What used to happen: it went to Left at once, and from one end to the other in 0.1 s."""
    rig.bench.take("page", {"wheels_up": True})
    for message in (
        {"point": "left"}, {"point": "right"}, {"stop": True}, {"wheels_up": True},
        {"question": "left"}, {"invert": "steering"}, {"bye": True}, {"wheels_up": True},
    ):  # fmt: skip
        assert "error" not in rig.bench.take("page", message)
        rig.tick(60)
    angles = [pulses[0] for pulses in rig.wheels.carried if pulses]
    assert max(angles) == -min(angles) == pytest.approx(1 / 1.2, abs=1e-4)
    steps = [(abs(after - before), after) for before, after in pairwise(angles)]
    # 400 us a second in a turn of the loop; only to the middle may a stop go faster.
    assert max(step for step, after in steps if after != 0.0) < 0.036


def test_a_stop_after_it_is_neutral_and_not_silence(rig):
    rig.bench.take("page", {"wheels_up": True})
    rig.tick(3)
    rig.bench.take("page", {"stop": True})
    rig.tick(30)
    assert rig.wheels.carried[-1] == (0.0, 0.0)
