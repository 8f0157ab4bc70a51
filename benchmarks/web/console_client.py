"""A plain client of the console: sockets and nothing else, so that it can misbehave on purpose."""

import base64
import http.client
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Collection
from typing import Any

from donkeycar.console.access import Auth
from donkeycar.console.announcer import Announcer
from donkeycar.console.forward import LabPages
from donkeycar.console.pairing_file import PairingFile
from donkeycar.console.web_console import WebConsole
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.telemetry import TELEMETRY
from donkeycar.parts.driver import ButtonsPart, DriverPart, Driving
from donkeycar.timing import Clock

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Reply:
    """An answer over HTTP: `status`, `headers`, `body`."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


class Served:
    """A console that serves on this computer; `tick` does what the loop would do.

    Use as a context manager.

    Args:
        clock: Source of time.
        port: As of `WebConsole`.
        host: As of `WebConsole`.
        auth: As of `WebConsole`.
        names: As of `WebConsole`.
        pairing_file: As of `WebConsole`.
        announcer: As of `WebConsole`.
        foxglove: As of `WebConsole`.
        lab: As of `WebConsole`.
        cockpit: Arguments of the `Cockpit`.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        auth: Auth = "pair",
        names: Collection[str] = (),
        pairing_file: PairingFile | None = None,
        announcer: Announcer | None = None,
        foxglove: bool = False,
        lab: LabPages | None = None,
        **cockpit: Any,
    ) -> None:
        self.cockpit = Cockpit(clock=clock, **cockpit)
        self.driver = DriverPart(self.cockpit, clock=clock)
        self.buttons = ButtonsPart(self.cockpit)
        self.controller = WebConsole(
            self.cockpit,
            port=port,
            host=host,
            auth=auth,
            names=names,
            pairing_file=pairing_file,
            announcer=announcer,
            foxglove=foxglove,
            lab=lab,
            clock=clock,
        )
        self.port = self.controller.port
        self.token = self.controller.pairing.url.partition("#")[2]
        self.thread = threading.Thread(target=self.controller.update, daemon=True)
        self._lock = threading.Lock()
        self._opened: list[Socket] = []

    def __enter__(self) -> "Served":
        self.thread.start()
        return self

    def __exit__(self, *ended: object) -> None:
        self.controller.shutdown()
        self.thread.join(3)
        for opened in self._opened:
            opened.close()

    @property
    def host(self) -> str:
        """The `Host` header of a browser."""
        return f"127.0.0.1:{self.port}"

    def tick(self, **offers: Any) -> Driving:
        """Run one tick; `offers` are inputs of `DriverPart`, whose outputs it returns."""
        return self.driver.run(**offers)

    def show(self, *frame: Any, **telemetry: Any) -> None:
        """Show a frame with its time and number, and the values of channels.

        Args:
            frame: As the first inputs of `WebConsole`.
            telemetry: By name of the channel, a slash written ``__``.
        """
        values = [telemetry.get(name.replace("/", "__")) for name in TELEMETRY]
        self.controller.run_threaded(*(*frame, None, None, None)[:3], None, *values)

    def request(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send an HTTP request with exactly these `headers`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path, body, headers or {})
            return Reply(connection.getresponse())
        finally:
            connection.close()

    def post(self, path: str, fields: Any, headers: dict[str, str] | None = None) -> Reply:
        """Post JSON, as a script that has the token does."""
        kind = {"Content-Type": "application/json"}
        given = {"Authorization": f"Bearer {self.token}"} if headers is None else headers
        return self.request("POST", path, json.dumps(fields), given | kind)

    def pair(self) -> str:
        """Exchange the token for a cookie, as the pairing page does."""
        reply = self.post("/pair", {"token": self.token}, {})
        return str(reply.headers["Set-Cookie"]).partition(";")[0]

    def device(self) -> dict[str, str]:
        """Headers of a newly paired browser on the car's own page."""
        return {"Cookie": self.pair(), "Origin": f"http://{self.host}"}

    def socket(self, path: str = "/wsDrive", **headers: str) -> "Socket":
        """Open a websocket; by default as a script with the token."""
        given = headers or {"Authorization": f"Bearer {self.token}"}
        opened = Socket(self.port, path, given)
        with self._lock:
            self._opened = [known for known in self._opened if known.raw.fileno() >= 0]
            self._opened.append(opened)
        return opened


class Refused(Exception):
    """The server did not open the socket; `status` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the socket was refused: {status}")
        self.status = status


class Socket:
    """A websocket client.

    Set `is_alive` to False to leave pings unanswered.
    """

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        self.raw = socket.create_connection(("127.0.0.1", port), timeout=3)
        self.raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        fields = {
            "Host": f"127.0.0.1:{port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": "13",
        } | headers
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.raw.sendall(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
        self._input = self.raw.makefile("rb")
        status = int(self._input.readline().split()[1])
        while self._input.readline().strip():
            pass
        if status != 101:
            self.close()
            raise Refused(status)
        self.state: dict[str, Any] = {}
        self.seq = 0
        self.is_alive = True

    def send(self, payload: bytes | str, *, opcode: int = TEXT, final: bool = True) -> None:
        """Send one frame."""
        data = payload.encode() if isinstance(payload, str) else payload
        mask = os.urandom(4)
        size = len(data)
        head = bytes([(0x80 if final else 0) | opcode])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += bytes([0x80 | 126]) + struct.pack(">H", size)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", size)
        masked = bytes(byte ^ mask[i & 3] for i, byte in enumerate(data))
        self.raw.sendall(head + mask + masked)

    def say(self, **fields: Any) -> None:
        """Send one message."""
        self.send(json.dumps(fields))

    def beat(self, **fields: Any) -> None:
        """Send one message as the page does, with its number and the newest tick."""
        self.seq += 1
        self.say(seq=self.seq, echo=self.state["tick"], **fields)

    def receive(self) -> tuple[int, bytes]:
        """Wait for one frame; a closed connection reads as a CLOSE."""
        head = self._input.read(2)
        if len(head) < 2:
            return CLOSE, b""
        size = head[1] & 0x7F
        if size == 126:
            size = struct.unpack(">H", self._input.read(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self._input.read(8))[0]
        opcode = head[0] & 0x0F
        payload = self._input.read(size)
        if opcode == PING and self.is_alive:
            self.send(payload, opcode=PONG)
            return self.receive()
        return opcode, payload

    def hear(self) -> dict[str, Any]:
        """Wait for one message, and note the tick that it carries."""
        opcode, payload = self.receive()
        if opcode == CLOSE:
            raise ConnectionError(f"the console closed the socket: {payload!r}")
        message: dict[str, Any] = json.loads(payload)
        if "tick" in message:
            self.state |= message
        return message

    def hear_until(self, name: str) -> dict[str, Any]:
        """Wait for a message with `name` in it."""
        while name not in (message := self.hear()):
            pass
        return message

    def drive(self, duration_s: float, **fields: Any) -> None:
        """Answer every tick with a heartbeat for `duration_s`."""
        end_s = time.monotonic() + duration_s
        while time.monotonic() < end_s:
            self.hear_until("tick")
            self.beat(**fields)

    def close(self) -> None:
        """Close the connection without a close frame."""
        self._input.close()
        self.raw.close()

    def reset(self) -> None:
        """Reset the connection, as a phone that crashes does."""
        self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()
