"""The wheels of a replay: the real guardian and drivers, on emulated pins."""

import math
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from donkeycar.assembly.drivetrain.context import check_rate
from donkeycar.assembly.drivetrain.row import DrivetrainRow
from donkeycar.assembly.drivetrain.table import drivetrain_row, make_output
from donkeycar.assembly.drivetrain.wiring import possible_pieces
from donkeycar.errors import DeviceError
from donkeycar.guardian.guardian import Guardian, Output
from donkeycar.parts.drivetrain.guarded import GuardedDrivetrain, LocalGuardian
from donkeycar.parts.drivetrain.pin_id import GpioId, KernelPwmId, PCA9685Id
from donkeycar.replay_drive.board import EmulatedBoard
from donkeycar.timing import Clock

# How often the guardian looks, as in its own process.
STEP_S = 0.01

# Pulses by the name of their channel; in microseconds, or as share of the time of a pin.
Pulses = Callable[[], dict[str, float | None]]


class NoWheels:
    """An output that sends nothing, for a drivetrain whose hardware is not emulated."""

    def write(self, steering: float, throttle: float) -> None:
        """Do nothing: the guardian says what it let through."""

    def off(self) -> None:
        """Do nothing."""


class ReplayWheels:
    """Connects a car to a guardian in this process, which looks every `STEP_S` of the clock.

    Args:
        clock: Source of time.
        opened: Closes the emulated hardware.

    Attributes:
        guardian: The guardian; ``None`` before `connect`.
        note: What of the hardware is not emulated, in a sentence; "" if all is.
    """

    def __init__(self, *, clock: Clock, opened: ExitStack) -> None:
        self._clock = clock
        self._opened = opened
        self.guardian: Guardian | None = None
        self.note = ""
        self._pulses: Pulses = dict
        self._steps = 0
        self._sums = [0.0, 0.0, 0.0]

    def connect(
        self, kind: str, settings: Mapping[str, Any], *, clock: Clock, world: object
    ) -> GuardedDrivetrain:
        """Make the part that sends orders: see `connect_drivetrain`.

        Raises:
            ConfigError: If the settings cannot make this drivetrain.
        """
        check_rate(settings["DRIVE_LOOP_HZ"])
        row = drivetrain_row(kind, settings)
        output = self._output(kind, row, settings)
        self.guardian = Guardian(output, clock=clock)
        link = LocalGuardian(self.guardian)
        return GuardedDrivetrain(link, emergency_off=output.off, clock=clock)

    def due_s(self) -> float:
        """When the guardian looks next."""
        return math.inf if self.guardian is None else self._steps * STEP_S

    def work(self) -> None:
        """Let the guardian look, and note what the wheels get."""
        self._steps += 1
        if self.guardian is not None:
            self.guardian.step()
            self._sums[0] += self.guardian.steering
            self._sums[1] += self.guardian.throttle
            self._sums[2] += 1

    def channels(self) -> dict[str, float | None]:
        """What the wheels get now, and what they got on average since the last call."""
        if self.guardian is None:
            return {}
        steering, throttle, num = self._sums
        self._sums = [0.0, 0.0, 0.0]
        return {
            "wheels/steering": self.guardian.steering,
            "wheels/throttle": self.guardian.throttle,
            "wheels/mean_steering": steering / num if num else None,
            "wheels/mean_throttle": throttle / num if num else None,
            **self._pulses(),
        }

    def _output(self, kind: str, row: DrivetrainRow, settings: Mapping[str, Any]) -> Output:
        """The real output on emulated hardware, as far as there is an emulation."""
        pins = {
            place.entry or place.setting: piece
            for place, piece in possible_pieces(row.wiring, settings).items()
        }
        is_known = all(isinstance(pin, PCA9685Id | GpioId | KernelPwmId) for pin in pins.values())
        if row.in_world or (row.is_real and not (pins and is_known)):
            self.note = (
                f"The hardware of DRIVE_TRAIN_TYPE {kind} is not emulated: the replay ends with "
                "what the guardian lets through"
            )
            return NoWheels()
        if not row.is_real:
            mock = make_output(kind, settings, clock=self._clock, opened=self._opened)
            self._pulses = lambda: {
                name: getattr(mock, name.rpartition("/")[2], None)
                for name in ("pulse/steering_us", "pulse/throttle_us")
            }
            return mock
        return self._on_pins(kind, settings, pins)

    def _on_pins(self, kind: str, settings: Mapping[str, Any], pins: Mapping[str, Any]) -> Output:
        board = EmulatedBoard(pins.values(), clock=self._clock, opened=self._opened)
        try:
            output = make_output(
                kind, settings, board=board.board, clock=self._clock, opened=self._opened
            )
        except DeviceError as error:
            if not isinstance(error.__cause__, ImportError):
                raise
            self.note = (
                "There are no pulses in this replay: the emulated pins need the drivers of the "
                f"extra [pi], which can be installed on a PC, too. {error}"
            )
            return NoWheels()
        self._pulses = lambda: {f"pulse/{name}": board.pulse(pin) for name, pin in pins.items()}
        return output
