"""Web server of the console: its routes, and how it starts and ends."""

import asyncio
import socket
from typing import Any

from tornado.web import Application

from donkeycar.console.bar import Bar, BarPages
from donkeycar.console.console import Console
from donkeycar.console.drive import DriveFeed, DrivePage, DriveSocket, Home
from donkeycar.console.gate import GatedServer
from donkeycar.console.guard import (
    STATIC,
    STATIC_FILES,
    NotFound,
    PackageFile,
    Route,
    page_routes,
)
from donkeycar.console.pair import PAIRING
from donkeycar.console.video import Video, VideoSocket
from donkeycar.driving.message import MAX_BYTES

MAX_BODY_BYTES = 16 * 1024
MAX_HEADER_BYTES = 16 * 1024
# Time limit for the headers of a request, and again for its body.
REQUEST_TIMEOUT_S = 5
# A socket that does not answer for this long is closed.
PING_S = 3

# Every handler is a `Guarded`; public handlers set `public`.
ROUTES: list[Route] = [
    (r"/", Home, {}),
    *PAIRING,
    *page_routes("drive", DrivePage),
    (r"/wsDrive", DriveSocket, {}),
    (r"/pages", BarPages, {}),
    (r"/video", Video, {}),
    (r"/wsVideo", VideoSocket, {}),
    (STATIC_FILES, PackageFile, {"path": str(STATIC)}),
]


def make_application(
    console: Console, *, routes: list[Route] = ROUTES, feed: Any = None, bar: Bar | None = None
) -> Application:
    """Return the console as a tornado application.

    Args:
        console: The shared state of its handlers.
        routes: Address, handler and arguments of everything it serves.
        feed: Sends the state to the sockets; ``None`` is the feed of the drive page.
        bar: The pages that it offers; ``None`` is the drive page alone.
    """
    return Application(
        routes,
        default_handler_class=NotFound,
        log_function=lambda handler: None,
        websocket_max_message_size=MAX_BYTES,
        websocket_ping_interval=PING_S,
        websocket_ping_timeout=PING_S,
        console=console,
        feed=DriveFeed(console) if feed is None else feed,
        bar=Bar() if bar is None else bar,
    )


async def serve(
    console: Console,
    listener: socket.socket,
    ended: asyncio.Event,
    *,
    application: Application | None = None,
) -> None:
    """Serve until `ended` is set, then close every connection.

    Args:
        console: The console to serve.
        listener: The listening socket, from `bind`.
        ended: Set it to end serving.
        application: Answers the requests; ``None`` is the car's application.
    """
    application = make_application(console) if application is None else application
    server = GatedServer(
        application,
        max_body_size=MAX_BODY_BYTES,
        max_header_size=MAX_HEADER_BYTES,
        idle_connection_timeout=REQUEST_TIMEOUT_S,
        body_timeout=REQUEST_TIMEOUT_S,
    )
    server.gate = console.gate
    server.add_socket(listener)
    try:
        await ended.wait()
    finally:
        server.stop()
        for drive_socket in list(application.settings["feed"].sockets):
            drive_socket.close(1001)
        console.frames.close()
        console.gate.close()
        # In one turn of the event loop, closed connections end their handlers.
        await asyncio.sleep(0.05)
