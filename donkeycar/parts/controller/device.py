"""Event devices of the Linux kernel: finds, opens and queries gamepads.

It needs only four ``ioctl`` queries, so it uses no library, which would have to be compiled on the
car.

Source:
    Linux, ``include/uapi/linux/input.h`` and ``include/uapi/asm-generic/ioctl.h``.
"""

import fcntl
import logging
import os
import re
import select
import struct
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from donkeycar.errors import DeviceError
from donkeycar.parts.controller.codes import (
    AXIS_NAMES,
    BUTTONS,
    EV_ABS,
    EV_KEY,
    EVENT,
    AbsInfo,
    Identity,
)

logger = logging.getLogger(__name__)

INPUT_FOLDER = Path("/dev/input")
SYS_FOLDER = Path("/sys/class/input")

# `_IOR('E', number, size)` without the size.
_READ = 2 << 30 | ord("E") << 8
_GET_ID = 0x02
_GET_NAME = 0x06
_GET_UNIQ = 0x08
_GET_KEYS_DOWN = 0x18
_GET_CODES = 0x20
_GET_AXIS = 0x40
_ID = struct.Struct("HHHH")
_ABS_INFO = struct.Struct("6i")
_TEXT_BYTES = 256
_KEY_BYTES = 0x300 // 8
_AXIS_BYTES = 0x40 // 8

# A gamepad has one of these buttons; mice, keyboards, touchpads and gyroscopes do not.
_PAD_BUTTONS = range(BUTTONS["BTN_TRIGGER"], BUTTONS["BTN_THUMBR"] + 1)
# The transmitter of a remote control on a cable has only buttons from BTN_0 on, and four axes or
# more. So have drawing tablets, but with buttons for pen and finger (BTN_TOOL_PEN and following).
_NUMBERED = range(BUTTONS["BTN_0"], BUTTONS["BTN_0"] + 16)
_PENS = range(0x140, 0x150)
_TRANSMITTER_AXES = 4

# Records read at a time.
_BATCH = 64


class Line(Protocol):
    """An open device, as the reader needs it: a file or a socket."""

    identity: Identity
    axes: dict[int, AbsInfo]
    held: set[int]
    buttons: set[int] | None
    reported: bool

    @property
    def is_open(self) -> bool:
        """Whether it was not closed yet."""

    def read(self, timeout_s: float) -> bytes | None:
        """Return the bytes that came, or ``None``; raise `OSError` if the device is gone."""

    def refresh(self) -> None:
        """Ask for `axes` and `held` again."""

    def close(self) -> None:
        """Close the device. Safe to call twice."""


@dataclass
class EventLine:
    """One event device of the kernel, open.

    Args:
        descriptor: Descriptor of its open file, or of a socket; closed by `close`.
        identity: Identity of the device.
        axes: The kernel's data of its axes, by code.
        held: Codes of its buttons that are down.
        query: Asks the kernel for `axes` and `held`; ``None`` if it is not a device.
        buttons: Codes of its buttons; ``None`` if they are not known.
        reported: Whether the device has reported since it was opened. Until then `axes` are zeros,
            or the values from when it was last open.
    """

    descriptor: int
    identity: Identity
    axes: dict[int, AbsInfo]
    held: set[int] = field(default_factory=set)
    query: Callable[[int], tuple[dict[int, AbsInfo], set[int]]] | None = None
    buttons: set[int] | None = None
    reported: bool = True

    @property
    def is_open(self) -> bool:
        """Whether it was not closed yet."""
        return self.descriptor >= 0

    def read(self, timeout_s: float) -> bytes | None:
        """Wait for events.

        Args:
            timeout_s: How long to wait, in seconds.

        Returns:
            The events, or ``None``.

        Raises:
            OSError: If the device is gone.
        """
        if self.descriptor < 0:
            raise OSError("the device is closed")
        ready, _, _ = select.select([self.descriptor], [], [], timeout_s)
        if not ready:
            return None
        data = os.read(self.descriptor, _BATCH * EVENT.size)
        if not data:
            raise OSError("the device is gone")
        return data

    def refresh(self) -> None:
        """Ask for `axes` and `held` again, after events were lost."""
        if self.query is not None:
            self.axes, self.held = self.query(self.descriptor)

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def _ask(descriptor: int, number: int, size: int) -> bytes:
    return fcntl.ioctl(descriptor, _READ | size << 16 | number, bytes(size))


def _text(descriptor: int, number: int) -> str:
    try:
        answer = _ask(descriptor, number, _TEXT_BYTES)
    except OSError:  # a device without one
        return ""
    return answer.partition(b"\0")[0].decode(errors="replace")


