"""A third process that does nothing but switch the motor off when its guardian is not well.

It is forked from the guardian before any hardware is opened, and shares a page of memory with it:
the guardian counts there. When it ends without having said that all is off, or counts no more, the
watchdog switches the motor off itself, whatever the vehicle does. Linux only.
"""

import ctypes
import mmap
import os
import select
import signal
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from donkeycar.errors import repr_of
from donkeycar.guardian.realtime import take_precedence
from donkeycar.guardian.switch_off import STOP_SIGNALS, say, switch_off
from donkeycar.timing import Clock, RealClock

POLL_S = 0.02
# Of the watchdog's own time: a computer that runs neither of them proves nothing.
MAX_STALL_S = 0.25
# The guardian has time: a watchdog that hangs is one fault, and two more must come.
MAX_WATCHDOG_STALL_S = 2.0
# One look counts for so much at most.
MAX_LOOK_S = 0.04
# A vehicle that outlives its guardian may save what it has, as with one.
GRACE_S = 10.0
# What a watchdog takes at most to see that it is not needed any more.
LEAVE_S = 1.0

PR_SET_NAME = 15
TITLE = "donkeycar watchdog of the motor"

# How often the guardian counted, the process of the vehicle, whether all is off.
_PAGE = struct.Struct("<QI?")
# How often the watchdog looked.
_LOOKS, _LOOKS_AT = struct.Struct("<Q"), 64


class Watchdog:
    """The guardian's side.

    Args:
        pid: Of the watchdog, a child of this process.
        page: Shared with it.
        clock: Source of time.
    """

    def __init__(self, pid: int, page: mmap.mmap, *, clock: Clock | None = None) -> None:
        self.pid = pid
        self._page = page
        self._clock: Clock = RealClock() if clock is None else clock
        self._count = 0
        self._vehicle = 0
        self._done = False
        self._looks = 0
        self._looked_s, self._stalled_s = self._clock.monotonic(), 0.0

    def follow(self, vehicle: int) -> None:
        """Tell it which process is the vehicle, which it ends if the guardian cannot."""
        self._vehicle = vehicle
        self._write()

    def beat(self) -> bool:
        """Show that the guardian lives, fifty times a second or more.

        Returns:
            Whether the watchdog lives, and looks.
        """
        self._count += 1
        self._write()
        with suppress(ChildProcessError):
            return os.waitpid(self.pid, os.WNOHANG) == (0, 0) and not self._hangs()
        return False

    def dismiss(self) -> None:
        """Say that all is off, and wait for its end."""
        self._done = True
        self._write()
        deadline_s = self._clock.monotonic() + LEAVE_S
        with suppress(ChildProcessError):
            while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
                if self._clock.monotonic() > deadline_s:
                    os.kill(self.pid, signal.SIGKILL)
                self._clock.sleep(LEAVE_S / 50)

    def _hangs(self) -> bool:
        """Whether it has not looked for a while; before its first look it loads what it needs."""
        now_s, (looks,) = self._clock.monotonic(), _LOOKS.unpack_from(self._page, _LOOKS_AT)
        stalls = looks == self._looks and looks > 0
        look_s = min(now_s - self._looked_s, MAX_LOOK_S)
        self._stalled_s = self._stalled_s + look_s if stalls else 0.0
        self._looked_s, self._looks = now_s, looks
        return self._stalled_s >= MAX_WATCHDOG_STALL_S

    def _write(self) -> None:
        _PAGE.pack_into(self._page, 0, self._count, self._vehicle, self._done)


def start_watchdog(
    attempt: Callable[[], object], *, prepare: Callable[[], object] = lambda: None
) -> Watchdog:
    """Fork the watchdog of this process. Call it before hardware is opened or a thread started.

    Args:
        attempt: Opens the hardware, switches it off, makes sure and lets go of it, or raises.
        prepare: Called in the watchdog while all is well, to load what `attempt` will need.
    """
    page = mmap.mmap(-1, mmap.PAGESIZE)
    guardian = os.getpid()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    # Whoever is forked gets 0, and does not come back from there.
    pid = os.fork() or _serve(guardian, page, attempt, prepare)
    return Watchdog(pid, page)


