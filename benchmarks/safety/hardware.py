"""The emulated hardware of a trial, one row per kind: settings, emulation, trace and faults.

Every process of a trial builds the hardware of its folder anew, in the state that others left.
"""

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.safety.motor_trace import Motor
from benchmarks.safety.shared_pins import Refusal, SharedHeader, SharedLgpio, SharedTree
from donkeycar.parts.drivetrain.pca9685 import tick_us
from donkeycar.parts.drivetrain.pins import Board
from donkeycar.settings.readers import READS
from donkeycar.settings.schema import SETTINGS
from donkeycar.testing import I2CAdapter, PCA9685Chip
from donkeycar.testing.pulse_trace import Change, PulseTrace

# Of the settings of a new car.
STEERING_CHANNEL, THROTTLE_CHANNEL = 1, 0
STRAIGHT, REVERSE, NEUTRAL_TICKS, FORWARD = 375, 220, 370, 500
FORWARD_PIN, BACKWARD_PIN = 24, 23
# A motor rests in each frame of 60 Hz, and longer where a busy computer lets the thread of its
# pulses wait. One that has power again sooner was driven all the time, until the last power.
LONGEST_REST_S = 0.2


def pulsed_speed(change: Change) -> int | None:
    """The meaning of a pulse for a speed controller; no pulse means standing still."""
    if change.channel != THROTTLE_CHANNEL:
        return None
    over = change.pulse_us / tick_us() - NEUTRAL_TICKS
    if not change.pulse_us or abs(over) < 0.5:
        return 0
    return 1 if over > 0 else -1


def bridged(trace: PulseTrace) -> Motor:
    """A motor on a bridge at two pins: it turns while one of them is high."""
    levels = {FORWARD_PIN: 0, BACKWARD_PIN: 0}

    def speed_of(change: Change) -> int | None:
        if change.channel not in levels:
            return None
        levels[change.channel] = 1 if change.ticks else 0
        return levels[FORWARD_PIN] - levels[BACKWARD_PIN]

    return Motor(trace, speed_of, rest_s=LONGEST_REST_S)


class Hardware(ABC):
    """The emulated hardware in a folder.

    Attributes:
        title: In the names of rows.
        trouble: What goes wrong while it fails, in the names of rows.
        settings: Of the car, where they differ from those of a new one.
        faults: Words for `fail`.
        motor: What it was told.
    """

    title: str
    trouble: str
    settings: Mapping[str, Any]
    faults: tuple[str, ...] = ("refused",)
    motor: Motor

    @abstractmethod
    def wired(self) -> Any:
        """A context in which this process finds the emulated hardware; it yields the board."""

    @abstractmethod
    def fail(self, fault: str = "") -> None:
        """Cause a fault for every process, until called again without one."""

    @abstractmethod
    def close(self) -> None:
        """Close the files of the emulation; the outputs keep their state."""

    @classmethod
    def all_settings(cls) -> dict[str, Any]:
        """The settings that the guardian of such a car reads."""
        defaults = {name: SETTINGS[name].default for name in READS["guardian"] if name in SETTINGS}
        return {**defaults, **cls.settings}


class OnPCA9685(Hardware):
    """Servo and speed controller on the chip; transfers on the bus take time, as on a real one."""

    title = "PCA9685"
    trouble = "the bus fails (no answer, stuck, broken off, SDA low)"
    settings = {"DRIVE_TRAIN_TYPE": "PWM_STEERING_THROTTLE"}
    faults = ("nack", "stuck", "short", "low")

    def __init__(self, folder: Path) -> None:
        self.chip = PCA9685Chip(folder / "chip")
        self.motor = Motor(self.chip.trace, pulsed_speed)
        self._turns = folder / "turns"

    @contextmanager
    def wired(self) -> Iterator[Board]:
        """The chip is on ``/dev/i2c-1``."""
        with I2CAdapter(self.chip, turns=self._turns).installed():
            yield Board()

    def fail(self, fault: str = "") -> None:
        """A fault of `PCA9685Chip.fail`."""
        self.chip.fail(fault, short_after=3)

    def close(self) -> None:
        """The registers stay in their file."""
        self.chip.close()


class OnKernelPwm(Hardware):
    """Servo and speed controller on the processor's PWM."""

    title = "kernel PWM"
    trouble = "the kernel refuses all (EIO)"
    settings = {
        "DRIVE_TRAIN_TYPE": "PWM_STEERING_THROTTLE",
        "PWM_STEERING_THROTTLE": {
            **SETTINGS["PWM_STEERING_THROTTLE"].default,
            "PWM_STEERING_PIN": f"PWM.0.{STEERING_CHANNEL}",
            "PWM_THROTTLE_PIN": f"PWM.0.{THROTTLE_CHANNEL}",
        },
    }

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._trace = PulseTrace(folder / "trace")
        self.motor = Motor(self._trace, pulsed_speed)

    @contextmanager
    def wired(self) -> Iterator[Board]:
        """Its files are in the folder."""
        tree = SharedTree(self._folder, self._trace)
        yield Board(pwm_root=tree.root, pwm_files=tree)

    def fail(self, fault: str = "") -> None:
        """The kernel refuses every write with EIO."""
        Refusal(self._folder / "refuses").put(bool(fault))

    def close(self) -> None:
        """The files stay."""
        self._trace.close()


class OnGpio(Hardware):
    """A motor on a bridge at two pins of the header, a servo at a third one."""

    title = "GPIO"
    trouble = "lgpio refuses all"
    settings = {"DRIVE_TRAIN_TYPE": "SERVO_HBRIDGE_2PIN"}

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._trace = PulseTrace(folder / "trace")
        self.motor = bridged(self._trace)

    @contextmanager
    def wired(self) -> Iterator[Board]:
        """Lgpio is the emulated one, for whoever imports it."""
        lgpio = SharedLgpio(SharedHeader(self._folder, self._trace))
        with patch.dict(sys.modules, {"lgpio": lgpio}):
            yield Board()

    def fail(self, fault: str = "") -> None:
        """Lgpio refuses every call that claims or writes; its thread goes on."""
        Refusal(self._folder / "refuses").put(bool(fault))

    def close(self) -> None:
        """The pins stay as they are."""
        self._trace.close()


HARDWARE: Mapping[str, type[Any]] = {
    "pca9685": OnPCA9685,
    "kernel_pwm": OnKernelPwm,
    "gpio": OnGpio,
}
