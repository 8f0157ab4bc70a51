"""What a service tells the systemd that started it."""

import os
import socket
from contextlib import suppress


def notify(message: str) -> None:
    """Tell systemd, without waiting for it; nothing happens where there is none.

    Args:
        message: As of sd_notify(3), e.g. ``"READY=1"``.
    """
    if path := os.environ.get("NOTIFY_SOCKET"):
        address = f"\0{path[1:]}" if path.startswith("@") else path
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.setblocking(False)
            systemd.sendto(message.encode(), address)
