"""Emulators of everything a drivetrain may be wired to, and settings that fit them."""

from dataclasses import replace

import pytest

from donkeycar.parts.drivetrain.pins import Board
from donkeycar.parts.drivetrain.table import make_output
from donkeycar.settings.schema import SETTINGS
from donkeycar.sim.track import load_track
from donkeycar.sim.world import World
from donkeycar.testing import (
    FakeClock,
    FakeI2C,
    GpioHeader,
    PCA9685Chip,
    PwmTree,
    RoboHATBoard,
    VESCBoard,
)


class Hardware:
    """A car's electronics, all emulated, on one clock."""

    def __init__(self, folder, clock=None):
        self.clock = clock or FakeClock(100.0)
        self.chip = PCA9685Chip()
        self.header = GpioHeader(clock=self.clock)
        (folder / "pwm").mkdir()
        self.tree = PwmTree(folder / "pwm")
        self.vesc = VESCBoard(folder / "ttyACM0", clock=self.clock)
        self.robohat = RoboHATBoard(folder / "ttyAMA0", clock=self.clock)
        bus = FakeI2C(self.chip)
        self.board = Board(
            open_bus=lambda number: bus,
            lgpio=self.header.lgpio,
            pwm_root=self.tree.root,
            pwm_files=self.tree,
        )
        self.settings = {name: setting.default for name, setting in SETTINGS.items()}
        self.settings |= {
            "VESC_SERIAL_PORT": str(self.vesc.device.path),
            "MM1_SERIAL_PORT": str(self.robohat.device.path),
        }

    def make(self, kind, family=None, **settings):
        """The output of a drivetrain, from settings: defaults, an entry or two changed."""
        if family:
            settings[kind] = {**self.settings[kind], **family}
        return make_output(
            kind,
            {**self.settings, **settings},
            board=self.board,
            clock=self.clock,
            world=World(load_track("oval")) if kind == "SIM" else None,
        )

    def kill(self):
        """Kill the process that has the pins. What is made from now on is made in another one."""
        self.header.close()
        self.board = replace(self.board, lgpio=self.header.process())

    def settle(self):
        """Let the serial devices hear all that was written."""
        self.vesc.device.settle()
        self.robohat.device.settle()

    def close(self):
        self.header.close()
        self.vesc.device.close()
        self.robohat.device.close()


@pytest.fixture
def hardware(tmp_path):
    hardware = Hardware(tmp_path)
    yield hardware
    hardware.close()
