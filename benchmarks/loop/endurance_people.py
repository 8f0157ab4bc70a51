"""The people of `endurance`: a phone that drives, a page that is reloaded, viewers who come and go.

python -m benchmarks.loop.endurance_people PORT TOKEN SECONDS

They are one process beside the car, and speak to it as browsers do. When the time is over, it
prints what they saw, as one line of JSON.

* The phone drives by a page that keeps its name, watches over `/wsVideo`, records, and changes the
  mode every 10 s. Every 30 s its connection breaks off, and it comes back a moment later.
* Another browser loads the drive page with all its scripts, looks for a second, and does it again
  every 20 s.
* A viewer opens the video every 5 s, over `/wsVideo` and `/video` in turn, and drops it without a
  word.
"""

import argparse
import contextlib
import http.client
import json
import re
import threading
import time
from collections import Counter
from itertools import cycle
from typing import Any

from benchmarks.web.console_client import Refused, Socket

# As `drive_link.js` does it.
HEARTBEAT_S = 0.04
MODE_S, VIEWER_S, RELOAD_S, RECONNECT_S = 10.0, 5.0, 20.0, 30.0
AWAY_S = 0.4
# After a phone has come back, the car waits for it: what it says then is no fault.
GRACE_S = 5.0
TIMEOUT_S = 10.0
MODES = ("user", "local_angle", "local")
BROKEN = (OSError, ValueError, ConnectionError, Refused, IndexError, http.client.HTTPException)


class Phone:
    """Drives, and comes back after its connection broke.

    Attributes:
        counts: What happened, and how often.
    """

    def __init__(self, port: int, headers: dict[str, str], counts: "Counter[str]") -> None:
        self._port, self._headers, self.counts = port, headers, counts
        self._page: Socket | None = None
        self._viewer: Socket | None = None
        self._back_s = 0.0
        self._reason = ""

    def drive(self, until_s: float) -> None:
        """Drive until a moment."""
        began_s = time.monotonic()
        modes = cycle(MODES)
        mode, mode_s, lost_s = next(modes), began_s + MODE_S, began_s + RECONNECT_S
        self._connect()
        while (now_s := time.monotonic()) < until_s:
            time.sleep(HEARTBEAT_S)
            if now_s >= mode_s:
                mode, mode_s = next(modes), mode_s + MODE_S
            if now_s >= lost_s:
                lost_s += RECONNECT_S
                self._break_off()
            page = self._page
            try:
                if page is not None and "tick" in page.state:
                    self._beat(page, mode)
            except BROKEN:
                self._break_off()
        self._break_off(back=False)

    def _beat(self, page: Socket, mode: str) -> None:
        state = page.state
        free = not state.get("reason")
        order: dict[str, Any] = {"angle": 0.1, "throttle": 0.2 if free else 0.0}
        if not state.get("you_drive"):
            order["take"] = True
        if state.get("can_resume"):
            order["resume"] = True
        if state.get("driveMode") != mode and not state.get("pilot_note"):
            order["drive_mode"] = mode
        if not state.get("recording"):
            order["recording"] = True
        page.beat(**order)
        self.counts[f"heartbeats in {state.get('driveMode')}"] += 1
        reason = state.get("reason") or state.get("drivetrain_reason") or ""
        if reason and reason != self._reason and time.monotonic() > self._back_s + GRACE_S:
            self.counts[f"stopped: {reason}"] += 1
        self._reason = reason

    def _connect(self) -> None:
        while True:
            try:
                page = Socket(self._port, "/wsDrive?page=phone", self._headers)
                viewer = Socket(self._port, "/wsVideo", self._headers)
                break
            except BROKEN as error:
                self.counts[f"refused: {type(error).__name__}"] += 1
                time.sleep(AWAY_S)
        for one in (page, viewer):
            one.raw.settimeout(TIMEOUT_S)
        for body, socket in ((self._hear, page), (self._watch, viewer)):
            threading.Thread(target=body, args=(socket,), daemon=True).start()
        self._page, self._viewer, self._back_s = page, viewer, time.monotonic()
        self.counts["connections of the phone"] += 1

    def _break_off(self, *, back: bool = True) -> None:
        page, self._page = self._page, None
        for one in (page, self._viewer):
            if one is not None:
                with contextlib.suppress(*BROKEN):
                    one.reset()
        if back:
            time.sleep(AWAY_S)
            self._connect()

    def _hear(self, page: Socket) -> None:
        with contextlib.suppress(*BROKEN):
            while True:
                message = page.hear()
                self.counts["states"] += "tick" in message
                if "error" in message:
                    self.counts[f"refused: {message['error'][:60]}"] += 1

    def _watch(self, viewer: Socket) -> None:
        with contextlib.suppress(*BROKEN):
            while viewer.receive()[0] == 2:
                viewer.send("ack")
                self.counts["pictures of the phone"] += 1


