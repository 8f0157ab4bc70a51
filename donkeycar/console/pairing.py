"""Pairing data for a person: a link, a PIN, and the link as a QR code."""

import io
import sys
from typing import NamedTuple
from urllib.parse import urlsplit


class Pairing(NamedTuple):
    """How to pair with the car, to be printed.

    Attributes:
        url: The link, with the token behind the ``#``; without a token if pairing is off.
        pin: Six digits; "" if there is none.
        others: The same link with the car's other addresses and its name.
        doing: The purpose of the page.
    """

    url: str
    pin: str
    others: tuple[str, ...] = ()
    doing: str = "Drive"

    @property
    def qr(self) -> str:
        """The link as a QR code of terminal characters; "" if there is nothing to pair."""
        return qr_terminal(self.url) if "#" in self.url else ""

    @property
    def text(self) -> str:
        """The text to print at the start, with the QR code only if a terminal can show it."""
        page, _, token = self.url.partition("#")
        is_local = urlsplit(self.url).hostname in ("127.0.0.1", "localhost", "::1")
        if not token:
            who = "everybody on this computer" if is_local else "everybody on this network"
            pages = " or ".join((page, *self.others))
            return f"{self.doing} at {pages} - {who} can do so, because there is no pairing."
        where = "with a phone or a PC on this network: open this link, or scan it."
        if is_local:
            where = "on this computer: open this link."
        lines = [f"{self.doing} {where}", f"  {self.url}", *(f"  {url}" for url in self.others)]
        if self.pin:
            lines.append(f"Or open {page} and enter {self.pin}, in the next five minutes.")
        if shows_blocks() and not is_local:
            lines.insert(0, self.qr)
        return "\n".join(lines)


def pairing_url(url: str, token: str) -> str:
    """Return the link that pairs; browsers do not send the part behind the ``#``."""
    return f"{url}/pair#{token}"


def qr_svg(text: str) -> str:
    """Return `text` as a QR code in SVG with a namespace, so that an ``<img>`` can show it."""
    import segno

    out = io.BytesIO()
    segno.make(text, micro=False).save(out, kind="svg", xmldecl=False, scale=6, light="#fff")
    return out.getvalue().decode()


def qr_terminal(text: str) -> str:
    """Return `text` as a QR code to be printed in a terminal."""
    import segno

    out = io.StringIO()
    segno.make(text, micro=False, error="l").terminal(out=out, compact=True)
    return out.getvalue()


def shows_blocks() -> bool:
    """Whether standard output is a terminal that has the characters of the QR code."""
    if sys.stdout is None:  # closed by the process that started this one
        return False
    encoding = getattr(sys.stdout, "encoding", None) or ""
    return sys.stdout.isatty() and encoding.lower().replace("-", "") == "utf8"
