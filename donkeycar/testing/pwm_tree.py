"""The kernel's PWM files, in a folder, with the rules of the kernel."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Write(NamedTuple):
    """One attribute that the kernel took.

    Attributes:
        attribute: Its path below the root, e.g. ``pwmchip0/pwm1/duty_cycle``.
        value: What was written.
    """

    attribute: str
    value: int


class PwmTree:
    """Stands for ``/sys/class/pwm``: real files that can be read, written through `write`.

    A duty cycle may not be longer than the period, a channel without a period has no duty cycle
    and cannot be enabled, a channel is there once it is exported.

    Source: Linux 6.12, ``drivers/pwm/core.c`` (``pwm_apply_state``), ``drivers/pwm/sysfs.c``.

    Args:
        root: An empty folder.
        num_channels: Channels of each chip.
        addresses: Of the chips, as the kernel numbers them.
        forbidden: How many writes to a fresh channel are refused, until udev has been there.

    Attributes:
        trace: Every write the kernel took.
        fails: Whether the kernel refuses everything.
    """

    def __init__(
        self,
        root: Path,
        *,
        num_channels: int = 2,
        forbidden: int = 0,
        addresses: Sequence[str] = ("fe20c000",),
    ) -> None:
        self.root = root
        self.trace: list[Write] = []
        self.fails = False
        self._num_channels = num_channels
        self._forbidden = forbidden
        for number, address in enumerate(addresses):
            chip = root / f"pwmchip{number}"
            chip.mkdir()
            (chip / "device").symlink_to(f"../devices/{address}.pwm")
            (chip / "npwm").write_text(f"{num_channels}\n")
            (chip / "export").touch()

    def write(self, path: Path, text: str) -> None:
        """Take what is written to an attribute, as the kernel would.

        Raises:
            OSError: If the kernel would refuse.
        """
        if self.fails:
            raise _error(errno.EIO)
        if not path.exists():
            raise _error(errno.ENOENT)
        value = int(text)
        if path.name == "export":
            self._export(path.parent, value)
        else:
            if self._forbidden:
                self._forbidden -= 1
                raise _error(errno.EACCES)
            self._apply(path, value)
        self.trace.append(Write(str(path.relative_to(self.root)), value))

    def pulse_us(self, channel: int) -> float:
        """Pulse that comes out of a channel, in microseconds; 0.0 for none."""
        folder = self.root / "pwmchip0" / f"pwm{channel}"
        if not folder.exists() or not _read(folder / "enable"):
            return 0.0
        return _read(folder / "duty_cycle") / 1000

    def _export(self, chip: Path, channel: int) -> None:
        folder = chip / f"pwm{channel}"
        if not 0 <= channel < self._num_channels:
            raise _error(errno.ENODEV)
        if folder.exists():
            raise _error(errno.EBUSY)
        folder.mkdir()
        for attribute in ("period", "duty_cycle", "enable"):
            (folder / attribute).write_text("0\n")

    def _apply(self, path: Path, value: int) -> None:
        state = {name: _read(path.parent / name) for name in ("period", "duty_cycle", "enable")} | {
            path.name: value
        }
        # Disabling is always allowed; any other state must make sense.
        is_possible = 0 <= state["duty_cycle"] <= state["period"] and state["period"] > 0
        if not is_possible and not (path.name == "enable" and value == 0):
            raise _error(errno.EINVAL)
        path.write_text(f"{value}\n")


def _read(path: Path) -> int:
    return int(path.read_text())


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))
