"""Forwarding: pages of another process behind the guard of the console."""

import asyncio
from typing import Any, NamedTuple

from tornado.escape import xhtml_escape
from tornado.http1connection import HTTP1Connection, HTTP1ConnectionParameters
from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, RequestStartLine, ResponseStartLine
from tornado.iostream import IOStream, StreamClosedError
from tornado.web import HTTPError

from donkeycar.console.guard import PAGES, Guarded, Route
from donkeycar.console.worker import Worker, WorkerEnded
from donkeycar.errors import DeviceError

# Requests in progress: of all browsers, and of one. A browser opens six connections to a server.
MAX_OPEN = 32
MAX_OPEN_OF_ONE = 12
# A browser that takes nothing for this long is cut off.
STALLED_S = 30.0
MAX_HEADER_BYTES = 16 * 1024
# Whole tubs are downloaded.
MAX_ANSWER_BYTES = 1 << 40
PARAMETERS = HTTP1ConnectionParameters(
    no_keep_alive=True, max_header_size=MAX_HEADER_BYTES, max_body_size=MAX_ANSWER_BYTES
)

# What is told in each direction; everything else is this console's business.
ASKED = ("Content-Type", "If-None-Match", "Accept")
ANSWERED = (
    "Content-Type", "Content-Length", "Content-Disposition", "Cache-Control", "Etag", "Allow",
)  # fmt: skip


class Forwarded(Guarded):
    """A request that the other process answers."""

    def initialize(self, worker: Worker, open_: dict[Guarded, str]) -> None:
        """Take the arguments of the route.

        Args:
            worker: The other process.
            open_: The requests in progress, and whose they are.
        """
        self._worker = worker
        self._open = open_
        self._stream: IOStream | None = None
        self._left = False

    async def get(self, *parts: str) -> None:
        """Forward it."""
        await self._forward()

    async def post(self, *parts: str) -> None:
        """Forward it."""
        await self._forward()

    def on_connection_close(self) -> None:
        """Tell the other process that nobody waits any more."""
        self._left = True
        if self._stream is not None:
            self._stream.close()

    def on_finish(self) -> None:
        """Count the request no more."""
        super().on_finish()
        self._open.pop(self, None)
        if self._stream is not None:
            self._stream.close()

    def head(self, *parts: str) -> None:
        """Say whether this browser is paired; the other process need not know."""
        self.finish()

    def hang_up(self) -> None:
        """Close the connection to the browser."""
        stream = self.stream()
        if stream is not None:
            stream.close()

    async def _forward(self) -> None:
        mine = sum(who == self.who for who in self._open.values())
        if mine >= MAX_OPEN_OF_ONE or len(self._open) >= MAX_OPEN:
            raise HTTPError(429, reason="Too many requests at a time. Wait for an answer")
        self._open[self] = self.who
        try:
            try:
                await self._exchange()
            except WorkerEnded:
                idle = await self._worker.ended_idle()
                if self._headers_written or not idle:
                    raise self._worker.ended() from None
                # It had ended for want of work, so it has not begun with this.
                await self._exchange()
        except DeviceError as error:
            self._tell(error)

    async def _exchange(self) -> None:
        stream = self._stream = await self._worker.connect()
        asked = HTTPHeaders({"Host": "lab", "Connection": "close"})
        for name in ASKED:
            if name in self.request.headers:
                asked[name] = self.request.headers[name]
        method, body = self.request.method or "GET", self.request.body
        if method == "POST":
            asked["Content-Length"] = str(len(body))
        connection = HTTP1Connection(stream, True, PARAMETERS)
        answer = _Answer(self)
        try:
            start = RequestStartLine(method, self.request.uri or "/", "HTTP/1.1")
            await connection.write_headers(start, asked, body or None)
            connection.finish()
            await connection.read_response(answer)
        except StreamClosedError:
            pass
        finally:
            stream.close()
        if not answer.complete and not self._left:
            raise self._worker.ended()
        if not self._finished:
            await self.finish()

    def _tell(self, error: DeviceError) -> None:
        """Answer with a sentence; after half an answer, hang up: it must not look like a whole."""
        if self._headers_written:
            self.hang_up()
            return
        self.set_status(502)
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.clear_header("Content-Length")
        if self.page:
            self._tell_on_a_page(str(error))
        else:
            self.finish({"error": str(error)})

    def _tell_on_a_page(self, sentence: str) -> None:
        page = (PAGES / "failed" / "page.html").read_text(encoding="utf-8")
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.finish(page.replace("{sentence}", xhtml_escape(sentence)))


class _Answer(HTTPMessageDelegate):
    """Passes an answer on, as fast as the browser takes it."""

    def __init__(self, handler: Forwarded) -> None:
        self._handler = handler
        self.complete = False

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        handler = self._handler
        handler.set_status(getattr(start_line, "code", 502))
        for name in ANSWERED:
            if name in headers:
                handler.set_header(name, headers[name])

    async def data_received(self, chunk: bytes) -> None:
        self._handler.write(chunk)
        try:
            await asyncio.wait_for(self._handler.flush(), STALLED_S)
        except (StreamClosedError, TimeoutError):
            self._handler.on_connection_close()
            self._handler.hang_up()

    def finish(self) -> None:
        self.complete = True

    def on_connection_close(self) -> None:
        pass


class ForwardedPage(Forwarded):
    """A page of the other process; whoever is not paired gets the pairing page."""

    page = True

    def prepare(self) -> None:
        """Let a paired browser stay paired."""
        super().prepare()
        if not self._finished:
            self.renew_session()


class LabPages(NamedTuple):
    """Pages that another process serves.

    Attributes:
        titles: The title of each page by its name: ``/NAME`` and all below it is forwarded.
        worker: The process.
        more: Names of pages that are served and not in the bar.
    """

    titles: dict[str, str]
    worker: Worker
    more: tuple[str, ...] = ()

    def routes(self) -> list[Route]:
        """Routes of the pages."""
        words = "|".join((*self.titles, *self.more))
        arguments: dict[str, Any] = {"worker": self.worker, "open_": {}}
        return [
            (rf"/({words})", ForwardedPage, arguments),
            (rf"/({words})/(.+)", Forwarded, arguments),
        ]
