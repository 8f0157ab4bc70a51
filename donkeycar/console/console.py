"""What all addresses of the console share."""

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

# Pages and scripts remembered, so that one that reconnects goes on counting its messages; of one
# client so many, so that it cannot have those of others forgotten.
MAX_CLIENTS = 512
MAX_OF_ONE = 8


@dataclass(slots=True)
class Console:
    """What the handlers share.

    Attributes:
        access: Who may come in.
        cockpit: What they may do.
        frames: What they see.
        gate: Their connections.
        pace: How often they are told.
        clock: Source of time.
        port: Port the console listens on.
        names: Names the car goes by, lower case.
        urls: Addresses of the console for other devices, without a path, the likeliest first.
        clients: Pages and scripts seen, by name.
        shares: What each client may ask, by name.
        ended: Set it, in the thread that serves, to end serving.
        fault: What ended serving though nobody asked for it.
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
        """Name of the session cookie; browsers do not keep cookies apart by port."""
        return f"donkeycar_{self.port}"

    def client(self, name: str) -> Client:
        """Return the client of that name, the same one as before if it came before."""
        known = self.clients.pop(name, None) or Client(name)
        who = name.rpartition(" ")[0]
        own = [one for one in self.clients if one.rpartition(" ")[0] == who]
        if len(own) >= MAX_OF_ONE:
            del self.clients[own[0]]
        _make_room(self.clients)
        self.clients[name] = known
        return known

    def share(self, who: str, make: Callable[[], ClientLimit]) -> ClientLimit:
        """Return what a client may ask of the car, the same as before if it came before."""
        known = self.shares.pop(who, None) or make()
        _make_room(self.shares)
        self.shares[who] = known
        return known

    def heed(self, task: "asyncio.Task[None]") -> None:
        """End serving if `task` failed: pages that nobody tells anything must not look alive."""
        if task.cancelled() or (fault := task.exception()) is None:
            return
        self.fault = fault
        if self.ended is not None:
            self.ended.set()


def _make_room(known: dict[str, Any]) -> None:
    """Forget the one that was not seen for longest, if there are too many."""
    if len(known) >= MAX_CLIENTS:
        del known[next(iter(known))]
