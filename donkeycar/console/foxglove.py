"""Live view in Foxglove: the car shows itself to programs that have a link, and takes nothing.

Foxglove connects to an address and cannot have the cookie of a paired browser, so the address has a
token, see `donkeycar.console.view_links`. Only the newest picture and state wait for a viewer, so a
slow one gets fewer of them, and a stalled one is cut off.
"""

import asyncio
import secrets
import time
from collections.abc import Sequence
from typing import Any

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError

from donkeycar.console import foxglove_protocol as protocol
from donkeycar.console.console import Console
from donkeycar.console.feed import Feed
from donkeycar.console.frames import VideoFrame, Viewer
from donkeycar.console.guard import GuardedSocket
from donkeycar.console.video import STALL_S, in_time, limit_buffer
from donkeycar.driving.client import Client
from donkeycar.foxglove.topics import AGES, CAMERA, LOG, STATE, control_topic

MAX_SOCKETS = 10
CAMERA_ID = protocol.CHANNEL_IDS[CAMERA]
LOG_ID = protocol.CHANNEL_IDS[LOG]

# A message: number of its channel, and its content.
Message = tuple[int, bytes]


class FoxgloveFeed(Feed["FoxgloveSocket"]):
    """Sends what the car does to all viewers, as often as the drive page gets it.

    Args:
        console: The shared state of the handlers.

    Attributes:
        session_id: Tells one run of the car from another.
    """

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        # It never takes the wheel: it only asks for the state that a page would get.
        self._client = Client("foxglove")
        self.session_id = secrets.token_hex(8)

    def send(self) -> float:
        """Send the state of this moment; cut off whoever has no link any more."""
        state = self._console.cockpit.state(self._client)
        messages = self._messages(state)
        for socket in list(self.sockets):
            socket.send_news(messages, state["reason"])
        return 1 / self._console.pace.rate_hz

    def _messages(self, state: dict[str, Any]) -> list[Message]:
        order = self._console.cockpit.order
        contents = {
            control_topic("user"): {"angle": order.angle, "throttle": order.throttle},
            control_topic("pilot"): {
                "angle": state["pilot_angle"], "throttle": state["pilot_throttle"]
            },
            control_topic("final"): {"angle": state["angle"], "throttle": state["throttle"]},
            AGES: {
                "camera_s": state["camera_age_s"],
                "camera_to_wheel_p50_s": state["wheel_age_p50_s"],
                "camera_to_wheel_p99_s": state["wheel_age_p99_s"],
            },
            STATE: {
                "mode": state["driveMode"],
                "stop_reason": state["reason"],
                "drivetrain": state["drivetrain_state"],
                "recording": state["recording"],
            },
        }  # fmt: skip
        return [
            (protocol.CHANNEL_IDS[topic], protocol.json_payload(content))
            for topic, content in contents.items()
            if any(value is not None for value in content.values())
        ]


