"""The lab worker: ``python -m donkeycar.lab``, started by a console.

It serves on a listening socket that it inherits. It ends when its standard input closes, which
happens however its parent ends, or when nobody has asked for anything for a while.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import socket
import sys
import time
from pathlib import Path

from tornado.httpserver import HTTPServer

from donkeycar.lab.lab import Lab
from donkeycar.lab.priority import step_back
from donkeycar.lab.server import Work, make_application

LOOK_EVERY_S = 1.0
# An action in progress gets this long to end with the worker.
END_WITHIN_S = 2.0
MAX_BODY_BYTES = 1024 * 1024


def main() -> None:
    """Serve until the parent ends."""
    parser = argparse.ArgumentParser(
        prog="python -m donkeycar.lab",
        description="Serve the pages of the lab to the console that started this process.",
    )
    parser.add_argument("--folder", type=Path, required=True, help="folder of tubs and pilots")
    parser.add_argument("--car", action="store_true", help="this computer drives")
    parser.add_argument("--driven-by", default="", help="digest of the settings that it drives by")
    parser.add_argument("--idle-s", type=float, help="end after this long without a request")
    parser.add_argument("--socket", type=int, required=True, help="descriptor of the socket")
    args = parser.parse_args()
    logging.basicConfig(format="lab: %(message)s", level=logging.WARNING)
    step_back()
    lab = Lab(args.folder, is_car=args.car, driven_by=args.driven_by)
    listener = socket.socket(fileno=args.socket)
    listener.setblocking(False)
    place = Path(os.fsdecode(listener.getsockname()))
    if asyncio.run(_serve(lab, listener, args.idle_s)):
        _clear(place)
    sys.stderr.flush()
    # Not by `sys.exit`, which would wait for an action that takes for ever.
    os._exit(0)


async def _serve(lab: Lab, listener: socket.socket, idle_s: float | None) -> bool:
    """Serve; return whether the parent has ended."""
    work = Work()
    parent_ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _hear, parent_ended)
    server = HTTPServer(make_application(lab, work), max_body_size=MAX_BODY_BYTES)
    server.add_socket(listener)
    while not parent_ended.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(parent_ended.wait(), LOOK_EVERY_S)
        idle = time.monotonic() - work.idle_since_s
        if idle_s is not None and not work.running and idle >= idle_s:
            break
    server.stop()
    until_s = time.monotonic() + END_WITHIN_S
    while work.running and time.monotonic() < until_s:
        await asyncio.sleep(0.02)
    return parent_ended.is_set()


def _clear(place: Path) -> None:
    """Remove the socket and its folder: a parent that was killed could not."""
    with contextlib.suppress(OSError):
        place.unlink(missing_ok=True)
        place.parent.rmdir()


def _hear(parent_ended: asyncio.Event) -> None:
    """Nobody writes to the standard input: it can only end."""
    if not os.read(sys.stdin.fileno(), 1024):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        parent_ended.set()


if __name__ == "__main__":
    main()
