"""No pulse goes out on the bench before somebody has said that the wheels are in the air."""

import pytest

from donkeycar.assembly.drivetrain.calibration import read_sheet
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
        self.bench = Bench(calibration, write=lambda changes: "", clock=self.clock)
        line = Line(Guardian(self.wheels, clock=self.clock))
        self.part = BenchDrivetrain(
            self.bench, line, emergency_off=self.wheels.off, clock=self.clock
        )

    def tick(self, num_ticks):
        for _ in range(num_ticks):
            state, _ = self.part.run(self.bench.tick(0.0, 0.0, "boot", ""))
            self.clock.advance(TICK_S)
        return state


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
    for _ in range(10):
        rig.bench.take("page", {"wheels_up": True})
        state = rig.tick(3)
    first = next(pulses for pulses in rig.wheels.carried if pulses)
    assert first == (0.0, 0.0)
    assert state == "run"
    # What is stored for full left; the guardian's range is 20 % wider.
    assert rig.wheels.carried[-1] == pytest.approx((-1 / 1.2, 0.0), abs=1e-4)


def test_a_stop_after_it_is_neutral_and_not_silence(rig):
    rig.bench.take("page", {"wheels_up": True})
    rig.tick(3)
    rig.bench.take("page", {"stop": True})
    rig.tick(30)
    assert rig.wheels.carried[-1] == (0.0, 0.0)
