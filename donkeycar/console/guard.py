"""Request guard of the console: checks of every request, and headers of every answer."""

import logging
import secrets
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from tornado.web import HTTPError, RequestHandler, StaticFileHandler
from tornado.websocket import WebSocketHandler, WebSocketProtocol

from donkeycar.console.console import BEARER, Console
from donkeycar.console.masked import StrictProtocol
from donkeycar.console.origin import is_own_host, is_same_origin
from donkeycar.console.token_bucket import ClientLimit, TokenBucket

logger = logging.getLogger(__name__)

PAGES = Path(__file__).parent / "pages"
STATIC = PAGES.parent / "static"

READING_METHODS = ("GET", "HEAD", "OPTIONS")

# The limit of messages of one socket, and the limit of all sockets of a client as a multiple of it.
# Pings and posts count as well.
MAX_MESSAGES_HZ = 60
CLIENT_SHARE = 2
# After this many refused messages within a few seconds, the client's sockets are closed.
MAX_REFUSED = 300
POLICY_VIOLATION = 1008

# A browser that does not open the page for this long must pair again. The browser counts the days.
COOKIE_DAYS = 180
DAY_S = 24 * 3600

# Status for a request under a name that is not this server's.
MISDIRECTED = 421

FIXED_HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

# Names of our own files: only names that a file system reads exactly as a person does.
STATIC_FILES = r"/static/((?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)"

POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; connect-src 'self' {sockets}; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Guarded(RequestHandler):
    """A handler behind the guard. All handlers of the console are of this class.

    Set `public` to serve browsers that are not paired, `page` to show them the pairing page.
    """

    public = False
    page = False
    who = ""

    @property
    def console(self) -> Console:
        """The shared state of the handlers."""
        console: Console = self.settings["console"]
        return console

    def prepare(self) -> Awaitable[None] | None:
        """Refuse a request that is not for this car, not from its own page, or not paired."""
        if not self._is_for_this_car():
            raise HTTPError(MISDIRECTED, reason="Open the car by its own name or address")
        bearer = self._bearer()
        self._check_origin(bearer)
        if self.request.method not in READING_METHODS:
            self._check_writing()
        self.who = self._identify(bearer)
        if self.who:
            self._keep_connection(True)
        elif not self.public:
            self._refuse_stranger()
        return None  # another handler may have something to wait for

    def set_default_headers(self) -> None:
        """Set the headers of every answer, errors included."""
        self.clear_header("Server")
        for name, value in FIXED_HEADERS.items():
            self.set_header(name, value)
        host = self.request.host if self._is_for_this_car() else ""
        sockets = f"ws://{host} wss://{host}" if host else ""
        self.set_header("Content-Security-Policy", POLICY.format(sockets=sockets))

    def set_session(self, session: str) -> None:
        """Give the browser a cookie, or let it keep the one that it has for as long again."""
        # No date: the clock of a car without a network may be months behind that of the phone,
        # which would drop the cookie as expired.
        self.set_cookie(
            self.console.cookie, session, expires_days=None, max_age=COOKIE_DAYS * DAY_S,
            httponly=True, samesite="Strict", secure=self.request.protocol == "https",
        )  # fmt: skip

    def renew_session(self) -> None:
        """Let a paired browser keep its cookie for as long again."""
        session = self.get_cookie(self.console.cookie)
        if session and self._session():
            self.set_session(session)

    def show(self, name: str) -> None:
        """Answer with the page of this name: ``page.html`` in its folder of `PAGES`."""
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.finish((PAGES / name / "page.html").read_bytes())

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with one sentence; internal errors are only logged."""
        exc_info = kwargs.get("exc_info")
        if status_code == MISDIRECTED and "text/html" in self.request.headers.get("Accept", ""):
            self._say_where()
            return
        if exc_info is None or isinstance(exc_info[1], HTTPError):
            self.finish({"error": self._reason})
            return
        number = secrets.token_hex(4)
        logger.error("Error %s in the console", number, exc_info=exc_info)
        self.finish({"error": f"The console failed. Its log has more: error {number}"})

    def log_exception(self, *exc_info: Any) -> None:
        """Log nothing: refusals are not errors, and `write_error` logs errors with a number."""

    def on_finish(self) -> None:
        """Let the gate close the connection if it must."""
        if self.who:
            self._keep_connection(False)

    @property
    def share(self) -> ClientLimit:
        """Rate limit of this client over all its connections."""
        return self.console.share(
            self.who,
            lambda: ClientLimit(
                CLIENT_SHARE * MAX_MESSAGES_HZ, max_refused=MAX_REFUSED, clock=self.console.clock
            ),
        )

    def remote_address(self) -> str:
        """Address of the other side."""
        return self.request.remote_ip or "unknown"

    def stream(self) -> Any:
        """The connection's stream of bytes; ``None`` once a socket has taken it over."""
        return getattr(self.request.connection, "stream", None)

    def _check_origin(self, bearer: str) -> None:
        """Refuse a request that another site makes with the cookie of a visitor."""
        headers = self.request.headers
        origin = headers.get("Origin")
        is_socket = headers.get("Upgrade", "").lower() == "websocket"
        if origin is not None and not is_same_origin(origin, self.request.host):
            raise HTTPError(403, reason="Only the car's own page may do this")
        if is_socket and origin is None and not bearer and self.console.access.auth == "pair":
            raise HTTPError(403, reason="Without a page this needs the pairing token")

    def _identify(self, bearer: str) -> str:
        """Who makes the request; "" for a stranger."""
        return bearer or self._session() or self._anyone()

    def _is_for_this_car(self) -> bool:
        console = self.console
        return is_own_host(
            self.request.headers.get("Host", ""),
            names=console.names,
            local_address=self.local_address(),
        )

    def local_address(self) -> str:
        """Address of this computer at which the request arrived; "" if the connection is gone."""
        stream = self.stream()
        if stream is not None and stream.closed():
            return ""
        try:
            address: str = stream.socket.getsockname()[0]
        except OSError:
            return ""
        return address

    def _check_writing(self) -> None:
        headers = self.request.headers
        if headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            raise HTTPError(403, reason="Only the car's own page may do this")
        kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if self.request.body and kind != "application/json":
            raise HTTPError(415, reason="The body must be application/json")

    def _bearer(self) -> str:
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.console.access.is_token(token.strip()):
            return f"{BEARER}{self.remote_address()}"
        return ""

    def _session(self) -> str:
        session = self.get_cookie(self.console.cookie)
        return (session and self.console.access.session_name(session)) or ""

    def _anyone(self) -> str:
        is_open = self.console.access.auth == "none"
        return f"anyone {self.remote_address()}" if is_open else ""

    def _refuse_stranger(self) -> None:
        if not self.page:
            raise HTTPError(401, reason="This browser is not paired with the car: open /pair")
        self.set_status(401)
        self.show("pair")

    def _say_where(self) -> None:
        """Tell a person the right address of this car; the wrong name is not repeated."""
        url = f"http://{self.local_address() or 'localhost'}:{self.console.port}/drive"
        page = (PAGES / "elsewhere" / "page.html").read_text(encoding="utf-8")
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.finish(page.replace("{url}", url))

    def _keep_connection(self, keep: bool) -> None:
        self.console.gate.guard(self.stream(), who=self.who if keep else "")


