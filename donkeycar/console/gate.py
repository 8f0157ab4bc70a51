"""Connection limit of the console, so that a flood of connections cannot lock the driver out."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

MAX_CONNECTIONS = 64
MAX_PER_ADDRESS = 8


@dataclass(eq=False, slots=True)
class Seat:
    """One open connection."""

    stream: IOStream
    address: str
    who: str = ""

    @property
    def guarded(self) -> bool:
        """Whether a paired client has a request in progress on it."""
        return self.who != ""


class Gate:
    """Admits new connections; when it is full, it closes the oldest idle one for each new one.

    A connection on which a paired client has a request in progress, such as an open socket or a
    video, is never closed for another; those are limited where they are opened. Any other
    connection may be closed: a browser opens idle connections again by itself.
    """

    def __init__(self) -> None:
        self._seats: list[Seat] = []

    def admit(self, stream: IOStream, address: str) -> bool:
        """Make room for `stream`; return whether there is room."""
        self._seats = [seat for seat in self._seats if not seat.stream.closed()]
        idle = [seat for seat in self._seats if not seat.guarded]
        neighbours = [seat for seat in idle if seat.address == address]
        crowded = len(neighbours) >= MAX_PER_ADDRESS
        if crowded or len(self._seats) >= MAX_CONNECTIONS:
            candidates = neighbours if crowded else idle
            if not candidates:
                return False
            candidates[0].stream.close()
            self._seats.remove(candidates[0])
        self._seats.append(Seat(stream, address))
        return True

    def guard(self, stream: IOStream | None, *, who: str) -> None:
        """Set who uses `stream`, "" for nobody. A stream in use stays open."""
        for seat in self._seats:
            if seat.stream is stream:
                seat.who = who

    def users(self) -> set[str]:
        """Who has a request in progress, such as an open socket."""
        return {seat.who for seat in self._seats if seat.guarded and not seat.stream.closed()}

    def cut(self, who: Container[str]) -> None:
        """Close every connection that one of `who` uses."""
        for seat in [seat for seat in self._seats if seat.guarded and seat.who in who]:
            seat.stream.close()

    def close(self) -> None:
        """Close every connection."""
        for seat in self._seats:
            seat.stream.close()
        self._seats.clear()


class GatedServer(HTTPServer):
    """A tornado server that asks its `gate` before it serves a connection."""

    gate: Gate

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        """Serve a new connection if there is room for it; else close it."""
        if self.gate.admit(stream, address[0]):
            super().handle_stream(stream, address)
        else:
            stream.close()
