"""Shared state of the console, which all its request handlers use."""

import asyncio
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import Any

from donkeycar.console.access import Access
from donkeycar.console.frames import FrameHub
from donkeycar.console.gate import Gate
from donkeycar.console.keeper import Keeper
from donkeycar.console.pace import Pace
from donkeycar.console.token_bucket import ClientLimit
from donkeycar.driving.client import Client
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.driver_link import UNPAIRED
from donkeycar.timing import Clock

# How many pages and scripts are remembered, so that the message count goes on after a reconnect;
# and how many of one client, so that one client cannot push out those of others.
MAX_CLIENTS = 512
MAX_OF_ONE = 8

# Begin of the name of a script that uses the token of the link.
BEARER = "bearer "


@dataclass(slots=True)
class Console:
    """The state that the handlers share.

    Attributes:
        access: Pairing and sessions of the browsers.
        keeper: Stores who is paired.
        cockpit: Takes the orders of the pages.
        frames: The camera's frames for the viewers.
        gate: The open connections.
        pace: How often pages get the state.
        clock: Source of time.
        port: Port the console listens on.
        cookie: Name of the session cookie. Browsers share the cookies of a host between its ports,
            and two cars may have one address after each other, so it names port and car.
        names: Names of the car, lower case.
        urls: Addresses of the console for other devices, without a path, the likeliest first.
        clients: Pages and scripts seen, by name.
        shares: Rate limit of each client, by name.
        ended: Set it, in the thread that serves, to end serving.
        fault: The error that ended serving, if there was one.
    """

    access: Access
    keeper: Keeper
    cockpit: Cockpit
    frames: FrameHub
    gate: Gate
    pace: Pace
    clock: Clock
    port: int
    cookie: str
    names: frozenset[str]
    urls: tuple[str, ...]
    clients: dict[str, Client]
    shares: dict[str, ClientLimit] = field(default_factory=dict)
    ended: asyncio.Event | None = None
    fault: BaseException | None = None

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

    def drives(self, who: str) -> bool:
        """Whether a page of this browser drives now."""
        return any(self.cockpit.state(one)["you_drive"] for one in self._clients_of({who}))

    def revoke(self, names: list[str]) -> None:
        """End sessions at once: if one of them drives, the car stops and waits for Resume.

        Scripts have the link of this run, which ends with the sessions, so they end as well.
        """
        self.access.forget(names)
        scripts = {name.rpartition(" ")[0] for name in self.clients} | self.gate.users()
        gone = {*names, *(one for one in scripts if one.startswith(BEARER))}
        for client in self._clients_of(gone):
            self.cockpit.leave(client, UNPAIRED)
            del self.clients[client.name]
        self.gate.cut(gone)

    def _clients_of(self, who: Container[str]) -> list[Client]:
        return [one for one in self.clients.values() if one.name.rpartition(" ")[0] in who]

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
