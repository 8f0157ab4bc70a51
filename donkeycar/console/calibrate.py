"""Calibration page and its websocket. Only `donkey calibrate` serves them."""

import asyncio
import json
import re
import secrets
from typing import Any

from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError

from donkeycar.console.bench import Bench
from donkeycar.console.feed import Feed
from donkeycar.console.guard import (
    STATIC,
    STATIC_FILES,
    Guarded,
    GuardedSocket,
    PackageFile,
    Route,
    page_routes,
)
from donkeycar.console.pair import PAIRING

STATE_HZ = 20
MAX_SOCKETS = 8
MAX_SOCKETS_OF_ONE = 4
PAGE_ID = re.compile(r"[A-Za-z0-9]{1,32}")


class CalibrateFeed(Feed["CalibrateSocket"]):
    """Sends the state of the bench to all sockets.

    Args:
        bench: The calibration and its clients.
    """

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.bench = bench

    def send(self) -> float:
        """Send to each page the state that it may see."""
        for socket in list(self.sockets):
            socket.send(self.bench.state(socket.client))
        return 1 / STATE_HZ


class CalibrateHome(Guarded):
    """`/` and `/drive`: a redirect to the page; the pairing page uses it too."""

    page = True

    def get(self) -> None:
        """Redirect to the page."""
        self.redirect("/calibrate")


class CalibratePage(Guarded):
    """`/calibrate`: the page."""

    page = True

    def head(self) -> None:
        """Say whether this browser is paired, without the page."""
        self.get()

    def get(self) -> None:
        """Serve the page."""
        self.renew_session()
        self.show("calibrate")


class CalibrateSocket(GuardedSocket):
    """`/wsCalibrate`: messages of one page, and the state it shows."""

    def prepare(self) -> None:
        """Refuse a socket above the limit, or an invalid page name."""
        super().prepare()
        page = self.get_query_argument("page", "") or secrets.token_hex(8)
        if PAGE_ID.fullmatch(page) is None:
            raise HTTPError(400, reason="`page` must be 1 to 32 letters and digits")
        self.client = f"{self.who} {page}"
        if len(self._feed().sockets) >= MAX_SOCKETS:
            raise HTTPError(503, reason="Too many pages are open. Close another one")
        if sum(socket.who == self.who for socket in self._feed().sockets) >= MAX_SOCKETS_OF_ONE:
            raise HTTPError(503, reason="This browser has too many pages open. Close another one")

    def open(self, *args: str, **kwargs: str) -> None:
        """Join the feed."""
        super().open()
        self.set_nodelay(True)
        self._seq = -1
        self._pending: asyncio.Future[None] | None = None
        # Words that never change are sent once, not with every state.
        self.send({"questions": self._feed().bench.questions()}, always=True)
        self._feed().join(self)

    def on_message(self, message: str | bytes) -> None:
        """Take one message; above the rate limit, read it only if it may be a stop."""
        if self.is_rationed() and b'"stop"' not in _bytes(message):
            return
        try:
            fields: Any = json.loads(message)
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            self.send({"error": "A message must be a JSON object"})
            return
        seq = fields.get("seq")
        if isinstance(seq, int) and not fields.get("stop"):
            if seq <= self._seq:
                return
            self._seq = seq
        answer = self._feed().bench.take(self.client, fields)
        if answer:
            self.send(answer, always=True)

    def on_close(self) -> None:
        """Leave the feed; if this page calibrated, the car goes to neutral."""
        self._feed().sockets.discard(self)
        self._feed().bench.leave(self.client)

    def send(self, message: dict[str, Any], *, always: bool = False) -> None:
        """Send a message, unless the socket still holds the one before."""
        if not always and self._pending is not None and not self._pending.done():
            return
        try:
            future = self.write_message(json.dumps(message))
        except WebSocketClosedError:
            return
        # The socket may close before the message is sent; this is not an error.
        future.add_done_callback(lambda sent: sent.cancelled() or sent.exception())
        self._pending = future

    def _feed(self) -> CalibrateFeed:
        feed: CalibrateFeed = self.settings["feed"]
        return feed


def _bytes(message: str | bytes) -> bytes:
    return message.encode() if isinstance(message, str) else message


ROUTES: list[Route] = [
    (r"/", CalibrateHome, {}),
    (r"/drive", CalibrateHome, {}),
    *PAIRING,
    *page_routes("calibrate", CalibratePage),
    (r"/wsCalibrate", CalibrateSocket, {}),
    (STATIC_FILES, PackageFile, {"path": str(STATIC)}),
]
