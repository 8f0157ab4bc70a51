"""The guardian as a process of its own: it holds the motor and starts the vehicle as its child.

They share a socket that keeps packets whole. If one of them dies, the kernel closes its end, and
the other one knows at once. Linux only.
"""

import ctypes
import math
import os
import select
import signal
import socket
import subprocess
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path

from donkeycar.errors import DeviceError
from donkeycar.guardian import FD_VARIABLE
from donkeycar.guardian.claim import Claim
from donkeycar.guardian.guardian import Guardian, Output, State
from donkeycar.guardian.motor_frame import STOP, MotorFrame, decode
from donkeycar.guardian.realtime import take_precedence
from donkeycar.guardian.switch_off import STOP_SIGNALS, Patience, say
from donkeycar.guardian.systemd import notify
from donkeycar.guardian.watchdog import Watchdog, start_watchdog
from donkeycar.timing import Clock, RealClock

POLL_S = 0.01
# Time that the vehicle has to save its recordings.
GRACE_S = 10.0
# A flood of packets must not keep the guardian from its work.
MAX_PACKETS = 16
PACKET_BYTES = 64
# Only a few packets can wait, so that none gets old.
SEND_BUFFER_BYTES = 4096
# After this long without an answer, the guardian counts as hung.
MAX_SILENCE_S = 0.5

# From <linux/prctl.h>.
PR_SET_PDEATHSIG = 1


def hold_motor(
    names: Sequence[str],
    *,
    open_output: Callable[[], Output],
    shut_off: Callable[[], object],
    command: Sequence[str],
    prepare: Callable[[], object] = lambda: None,
) -> int:
    """Claim a motor, start its watchdog, open its hardware and guard a car with it, in this order.

    Args:
        names: Names of the hardware, as in `Claim`.
        open_output: Opens the hardware and leaves it off.
        shut_off: Opens the hardware, makes sure that it is off, and closes it.
        command: As in `guard`.
        prepare: As in `start_watchdog`.

    Returns:
        What `guard` returns.

    Raises:
        DeviceError: If another program holds the hardware, or it does not answer.
    """
    with closing(Claim(names)) as shared:
        watchdog = start_watchdog(shut_off, prepare=prepare)
        try:
            sole = Claim(names, level=Claim.SOLE)
            output = open_output()
        except BaseException:
            watchdog.dismiss()
            raise
        with closing(sole):
            guardian = Guardian(output, tell=say)
            return guard(guardian, command, watchdog=watchdog, claim_fds=shared.fds)


def guard(
    guardian: Guardian,
    command: Sequence[str],
    *,
    grace_s: float = GRACE_S,
    watchdog: Watchdog | None = None,
    claim_fds: Sequence[int] = (),
) -> int:
    """Run a vehicle process under a guardian until both are done.

    SIGTERM, SIGHUP, SIGQUIT and SIGINT make the outputs safe first and are then passed on; Ctrl-Z
    is ignored. Under systemd it reports when it is ready, and feeds the watchdog of systemd. It
    does not return before the outputs are off, even if their hardware does not answer for a long
    time.

    Args:
        guardian: Holds the outputs.
        command: Starts the vehicle process, which calls `VehicleSide.from_environment`.
        grace_s: How long the vehicle process may take to save its data after it was asked to end,
            in seconds; then it is killed.
        watchdog: The watchdog of this process. If it fails the car ends, because after one more
            fault no process would be left to stop the motor.
        claim_fds: File descriptors of the claim. The vehicle shares the claim, because it may have
            to switch the motor off.

    Returns:
        The exit code of the vehicle process; 128 + n if signal n ended it; 1 if it reports success,
        but left with the motor running or had to end because it had no watchdog.
    """
    asked: list[int] = []
    for number in STOP_SIGNALS:
        signal.signal(number, lambda number, _frame: asked.append(number))
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    clock = RealClock()
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)

    def work() -> bool:
        guardian.step()
        notify("WATCHDOG=1")
        return watchdog is None or watchdog.beat()

    with ours, theirs:
        fds = [theirs.fileno(), *claim_fds]
        environment = {**os.environ, FD_VARIABLE: ",".join(map(str, fds))}
        child = subprocess.Popen(command, pass_fds=fds, env=environment)
        theirs.close()
        ours.setblocking(False)
        if watchdog is not None:
            watchdog.follow(child.pid)
        take_precedence()
        notify("READY=1")
        watched = True
        while _listen(ours, guardian) and not asked and child.poll() is None:
            if not work():
                say("The watchdog of the motor was killed or hangs: the car ends. Start it again.")
                watched = False
                asked.append(signal.SIGTERM)
        if not asked:
            _hear_out(ours, guardian)
        mid_drive = guardian.state is State.RUN and not asked
        guardian.end()
        deadline_s, patience = clock.monotonic() + grace_s, Patience(clock)
        linked = True
        while child.poll() is None or not guardian.done:
            work()
            if guardian.fault is not None and child.returncode is not None:
                patience.wait_for(guardian.fault)
            if asked:
                _pass_on(asked.pop(), child, patience)
            if clock.monotonic() > deadline_s:
                child.kill()
            # A vehicle makes sure of the stop before it saves: silence would be a dead guardian.
            linked = linked and _listen(ours, guardian)
            if not linked:
                clock.sleep(POLL_S)
        patience.over()
    if watchdog is not None:
        watchdog.dismiss()
    if mid_drive and child.returncode == 0:
        say(_GONE_MID_DRIVE)
    if (mid_drive or not watched) and child.returncode == 0:
        return 1
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


