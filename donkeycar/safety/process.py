"""The guardian as a process of its own: it holds the motor and starts the vehicle as its child.

They share a socket that keeps packets whole. Whichever dies, the kernel closes its end, and the
other one knows at once. Linux only.
"""

import ctypes
import gc
import math
import os
import select
import signal
import socket
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from donkeycar.errors import DeviceError
from donkeycar.safety import FD_VARIABLE
from donkeycar.safety.frame import STOP, Frame, decode
from donkeycar.safety.guardian import Guardian
from donkeycar.timing import Clock, RealClock

POLL_S = 0.01
# Time to save what was recorded.
GRACE_S = 10.0
# A flood of packets must not keep the guardian from its work.
MAX_PACKETS = 16
PACKET_BYTES = 64
# Few packets wait, so that none is old.
SEND_BUFFER_BYTES = 4096
# A guardian that answers nothing for this long holds the motor with a dead hand.
MAX_SILENCE_S = 0.5

# From <linux/prctl.h> and <sys/mman.h>.
PR_SET_PDEATHSIG = 1
MCL_CURRENT_AND_FUTURE = 3


def guard(guardian: Guardian, command: Sequence[str], *, grace_s: float = GRACE_S) -> int:
    """Run a vehicle process under a guardian until both are done.

    SIGTERM, SIGHUP, SIGQUIT and SIGINT make the outputs safe first and are then passed on; Ctrl-Z
    is ignored. Under systemd it tells when it is ready and feeds the watchdog.

    Args:
        guardian: Holds the outputs.
        command: Starts the vehicle process, which calls `VehicleSide.from_environment`.
        grace_s: How long the vehicle process may take to save what it has after the end was asked
            for, in seconds; then it is killed. Outputs that do not answer are given up then, too.

    Returns:
        The exit code of the vehicle process; 128 + n if signal n ended it.
    """
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT):
        signal.signal(number, lambda number, _frame: asked.append(number))
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    clock = RealClock()
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with ours, theirs:
        environment = {**os.environ, FD_VARIABLE: str(theirs.fileno())}
        child = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environment)
        theirs.close()
        ours.setblocking(False)
        _take_precedence()
        _notify("READY=1")
        while _listen(ours, guardian) and not asked and child.poll() is None:
            guardian.step()
            _notify("WATCHDOG=1")
        guardian.end()
        deadline_s, late = clock.monotonic() + grace_s, False
        while child.poll() is None or not (guardian.done or late):
            guardian.step()
            _notify("WATCHDOG=1")
            if asked:
                child.send_signal(asked.pop())
            late = clock.monotonic() > deadline_s
            if late:
                child.kill()
            clock.sleep(POLL_S)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _listen(ours: socket.socket, guardian: Guardian) -> bool:
    """Hand over what has come within `POLL_S`, and answer it; False at the end of the vehicle."""
    if not select.select([ours], [], [], POLL_S)[0]:
        return True
    with suppress(BlockingIOError):
        for _ in range(MAX_PACKETS):
            try:
                packet = ours.recv(PACKET_BYTES)
            except ConnectionError:
                return False
            if not packet:
                return False
            guardian.receive(packet)
    guardian.step()
    with suppress(OSError):
        ours.send(guardian.status.encode())
    return True


def _take_precedence() -> None:
    """Ask to be run first and kept in memory; a system that refuses is left as it is."""
    gc.disable()
    with suppress(OSError):
        policy = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, policy, os.sched_param(50))
    ctypes.CDLL(None).mlockall(MCL_CURRENT_AND_FUTURE)


def _notify(message: str) -> None:
    """Tell systemd; see sd_notify(3)."""
    if path := os.environ.get("NOTIFY_SOCKET"):
        address = f"\0{path[1:]}" if path.startswith("@") else path
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.setblocking(False)
            systemd.sendto(message.encode(), address)


class VehicleSide:
    """The vehicle's end of the socket to its guardian. Nothing here ever waits.

    Args:
        channel: The socket.
        clock: Source of time.
    """

    def __init__(self, channel: socket.socket, *, clock: Clock | None = None) -> None:
        channel.setblocking(False)
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self._channel = channel
        self._clock: Clock = RealClock() if clock is None else clock
        self._heard_s = math.inf
        self._status: Frame | None = None

    @classmethod
    def from_environment(cls) -> "VehicleSide | None":
        """Connect to the guardian that started this process; ``None`` if none did.

        If it dies this process is sent SIGTERM, and if memory runs out this process goes first.
        """
        fd = os.environ.pop(FD_VARIABLE, None)
        if fd is None:
            return None
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500")
        channel = socket.socket(fileno=int(fd))
        channel.set_inheritable(False)
        return cls(channel)

    def send(self, frame: Frame) -> None:
        """Send a frame; one that finds no room is dropped, the next one is newer.

        Raises:
            DeviceError: If the guardian is gone.
        """
        try:
            with suppress(BlockingIOError):
                self._channel.send(frame.encode())
        except OSError as error:
            raise DeviceError(f"The guardian of the motor is gone: {error}") from error

    def halt(self) -> None:
        """Have the motor stopped at once; any thread may, at any time.

        Raises:
            DeviceError: If the guardian is gone.
        """
        self.send(Frame(0, 0.0, 0.0, 0.0, STOP))

    def status(self) -> Frame | None:
        """The guardian's newest answer; ``None`` before the first.

        Raises:
            DeviceError: If the guardian is gone, or has not answered for `MAX_SILENCE_S`.
        """
        now_s = self._clock.monotonic()
        self._heard_s = min(self._heard_s, now_s)
        try:
            with suppress(BlockingIOError):
                while answer := self._channel.recv(PACKET_BYTES):
                    self._status, self._heard_s = decode(answer), now_s
                raise DeviceError("The guardian of the motor is gone")
        except ConnectionError as error:
            raise DeviceError(f"The guardian of the motor is gone: {error}") from error
        if now_s - self._heard_s > MAX_SILENCE_S:
            raise DeviceError(f"The guardian of the motor said nothing for {MAX_SILENCE_S} s")
        return self._status
