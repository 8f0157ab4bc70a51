"""State feed: it sends the car's state to all open pages, again and again."""

import asyncio
from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from donkeycar.console.guard import GuardedSocket

Socket = TypeVar("Socket", bound=GuardedSocket)


class Feed(ABC, Generic[Socket]):
    """Sends state to all its sockets while there are any.

    Attributes:
        sockets: The sockets that get the state.
    """

    def __init__(self) -> None:
        self.sockets: set[Socket] = set()
        self._task: asyncio.Task[None] | None = None

    def join(self, socket: Socket) -> None:
        """Add a socket; the first one starts the feed."""
        self.sockets.add(socket)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._send_again())
            self._task.add_done_callback(socket.console.heed)

    @abstractmethod
    def send(self) -> float:
        """Send to each socket once; return the time until the next turn, in seconds."""

    async def _send_again(self) -> None:
        while self.sockets:
            await asyncio.sleep(self.send())
