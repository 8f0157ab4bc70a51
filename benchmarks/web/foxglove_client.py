"""A viewer that speaks the Foxglove WebSocket protocol as its specification has it.

Source: https://github.com/foxglove/ws-protocol/blob/main/docs/spec.md. Tests let it talk to the
server of foxglove-sdk as well, so that it is not made to fit ours.
"""

import json
import struct
from typing import Any, NamedTuple

from benchmarks.web.console_client import BINARY, CLOSE, Served, Socket

# What the desktop app and the web app send as the page that opens the connection.
ORIGIN = "https://app.foxglove.dev"
HEADERS = {"Origin": ORIGIN, "Sec-WebSocket-Protocol": "foxglove.sdk.v1, foxglove.websocket.v1"}


class Data(NamedTuple):
    """A message of a channel: its topic, its time in nanoseconds, and its content."""

    topic: str
    time_ns: int
    payload: bytes


class FoxgloveViewer:
    """Connects, and hears what there is to see.

    Args:
        socket: An open connection, see `watch`.

    Attributes:
        info: The ``serverInfo``.
        channels: What was advertised, by topic.
        statuses: Sentences that the server had for a person.
    """

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.statuses: list[str] = []
        self._topics: dict[int, str] = {}
        self.info = self._hear("serverInfo")
        self.channels = {one["topic"]: one for one in self._hear("advertise")["channels"]}

    def subscribe(self, *topics: str) -> None:
        """Ask for topics; for all of them, if none is named."""
        wanted = [self.channels[topic] for topic in topics or self.channels]
        subscriptions = [{"id": 100 + one["id"], "channelId": one["id"]} for one in wanted]
        self._topics |= {100 + one["id"]: one["topic"] for one in wanted}
        self.say(op="subscribe", subscriptions=subscriptions)

    def say(self, **fields: Any) -> None:
        """Send a message."""
        self.socket.send(json.dumps(fields))

    def data(self, *topics: str) -> Data:
        """Wait for the next message, of one of `topics` if some are named."""
        while True:
            opcode, payload = self.socket.receive()
            if opcode == CLOSE:
                raise ConnectionError("the server closed the connection")
            if opcode != BINARY:
                self._note(json.loads(payload))
                continue
            kind, number, time_ns = struct.unpack_from("<BIQ", payload)
            topic = self._topics.get(number, "")
            if kind == 1 and (not topics or topic in topics):
                return Data(topic, time_ns, payload[13:])

    def content(self, topic: str) -> dict[str, Any]:
        """Wait for the next message of a JSON channel."""
        message: dict[str, Any] = json.loads(self.data(topic).payload)
        return message

    def wait_closed(self) -> None:
        """Read until the server closes the connection."""
        while self.socket.receive()[0] != CLOSE:
            pass

    def close(self) -> None:
        """Go away."""
        self.socket.close()

    def _hear(self, op: str) -> dict[str, Any]:
        while True:
            opcode, payload = self.socket.receive()
            if opcode == CLOSE:
                raise ConnectionError("the server closed the connection")
            message: dict[str, Any] = json.loads(payload)
            if message["op"] == op:
                return message
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("op") == "status":
            self.statuses.append(message["message"])


def watch(car: Served, path: str, **headers: str) -> FoxgloveViewer:
    """Connect to a car; it closes the connection at its end."""
    return FoxgloveViewer(car.socket(path, **(HEADERS | headers)))


def new_link(car: Served, headers: dict[str, str] | None = None) -> str:
    """Have a paired page make a link; return the path of its address."""
    made = car.post("/foxglove/links", {"make": True}, headers)
    url: str = made.json()["url"]
    return "/" + url.split("/", 3)[3]
