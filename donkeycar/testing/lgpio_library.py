"""Emulated lgpio library of one process: the functions for outputs, on emulated pins.

Source: lgpio 0.2.2.0 (PyPI): lgpio_extra.py, src/lgGpio.c, src/lgPthTx.c, src/lgErr.c.

Not modelled: alerts, groups, waves, `tx_servo`, `tx_busy`, `tx_room`, flags of a line, the offset
of a pulse, the pipe it makes in the working directory, the 0.1 s that closing a chip takes, and how
late its thread is: tests set that. All chips have 54 lines, and no line is refused for its number.
Here a stop of the pulses of one pin always ends those of the others; the real thread hangs in this
way about once in fifty times (`GpioHeader.stop`).
"""

import ctypes
from collections.abc import Sequence
from typing import Protocol

ENDLESS = -1
# How many settings of one pin may wait, including the current one.
QUEUE = 10
# A cycle must be longer than this.
SHORTEST_CYCLE_US = 10
# How often its thread wakes without work.
IDLE_US = 20_000
# If there are more whole cycles without a change than this, they are skipped.
PLAYED_CYCLES = 200
IS_INPUT, IS_OUTPUT = 1 << 8, 1 << 9
KERNEL_SAYS_OUTPUT = 1 << 1


class LgpioError(Exception):
    """The error of lgpio: it has a text but no number, and is not an ``OSError``."""

    def __str__(self) -> str:
        """The text in quotation marks, as lgpio writes it."""
        return repr(self.args[0])


class Pulses:
    """The pulses of one pin, as lgpio's thread makes them.

    New settings begin with the next cycle. They replace waiting settings that have no end; settings
    with a number of cycles queue up.

    Args:
        on_us: Time high, in whole microseconds.
        off_us: Time low, in whole microseconds.
        cycles: Number of cycles; 0 repeats until there are new settings.
        now_us: Time now. The thread sleeps, and starts the pulses as late as it can.
    """

    def __init__(self, on_us: int, off_us: int, cycles: int, *, now_us: int) -> None:
        self.queue = [[on_us, off_us, cycles or ENDLESS]]
        self.is_active = True
        cycle_us = on_us + off_us
        # The thread counts cycles from the beginning of each second.
        wakes_us = now_us + IDLE_US
        self._edge_us = wakes_us - wakes_us % 1_000_000 % cycle_us + cycle_us
        # Time of the next edge.
        self.due_us = self._edge_us
        self._begins = True

    def put(self, on_us: int, off_us: int, cycles: int) -> int:
        """Queue settings; return the room that is left, -1 if there was none."""
        if len(self.queue) > 1 and self.queue[-1][2] == ENDLESS:
            self.queue.pop()
        if len(self.queue) >= QUEUE:
            return -1
        self.queue.append([on_us, off_us, cycles or ENDLESS])
        return QUEUE - len(self.queue)

    def skip(self, now_us: int) -> None:
        """Skip whole cycles that are all the same."""
        on_us, off_us, cycles = self.queue[0]
        gone = (now_us - self.due_us) // (on_us + off_us)
        if self._begins and cycles == ENDLESS and len(self.queue) == 1 and gone > PLAYED_CYCLES:
            self._edge_us += (gone - PLAYED_CYCLES) * (on_us + off_us)
            self.due_us += (gone - PLAYED_CYCLES) * (on_us + off_us)

    def step(self, late_us: int) -> int:
        """Do the next step that is due.

        Args:
            late_us: How late the thread will be for the edge after this one.

        Returns:
            The level from now on.
        """
        level = 0
        if self._begins:
            if self.queue[0][2] <= 0 and len(self.queue) > 1:
                self.queue.pop(0)
            on_us, off_us, cycles = self.queue[0]
            if cycles == 0:
                self.is_active = False
                return 0
            if cycles > 0:
                self.queue[0][2] = cycles - 1
            level = int(on_us > 0)
            self._edge_us += on_us or off_us
            self._begins = not (on_us and off_us)
        else:
            self._edge_us += self.queue[0][1]
            self._begins = True
        # Edges are counted from the first one, so that delays do not add up.
        self.due_us = max(self._edge_us + late_us, self.due_us)
        return level


