"""Fuzz test of the console: hostile messages cause no crash, no leak and no throttle.

They are sent over real sockets to a real console. No message holds a valid throttle other than 0,
so any throttle at all is a failure. The limit of 60 messages a second is lifted for the run,
because most messages would not even be read; the flood at the end runs with the limit.

Goals: no exit, no error logged, no traceback or path in any answer, no throttle, every HTTP answer
within 1 s and below 500.
"""

import argparse
import gc
import json
import logging
import random
import re
import resource
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import donkeycar.console.guard as guard_module
from benchmarks import ROOT
from benchmarks.web.console_client import BINARY, CLOSE, TEXT, Served, Socket
from benchmarks.web.web_nonsense import Fuzzer

HERE = re.escape(str(ROOT)).encode()
LEAKS = re.compile(rb"Traceback|/home/|/root/|" + HERE + rb"|\.py|ornado")


class Failed(Exception):
    """The console did what it must never do."""


class ErrorLog(logging.Handler):
    """Collects what is logged as an error, anywhere; use as a context manager."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def __enter__(self) -> "ErrorLog":
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line of the log."""
        self.lines.append(self.format(record))


def check(car: Served, log: ErrorLog) -> None:
    """Check the state of the console.

    Raises:
        Failed: If it is not as it should be.
    """
    if not car.thread.is_alive():
        raise Failed("the console ended")
    if log.lines:
        raise Failed(f"the console logged an error:\n{log.lines[0]}")
    angle, throttle = car.tick()[:2]
    if throttle != 0.0 or not -1 <= angle <= 1:
        raise Failed(f"the car was told angle={angle}, throttle={throttle}")


class Listener(threading.Thread):
    """Reads from a socket, so that its buffers stay empty, and looks for leaks."""

    def __init__(self, page: Socket) -> None:
        super().__init__(daemon=True)
        self.page = page
        self.answers = 0
        self.leak = b""

    def run(self) -> None:
        """Read until the socket closes."""
        while True:
            try:
                opcode, payload = self.page.receive()
            except (OSError, ValueError):
                return
            if opcode == CLOSE:
                return
            self.answers += 1
            if LEAKS.search(payload):
                self.leak = payload
            elif b'"tick"' in payload:
                self.page.state["tick"] = json.loads(payload)["tick"]


def fuzz_socket(car: Served, log: ErrorLog, fuzzer: Fuzzer, number: int) -> int:
    """Send `number` messages over a driving socket; open a new one whenever it is closed.

    Returns:
        How many sockets that took.

    Raises:
        Failed: If the console did what it must never do.
    """
    page, listener, opened = open_page(car)
    for count in range(number):
        opcode = fuzzer.chance.choice([TEXT, TEXT, TEXT, BINARY])
        try:
            page.send(fuzzer.message(page), opcode=opcode)
        except OSError:
            page.close()
            page, listener, again = open_page(car)
            opened += again
        if count % 200 == 0:
            check(car, log)
        if listener.leak:
            raise Failed(f"an answer says {listener.leak!r}")
    page.close()
    check(car, log)
    return opened


def open_page(car: Served) -> tuple[Socket, Listener, int]:
    """Open a driving socket with a reader."""
    page = car.socket("/wsDrive?page=fuzz")
    page.seq = 2**40 + random.randrange(2**20) + int(time.monotonic() * 1000)  # noqa: S311
    page.hear_until("tick")
    listener = Listener(page)
    listener.start()
    return page, listener, 1


def fuzz_http(car: Served, log: ErrorLog, fuzzer: Fuzzer, number: int) -> None:
    """Send `number` requests, each over a connection of its own."""
    statuses: dict[str, int] = {}
    slowest_s = 0.0
    for count in range(number):
        started_s = time.monotonic()
        answer = ask(car, fuzzer.request(car.host, car.token))
        status = answer[9:12].decode() or "none"
        statuses[status] = statuses.get(status, 0) + 1
        if status != "none":
            slowest_s = max(slowest_s, time.monotonic() - started_s)
        if status[0] == "5" or (status[0] == "4" and LEAKS.search(answer.partition(b"<!")[0])):
            raise Failed(f"an answer says {answer!r}")
        if count % 50 == 0:
            check(car, log)
    check(car, log)
    if slowest_s > 1.0:
        raise Failed(f"an answer took {slowest_s:.2f} s")
    print(f"{number} requests: {dict(sorted(statuses.items()))}, slowest {slowest_s * 1000:.0f} ms")


def ask(car: Served, request: bytes) -> bytes:
    """Send raw bytes; return the beginning of the answer, if one comes soon."""
    with socket.create_connection(("127.0.0.1", car.port), timeout=0.5) as connection:
        try:
            connection.sendall(request)
            return connection.recv(65536)
        except OSError:
            return b""


def flood(car: Served, log: ErrorLog, seconds: float) -> None:
    """Send as fast as possible with the limit in force, while another page stops the car."""
    ended = threading.Event()
    browser = car.device()  # of its own: the token's limit was lifted above

    def send() -> None:
        while not ended.is_set():
            try:
                page = car.socket("/wsDrive", **browser)
                while not ended.is_set():
                    page.send(b'{"ping":1}')
            except (OSError, ConnectionError):
                time.sleep(0.01)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    page = car.socket("/wsDrive?page=stop")
    page.hear_until("tick")
    slowest_s = 0.0
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        started_s = time.monotonic()
        page.say(stop=True)
        page.hear_until("stop_ack")
        slowest_s = max(slowest_s, time.monotonic() - started_s)
        time.sleep(0.05)
    ended.set()
    sender.join()
    check(car, log)
    print(f"stop during a flood of messages: acknowledged within {slowest_s * 1000:.0f} ms")


@contextmanager
def no_limit() -> Iterator[None]:
    """Set no limit on messages."""
    limits: Any = guard_module
    ration_hz = limits.MAX_MESSAGES_HZ
    limits.MAX_MESSAGES_HZ = 10**9
    try:
        yield
    finally:
        limits.MAX_MESSAGES_HZ = ration_hz


def hostile_messages(number: int, seed: int) -> int:
    """Send this many messages; print what the console did wrong, and return 1, or 0 if nothing."""
    try:
        with Served(has_pilot=True) as car, ErrorLog() as log, no_limit():
            fuzz_socket(car, log, Fuzzer(seed), number)
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def memory_mb() -> float:
    """Memory of this process, the client in it included."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench web_fuzz", description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    fuzzer = Fuzzer(args.seed)
    try:
        with Served(has_pilot=True) as car, ErrorLog() as log:
            with no_limit():
                fuzz_socket(car, log, fuzzer, args.messages // 10)
                warm_mb = memory_mb()
                opened = fuzz_socket(car, log, fuzzer, args.messages - args.messages // 10)
                print(f"{args.messages} messages, most of them over {opened} sockets: nothing")
                fuzz_http(car, log, fuzzer, args.requests)
            flood(car, log, 5)
            print(f"memory: {memory_mb() - warm_mb:+.1f} MB since the first tenth")
    except Failed as failure:
        print(f"FAILED: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