def browser(port: int, token: str) -> dict[str, str]:
    """Pair a new browser with the car; what it sends with each request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        body = json.dumps({"token": token})
        connection.request("POST", "/pair", body, {"Content-Type": "application/json"})
        cookie = str(connection.getresponse().headers["Set-Cookie"]).partition(";")[0]
    finally:
        connection.close()
    return {"Cookie": cookie, "Origin": f"http://127.0.0.1:{port}"}


def ask(port: int, path: str, headers: dict[str, str]) -> bytes:
    """The body of a page.

    Raises:
        ConnectionError: If the car does not give it.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise ConnectionError(f"{path}: {response.status}")
        return body
    finally:
        connection.close()


def reload_page(port: int, headers: dict[str, str], counts: "Counter[str]") -> None:
    """Load the drive page and all that belongs to it, and look at it for a while."""
    html = ask(port, "/drive", headers).decode()
    for path in re.findall(r'(?:src|href)="(/(?:drive|static)/[^"]+)"', html):
        ask(port, path, headers)
        counts["files of the page"] += 1
    page = Socket(port, f"/wsDrive?page=other{counts['pages loaded']}", headers)
    page.raw.settimeout(TIMEOUT_S)
    for _ in range(20):
        page.hear_until("tick")
    page.close()
    counts["pages loaded"] += 1


def view(port: int, headers: dict[str, str], counts: "Counter[str]") -> None:
    """Open the video, take a few pictures, and drop it without a word."""
    counts["viewers"] += 1
    if counts["viewers"] % 2:
        viewer = Socket(port, "/wsVideo", headers)
        viewer.raw.settimeout(TIMEOUT_S)
        for _ in range(20):
            counts["pictures of viewers"] += viewer.receive()[0] == 2
            viewer.send("ack")
        viewer.reset()
        return
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    connection.request("GET", "/video", headers=headers)
    response = connection.getresponse()
    counts["pictures of viewers"] += response.read(40_000).count(b"--frame")
    connection.close()


def again(what: Any, every_s: float, until_s: float, port: int, headers: dict[str, str],
          counts: "Counter[str]") -> None:  # fmt: skip
    """Do something at a fixed rate, and count what goes wrong."""
    due_s = time.monotonic()
    while due_s < until_s:
        time.sleep(max(0.0, due_s - time.monotonic()))
        due_s += every_s
        try:
            what(port, headers, counts)
        except BROKEN as error:
            counts[f"refused: {what.__name__}, {error}"[:80]] += 1


def play(argv: list[str] | None = None) -> None:
    """Do all of it for a while, then print what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("token")
    parser.add_argument("seconds", type=float)
    args = parser.parse_args(argv)
    until_s = time.monotonic() + args.seconds
    counts: Counter[str] = Counter()
    phone, *browsers = (browser(args.port, args.token) for _ in range(3))
    work = ((reload_page, RELOAD_S), (view, VIEWER_S))
    others = [
        threading.Thread(target=again, args=(what, every_s, until_s, args.port, headers, counts))
        for headers, (what, every_s) in zip(browsers, work, strict=True)
    ]
    for other in others:
        other.start()
    Phone(args.port, phone, counts).drive(until_s)
    for other in others:
        other.join()
    print(json.dumps(counts), flush=True)


if __name__ == "__main__":
    play()
