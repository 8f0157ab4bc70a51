"""The protocol of websockets as the console speaks it: stricter than tornado, which is lenient."""

from typing import Any

from tornado.websocket import WebSocketProtocol13

PROTOCOL_ERROR = 1002
PING = 0x9


class StrictProtocol(WebSocketProtocol13):
    """Refuses frames that are not masked, as RFC 6455, 5.1 demands of a server, and limits pings.

    No browser sends a frame without a mask: who does may be a cache or a page that speaks something
    else, made to carry bytes of its choice.
    """

    async def _receive_frame(self) -> None:
        # Set by a frame that has one, before anything is done with it.
        self._frame_mask = None
        await super()._receive_frame()
        self._is_masked()  # parts of a message too, which are handled only with its end

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
