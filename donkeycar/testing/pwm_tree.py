"""Emulated PWM files of the kernel (sysfs), in a folder, with the rules of the kernel.

Sources: Linux, ``drivers/pwm/core.c``: ``pwm_apply_state`` of 6.1 and ``__pwm_apply`` of 6.6;
``pwm_state_valid`` of 6.11 (commit 9dd42d019e63, "pwm: Allow pwm state transitions from an invalid
state"); its correction in 6.16, July 2025 (9ee124caae1b, "pwm: Fix invalid state detection"; in
6.12.117, too). ``drivers/pwm/sysfs.c`` (6.1) for the attributes. For a channel that is disabled:
``Documentation/driver-api/pwm.rst`` of 6.12: "don't rely on the output's state". Here it is the
worst case that this allows: a channel that is disabled within a pulse stays high. And
``drivers/pwm/pwm-bcm2835.c`` (6.6), ``bcm2835_pwm_free``: an unexported channel has no output. When
it is exported again, its files show the old values, because that driver and the one of RP1 cannot
ask the chip (``pwm_device_request``). A value that a file already shows is not written to the chip.

Not modelled: the phase of a frame (a new width counts from a frame after it was written), rounding
to the clock of the chip, the shortest and the longest period of a chip, what a chip does when the
polarity changes while it is enabled, ``capture``, two processes that export a channel at once, what
another process did to the level of a pin, chips that go on with a channel that was given back, and
whether a pin has the channel at all: the overlay decides that.
"""

import errno
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from donkeycar.timing import Clock, RealClock

State = Mapping[str, int]
ATTRIBUTES = ("period", "duty_cycle", "enable")
POLARITIES = ("normal", "inversed")


def _is_whole(state: State) -> bool:
    """Before 6.11: every state must be valid, even that of a disabled channel."""
    return state["period"] > 0 and state["duty_cycle"] <= state["period"]


def _is_whole_if_disabled(state: State) -> bool:
    """In Linux 6.11 the new rule was inverted by mistake, and at first in 6.12, too."""
    return bool(state["enable"]) or _is_whole(state)


def _is_whole_if_enabled(state: State) -> bool:
    """Since then: the state of a disabled channel does not matter."""
    return not state["enable"] or _is_whole(state)


# The first kernel with each rule; Raspberry Pi OS Bookworm came with 6.1 and 6.6.
RULES: Mapping[str, Callable[[State], bool]] = {
    "6.6": _is_whole,
    "6.11": _is_whole_if_disabled,
    "6.16": _is_whole_if_enabled,
}


class Write(NamedTuple):
    """One write to an attribute that the kernel accepted.

    Attributes:
        attribute: Its path below the root, e.g. ``pwmchip0/pwm1/duty_cycle``.
        value: The written value; for a polarity, 0 is normal.
    """

    attribute: str
    value: int


