"""The network interfaces of a computer, as the kernel lists them below `ioctl`.

Source: netdevice(7), <linux/sockios.h>.

Not modelled: IPv6, several addresses of one interface, packets.
"""

import ctypes
import socket
import struct

SIOCGIFCONF = 0x8912
SIOCGIFFLAGS = 0x8913
SIOCGIFNETMASK = 0x891B
UP, LOOPBACK, RUNNING = 0x1, 0x8, 0x40

LO = ("lo", "127.0.0.1", UP | RUNNING | LOOPBACK)


class NetworkKernel:
    """Interfaces; put its `ioctl` in the place of `fcntl.ioctl`.

    Args:
        ifreq_bytes: Size of a `struct ifreq` on this computer.

    Attributes:
        interfaces: Name, address and flags of each.
        netmask: The netmask of all of them.
    """

    def __init__(self, *, ifreq_bytes: int) -> None:
        self.interfaces: list[tuple[str, str, int]] = [LO]
        self.netmask = "255.255.255.0"
        self._ifreq_bytes = ifreq_bytes

    def ioctl(self, probe: object, number: int, request: bytes) -> bytes:
        """Do what the kernel does for these requests."""
        if number == SIOCGIFCONF:
            return self.list_into(*struct.unpack("iP", request))
        name = request[:16].split(b"\0")[0].decode()
        flags = {name: flags for name, _, flags in self.interfaces}
        if name not in flags:
            raise OSError(19, "No such device")
        if number == SIOCGIFNETMASK:
            return request[:16] + self._address(self.netmask)
        assert number == SIOCGIFFLAGS
        return request[:16] + struct.pack("H", flags[name]) + request[18:]

    def _address(self, address: str) -> bytes:
        words = struct.pack("HH", socket.AF_INET, 0) + socket.inet_aton(address)
        return words.ljust(self._ifreq_bytes - 16, b"\0")

    def list_into(self, size: int, pointer: int) -> bytes:
        """Write the table of interfaces to memory, as SIOCGIFCONF does."""
        entries = b"".join(
            name.encode().ljust(16, b"\0") + self._address(address)
            for name, address, _ in self.interfaces
        )[:size]
        ctypes.memmove(pointer, entries, len(entries))
        return struct.pack("iP", len(entries), pointer)
