"""Strict websocket protocol of the console: it refuses unmasked frames, which tornado accepts."""

from typing import Any

from tornado.websocket import WebSocketProtocol13

PROTOCOL_ERROR = 1002
PING = 0x9


class StrictProtocol(WebSocketProtocol13):
    """Refuses frames that are not masked, as RFC 6455, 5.1 requires of a server, and limits pings.

    Browsers mask every frame. An unmasked frame may come from a cache, or from a page that speaks
    another protocol, which an attacker uses to send bytes of the attacker's choice.
    """

    async def _receive_frame(self) -> None:
        # A masked frame sets this before it is handled.
        self._frame_mask = None
        await super()._receive_frame()
        self._is_masked()  # checks also the parts of a message, which is handled only at its end

    def _handle_message(self, opcode: int, data: bytes) -> Any:
        if not self._is_masked():
            return None
        if opcode == PING and self.handler.is_rationed():  # type: ignore[attr-defined]
            return None
        return super()._handle_message(opcode, data)

    def _is_masked(self) -> bool:
        if self._frame_mask is None and not self.client_terminated:
            self.close(PROTOCOL_ERROR, "Frames of clients must be masked")
            self._abort()
        return self._frame_mask is not None
