"""Shared state of the console, which all its request handlers use."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from donkeycar.console.access import Access
from donkeycar.console.frames import FrameHub
from donkeycar.console.gate import Gate
from donkeycar.console.pace import Pace
from donkeycar.console.token_bucket import ClientLimit
from donkeycar.driving.client import Client
from donkeycar.driving.cockpit import Cockpit
from donkeycar.timing import Clock

# How many pages and scripts are remembered, so that the message count goes on after a reconnect;
# and how many of one client, so that one client cannot push out those of others.
MAX_CLIENTS = 512
MAX_OF_ONE = 8


@dataclass(slots=True)
class Console:
    """The state that the handlers share.

    Attributes:
        access: Pairing and sessions of the browsers.
        cockpit: Takes the orders of the pages.
        frames: The camera's frames for the viewers.
        gate: The open connections.
        pace: How often pages get the state.
        clock: Source of time.
        port: Port the console listens on.
        names: Names of the car, lower case.
        urls: Addresses of the console for other devices, without a path, the likeliest first.
        clients: Pages and scripts seen, by name.
        shares: Rate limit of each client, by name.
        ended: Set it, in the thread that serves, to end serving.
        fault: The error that ended serving, if there was one.
    """

    access: Access
    cockpit: Cockpit
    frames: FrameHub
    gate: Gate
    pace: Pace
    clock: Clock
    port: int
    names: frozenset[str]
    urls: tuple[str, ...]
    clients: dict[str, Client]
    shares: dict[str, ClientLimit] = field(default_factory=dict)
    ended: asyncio.Event | None = None
    fault: BaseException | None = None

    @property
    def cookie(self) -> str:
        """Name of the session cookie; it has the port, because browsers share cookies of a host."""
        return f"donkeycar_{self.port}"

    def client(self, name: str) -> Client:
        """Return the client of that name; a known client gets the same object again."""
        known = self.clients.pop(name, None) or Client(name)
        who = name.rpartition(" ")[0]
        own = [one for one in self.clients if one.rpartition(" ")[0] == who]
        if len(own) >= MAX_OF_ONE:
            del self.clients[own[0]]
        _make_room(self.clients)
        self.clients[name] = known
        return known

    def share(self, who: str, make: Callable[[], ClientLimit]) -> ClientLimit:
        """Return the rate limit of a client; a known client gets the same object again."""
        known = self.shares.pop(who, None) or make()
        _make_room(self.shares)
        self.shares[who] = known
        return known

    def heed(self, task: "asyncio.Task[None]") -> None:
        """End serving if `task` failed: pages without updates must not look alive."""
        if task.cancelled() or (fault := task.exception()) is None:
            return
        self.fault = fault
        if self.ended is not None:
            self.ended.set()


def _make_room(known: dict[str, Any]) -> None:
    """If there are too many, forget the one that has been unseen for longest."""
    if len(known) >= MAX_CLIENTS:
        del known[next(iter(known))]
