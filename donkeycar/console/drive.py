"""Drive page: the page, its websocket, and the plain POST that scripts use."""

import asyncio
import json
import re
import secrets
from typing import Any

from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError

from donkeycar.console.console import Console
from donkeycar.console.feed import Feed
from donkeycar.console.guard import Guarded, GuardedSocket
from donkeycar.driving.client import Client
from donkeycar.driving.message import MessageError, parse_message

MAX_SOCKETS = 16
# The most pages of one browser; each gets the car's state many times a second.
MAX_SOCKETS_OF_ONE = 4

PAGE_ID = re.compile(r"[A-Za-z0-9]{1,32}")


def take_message(
    console: Console, client: Client, text: str | bytes, *, replaced: bool = False
) -> dict[str, Any]:
    """Carry out one message; from a replaced connection, only a stop or a throttle of zero.

    Returns:
        The immediate answer; it has the key ``error`` if the message was refused.
    """
    try:
        return console.cockpit.handle(client, parse_message(text), replaced=replaced)
    except MessageError as error:
        if error.stop:
            console.cockpit.stop()
            return {"error": str(error), "stop_ack": True}
        return {"error": str(error)}


def full_state(console: Console, client: Client) -> dict[str, Any]:
    """The state that the page shows, without the tick."""
    return console.cockpit.state(client) | {
        "viewers": console.frames.num_viewers,
        "max_viewers": console.frames.max_viewers,
        "auth": console.access.auth,
        "num_paired": len(console.access.sessions),
        "eased": console.pace.is_eased,
    }


class DriveFeed(Feed["DriveSocket"]):
    """Sends state to all drive sockets, as often as the car can.

    Args:
        console: The shared state of the handlers.
    """

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def send(self) -> float:
        """Send the state of this moment with one new tick."""
        tick = self._console.cockpit.issue_tick()
        now_s = round(self._console.clock.monotonic(), 4)
        for socket in list(self.sockets):
            socket.send_state(tick, now_s)
        return 1 / self._console.pace.rate_hz


class DrivePage(Guarded):
    """`/drive`: the page, and one message by POST."""

    page = True

    def head(self) -> None:
        """Say whether this browser is paired, without the page."""
        self.get()

    def get(self) -> None:
        """Serve the page."""
        self.renew_session()
        self.show("drive")

    def post(self) -> None:
        """Take one message, as 5.x does; answer with the state."""
        console = self.console
        if not self.share.take() and b'"stop"' not in self.request.body:
            raise HTTPError(429, reason="Too many messages")
        client = console.client(f"{self.who} post")
        answer = take_message(console, client, self.request.body)
        if "error" in answer:
            self.set_status(400)
        tick = console.cockpit.issue_tick()
        self.finish(full_state(console, client) | answer | {"tick": tick})


class Home(Guarded):
    """`/`: a redirect to the drive page."""

    page = True

    def get(self) -> None:
        """Redirect to the drive page."""
        self.redirect("/drive")


class DriveSocket(GuardedSocket):
    """`/wsDrive`: messages of one page, and the state it shows."""

    def prepare(self) -> None:
        """Refuse a socket above the limit, or an invalid page name."""
        super().prepare()
        page = self.get_query_argument("page", "")
        if page and PAGE_ID.fullmatch(page) is None:
            raise HTTPError(400, reason="`page` must be 1 to 32 letters and digits")
        self.client = self.console.client(f"{self.who} {page or secrets.token_hex(8)}")
        others = [s for s in self._feed().sockets if s.client is not self.client]
        if len(others) >= MAX_SOCKETS:
            raise HTTPError(503, reason="Too many pages are open. Close another one")
        if sum(s.who == self.who for s in others) >= MAX_SOCKETS_OF_ONE:
            raise HTTPError(503, reason="This browser has too many pages open. Close another one")

    def open(self, *args: str, **kwargs: str) -> None:
        """Join the feed; an older socket of the same page is closed."""
        super().open()
        self.set_nodelay(True)
        self._sent: dict[str, Any] = {}
        self._pending: asyncio.Future[None] | None = None
        for other in list(self._feed().sockets):
            if other.client is self.client:
                self._feed().sockets.discard(other)
                other.close()
        self.console.cockpit.reconnect(self.client)
        self._feed().join(self)

    def on_message(self, message: str | bytes) -> None:
        """Take one message; above the rate limit, read it only if it may be a stop.

        The car still listens to a replaced socket until it has agreed to close: its page may be a
        copy of the tab that drives, and a person may release the throttle there.
        """
        if self.is_rationed():
            stop = '"stop"' if isinstance(message, str) else b'"stop"'
            if stop not in message:  # type: ignore[operator]
                return
        replaced = self not in self._feed().sockets
        answer = take_message(self.console, self.client, message, replaced=replaced)
        if answer:
            self._send(answer)

    def on_close(self) -> None:
        """Leave the feed. The driver may come back before the link expires."""
        self._feed().sockets.discard(self)

    def send_state(self, tick: int, now_s: float) -> None:
        """Send the changes, unless the socket still holds the message before."""
        if self._pending is not None and not self._pending.done():
            return
        state = full_state(self.console, self.client)
        news = {name: value for name, value in state.items() if self._is_new(name, value)}
        self._sent = state
        self._pending = self._send(news | {"tick": tick, "now_s": now_s})

    def _is_new(self, name: str, value: Any) -> bool:
        return name not in self._sent or self._sent[name] != value

    def _send(self, message: dict[str, Any]) -> "asyncio.Future[None] | None":
        try:
            future = self.write_message(json.dumps(message))
        except WebSocketClosedError:
            return None
        # The socket may close before the message is sent; this is not an error.
        future.add_done_callback(lambda sent: sent.cancelled() or sent.exception())
        return future

    def _feed(self) -> DriveFeed:
        feed: DriveFeed = self.settings["feed"]
        return feed
