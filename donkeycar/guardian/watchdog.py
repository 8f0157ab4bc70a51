"""Watchdog: a third process that switches the motor off when its guardian fails.

It is forked from the guardian before any hardware is opened. They share a page of memory, in which
the guardian counts. If the guardian ends without having said that all is off, or stops counting,
the watchdog switches the motor off itself, no matter what the vehicle does. Linux only.
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
# Time in which the watchdog itself ran: if the computer runs neither process, that proves nothing.
MAX_STALL_S = 0.25
# The guardian may wait this long: a watchdog that hangs is one fault, and it takes two more.
MAX_WATCHDOG_STALL_S = 2.0
# The longest time that counts between two looks.
MAX_LOOK_S = 0.04
# A vehicle that outlives its guardian has as much time to save its data as one with a guardian.
GRACE_S = 10.0
# The longest time that a watchdog takes to see that it is not needed any more.
LEAVE_S = 1.0
LEAVE_POLL_S = 0.02

PR_SET_NAME = 15
TITLE = "donkeycar watchdog of the motor"

# The count of the guardian, the process id of the vehicle, and whether all is off.
_PAGE = struct.Struct("<QI?")
# The count of the watchdog's looks.
_LOOKS, _LOOKS_AT = struct.Struct("<Q"), 64


class Watchdog:
    """The guardian's side of the watchdog.

    Args:
        pid: Process id of the watchdog, a child of this process.
        page: The memory shared with it.
        clock: Source of time.
    """

    def __init__(self, pid: int, page: mmap.mmap, *, clock: Clock | None = None) -> None:
        self.pid = pid
        self._page = page
        self._clock: Clock = RealClock() if clock is None else clock
        self._count, self._vehicle, self._done = 0, 0, False
        self._looks = 0
        self._looked_s, self._stalled_s = self._clock.monotonic(), 0.0

    def follow(self, vehicle: int) -> None:
        """Tell the watchdog which process is the vehicle; it ends it if the guardian cannot."""
        self._vehicle = vehicle
        self._write()

    def beat(self) -> bool:
        """Show that the guardian lives, fifty times a second or more.

        Returns:
            Whether the watchdog is alive and looks.
        """
        self._count += 1
        self._write()
        with suppress(ChildProcessError):
            return os.waitpid(self.pid, os.WNOHANG) == (0, 0) and not self._hangs()
        return False

    def dismiss(self) -> None:
        """Say that all is off, and wait for the watchdog to end."""
        self._done = True
        self._write()
        deadline_s = self._clock.monotonic() + LEAVE_S
        with suppress(ChildProcessError):
            while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
                if self._clock.monotonic() > deadline_s:
                    os.kill(self.pid, signal.SIGKILL)
                self._clock.sleep(LEAVE_POLL_S)

    def _hangs(self) -> bool:
        """Whether it has not looked for a while; before its first look it loads its modules."""
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
        attempt: Opens the hardware, switches it off, checks that it is off and closes it, or
            raises.
        prepare: Called in the watchdog while all is well, to load the modules that `attempt` needs.
    """
    page = mmap.mmap(-1, mmap.PAGESIZE)
    guardian = os.getpid()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    # The forked process gets 0, and never returns from there.
    pid = os.fork() or _serve(guardian, page, attempt, prepare)
    return Watchdog(pid, page)


def _serve(
    guardian: int, page: mmap.mmap, attempt: Callable[[], object], prepare: Callable[[], object]
) -> NoReturn:
    """Run the forked process to its end; nobody reads its exit code."""
    try:
        _become_watchdog()
        with suppress(ProcessLookupError):
            guardian_fd = os.pidfd_open(guardian)
            if os.getppid() == guardian:
                prepare()
                watch(guardian_fd, page, attempt)
    except BaseException as error:  # also from a library that wants to end the program
        say(f"The watchdog of the motor failed: {repr_of(error)}")
    finally:
        # No code of the guardian may run here: no exit handler, no caller.
        os._exit(0)


def watch(
    guardian: int, page: mmap.mmap, attempt: Callable[[], object], *, clock: Clock | None = None
) -> None:
    """Watch a guardian until its end, and switch off the hardware that it left on.

    Args:
        guardian: A file descriptor of its process.
        page: The memory in which it counts.
        attempt: As in `start_watchdog`.
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
        return  # the hardware refused, or was never opened: nothing was sent
    if not ended:
        # It must not come back and send its last throttle.
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(guardian, signal.SIGKILL)
    switch_off(attempt)
    if not ended:
        _ended(guardian, None)
        # The last write of the killed process may have come afterwards.
        switch_off(attempt)
    what = "is gone" if ended else "hung and was killed"
    say(f"The guardian of the motor {what}: its watchdog switched the motor off.")
    if vehicle_fd is not None and not _ended(vehicle_fd, GRACE_S):
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(vehicle_fd, signal.SIGKILL)


def _ended(pidfd: int, timeout_s: float | None) -> bool:
    """Whether a process has ended, after waiting for this long; ``None`` waits for ever."""
    return bool(select.select([pidfd], [], [], timeout_s)[0])


def _become_watchdog() -> None:
    """Leave the car's group and name: only SIGKILL ends it, and no `pkill` by the car's name."""
    # systemd sends SIGABRT to a service whose guardian stops reporting.
    for number in (*STOP_SIGNALS, signal.SIGTSTP, signal.SIGABRT):
        signal.signal(number, signal.SIG_IGN)
    # `kill -9 %1` and the end of a terminal reach the whole job; this process must survive them.
    os.setsid()
    _call_itself(TITLE)
    take_precedence()


def _call_itself(title: str) -> None:
    """Change the shown name; proc(5) says where the words of the command line are stored."""
    ctypes.CDLL(None).prctl(PR_SET_NAME, b"donkey-watchdog")
    with suppress(OSError, ValueError, IndexError):
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        start, end = int(fields[45]), int(fields[46])
        if 0 < start < end:
            words = title.encode()[: end - start - 1].ljust(end - start, b"\0")
            ctypes.memmove(start, words, end - start)
