"""Listening port of the console; used to serve it, and to check the port before a car starts."""

import errno
import os
import socket

from donkeycar.errors import DeviceError


def bind(host: str, port: int) -> socket.socket:
    """Listen on `port`, so that no other program can.

    Raises:
        DeviceError: If the port or the address cannot be bound.
    """
    try:
        listener = socket.create_server((host, port), backlog=128)
    except OSError as error:
        raise DeviceError(
            f"The console cannot listen on port {port} of {host or 'this computer'}: "
            f"{os.strerror(error.errno) if error.errno else error}. {_advice(error)}"
        ) from error
    listener.setblocking(False)
    return listener


def _advice(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "Stop the program that does, or choose another WEB_CONTROL_PORT"
    if error.errno == errno.EACCES:
        return "Choose a WEB_CONTROL_PORT above 1023"
    return "Choose a WEB_HOST of this computer: 0.0.0.0 for every network, 127.0.0.1 for itself"