def _serve(
    guardian: int, page: mmap.mmap, attempt: Callable[[], object], prepare: Callable[[], object]
) -> NoReturn:
    """All that the forked process does, to its end; nobody asks for its exit code."""
    try:
        _become_watchdog()
        with suppress(ProcessLookupError):
            guardian_fd = os.pidfd_open(guardian)
            if os.getppid() == guardian:
                prepare()
                watch(guardian_fd, page, attempt)
    except BaseException as error:  # also of a library that wants to end the program
        say(f"The watchdog of the motor failed: {repr_of(error)}")
    finally:
        # Nothing of the guardian's may run here: no handler at exit, no caller.
        os._exit(0)


def watch(
    guardian: int, page: mmap.mmap, attempt: Callable[[], object], *, clock: Clock | None = None
) -> None:
    """Watch a guardian until its end, and switch off what it left on.

    Args:
        guardian: A file descriptor of its process.
        page: In which it counts.
        attempt: As of `start_watchdog`.
        clock: Source of time.
    """
    clock = RealClock() if clock is None else clock
    looked_s, stalled_s, seen, looks = clock.monotonic(), 0.0, 0, 0
    vehicle_fd: int | None = None
    while True:
        ended = _ended(guardian, POLL_S)
        count, vehicle, done = _PAGE.unpack_from(page)
        if done:
            return
        looks += 1
        _LOOKS.pack_into(page, _LOOKS_AT, looks)
        if vehicle and vehicle_fd is None:
            with suppress(ProcessLookupError):
                vehicle_fd = os.pidfd_open(vehicle)
        now_s = clock.monotonic()
        stalled_s = stalled_s + min(now_s - looked_s, MAX_LOOK_S) if count == seen else 0.0
        looked_s, seen = now_s, count
        if ended or (count and stalled_s >= MAX_STALL_S):
            break
    if not count:
        return  # the hardware refused, or was never opened: nothing was put out
    if not ended:
        # It must not come back with the throttle it had in its hand.
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(guardian, signal.SIGKILL)
    switch_off(attempt)
    if not ended:
        _ended(guardian, None)
        # What it was writing while it was killed may have come after.
        switch_off(attempt)
    what = "is gone" if ended else "hung and was killed"
    say(f"The guardian of the motor {what}: its watchdog switched the motor off.")
    if vehicle_fd is not None and not _ended(vehicle_fd, GRACE_S):
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(vehicle_fd, signal.SIGKILL)


def _ended(pidfd: int, timeout_s: float | None) -> bool:
    """Whether a process has ended; it waits so long for its end, ``None`` for ever."""
    return bool(select.select([pidfd], [], [], timeout_s)[0])


def _become_watchdog() -> None:
    """Be a process of its own: no signal but SIGKILL ends it, no `pkill` by the car's name."""
    # SIGABRT is what systemd sends to a service whose guardian reports no more.
    for number in (*STOP_SIGNALS, signal.SIGTSTP, signal.SIGABRT):
        signal.signal(number, signal.SIG_IGN)
    # `kill -9 %1` and the end of a terminal are meant for the job, and this is its last key.
    os.setsid()
    _call_itself(TITLE)
    take_precedence()


def _call_itself(title: str) -> None:
    """Be shown under another name; where the words of the command line are is in proc(5)."""
    ctypes.CDLL(None).prctl(PR_SET_NAME, b"donkey-watchdog")
    with suppress(OSError, ValueError, IndexError):
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        start, end = int(fields[45]), int(fields[46])
        if 0 < start < end:
            words = title.encode()[: end - start - 1].ljust(end - start, b"\0")
            ctypes.memmove(start, words, end - start)
