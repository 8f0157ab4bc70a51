"""Messages of a service to the systemd that started it."""

import os
import socket
from contextlib import suppress


def notify(message: str) -> None:
    """Send a message to systemd, without waiting; without systemd this does nothing.

    Args:
        message: As in sd_notify(3), e.g. ``"READY=1"``.
    """
    if path := os.environ.get("NOTIFY_SOCKET"):
        address = f"\0{path[1:]}" if path.startswith("@") else path
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.setblocking(False)
            systemd.sendto(message.encode(), address)