class Header(Protocol):
    """The pins that the library needs behind it; `gpio_header.GpioHeader` implements them."""

    labels: Sequence[str]
    fails: bool

    @property
    def now_us(self) -> int:
        """Time, in whole microseconds."""

    def name_of(self, chip: int, gpio: int) -> str:
        """What a line is called here."""

    def claim(self, name: str, holder: "LgpioLibrary", level: int | None) -> bool:
        """Hand a line out; False if somebody has it."""

    def free(self, name: str) -> None:
        """Take a line back."""

    def level(self, name: str) -> int | None:
        """What is on the wire now."""

    def write(self, name: str, level: int) -> None:
        """Set the level of an output."""

    def pulses(self, name: str) -> Pulses | None:
        """What lgpio's thread does on a line."""

    def start(self, name: str, pulses: Pulses) -> None:
        """Let lgpio's thread begin."""

    def stop(self, name: str) -> None:
        """Stop the pulses of a line that has some."""

    def forget(self, process: "LgpioLibrary") -> None:
        """End the thread of a process."""

    def note(self, name: str, value: float) -> None:
        """Note an order, if it is one."""


class LgpioLibrary:
    """Functions of the module, with its names and arguments.

    Args:
        header: The header with the pins.
    """

    SET_PULL_UP, SET_PULL_DOWN, SET_PULL_NONE = 32, 64, 128
    RISING_EDGE, FALLING_EDGE, BOTH_EDGES = 1, 2, 3
    error = LgpioError

    def __init__(self, header: Header) -> None:
        self._header = header
        self._chips: list[int] = []
        # Lines that this process has, by handle and number: whether it is an output.
        self._lines: dict[tuple[int, int], bool] = {}

    def die(self) -> None:
        """End the process, as SIGKILL does: its threads are gone, and the kernel frees its pins."""
        for line in list(self._lines):
            self._release(line)
        self._header.forget(self)
        self._chips.clear()

    def gpiochip_open(self, gpiochip: int) -> int:
        """Open a chip; its handle."""
        if not 0 <= gpiochip < len(self._header.labels):
            raise LgpioError("can not open gpiochip")
        self._chips.append(gpiochip)
        return gpiochip << 16 | (len(self._chips) - 1)

    def gpiochip_close(self, handle: int) -> int:
        """Close a chip: its pins are released as they are."""
        for line in [line for line in self._lines if line[0] == handle]:
            self._release(line)
        return 0

    def gpio_get_chip_info(self, handle: int) -> list[object]:
        """Status, number of lines, name and label of a chip."""
        chip = self._chip(handle)
        return [0, 54, f"gpiochip{chip}", self._header.labels[chip]]

    def gpio_get_mode(self, handle: int, gpio: int) -> int:
        """Mode of a line, in bits."""
        is_output = self._lines.get((handle, gpio))
        if is_output is None:
            return 0
        return IS_OUTPUT | KERNEL_SAYS_OUTPUT if is_output else IS_INPUT

    def gpio_claim_input(self, handle: int, gpio: int, lFlags: int = 0) -> int:  # noqa: N803
        """Claim a line as an input."""
        return self._claim(handle, gpio, None)

    def gpio_claim_output(
        self,
        handle: int,
        gpio: int,
        level: int = 0,
        lFlags: int = 0,  # noqa: N803
    ) -> int:
        """Claim a line as an output. A line that this handle already has keeps its level."""
        return self._claim(handle, gpio, int(bool(level)))

    def gpio_free(self, handle: int, gpio: int) -> int:
        """Release a line."""
        if (handle, gpio) not in self._lines:
            raise LgpioError("GPIO not allocated")
        self._release((handle, gpio))
        return 0

    def gpio_read(self, handle: int, gpio: int) -> int:
        """The level of a line."""
        return self._header.level(self._name(handle, gpio)) or 0

    def gpio_write(self, handle: int, gpio: int, level: int) -> int:
        """Set a level at once; pulses of the line go on with their next edge."""
        if not self._lines.get((handle, gpio)):
            return self._claim(handle, gpio, int(bool(level)))
        if self._header.fails:
            raise LgpioError("bad GPIO write")
        name = self._name(handle, gpio)
        self._header.write(name, int(bool(level)))
        if self._header.pulses(name) is None:
            self._header.note(name, float(bool(level)))
        return 0

    def tx_pulse(
        self,
        handle: int,
        gpio: int,
        pulse_on: int,
        pulse_off: int,
        pulse_offset: int = 0,
        pulse_cycles: int = 0,
    ) -> int:
        """Repeat a pulse, in whole microseconds. If both are 0, stop and keep the level."""
        if not self._lines.get((handle, gpio)):
            self._claim(handle, gpio, 0)
        name = self._name(handle, gpio)
        running = self._header.pulses(name)
        if running is not None and not (pulse_on or pulse_off):
            level = self._header.level(name)
            self._header.stop(name)
            self._header.note(name, float(level or 0))
            return 0
        if pulse_on + pulse_off <= SHORTEST_CYCLE_US:
            raise LgpioError("bad PWM micros")
        if running is None:
            pulses = Pulses(pulse_on, pulse_off, pulse_cycles, now_us=self._header.now_us)
            self._header.start(name, pulses)
            room = QUEUE - 1
        else:
            room = running.put(pulse_on, pulse_off, pulse_cycles)
            if room < 0:
                raise LgpioError("TX queue full")
        self._header.note(name, pulse_on / (pulse_on + pulse_off))
        return room

    def tx_pwm(
        self,
        handle: int,
        gpio: int,
        pwm_frequency: float,
        pwm_duty_cycle: float,
        pulse_offset: int = 0,
        pulse_cycles: int = 0,
    ) -> int:
        """Repeat a pulse, in hertz and per cent; both become floats of 32 bits."""
        frequency_hz = ctypes.c_float(pwm_frequency).value
        percent = ctypes.c_float(pwm_duty_cycle).value
        if frequency_hz == 0:
            return self.tx_pulse(handle, gpio, 0, 0)
        if not 0.1 <= frequency_hz <= 10_000:
            raise LgpioError("bad PWM frequency")
        if not 0 <= percent <= 100:
            raise LgpioError("bad PWM dutycycle")
        cycle_us = int(1e6 / frequency_hz + 0.5)
        on_us = int(percent / 100 * cycle_us + 0.5)
        return self.tx_pulse(handle, gpio, on_us, cycle_us - on_us, pulse_offset, pulse_cycles)

    def _chip(self, handle: int) -> int:
        if handle & 0xFFFF >= len(self._chips):
            raise LgpioError("unknown handle")
        return self._chips[handle & 0xFFFF]

    def _name(self, handle: int, gpio: int) -> str:
        return self._header.name_of(self._chip(handle), gpio)

    def _claim(self, handle: int, gpio: int, level: int | None) -> int:
        line, name = (handle, gpio), self._name(handle, gpio)
        if self._header.fails:
            raise LgpioError("unexpected error")
        if line in self._lines:
            if self._lines[line] == (level is not None):
                return 0
            self._release(line)
        if not self._header.claim(name, self, level):
            raise LgpioError("GPIO busy")
        self._lines[line] = level is not None
        return 0

    def _release(self, line: tuple[int, int]) -> None:
        del self._lines[line]
        self._header.free(self._header.name_of(line[0] >> 16, line[1]))
