"""Emulators of everything a drivetrain may be wired to, and settings that fit them."""

import os
from dataclasses import replace

import pytest
import serial

from donkeycar.assembly.drivetrain.table import make_output
from donkeycar.parts.drivetrain.pins import Board
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
        self.tree = PwmTree(folder / "pwm", clock=self.clock)
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


class SlowLine:
    """The queue of the kernel in front of a serial line that is slow, or takes nothing at all.

    A pseudo terminal takes everything at once, and has none.

    Attributes:
        queue: What has not left yet.
        room: Bytes that find room in it.
        leaves_before_reset: Whether it has left when somebody throws it away.
    """

    def __init__(self, monkeypatch):
        self.queue, self.room, self.leaves_before_reset = bytearray(), 4096, False
        self._fd, self._write = None, os.write
        monkeypatch.setattr(serial.Serial, "out_waiting", property(lambda port: len(self.queue)))
        monkeypatch.setattr(serial.Serial, "reset_output_buffer", lambda port: self.reset())
        monkeypatch.setattr(serial.Serial, "fileno", lambda port: self.fileno(port))
        monkeypatch.setattr(os, "write", self.write)

    def fileno(self, port):
        self._fd = port.fd
        return port.fd

    def write(self, fd, data):
        if fd != self._fd:
            return self._write(fd, data)
        taken = data[: self.room - len(self.queue)]
        if not taken:
            raise BlockingIOError
        self.queue += taken
        return len(taken)

    def send(self, num_bytes):
        """Let so many bytes leave."""
        if self.queue:
            self._write(self._fd, bytes(self.queue[:num_bytes]))
            del self.queue[:num_bytes]

    def reset(self):
        if self.leaves_before_reset:
            self.send(len(self.queue))
        self.queue.clear()


@pytest.fixture
def slow_line(monkeypatch):
    """Makes every serial line slow from now on."""
    return lambda: SlowLine(monkeypatch)
