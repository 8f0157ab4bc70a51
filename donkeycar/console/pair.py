"""Pairing requests: exchange the link or the PIN for a cookie, and invite another phone."""

import json
import math
from typing import Any
from urllib.parse import urlsplit

from tornado.web import HTTPError

from donkeycar.console.access import PIN_LIFE_S, TooManySessions
from donkeycar.console.addresses import is_loopback
from donkeycar.console.device_label import device_label
from donkeycar.console.devices import Devices
from donkeycar.console.guard import STATIC, Guarded, PublicFile, Route, page_routes
from donkeycar.console.pairing import pairing_url, qr_svg

FULL = "As many browsers are paired as the car keeps, and all are in use. Try again in ten minutes"

# At 127.0.0.1 a phone finds itself.
NOT_ON_A_NETWORK = (
    "Another phone cannot reach this car: it serves this computer alone. Connect the computer to a "
    "network, and start the car with --set WEB_HOST=0.0.0.0 (donkey demo: --phone)"
)


class PairPage(Guarded):
    """`/pair`: the page that asks for the PIN, and the exchange itself."""

    public = True

    def get(self) -> None:
        """Serve the page."""
        self.show("pair")

    async def post(self) -> None:
        """Exchange a token or a PIN for a cookie."""
        access = self.console.access
        if self._session():
            # It is paired already, and stays one device in the list.
            self.renew_session()
            self.finish({"paired": True})
            return
        kind, secret = self._secret()
        session = None
        try:
            if kind == "token":
                session = access.pair_by_token(secret)
                if session is None:
                    await self.console.keeper.catch_up()
                    session = access.pair_by_token(secret)
            elif kind == "pin":
                session = access.pair_by_pin(secret)
        except TooManySessions:
            raise HTTPError(503, reason=FULL) from None
        if session is None:
            self._refuse(kind)
            return
        await self.console.keeper.keep(
            session, device_label(self.request.headers.get("User-Agent", ""))
        )
        self.set_session(session)
        self.finish({"paired": True})

    def _secret(self) -> tuple[str, str]:
        """The kind of secret in the body, and the secret; both "" if there is none."""
        try:
            fields: Any = json.loads(self.request.body)
        except (ValueError, RecursionError):
            return "", ""
        for kind in ("token", "pin"):
            if isinstance(fields, dict) and isinstance(fields.get(kind), str):
                return kind, fields[kind]
        return "", ""

    def _refuse(self, kind: str) -> None:
        retry_s = math.ceil(self.console.access.locked_s)
        if kind == "pin" and retry_s:
            self.set_status(429)
            self.finish({
                "error": f"Too many wrong PINs. Try again in {retry_s} s, with the new PIN",
                "retry_s": retry_s,
            })  # fmt: skip
            return
        self.set_status(403 if kind else 400)
        self.finish({"error": {
            "token": "This link is from an earlier start, or has been used. Scan the new one",
            "pin": "This PIN is wrong or has run out. A paired phone can show a new one",
            "": "The body must be an object with `token` or `pin`",
        }[kind]})  # fmt: skip


class Invite(Guarded):
    """`/invite`: the data that a paired page shows to pair another phone."""

    def post(self) -> None:
        """Make a new PIN; answer with it, the link and its QR code."""
        access = self.console.access
        shared = self._shared_url()
        if is_loopback(urlsplit(shared).hostname or ""):
            self.set_status(409)
            self.finish({"error": NOT_ON_A_NETWORK})
            return
        url = pairing_url(shared, access.token)
        self.finish({
            "url": url,
            "pin": access.renew_pin(),
            "pin_life_s": PIN_LIFE_S,
            "qr_svg": qr_svg(url),
        })  # fmt: skip

    def _shared_url(self) -> str:
        """The address that this page uses; another phone beside it reaches it as well."""
        urls = self.console.urls
        own = f"http://{self.local_address()}:{self.console.port}"
        return own if own in urls else urls[0]


# Routes that every console needs.
PAIRING: list[Route] = [
    (r"/pair/(style\.css)", PublicFile, {"path": str(STATIC)}),
    *page_routes("pair", PairPage, files=PublicFile),
    (r"/invite", Invite, {}),
    (r"/devices", Devices, {}),
]