class PwmTree:
    """Emulates ``/sys/class/pwm``: the files can be read, and `write` writes them.

    A channel exists once it is exported, and begins without a period. The kernel version decides
    which writes are allowed in which state.

    Args:
        root: An empty folder, or the folder of an earlier tree, which stays as it is.
        num_channels: Number of channels of each chip.
        addresses: Addresses of the chips, in the order of the kernel's numbers.
        forbidden: How many writes to a new channel are refused, until udev has set its group.
        kernel: A key of `RULES`; the strictest is the default.
        clock: The clock that times the frames.

    Attributes:
        trace: Every write that the kernel accepted.
        fails: Whether the kernel refuses everything.
    """

    def __init__(
        self,
        root: Path,
        *,
        num_channels: int = 2,
        forbidden: int = 0,
        addresses: Sequence[str] = ("fe20c000",),
        kernel: str = "6.6",
        clock: Clock | None = None,
    ) -> None:
        self.root = root
        self.trace: list[Write] = []
        self.fails = False
        self._is_valid = RULES[kernel]
        self._num_channels = num_channels
        self._forbidden = forbidden
        self._clock: Clock = RealClock() if clock is None else clock
        # By channel: time of the last change of its width, and the width before.
        self._changed: dict[Path, tuple[float, int]] = {}
        self._stays_high: set[Path] = set()
        # Unexported channels: the state that the kernel keeps, and those whose chip has not got it.
        self._known: dict[Path, dict[str, str]] = {}
        self._silent: set[Path] = set()
        for number, address in enumerate(addresses):
            chip = root / f"pwmchip{number}"
            if chip.exists():
                continue
            chip.mkdir()
            (chip / "device").symlink_to(f"../devices/{address}.pwm")
            (chip / "npwm").write_text(f"{num_channels}\n")
            (chip / "export").touch()
            (chip / "unexport").touch()

    def write(self, path: Path, text: str) -> None:
        """Write an attribute, as the kernel would.

        Raises:
            OSError: If the kernel would refuse.
        """
        if self.fails:
            raise _error(errno.EIO)
        if not path.exists():
            raise _error(errno.ENOENT)
        value = POLARITIES.index(text) if path.name == "polarity" else int(text)
        if path.name == "export":
            self._export(path.parent, value)
        elif path.name == "unexport":
            self._unexport(path.parent / f"pwm{value}")
        else:
            if self._forbidden:
                self._forbidden -= 1
                raise _error(errno.EACCES)
            self._apply(path, value, text)
        self.trace.append(Write(str(path.relative_to(self.root)), value))

    def pulse_us(self, channel: int) -> float:
        """Pulse that a channel sends, in microseconds; 0.0 for none.

        A channel that stays high has a pulse as long as a frame. A written width takes effect with
        the next frame; this method counts it as if that frame had begun.
        """
        folder = self.root / "pwmchip0" / f"pwm{channel}"
        if folder in self._stays_high:
            return _read(folder / "period") / 1000
        if folder in self._silent or not folder.exists() or not _read(folder / "enable"):
            return 0.0
        duty_ns = _read(folder / "duty_cycle")
        if (folder / "polarity").read_text().strip() == "inversed":
            duty_ns = _read(folder / "period") - duty_ns
        return duty_ns / 1000

    def _export(self, chip: Path, channel: int) -> None:
        folder = chip / f"pwm{channel}"
        if not 0 <= channel < self._num_channels:
            raise _error(errno.ENODEV)
        if folder.exists():
            raise _error(errno.EBUSY)
        folder.mkdir()
        fresh = {**dict.fromkeys(ATTRIBUTES, "0\n"), "polarity": "normal\n"}
        for attribute, text in self._known.get(folder, fresh).items():
            (folder / attribute).write_text(text)

    def _unexport(self, folder: Path) -> None:
        if not folder.exists():
            raise _error(errno.ENODEV)
        self._known[folder] = {each.name: each.read_text() for each in folder.iterdir()}
        self._silent.add(folder)
        shutil.rmtree(folder)
        self._changed.pop(folder, None)
        self._stays_high.discard(folder)

    def _apply(self, path: Path, value: int, text: str) -> None:
        if value < 0:
            raise _error(errno.EINVAL)
        now = {name: _read(path.parent / name) for name in ATTRIBUTES}
        asked = {**now, path.name: value}
        if not self._is_valid(asked):
            # Newer kernels accept a change between invalid states, and leave the hardware alone.
            if self._is_valid is _is_whole or self._is_valid(now):
                raise _error(errno.EINVAL)
        elif not asked["period"] and asked != now:
            raise _error(errno.EINVAL)  # the chip's driver refuses a period too short for its clock
        if path.read_text() != f"{text}\n":
            self._silent.discard(path.parent)
            self._put_out(path.parent, now, asked)
        # The number is written as a whole, so that a killed process leaves no half number behind.
        unseen = self.root / f".{os.getpid()}"
        unseen.write_text(f"{text}\n")
        unseen.replace(path)

    def _put_out(self, channel: Path, now: State, asked: State) -> None:
        """Note what a change does to the pin."""
        now_s = self._clock.monotonic()
        changed_s, before_ns = self._changed.get(channel, (0.0, 0))
        is_old = (now_s - changed_s) * 1e9 >= now["period"]
        width_ns = now["duty_cycle"] if is_old else before_ns
        if asked["duty_cycle"] != now["duty_cycle"]:
            self._changed[channel] = (now_s, width_ns if now["enable"] else 0)
        if asked["enable"]:
            self._stays_high.discard(channel)
        elif now["enable"] and width_ns:
            self._stays_high.add(channel)


def _read(path: Path) -> int:
    return int(path.read_text())


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))