class GuardedSocket(Guarded, WebSocketHandler):
    """A websocket behind the guard: its connection is kept, and its messages are limited."""

    def stream(self) -> Any:
        """The connection's stream of bytes."""
        connection = getattr(self, "ws_connection", None)
        return super().stream() if connection is None else connection.stream

    def open(self, *args: str, **kwargs: str) -> None:
        """Keep the connection, although the request that opened it is over."""
        self._keep_connection(True)
        self._bucket = TokenBucket(MAX_MESSAGES_HZ, burst=MAX_MESSAGES_HZ, clock=self.console.clock)
        self._share = self.share

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """Return tornado's protocol in its strict form."""
        protocol = super().get_websocket_protocol()
        if protocol is None:
            return None
        return StrictProtocol(self, False, protocol.params)  # type: ignore[attr-defined]

    def is_rationed(self) -> bool:
        """Whether this message is above the limit. If many are, the client's socket is closed."""
        stream = self.stream()
        if stream is not None and stream.closed():
            return True  # it was read before the connection was cut, of a device that was revoked
        self.console.access.touch(self.who)
        if self._bucket.take() and self._share.take():
            return False
        if not self._share.bear():
            self.close(POLICY_VIOLATION, "Too many messages")
            # Close the stream too: until the client agrees to close, the car would have to read
            # everything that it sends.
            self.stream().close()
        return True


class NotFound(Guarded):
    """Answers for every address that is not in the table."""

    def prepare(self) -> None:
        """Answer 404, but only to paired clients."""
        super().prepare()
        if not self._finished:
            raise HTTPError(404, reason="There is no such page")


class PackageFile(Guarded, StaticFileHandler):
    """A file of the package: scripts, styles, icons."""

    def set_extra_headers(self, path: str) -> None:
        """Let browsers keep the file, but make them check for a new version."""
        self.set_header("Cache-Control", "no-cache")


class PublicFile(PackageFile):
    """A file of the pairing page."""

    public = True


# Address, handler, arguments.
Route = tuple[str, type, dict[str, Any]]


def page_routes(name: str, handler: type, *, files: type = PackageFile) -> list[Route]:
    """Routes of a page: the page itself, and the scripts and styles of its folder in `PAGES`.

    Args:
        name: Name of the page and of its folder.
        handler: Answers for the page; a `Guarded` whose ``get`` calls ``show(name)``.
        files: Serves the files of the folder.
    """
    of_folder = rf"/{name}/([a-z_]+\.(?:js|css))"
    return [(rf"/{name}", handler, {}), (of_folder, files, {"path": str(PAGES / name)})]