def _codes(bits: bytes) -> set[int]:
    return {8 * i + bit for i, byte in enumerate(bits) for bit in range(8) if byte >> bit & 1}


def state_of(descriptor: int) -> tuple[dict[int, AbsInfo], set[int]]:
    """The axes of an event device, and the codes of its buttons that are down."""
    codes = _codes(_ask(descriptor, _GET_CODES + EV_ABS, _AXIS_BYTES))
    axes = {
        code: AbsInfo(*_ABS_INFO.unpack(_ask(descriptor, _GET_AXIS + code, _ABS_INFO.size)))
        for code in sorted(codes)
        if code in AXIS_NAMES
    }
    return axes, _codes(_ask(descriptor, _GET_KEYS_DOWN, _KEY_BYTES))


def open_line(path: Path, *, any_device: bool = False) -> EventLine | None:
    """Open an event device if it is a gamepad.

    Args:
        path: E.g. ``/dev/input/event3``.
        any_device: Also open devices that do not look like a gamepad, e.g. a keyboard.

    Returns:
        ``None`` if it is something else.

    Raises:
        OSError: If it cannot be opened or asked.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        buttons = _codes(_ask(descriptor, _GET_CODES + EV_KEY, _KEY_BYTES))
        axes, held = state_of(descriptor)
        if not any_device and not is_pad(axes, buttons):
            os.close(descriptor)
            return None
        bus, vendor, product, _ = _ID.unpack(_ask(descriptor, _GET_ID, _ID.size))
        identity = Identity(
            _text(descriptor, _GET_NAME), bus, vendor, product, _text(descriptor, _GET_UNIQ)
        )
    except OSError:
        os.close(descriptor)
        raise
    return EventLine(descriptor, identity, axes, held, state_of, buttons, reported=False)


def is_pad(axes: Collection[int], buttons: Collection[int]) -> bool:
    """Whether a device with these codes is a gamepad, a joystick or a transmitter on a cable."""
    found = set(buttons)
    if axes and found.intersection(_PAD_BUTTONS):
        return True
    is_tablet = bool(found.intersection(_PENS))
    return len(axes) >= _TRANSMITTER_AXES and bool(found.intersection(_NUMBERED)) and not is_tablet


def event_path(device: str, *, sys_folder: Path = SYS_FOLDER) -> Path:
    """The event device of `JOYSTICK_DEVICE_FILE`; an old ``js`` device has one beside it.

    Raises:
        DeviceError: If a ``js`` device has none.
    """
    path = Path(device)
    if not re.fullmatch(r"js\d+", path.name):
        return path
    beside = sorted((sys_folder / path.name / "device").glob("event*"))
    if not beside:
        raise DeviceError(f"{device} must be plugged in. Received: no such device")
    return path.with_name(beside[0].name)


class Finder:
    """Looks for gamepads, and remembers those that it has seen, so that it opens only new ones.

    Args:
        device: One device only; ``None`` takes any gamepad.
        folder: Where event devices are.
        opener: Opens one.
    """

    def __init__(
        self,
        device: str | None = None,
        *,
        folder: Path = INPUT_FOLDER,
        opener: Callable[..., Line | None] = open_line,
    ) -> None:
        self._device = device
        self._folder = folder
        self._open = opener
        self._others: set[tuple[str, int, int]] = set()
        self._handed_out: dict[tuple[str, int], Line] = {}
        self._complained = False

    def __call__(self) -> list[Line]:
        """Open every connected gamepad that an earlier call has not opened.

        The caller closes them.
        """
        lines: list[Line] = []
        self._handed_out = {k: line for k, line in self._handed_out.items() if line.is_open}
        for path in self._paths():
            try:
                stat = path.stat()
                key = (path.name, stat.st_ino, stat.st_ctime_ns)
                if key in self._others or key[:2] in self._handed_out:
                    continue
                line = self._open(path, any_device=self._device is not None)
            except PermissionError:
                self._complain(path)
                continue
            except OSError:  # gone again, or it does not answer
                continue
            if line is None:
                self._others.add(key)
            else:
                lines.append(line)
                # Without the time: a change of its rights by udev does not make it another device.
                self._handed_out[key[:2]] = line
        return lines

    def _paths(self) -> list[Path]:
        if self._device is not None:
            try:
                return [event_path(self._device)]
            except DeviceError:
                return []
        found = self._folder.glob("event*")
        return sorted(found, key=lambda path: (len(path.name), path.name))

    def _complain(self, path: Path) -> None:
        if not self._complained:
            self._complained = True
            logger.warning(
                "You may not read %s: run `sudo usermod -aG input $USER` and log in again", path
            )