_GONE_MID_DRIVE = (
    "The car's program ended in the middle of a drive, without a word. Received: exit code 0. A "
    "part of it, or a library, called os._exit, so the guardian stopped the motor"
)


def _pass_on(number: int, child: "subprocess.Popen[bytes]", patience: Patience) -> None:
    """Pass a signal on to the vehicle; if there is no vehicle, say why this process still runs."""
    if child.poll() is None:
        child.send_signal(number)
    else:
        patience.explain()


def _listen(ours: socket.socket, guardian: Guardian) -> bool:
    """Read the packets that came within `POLL_S`, and answer; False at the end of the vehicle."""
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


def _hear_out(ours: socket.socket, guardian: Guardian) -> None:
    """Read the last packets of a vehicle that has ended; after a stop it did not end in mid-drive.

    Twice `MAX_PACKETS` is enough: `SEND_BUFFER_BYTES` has no room for more.
    """
    with suppress(BlockingIOError):
        for _ in range(2 * MAX_PACKETS):
            # The kernel reports once that answers were left unread, before it hands over the
            # packets.
            with suppress(ConnectionError):
                packet = ours.recv(PACKET_BYTES)
                if not packet:
                    return
                guardian.receive(packet)


def _let_go(fds: Sequence[int]) -> None:
    """Close the file descriptors that a forked child inherited: it cannot switch the motor off."""
    for fd in fds:
        with suppress(OSError):
            os.close(fd)


def _inherited(fds: str) -> tuple[socket.socket, list[int]]:
    """The socket to the guardian, and file descriptors of the claim.

    Children of this process must not keep the link or the claim open.

    Raises:
        DeviceError: If they are not valid.
    """
    try:
        fd, *claim_fds = map(int, fds.split(","))
        for inherited in (fd, *claim_fds):
            os.set_inheritable(inherited, False)
        channel = socket.socket(fileno=fd)
        if (channel.family, channel.type) != (socket.AF_UNIX, socket.SOCK_SEQPACKET):
            channel.detach()  # the file descriptor belongs to something else
            raise ValueError(f"{fd} is another socket")
    except (ValueError, OverflowError, OSError) as error:
        raise DeviceError(
            f"{FD_VARIABLE} must be what a guardian sets for the car that it starts. "
            f"Received: {fds[:40]!r}, and {error}. Remove it from the environment: "
            f"unset {FD_VARIABLE}"
        ) from error
    return channel, claim_fds


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
        self._status: MotorFrame | None = None

    @classmethod
    def from_environment(cls) -> "VehicleSide | None":
        """Connect to the guardian that started this process; ``None`` if none did.

        If the guardian dies, this process gets SIGTERM; if memory runs out, the kernel kills this
        process first.

        Raises:
            DeviceError: If the environment variable was not set by a guardian.
        """
        fds = os.environ.pop(FD_VARIABLE, None)
        if fds is None:
            return None
        channel, claim_fds = _inherited(fds)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500")
        os.register_at_fork(after_in_child=lambda: _let_go(claim_fds))
        return cls(channel)

    def send(self, frame: MotorFrame) -> None:
        """Send a frame; drop it if the buffer is full, because the next one is newer.

        Raises:
            DeviceError: If the guardian is gone.
        """
        try:
            with suppress(BlockingIOError):
                self._channel.send(frame.encode())
        except OSError as error:
            raise DeviceError(f"The guardian of the motor is gone: {error}") from error

    def halt(self) -> None:
        """Stop the motor at once; any thread may call this at any time.

        Raises:
            DeviceError: If the guardian is gone.
        """
        self.send(MotorFrame(0, 0.0, 0.0, 0.0, STOP))

    def status(self) -> MotorFrame | None:
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
