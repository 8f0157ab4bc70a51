"""Web server of the lab worker: pages, their files, and their actions.

It has no authorisation of its own: it listens on a socket in a private folder, and the console
that forwards to it has checked each request.
"""

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tornado.iostream import StreamClosedError
from tornado.web import Application, RequestHandler

from donkeycar.errors import DonkeyError, text_of
from donkeycar.json_text import parse_json
from donkeycar.lab.action import Action, Reply, from_body, from_query
from donkeycar.lab.lab import Lab
from donkeycar.lab.table import PAGES

logger = logging.getLogger(__name__)

PAGE_FILES = Path(__file__).parent / "pages"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
CHUNK_BYTES = 64 * 1024
# Actions that run at the same time; others wait for their turn.
MAX_THREADS = 4


class Work:
    """What the worker is doing: its threads, and since when it has nothing to do.

    Attributes:
        pool: Runs the actions.
        running: Requests that are not answered yet.
        idle_since_s: Time of the last answer.
    """

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="action")
        self.running = 0
        self.idle_since_s = time.monotonic()


class LabHandler(RequestHandler):
    """A request to the worker."""

    @property
    def lab(self) -> Lab:
        """The place that pages work in."""
        lab: Lab = self.settings["lab"]
        return lab

    @property
    def work(self) -> Work:
        """What the worker is doing."""
        work: Work = self.settings["work"]
        return work

    def prepare(self) -> None:
        """Count the request."""
        self.work.running += 1

    def on_finish(self) -> None:
        """Count it no more."""
        self.work.running -= 1
        self.work.idle_since_s = time.monotonic()

    def refuse(self, status: int, sentence: str) -> None:
        """Answer with one sentence."""
        self.set_status(status)
        self.finish({"error": sentence})

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with one sentence; the log has the rest."""
        exc_info = kwargs.get("exc_info")
        if status_code != 500 or exc_info is None:
            self.finish({"error": self._reason})
            return
        number = secrets.token_hex(4)
        logger.error("Error %s in the lab", number, exc_info=exc_info)
        self.finish({"error": f"The lab failed. The log of the console has more: error {number}"})

    def log_exception(self, *exc_info: Any) -> None:
        """Log nothing: `write_error` logs errors with a number."""


class PageFile(LabHandler):
    """`/NAME`: a page; and `/NAME/page.js`, `/NAME/page.css`: the files of its folder."""

    def get(self, page: str, file: str = "page.html") -> None:
        """Answer with the file."""
        path = PAGE_FILES / page / file
        if not path.is_file():
            self.refuse(404, "There is no such page")
            return
        self.set_header("Content-Type", f"{KINDS.get(path.suffix, 'text/html')}; charset=UTF-8")
        self.set_header("Cache-Control", "no-cache")
        self.finish(path.read_bytes())

    head = get


class PageAction(LabHandler):
    """`/NAME/ACTION`: what the page asks for."""

    async def get(self, page: str, path: str) -> None:
        """Call an action with the arguments of the query."""
        action = self._action("GET", page, path)
        if action is not None:
            names = self.request.query_arguments
            query = {name: self.get_query_arguments(name, strip=False) for name in names}
            await self._answer(action, lambda: from_query(action, query))

    async def post(self, page: str, path: str) -> None:
        """Call an action with the arguments of the body."""
        action = self._action("POST", page, path)
        if action is not None:
            body = self.request.body
            await self._answer(action, lambda: from_body(action, _parsed(body)))

    def _action(self, method: str, page: str, path: str) -> Action | None:
        actions: tuple[Action, ...] = import_module(PAGES[page].actions).ACTIONS
        here = [one for one in actions if one.path == path]
        for action in here:
            if action.method == method:
                return action
        if here:
            self.set_header("Allow", here[0].method)
            self.refuse(405, f"`{path}` takes {here[0].method}. Received: {method}")
        else:
            self.refuse(404, f"The page {page} has no such action. Received: {path[:80]!r}")
        return None

    async def _answer(self, action: Action, arguments: Any) -> None:
        def call() -> Any:
            answer = action.function(self.lab, **arguments())
            return answer if isinstance(answer, Reply) else _json(answer)

        turn = asyncio.get_running_loop().run_in_executor(self.work.pool, call)
        try:
            reply = await turn
        except DonkeyError as error:
            self.refuse(400, text_of(error))
            return
        except OSError as error:
            self.refuse(500, f"The disk refused it: {text_of(error)}")
            return
        self.set_header("Content-Type", reply.content_type)
        keep = f"private, max-age={reply.keep_s}" if reply.keep_s else "no-store"
        self.set_header("Cache-Control", keep)
        if reply.filename:
            self.set_header(
                "Content-Disposition", f"attachment; filename*=UTF-8''{quote(reply.filename)}"
            )
        if isinstance(reply.body, bytes):
            self.finish(reply.body)
        else:
            await self._stream(reply.body)

    async def _stream(self, body: Iterator[bytes] | Path) -> None:
        """Send parts as they come, and as fast as the browser takes them."""
        loop, pool = asyncio.get_running_loop(), self.work.pool
        if isinstance(body, Path):
            self.set_header("Content-Length", str(body.stat().st_size))
            parts = _parts(body)
        else:
            parts = body
        try:
            while (part := await loop.run_in_executor(pool, next, parts, None)) is not None:
                self.write(part)
                await self.flush()
            await self.finish()
        except StreamClosedError:  # the browser has gone, or has enough
            pass
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()


class Unknown(LabHandler):
    """Everything else."""

    def prepare(self) -> None:
        """Answer 404."""
        super().prepare()
        self.refuse(404, "There is no such page")


def _json(answer: Any) -> Reply:
    text = json.dumps(answer, allow_nan=False, separators=(",", ":"))
    return Reply(text.encode(), "application/json; charset=UTF-8")


def _parsed(body: bytes) -> Any:
    try:
        return parse_json(body or b"{}")
    except ValueError as error:
        from donkeycar.lab.action import BadArgument

        raise BadArgument(f"The body must be JSON. Received: {error}") from error


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(CHUNK_BYTES):
            yield part


def make_application(lab: Lab, work: Work) -> Application:
    """The worker as a tornado application.

    Args:
        lab: The place that its pages work in.
        work: Counts the requests, and has the threads.
    """
    names = "|".join(PAGES)
    return Application(
        [
            (rf"/({names})", PageFile),
            (rf"/({names})/([a-z_]+\.(?:js|css|svg))", PageFile),
            (rf"/({names})/([A-Za-z0-9_/-]+)", PageAction),
        ],
        default_handler_class=Unknown,
        log_function=lambda handler: None,
        lab=lab,
        work=work,
    )
