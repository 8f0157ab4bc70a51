"""Inputs for the pulses of a remote control: the serial line of a RoboHAT, the pins of a Pi."""

import os
import re
import select
import termios
import tty
from pathlib import Path
from typing import Any

from donkeycar.commands import pip_install
from donkeycar.errors import DeviceError
from donkeycar.parts.drivetrain.header_uart import uart_step

# The line that a RoboHAT sends for each frame of the radio: steering and throttle in microseconds.
_LINE = re.compile(rb"\s*(\d{1,5}), ?(\d{1,5})\s*")
MAX_LINE_BYTES = 64
BAUD = termios.B115200

# Labels of the GPIO chip with the pins of the header: Pi 5, Pi 4, older.
GPIO_CHIPS = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")


class RoboHATInput:
    """Channels 1 and 2 of the radio on a RoboHAT, from its serial line.

    The drivetrain has the same line open, and writes to it.

    Args:
        port: ``/dev/ttyS0`` and the like (`MM1_SERIAL_PORT`).

    Raises:
        DeviceError: If the port does not open.
    """

    def __init__(self, port: str) -> None:
        self._port = port
        self._rest = b""
        try:
            self._descriptor = os.open(port, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as error:
            lacking = uart_step(port) if isinstance(error, FileNotFoundError) else ""
            step = lacking or (
                "Check the plug, and that you may use it: sudo usermod -aG dialout $USER, then log "
                "in again"
            )
            raise DeviceError(f"{port} does not open: {error.strerror}. {step}") from error
        try:
            # At once: this must not wait for the drivetrain's orders on the line, and must not lose
            # them.
            tty.setraw(self._descriptor, termios.TCSANOW)
            settings = termios.tcgetattr(self._descriptor)
            settings[4] = settings[5] = BAUD
            termios.tcsetattr(self._descriptor, termios.TCSANOW, settings)
        except termios.error as error:
            self.close()
            raise DeviceError(f"{port} must be a serial port. Received: another file") from error

    def read(self, timeout_s: float) -> list[tuple[int, float]]:
        """Return the pulses of the lines that came; other lines are skipped.

        Raises:
            OSError: If the port is gone.
        """
        if not select.select([self._descriptor], [], [], timeout_s)[0]:
            return []
        data = os.read(self._descriptor, 4096)
        if not data:
            raise OSError(f"{self._port} is gone")
        *lines, rest = re.split(rb"[\r\n]+", self._rest + data)
        self._rest = rest[-MAX_LINE_BYTES:]
        pulses: list[tuple[int, float]] = []
        for line in lines:
            if match := _LINE.fullmatch(line):
                pulses += [(1, float(match[1])), (2, float(match[2]))]
        return pulses

    def close(self) -> None:
        """Close the port. Safe to call twice."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


class EdgeTimer:
    """Computes the lengths of pulses from the times of their edges."""

    def __init__(self) -> None:
        self._rose_ns: dict[int, int] = {}

    def edge(self, channel: int, at_ns: int, *, rising: bool) -> float | None:
        """Take an edge.

        Args:
            channel: Number of the channel.
            at_ns: Time of the edge, on any clock that never goes back.
            rising: Whether the signal went up.

        Returns:
            The length of the pulse that it ends, in microseconds; ``None`` if it does not end one.
        """
        if rising:
            self._rose_ns[channel] = at_ns
            return None
        rose_ns = self._rose_ns.pop(channel, None)
        return None if rose_ns is None else (at_ns - rose_ns) / 1000


class GpioInput:
    """Channels of a receiver on pins of the Pi, timed by the kernel.

    Args:
        pins: GPIO numbers (BCM) of channels 1, 2, ...
        chip: Path of the GPIO chip; ``None`` looks for the chip of the header.
        gpiod: The library; ``None`` imports it.

    Raises:
        DeviceError: If the library or the chip is missing, or a pin is in use.
    """

    def __init__(self, pins: list[int], *, chip: str | None = None, gpiod: Any = None) -> None:
        if gpiod is None:
            try:
                import gpiod
            except ImportError as error:
                raise DeviceError(
                    f"A receiver on GPIO pins needs gpiod. Install it: {pip_install('gpiod')}"
                ) from error
        self._channels = {pin: number for number, pin in enumerate(pins, 1)}
        self._timer = EdgeTimer()
        self._rising = gpiod.EdgeEvent.Type.RISING_EDGE
        try:
            self._request = gpiod.request_lines(
                chip or header_chip(gpiod),
                consumer="donkeycar",
                config={
                    tuple(pins): gpiod.LineSettings(
                        direction=gpiod.line.Direction.INPUT, edge_detection=gpiod.line.Edge.BOTH
                    )
                },
            )
        except (OSError, ValueError) as error:
            raise DeviceError(f"Pins {pins} must be free GPIO pins. Received: {error}") from error

    def read(self, timeout_s: float) -> list[tuple[int, float]]:
        """Return the pulses that have ended.

        Raises:
            OSError: If the chip is gone.
        """
        if not self._request.wait_edge_events(timeout_s):
            return []
        pulses = []
        for event in self._request.read_edge_events():
            channel = self._channels[event.line_offset]
            rising = event.event_type == self._rising
            width_us = self._timer.edge(channel, event.timestamp_ns, rising=rising)
            if width_us is not None:
                pulses.append((channel, width_us))
        return pulses

    def close(self) -> None:
        """Release the pins. Safe to call twice."""
        request, self._request = self._request, None
        if request is not None:
            request.release()


def header_chip(gpiod: Any, *, folder: Path = Path("/dev")) -> str:
    """Path of the GPIO chip that has the pins of the Pi's header.

    Raises:
        DeviceError: If there is none.
    """
    for path in sorted(folder.glob("gpiochip*")):
        with gpiod.Chip(str(path)) as chip:
            if chip.get_info().label in GPIO_CHIPS:
                return str(path)
    raise DeviceError("A receiver on GPIO pins must be on a Raspberry Pi. Received: no such chip")
