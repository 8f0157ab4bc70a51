"""An open camera of Video4Linux: formats, sizes, knobs, and a stream of which the newest counts."""

import ctypes
import errno
import fcntl
import mmap
import os
import select
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from donkeycar.parts.camera import v4l2_abi as abi

Argument = TypeVar("Argument", bound=ctypes.Structure)

# With two, a camera waits for the program; with more than four, it only needs more memory.
BUFFERS = 4
FEWEST_BUFFERS = 2


@dataclass(frozen=True, slots=True)
class Taken:
    """What the camera wrote into a buffer.

    Attributes:
        data: The bytes.
        stamped_s: The kernel's time of it, on the monotonic clock, in seconds; ``None`` if the
            driver gives none, or one of another clock.
        at_start: Whether that is when the exposure began, and not when the frame had come.
    """

    data: bytes
    stamped_s: float | None
    at_start: bool


class VideoDevice:
    """A device file of Video4Linux that is open.

    Args:
        path: Its path.

    Raises:
        OSError: What the kernel answers, here and in every method.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        #: Frames that came, and were not looked at since a newer one had come too.
        self.passed_over = 0
        #: Frames that the driver itself marked as damaged.
        self.damaged = 0
        self._memory: list[mmap.mmap] = []
        self._file = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def capability(self) -> tuple[str, int]:
        """Its name, and the flags of what this file of it can do."""
        told = self._ask(abi.QUERYCAP, abi.Capability())
        has_own = told.capabilities & abi.HAS_DEVICE_CAPS
        return told.card.decode(errors="replace"), (
            told.device_caps if has_own else told.capabilities
        )

    def formats(self) -> list[str]:
        """The formats that it has, each a word of four letters."""
        found: list[str] = []
        with suppress(OSError):  # EINVAL ends the list
            while True:
                row = abi.FormatDescription(index=len(found), type=abi.CAPTURE)
                found.append(abi.word(self._ask(abi.ENUM_FMT, row).pixelformat))
        return found

    def sizes(self, pixel_format: str, width_px: int, height_px: int) -> list[tuple[int, int]]:
        """The sizes that it has; of a range of sizes, the one nearest to the size asked for."""
        found: list[tuple[int, int]] = []
        with suppress(OSError):  # EINVAL ends the list; ENOTTY: the driver has none
            while True:
                asked = abi.FrameSize(index=len(found), pixel_format=abi.fourcc(pixel_format))
                row = self._ask(abi.ENUM_FRAMESIZES, asked)
                if row.type != abi.SIZE_DISCRETE:
                    low_w, high_w, step_w, low_h, high_h, step_h = row.sizes
                    return [
                        (_step(width_px, low_w, high_w, step_w),
                         _step(height_px, low_h, high_h, step_h)),
                    ]  # fmt: skip
                found.append((row.sizes[0], row.sizes[1]))
        return found

    def set_format(self, pixel_format: str, width_px: int, height_px: int) -> abi.Format:
        """Ask for a format and a size, and return what the driver makes of it."""
        asked = abi.Format(type=abi.CAPTURE, width=width_px, height=height_px)
        asked.pixelformat = abi.fourcc(pixel_format)
        asked.field = 1  # V4L2_FIELD_NONE: no interlacing
        return self._ask(abi.S_FMT, asked)

    def set_rate(self, rate_hz: float) -> float | None:
        """Ask for a frame rate, and return what the driver makes of it; ``None`` if it is mute."""
        asked = abi.StreamParameters(type=abi.CAPTURE, numerator=1000)
        asked.denominator = round(1000 * rate_hz)
        try:
            told = self._ask(abi.S_PARM, asked)
        except OSError as error:
            if error.errno in (errno.EINVAL, errno.ENOTTY):
                return None
            raise
        return told.denominator / told.numerator if told.numerator and told.denominator else None

    def control(self, number: int) -> abi.ControlRange | None:
        """What a knob allows; ``None`` if this camera has none."""
        try:
            told = self._ask(abi.QUERYCTRL, abi.ControlRange(id=number))
        except OSError as error:
            if error.errno in (errno.EINVAL, errno.ENOTTY):
                return None
            raise
        return None if told.flags & abi.CONTROL_DISABLED else told

    def set_control(self, number: int, value: int) -> None:
        """Turn a knob."""
        self._ask(abi.S_CTRL, abi.Control(id=number, value=value))

    def start(self) -> None:
        """Hand it buffers, and let it fill them."""
        asked = abi.RequestBuffers(count=BUFFERS, type=abi.CAPTURE, memory=abi.MMAP)
        count = self._ask(abi.REQBUFS, asked).count
        if count < FEWEST_BUFFERS:
            raise OSError(errno.ENOMEM, f"it gives {count} buffers, and {FEWEST_BUFFERS} are few")
        for index in range(count):
            buffer = self._ask(abi.QUERYBUF, _buffer(index))
            self._memory.append(
                mmap.mmap(
                    self._file, buffer.length,
                    flags=mmap.MAP_SHARED, prot=mmap.PROT_READ | mmap.PROT_WRITE,
                    offset=buffer.offset,
                )
            )  # fmt: skip
            self._ask(abi.QBUF, _buffer(index))
        try:
            self._ask(abi.STREAMON, abi.Kind(abi.CAPTURE))
        except OSError as error:
            if error.errno != errno.ENOMEM:
                raise
            # Some USB controllers say so of a full bus.
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOMEM)) from error

    def newest(self, timeout_s: float) -> Taken | None:
        """Wait for a frame; of those that have come, return the newest and give all others back.

        Args:
            timeout_s: How long to wait.

        Returns:
            The frame; ``None`` if none came that is undamaged.
        """
        poll = select.poll()
        poll.register(self._file, select.POLLIN)
        answers = poll.poll(1000 * timeout_s)
        if not answers:
            return None
        kept: abi.Buffer | None = None
        came = 0
        # Not for ever, if frames come faster than this computer can give them back.
        while came <= len(self._memory):
            try:
                buffer = self._ask(abi.DQBUF, _buffer(0))
            except BlockingIOError:
                break
            came += 1
            if buffer.flags & abi.BUFFER_ERROR:
                self.damaged += 1
                self._ask(abi.QBUF, _buffer(buffer.index))
                continue
            if kept is not None:
                self.passed_over += 1
                self._ask(abi.QBUF, _buffer(kept.index))
            kept = buffer
        if not came and answers[0][1] & (select.POLLERR | select.POLLHUP | select.POLLNVAL):
            # Asking again would turn the thread round as fast as it can.
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if kept is None:
            return None
        data = self._memory[kept.index][: kept.bytesused]
        self._ask(abi.QBUF, _buffer(kept.index))
        is_ours = kept.flags & abi.STAMP_MASK == abi.STAMP_MONOTONIC
        return Taken(
            data,
            kept.seconds + kept.microseconds / 1e6 if is_ours else None,
            kept.flags & abi.STAMP_SOURCE_MASK == abi.STAMP_AT_START,
        )

    def close(self) -> None:
        """Stop, and give everything back. Safe to call twice."""
        if self._file < 0:
            return
        with suppress(OSError):  # gone already, if it was unplugged
            self._ask(abi.STREAMOFF, abi.Kind(abi.CAPTURE))
        for memory in self._memory:
            memory.close()
        self._memory = []
        os.close(self._file)
        self._file = -1

    def _ask(self, request: int, argument: Argument) -> Argument:
        fcntl.ioctl(self._file, request, argument)
        return argument


def _buffer(index: int) -> abi.Buffer:
    return abi.Buffer(index=index, type=abi.CAPTURE, memory=abi.MMAP)


def _step(wanted: int, low: int, high: int, step: int) -> int:
    """The smallest size of a range that is not less than `wanted`; the largest if all are."""
    step = max(1, step)
    steps = max(0, -(-(wanted - low) // step))
    return int(min(low + steps * step, high))
