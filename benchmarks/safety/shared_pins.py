"""Emulated pins shared by several real processes; the pins keep their state when a process dies.

The emulators of `donkeycar.testing` keep everything in the memory of one process, and run the work
of lgpio's thread when somebody looks. Here the state is in a folder. A pin is held by a lock that
the kernel releases when its process ends, as for a real pin. The thread is a real one: it ends or
stops with its process, and the pin stays as it is at that moment.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from donkeycar.testing import GpioHeader, PwmTree
from donkeycar.testing.lgpio_library import LgpioError, LgpioLibrary, Pulses
from donkeycar.testing.pulse_trace import PulseTrace

# The thread of the pulses sleeps no longer, so that it hears of new ones.
LONGEST_SLEEP_S = 0.005
ALWAYS_ON = 4096


class Refusal:
    """A file that says, for all processes, whether the kernel refuses everything."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __bool__(self) -> bool:
        return self._path.exists()

    def put(self, refuses: bool) -> None:
        """Begin to refuse, or stop refusing."""
        if refuses:
            self._path.touch()
        else:
            self._path.unlink(missing_ok=True)


class SharedHeader(GpioHeader):
    """The pin header as one of its processes sees it.

    Args:
        folder: Of the emulated computer.
        trace: Takes every edge: its channel is the pin's number in the processor.
    """

    def __init__(self, folder: Path, trace: PulseTrace) -> None:
        super().__init__()
        self.fails = Refusal(folder / "refuses")
        self._folder, self._trace = folder, trace
        self._locks: dict[str, int] = {}
        self._plays = False
        self.lock = threading.RLock()

    def claim(self, name: str, holder: LgpioLibrary, level: int | None) -> bool:
        """Hand a line out; False if a process that is not dead yet has it."""
        lock = os.open(self._folder / name, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._locks[name] = lock
        return super().claim(name, holder, level)

    def free(self, name: str) -> None:
        """Take a line back."""
        super().free(name)
        os.close(self._locks.pop(name))

    def start(self, name: str, pulses: Pulses) -> None:
        """Let lgpio's thread begin."""
        super().start(name, pulses)
        if not self._plays:
            self._plays = True
            threading.Thread(target=self._play, daemon=True).start()

    def _play(self) -> None:
        while True:
            with self.lock:
                self.go_on()
                due_us = min(
                    (pulses.due_us for pulses in self._pulses.values() if pulses.is_active),
                    default=self.now_us + 1e6,
                )
            time.sleep(min(max((due_us - self.now_us) / 1e6, 0.0), LONGEST_SLEEP_S))

    def _set(self, name: str, level: int | None, at_us: int) -> None:
        if name not in self._levels or self._levels[name] != level:
            self._trace.append(int(name.removeprefix("GPIO")), ALWAYS_ON * (level or 0), 0.0)
        super()._set(name, level, at_us)


class SharedLgpio:
    """The module lgpio of a process: its calls and its thread take turns.

    Args:
        header: Whose pins.
    """

    def __init__(self, header: SharedHeader) -> None:
        self._header = header

    def __getattr__(self, name: str) -> Any:
        wanted = getattr(self._header.lgpio, name)
        if isinstance(wanted, type | int):
            return wanted

        def call(*words: Any, **options: Any) -> Any:
            with self._header.lock:
                if self._header.fails:
                    raise LgpioError("unknown handle")
                return wanted(*words, **options)

        return call


class SharedTree(PwmTree):
    """The kernel's PWM, as one of its processes sees it.

    Args:
        folder: Of the emulated computer.
        trace: Takes every pulse that changes.
    """

    def __init__(self, folder: Path, trace: PulseTrace) -> None:
        root = folder / "pwm"
        root.mkdir(exist_ok=True)
        self._lock = os.open(folder / "pwm.lock", os.O_RDWR | os.O_CREAT)
        self._trace, self._folder = trace, folder
        with self._alone():
            super().__init__(root)
        self.fails = Refusal(folder / "refuses")

    def write(self, path: Path, text: str) -> None:
        """Accept a write to an attribute, as the kernel does."""
        with self._alone():
            before_us = [self.pulse_us(channel) for channel in range(2)]
            super().write(path, text)
            for channel, us in enumerate(before_us):
                if self.pulse_us(channel) != us:
                    self._trace.append(channel, 1, self.pulse_us(channel))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # An open file of its own: a fork shares the lock of an inherited one.
        mine = os.open(f"/proc/self/fd/{self._lock}", os.O_RDWR)
        try:
            fcntl.flock(mine, fcntl.LOCK_EX)
            yield
        finally:
            os.close(mine)
