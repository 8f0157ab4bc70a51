"""Switching off: the last process that can stop the motor tries until it is off, and ends then.

What used to happen: the bus did not answer for a moment, the last process that could stop the motor
gave up after a single try, and the chip repeated its throttle for ever. Only SIGKILL ends a wait
here.
"""

import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TextIO

from donkeycar.errors import text_of
from donkeycar.guardian import STAYS
from donkeycar.guardian.systemd import notify
from donkeycar.timing import Clock, RealClock

RETRY_S = 0.01
# A shorter failure of the bus is not reported.
SILENT_S = 0.5
SAID_EVERY_S = 30.0
# A service that is being stopped asks for this much more time, each second.
EXTENDED_EVERY_S = 1.0
EXTENSION_US = 15_000_000

STOP_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)


def say(text: str) -> None:
    """Write a line to stderr; drop it if nobody reads there.

    Signal handlers call this, too, even while it is writing; Python's own streams would then raise
    a RuntimeError.
    """
    stream = sys.stderr
    if stream is None:
        return
    with suppress(OSError, ValueError, RuntimeError):
        if (descriptor := _descriptor(stream)) is None:
            print(text, file=stream, flush=True)  # noqa: T201 - no log may be set up here
        elif _takes_more(descriptor):
            os.write(descriptor, f"{text}\n".encode(errors="backslashreplace"))


def _descriptor(stream: TextIO) -> int | None:
    try:
        return stream.fileno()
    except (OSError, ValueError):
        return None  # it is not a file


def _takes_more(descriptor: int) -> bool:
    """Whether a line can be written without waiting: a paused terminal must not delay a stop."""
    return bool(select.select([], [descriptor], [], 0)[1])


class Patience:
    """Says what the process is waiting for, once and then rarely, and asks systemd to wait, too.

    Meanwhile the process has the name `STAYS`, so that others do not try to end it gently.

    Args:
        clock: Source of time.
        tell: Takes a sentence.
    """

    def __init__(self, clock: Clock, *, tell: Callable[[str], object] = say) -> None:
        self._clock = clock
        self._tell = tell
        self._since_s: float | None = None
        self._said_s: float | None = None
        self._extended_s: float | None = None
        self._trouble = self._own_name = ""

    def wait_for(self, trouble: BaseException) -> None:
        """Note another failure, and print a line if it is time. It does not sleep.

        Args:
            trouble: The error of the hardware.
        """
        now_s = self._clock.monotonic()
        self._trouble = text_of(trouble)
        self._since_s = now_s if self._since_s is None else self._since_s
        if self._extended_s is None or now_s - self._extended_s >= EXTENDED_EVERY_S:
            self._extended_s = now_s
            notify(f"EXTEND_TIMEOUT_USEC={EXTENSION_US}")
        last_s = self._since_s + SILENT_S - SAID_EVERY_S if self._said_s is None else self._said_s
        if now_s - last_s >= SAID_EVERY_S:
            self._said_s = now_s
            self._own_name = self._own_name or _rename(STAYS)
            self._tell(f"The motor is not off yet: {self._trouble}. {_ADVICE}")

    def explain(self) -> None:
        """Say why this process does not end when asked; before a failure, say nothing.

        The kernel itself asks a vehicle whose guardian died, while its first try is running.
        """
        if not self._trouble:
            return
        self._said_s = self._clock.monotonic()
        self._tell(
            f"This program stays until the motor is off: {self._trouble}. {_ADVICE}. To give up, "
            f"switch the battery off first, then: kill -9 {os.getpid()}"
        )

    def over(self) -> None:
        """Say that the motor is off, if it was reported as not off."""
        if self._said_s is not None:
            self._tell("The motor is off.")
        self._since_s = self._said_s = None
        self.end()

    def end(self) -> None:
        """Take back the old process name: the wait is over."""
        if self._own_name:
            _rename(self._own_name)
            self._own_name = ""


def _rename(name: str) -> str:
    """Change the name of the process, and return the old one, "" if it is unknown."""
    shown = Path("/proc/self/comm")
    with suppress(OSError):
        before = shown.read_text(errors="replace").strip()
        shown.write_text(name)
        return before
    return ""


_ADVICE = "This program tries again all the time; the battery's switch stops the motor now"


def switch_off(
    attempt: Callable[[], object],
    *,
    unless: Callable[[], bool] = lambda: False,
    clock: Clock | None = None,
    tell: Callable[[str], object] = say,
) -> bool:
    """Try until the motor is off; signals that ask for the end get an answer and change nothing.

    Args:
        attempt: Switches the motor off and makes sure of it, or raises.
        unless: Called after each failure: whether another process has stopped the motor meanwhile.
        clock: Source of time.
        tell: Takes a sentence.

    Returns:
        Whether `attempt` switched it off.
    """
    clock = RealClock() if clock is None else clock
    patience = Patience(clock, tell=tell)
    with _unhurried(patience):
        while True:
            try:
                attempt()
            except BaseException as error:  # any exception: no other process comes after this one
                if unless():
                    patience.end()
                    return False
                patience.wait_for(error)
                clock.sleep(RETRY_S)
            else:
                patience.over()
                return True


@contextmanager
def _unhurried(patience: Patience) -> Iterator[None]:
    """Answer signals instead of ending; only the main thread receives them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def answer(number: int, frame: FrameType | None) -> None:
        # An exception here would end the code that the signal interrupts.
        with suppress(Exception):
            patience.explain()

    before = {number: signal.signal(number, answer) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
