"""What all addresses of the console share."""

import asyncio
from dataclasses import dataclass

from donkeycar.console.access import Access
from donkeycar.console.cockpit import Client, Cockpit
from donkeycar.console.frames import FrameHub
from donkeycar.console.gate import Gate
from donkeycar.console.pace import Pace
from donkeycar.timing import Clock

# Clients remembered, so that one that reconnects goes on counting its messages.
MAX_CLIENTS = 64


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
    ended: asyncio.Event | None = None
    fault: BaseException | None = None

    @property
    def cookie(self) -> str:
        """Name of the session cookie; browsers do not keep cookies apart by port."""
        return f"donkeycar_{self.port}"

    def client(self, name: str) -> Client:
        """Return the client of that name, the same one as before if it came before."""
        known = self.clients.pop(name, None) or Client(name)
        if len(self.clients) >= MAX_CLIENTS:
            del self.clients[next(iter(self.clients))]
        self.clients[name] = known
        return known

    def heed(self, task: "asyncio.Task[None]") -> None:
        """End serving if `task` failed: pages that nobody tells anything must not look alive."""
        if task.cancelled() or (fault := task.exception()) is None:
            return
        self.fault = fault
        if self.ended is not None:
            self.ended.set()