class FoxgloveSocket(GuardedSocket):
    """`/foxglove/TOKEN`: one viewer."""

    viewer: Viewer | None = None
    task: asyncio.Task[None] | None = None

    async def prepare(self) -> None:
        """Refuse a viewer without a link, a second one with the same link, and one too many."""
        if self.console.access.views.name_of(self.path_args[0]) is None:
            await self.console.keeper.catch_up()
        super().prepare()
        if self._finished:
            return
        offered = self.request.headers.get("Sec-WebSocket-Protocol", "")
        if "Upgrade" in self.request.headers and not self._chosen(offered.split(",")):
            raise HTTPError(400, reason=f"A viewer must speak {protocol.SUBPROTOCOLS[0]}")
        sockets = self._feed().sockets
        if any(socket.who == self.who for socket in sockets):
            raise HTTPError(503, reason="Another program uses this link. Make one more")
        if len(sockets) >= MAX_SOCKETS:
            raise HTTPError(503, reason=f"All {MAX_SOCKETS} places are taken. Close another viewer")

    def check_origin(self, origin: str) -> bool:
        """Let every program in that has a link: it comes with no cookie that others could use."""
        return True

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """The protocol to speak."""
        return self._chosen(subprotocols)

    def open(self, *args: str, **kwargs: str) -> None:
        """Tell what there is to see."""
        super().open()
        self._subscriptions: dict[int, int] = {}
        self._pending: asyncio.Future[None] | None = None
        self._told: asyncio.Future[None] | None = None
        self._pending_since_s = 0.0
        self._said: str | None = None
        clock = self.console.clock
        # One difference for the whole connection: a clock that is set meanwhile moves no curve.
        self._wall_ns = time.time_ns() - round(clock.monotonic() * 1e9)
        if any(socket.who == self.who for socket in self._feed().sockets):
            self._cut()  # two came at once
            return
        self.set_nodelay(True)
        limit_buffer(self.stream())
        state = self.console.cockpit.state(Client("foxglove"))
        self._send(protocol.server_info(state["car_name"], self._feed().session_id))
        self._send(protocol.advertisement())
        self._feed().join(self)

    def on_message(self, message: str | bytes) -> None:
        """Change what it is shown. Nothing that a viewer sends reaches the car."""
        if self.is_rationed():
            return
        wish = protocol.parse_wish(message)
        for number, channel in wish.subscribe.items():
            if len(self._subscriptions) < protocol.MAX_SUBSCRIPTIONS:
                self._subscriptions[number] = channel
        for number in wish.unsubscribe:
            self._subscriptions.pop(number, None)
        if wish.subscribe:
            self._said = None  # who comes late hears why the car stands
        if wish.refused and (self._told is None or self._told.done()):
            self._told = self._send(protocol.status(wish.refused))
        self._watch(CAMERA_ID in self._subscriptions.values())

    def on_close(self) -> None:
        """Leave the feed."""
        self._feed().sockets.discard(self)
        self._watch(False)

    def send_news(self, messages: Sequence[Message], reason: str) -> None:
        """Send the messages of its channels, unless it still has those of the turn before.

        Args:
            messages: The newest message of each channel.
            reason: Why the car does not drive; "" if it does.
        """
        if not self._may_watch():
            self._cut()
            return
        if self._is_busy():
            if self.console.clock.monotonic() - self._pending_since_s > STALL_S:
                self._cut()
            return
        now_ns = self._now_ns()
        if reason != self._said:
            level = protocol.LOG_WARNING if reason else protocol.LOG_INFO
            text = protocol.log_payload(reason or "The car drives.", now_ns, level=level)
            messages = [*messages, (LOG_ID, text)]
            self._said = reason
        by_channel = dict(messages)
        for number, channel in list(self._subscriptions.items()):
            if channel in by_channel:
                self._pending = self._send(
                    protocol.message_data(number, now_ns, by_channel[channel])
                )
                self._pending_since_s = self.console.clock.monotonic()

    def _check_origin(self, bearer: str) -> None:
        """Check nothing: the token in the address is all that counts, whoever sends it."""

    def _identify(self, bearer: str) -> str:
        name = self.console.access.views.name_of(self.path_args[0])
        return "" if name is None else f"view {name}"

    def _refuse_stranger(self) -> None:
        raise HTTPError(401, reason="This link shows no car any more. Make one on the car's page")

    def _may_watch(self) -> bool:
        return self.who.removeprefix("view ") in self.console.access.views.links

    def _feed(self) -> FoxgloveFeed:
        feed: FoxgloveFeed = self.settings["foxglove"]
        return feed

    def _chosen(self, offered: Sequence[str]) -> str | None:
        names = {name.strip() for name in offered}
        return next((name for name in protocol.SUBPROTOCOLS if name in names), None)

    def _watch(self, wanted: bool) -> None:
        """Begin or end sending pictures: without a subscriber no picture is encoded."""
        frames = self.console.frames
        if wanted and self.viewer is None:
            self.viewer, _ = frames.join(self.who, is_guest=True)
            if self.viewer is not None:
                self.task = asyncio.create_task(self._show(self.viewer))
        elif not wanted and self.viewer is not None:
            frames.leave(self.viewer)
            self.viewer = None

    async def _show(self, viewer: Viewer) -> None:
        try:
            while (frame := await viewer.next()) is not None and self._may_watch():
                for message in self._picture(frame):
                    await in_time(self.write_message(message, binary=True))
        except (WebSocketClosedError, StreamClosedError, TimeoutError):
            self._cut()

    def _picture(self, frame: VideoFrame) -> list[bytes]:
        exposed_ns = self._wall_ns + round(frame.exposed_s * 1e9)
        payload = protocol.picture_payload(frame.jpeg, exposed_ns)
        return [
            protocol.message_data(number, self._now_ns(), payload)
            for number, channel in self._subscriptions.items()
            if channel == CAMERA_ID
        ]

    def _now_ns(self) -> int:
        return self._wall_ns + round(self.console.clock.monotonic() * 1e9)

    def _is_busy(self) -> bool:
        return self._pending is not None and not self._pending.done()

    def _send(self, message: str | bytes) -> "asyncio.Future[None] | None":
        try:
            future = self.write_message(message, binary=isinstance(message, bytes))
        except WebSocketClosedError:
            return None
        # The socket may close before the message is sent; this is not an error.
        future.add_done_callback(lambda sent: sent.cancelled() or sent.exception())
        return future

    def _cut(self) -> None:
        """End the connection at once; `close` would wait for an answer."""
        self._feed().sockets.discard(self)
        stream = self.stream()
        if stream is not None:
            stream.close()
