"""An exclusive claim of the motor's hardware: only one program at a time may hold a motor.

A claim is a name in the kernel's table of abstract Unix sockets (unix(7)). The kernel gives a name
to one holder only, frees it however the last holder dies, and says which process made it. There is
no file, so nothing is left behind, no folder has to exist or be writable for every user, and nobody
can put a link in its place. A name is visible in one network namespace: a container has its own
claims, unless it shares the namespace of the computer (``docker run --network host``).

Two names belong to each piece of hardware. All processes that may have to switch it off share the
first, as an inherited file descriptor: while one of them lives, no other program can claim it. The
second belongs to the guardian alone: if it is free, nobody drives, and anyone may switch the
hardware off.
"""

import binascii
import errno
import socket
import struct
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from donkeycar.errors import DeviceError
from donkeycar.guardian import STAYS
from donkeycar.guardian.other_process import described, way_out

# The kernel takes 108 bytes, and some of them say which claim it is.
MAX_NAME_BYTES = 64
# Emulated hardware has other names than the real hardware of this computer.
NAMESPACE = "donkeycar"
# A program that asks for the holder stays in its queue for ever, because nobody answers.
BACKLOG = 4096

_CREDENTIALS = struct.Struct("3i")


class Claim:
    """A claim of several pieces of hardware: of all of them or of none.

    Args:
        names: One name for each piece, e.g. ``"I2C bus 1, address 0x40"``; every program must use
            the same name for the same piece.
        level: Which of the two names, `SHARED` or `SOLE`.

    Raises:
        DeviceError: If another program holds one of them. The message names it.

    Example:
        >>> first = Claim(["pin GPIO77"])
        >>> Claim(["pin GPIO77"])
        Traceback (most recent call last):
        ...
        donkeycar.errors.DeviceError: Only one program at a time may hold the motor: pin GPIO77...
        >>> first.close()
        >>> Claim(["pin GPIO77"]).close()
    """

    SHARED = "motor"
    SOLE = "guardian"

    def __init__(self, names: Iterable[str], *, level: str = SHARED) -> None:
        self._sockets: list[socket.socket] = []
        for name in sorted(set(names)):
            try:
                self._sockets.append(_listen(_address(level, name)))
            except OSError as error:
                self.close()
                if error.errno != errno.EADDRINUSE:
                    raise DeviceError(f"{name} cannot be claimed: {error}") from error
                raise _taken(name, _address(level, name)) from None

    @property
    def fds(self) -> list[int]:
        """File descriptors that hold the claim, for another process that must hold it, too."""
        return [each.fileno() for each in self._sockets]

    def close(self) -> None:
        """Release the claim; it is free when all its holders have. Safe to call twice."""
        for each in self._sockets:
            each.close()
        self._sockets.clear()


def refuse_if_held(names: Iterable[str]) -> None:
    """Check whether hardware is free, without claiming it.

    Raises:
        DeviceError: If another program holds a piece of it. The message names it.
    """
    for name in names:
        address = _address(Claim.SHARED, name)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking:
            asking.setblocking(False)
            if asking.connect_ex(address) != errno.ECONNREFUSED:
                raise _taken(name, address)


def claim_to_switch_off(names: Sequence[str]) -> list[Claim]:
    """Claim hardware in order to switch it off.

    A process that shares the claim but cannot drive any more, because its guardian is dead, does
    not prevent this.

    Raises:
        DeviceError: If its guardian is alive. The message names it.
    """
    claims = [Claim(names, level=Claim.SOLE)]
    with suppress(DeviceError):
        claims.append(Claim(names))
    return claims


def _address(level: str, name: str) -> str:
    if len(name.encode()) > MAX_NAME_BYTES:
        # The end of the name, which differs between pieces, and a digest of the rest.
        name = f"{binascii.crc32(name.encode()):08x} {name.encode()[-24:].hex()}"
    return f"\0{NAMESPACE}/{level}/{name}"


def _listen(address: str) -> socket.socket:
    claimed = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        claimed.bind(address)
        claimed.listen(BACKLOG)
    except OSError:
        claimed.close()
        raise
    return claimed


def _taken(name: str, address: str) -> DeviceError:
    return DeviceError(
        f"Only one program at a time may hold the motor: {name} is taken. "
        f"Received: {_holder(address)}"
    )


def _holder(address: str) -> str:
    """Say in words which process holds a name, and how to end it."""
    credentials = bytes(_CREDENTIALS.size)  # zeros: nobody
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking:
        asking.setblocking(False)
        asking.connect(address)
        credentials = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, user, _ = _CREDENTIALS.unpack(credentials)
    if not pid:
        return "another program, which the kernel does not name. Stop that one, then try again"
    folder = Path(f"/proc/{pid}")
    if not folder.exists():
        return (
            f"process {pid}, which is gone, but the rest of its car is still switching the motor "
            "off. Wait until it is done, or switch the battery off"
        )
    what = f"process {pid}{described(folder, user)}"
    if _stays(folder):
        return (
            f"{what}, which runs until the motor is off, because the hardware does not answer. "
            f"Switch the battery off first, then: kill -9 {pid}"
        )
    return f"{what}. Stop that one first: {way_out(folder)}"


def _stays(process: Path) -> bool:
    """Whether the process still tries to switch the motor off, and does not end when asked."""
    with suppress(OSError):
        return (process / "comm").read_text(errors="replace").strip() == STAYS
    return False
