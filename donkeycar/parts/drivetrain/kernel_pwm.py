"""Hardware PWM: pulses of the processor's own PWM, set through the kernel's sysfs files.

The pulses do not tremble, and cost no computer time. Beware: when the program that set a pulse
dies, the hardware goes on with it. To switch it off, construct the pin again.

"Off" is a pulse of length 0 on a channel that stays enabled. The chip decides what the pin of a
disabled channel does: it may stay high.

Sources: Linux, Documentation/driver-api/pwm.rst of 6.1 and 6.12, "Using PWMs" (on a disabled PWM)
and "Using PWMs with the sysfs interface"; drivers/pwm/core.c (which states it refuses: before 6.11
every state without a period, even "disabled").
"""

import errno
import os
from pathlib import Path
from typing import Protocol

from donkeycar.errors import DeviceError, DeviceReset
from donkeycar.parts.drivetrain.order import check_frames
from donkeycar.parts.drivetrain.pi_board import pwm_overlay
from donkeycar.parts.drivetrain.refreshed import Refreshed
from donkeycar.parts.drivetrain.way_on import way_on
from donkeycar.timing import Clock, RealClock

SYSFS_PWM = Path("/sys/class/pwm")
# udev gives the group access to a new channel a moment after the kernel has made it.
READY_WITHIN_S = 1.0
POLL_S = 0.02
# Frames of 10 us: a higher frequency than any motor driver accepts.
HIGHEST_HZ = 100_000.0

STEPS = {
    errno.EACCES: "Join its group: sudo usermod -aG gpio $USER, then log in again",
    errno.EBUSY: "A driver of the kernel has it, such as the one of the fan or of sound: "
    "sudo cat /sys/kernel/debug/pwm shows which. Choose another channel",
}


class Files(Protocol):
    """Writes attributes, the files of sysfs, each in one system call."""

    def write(self, path: Path, text: str, /) -> None:
        """Write an attribute; the kernel refuses with an ``OSError``."""


class KernelFiles:
    """The files of this computer."""

    def write(self, path: Path, text: str) -> None:
        """Write an attribute with a single system call, as the kernel expects it."""
        fd = os.open(path, os.O_WRONLY)
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)


class KernelPwmPin:
    """A channel of a PWM chip of the kernel. It is off at first: low, without pulses.

    Args:
        chip: The N of ``pwmchipN``, or the address of the hardware, such as ``1f00098000``. Use the
            address on a Pi 5: its numbers change between starts, and one of its chips drives the
            processor's fan.
        channel: The M of ``pwmM``.
        frequency_hz: Frames a second, 25 to 100,000.
        root: Folder of the chips.
        files: How attributes are written.
        clock: Source of time.

    Raises:
        ConfigError: If the frequency is impossible.
        DeviceError: If there is no such channel, or it may not be written.
    """

    def __init__(
        self,
        chip: str,
        channel: int,
        *,
        frequency_hz: float,
        root: Path = SYSFS_PWM,
        files: Files | None = None,
        clock: Clock | None = None,
    ) -> None:
        check_frames(frequency_hz, highest_hz=HIGHEST_HZ)
        self.frame_us = 1e6 / frequency_hz
        self._files: Files = KernelFiles() if files is None else files
        self._folder = chip_folder(root, chip) / f"pwm{channel}"
        self._channel, self._is_ready, self._period = channel, False, ""
        self._clock: Clock = RealClock() if clock is None else clock
        self._width_ns = Refreshed[int](self._write_ns, clock=clock)
        try:
            self._open(READY_WITHIN_S)
        except OSError as error:
            raise DeviceError(
                f"Channel {channel} of PWM chip {chip} does not open: {error}. "
                f"{way_on(error, {**STEPS, 0: pwm_overlay()})}"
            ) from error

    def set_us(self, pulse_us: float) -> None:
        """Repeat a pulse of this length; with one as long as a frame, the pin is always high.

        Raises:
            DeviceReset: If another program changed the frame or the polarity of the channel.
            OSError: If the kernel refuses.
        """
        self._width_ns.put(round(1000 * min(pulse_us, self.frame_us)))

    def off(self) -> None:
        """Send no pulses.

        Raises:
            OSError: If the kernel refuses.
        """
        self._width_ns.put(0)

    def _open(self, ready_within_s: float) -> None:
        if not self._folder.exists():
            self._files.write(self._folder.parent / "export", str(self._channel))
        self._prepare(ready_within_s)
        self._is_ready = True

    def _prepare(self, ready_within_s: float) -> None:
        """Switch the channel off, whatever it did before, then set its frequency."""
        period = ("period", str(round(1000 * self.frame_us)))
        no_width, enabled = ("duty_cycle", "0"), ("enable", "1")
        # With inverted polarity, a pulse of length 0 is full power: the polarity is set first.
        turned = [("polarity", "normal")] if self._is_turned() else []
        if int((self._folder / "period").read_text()):
            # The kernel refuses a width longer than the new period, so the width is set first.
            steps = [*turned, no_width, period, enabled]
        else:
            # A channel that was never used gives no pulses, and accepts no width before its period.
            steps = [period, *turned, no_width, enabled]
        deadline_s = self._clock.monotonic() + ready_within_s
        while True:
            try:
                self._put(*steps[0])
                break
            except PermissionError:
                if self._clock.monotonic() >= deadline_s:
                    raise
                self._clock.sleep(POLL_S)
        for step in steps[1:]:
            self._put(*step)
        # The period as the kernel reports it: it may round the one it was given.
        self._period = (self._folder / "period").read_text()

    def _is_turned(self) -> bool:
        polarity = self._folder / "polarity"
        return polarity.exists() and polarity.read_text().strip() != "normal"

    def _write_ns(self, width_ns: int) -> None:
        if not self._is_ready:
            self._open(0.0)  # no waiting: this is the process that stops the motor
        try:
            if self._is_turned() or (self._folder / "period").read_text() != self._period:
                self._open(0.0)
                raise DeviceReset(
                    f"Another program changed the frame or the polarity of PWM channel "
                    f"{self._folder.parent.name}/{self._folder.name}"
                )
            self._put("duty_cycle", str(width_ns))
            # A channel that another program disabled may have stopped while it was high.
            self._put("enable", "1")
        except OSError:
            # Another program may have unexported the channel or set it up again, so set it up here.
            self._is_ready = False
            raise

    def _put(self, attribute: str, value: str) -> None:
        self._files.write(self._folder / attribute, value)


def chip_folder(root: Path, chip: str) -> Path:
    """Folder of a chip, by its number or its address."""
    by_address = (
        path
        for path in root.glob("pwmchip*")
        if (path / "device").resolve().name.startswith(f"{chip}.")
    )
    return next(by_address, root / f"pwmchip{chip}")
