"""Links that show a car to a program such as Foxglove, which cannot have the cookie of a browser.

The token of such a link is in its address, so it is worth as little as possible: it shows the car
to one program at a time, is accepted at that address alone, and drives nothing. It ends when a
person removes it, and with everything else when a device is revoked that may know it.
"""

import secrets
from collections.abc import Callable, Iterable
from urllib.parse import quote

from donkeycar.console.pairing_file import MAX_VIEWS, Pairings, ViewLink

# How many letters of the digest are the public name of a session or a link.
NAME_LETTERS = 12
# 32 letters.
TOKEN_BYTES = 24


class TooManyLinks(Exception):
    """There is no room for another link."""


def view_digest(digest: Callable[[str], str], token: str) -> str:
    """Digest of the token of a link; that of a session or an invitation is never the same."""
    return digest(f"view {token}")


def new_view_link(digest: Callable[[str], str], label: str) -> tuple[str, ViewLink]:
    """A new token, and the link that belongs to it."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    return token, ViewLink(view_digest(digest, token), label)


def foxglove_addresses(host: str, token: str) -> dict[str, str]:
    """Addresses of a link: the one to type into Foxglove, and one that opens Foxglove with it.

    Args:
        host: Name or address of the car, with its port.
        token: The token of the link.

    Source:
        https://docs.foxglove.dev/docs/visualization/shareable-links
    """
    url = f"ws://{host}/foxglove/{token}"
    return {
        "url": url,
        "open": f"foxglove://open?ds=foxglove-websocket&ds.url={quote(url, safe='')}",
    }


class ViewLinks:
    """The links of one run of the car, and those that were stored in earlier ones.

    Args:
        digest: Digest of a secret; see `PairingFile.digest`.

    Attributes:
        links: The links, by public name.
        stored: Digests of those that are in the file.
    """

    def __init__(self, digest: Callable[[str], str]) -> None:
        self._digest = digest
        self._ended: set[str] = set()
        self.links: dict[str, ViewLink] = {}
        self.stored: set[str] = set()

    def make(self, label: str) -> tuple[str, ViewLink]:
        """Make a link; return its token, which is kept nowhere, and the link.

        Raises:
            TooManyLinks: If there are `MAX_VIEWS` already.
        """
        if len(self.links) >= MAX_VIEWS:
            raise TooManyLinks
        token, link = new_view_link(self._digest, label)
        self.links[link.digest[:NAME_LETTERS]] = link
        return token, link

    def name_of(self, token: str) -> str | None:
        """The public name of the link with this token; ``None`` if there is none."""
        digest = view_digest(self._digest, token)
        known = self.links.get(digest[:NAME_LETTERS])
        is_right = known is not None and secrets.compare_digest(known.digest, digest)
        return digest[:NAME_LETTERS] if is_right else None

    def adopt(self, pairings: Pairings, *, all_new: bool) -> None:
        """Take over what is stored; links that were removed from the file end.

        Args:
            pairings: What is stored now.
            all_new: Whether links that were never stored end, too.
        """
        gone = [
            name
            for name, link in self.links.items()
            if link.digest not in pairings.views and (all_new or link.digest in self.stored)
        ]
        self.forget(gone)
        for digest, link in pairings.views.items():
            if digest not in self._ended:
                self.stored.add(digest)
                self.links.setdefault(digest[:NAME_LETTERS], link)

    def forget(self, names: Iterable[str]) -> None:
        """End links, and keep them from coming back with a file that is read late."""
        for name in names:
            link = self.links.pop(name, None)
            if link is not None:
                self._ended.add(link.digest)
                self.stored.discard(link.digest)
