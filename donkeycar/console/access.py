"""Authentication of the console: pairing by link or by PIN, and the sessions of paired browsers."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from donkeycar.console.pairing_file import Device, Pairings
from donkeycar.console.view_links import NAME_LETTERS, ViewLinks
from donkeycar.timing import Clock, RealClock

PIN_LIFE_S = 300.0
MAX_WRONG_PINS = 10
LOCK_S = 60.0

# More browsers than the people around one car will pair.
MAX_SESSIONS = 64
# A session with a request in this time is in use, and no other session takes its place. A phone
# that drives sends many requests a second.
IN_USE_S = 600.0
# Another session may take the place of one that made no request for this long after pairing.
NEWCOMER_S = 60.0

Auth = Literal["pair", "none"]


@dataclass(slots=True)
class Session:
    """A paired browser.

    Attributes:
        device: Digest of its cookie, so that a dump of memory does not give access, and what is
            stored with it.
        used_s: Time of its last request, or of its pairing.
        came_back: Whether it made a request after its pairing.
        stored: Whether it is paired after a restart, too.
    """

    device: Device
    used_s: float
    came_back: bool = False
    stored: bool = False


class TooManySessions(Exception):
    """There is no room for another browser, because too many are paired and in use."""


def digest_of(secret: str) -> str:
    """Digest of a secret that is known to this run alone."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


class Access:
    """The secrets of one run of the car, and the devices that were paired in earlier ones.

    A link with `token` pairs as long as the program runs, a six-digit `pin` for five minutes. The
    link of a stored invitation pairs as many devices as it was made for.
    After ten wrong PINs the PIN changes, and none is accepted for a minute. When `MAX_SESSIONS`
    browsers are paired, another one takes the place of a browser that never came back or has not
    been used for ten minutes. It never takes the place of a browser in use: otherwise anybody with
    a PIN could push the driver's phone out.

    Args:
        auth: ``"pair"``, or ``"none"`` to let everybody in.
        digest: Digest of a secret; see `PairingFile.digest`.
        clock: Source of time.

    Attributes:
        sessions: The paired browsers, by public name.
        invitations: How many more devices an invitation pairs, by its digest.
        views: Links for programs that show the car; none of them is good for anything else.
        made_room: Digests of devices that had to make room for others in this run.
    """

    def __init__(
        self,
        *,
        auth: Auth = "pair",
        digest: Callable[[str], str] = digest_of,
        clock: Clock | None = None,
    ) -> None:
        self._clock: Clock = RealClock() if clock is None else clock
        self._digest = digest
        self.auth = auth
        self.token = secrets.token_urlsafe(16)
        self.sessions: dict[str, Session] = {}
        self.invitations: dict[str, int] = {}
        self.views = ViewLinks(digest)
        self.made_room: set[str] = set()
        self._revoked: set[str] = set()
        self._wrong_pins = 0
        self._locked_until_s = float("-inf")
        self._pin = _new_pin()
        self._pin_until_s = self._clock.monotonic() + PIN_LIFE_S

    @property
    def pin(self) -> str:
        """The PIN that pairs now; "" if it has expired."""
        return self._pin if self._clock.monotonic() < self._pin_until_s else ""

    @property
    def locked_s(self) -> float:
        """Seconds until a PIN is accepted again; 0 if PINs are not locked."""
        return max(0.0, self._locked_until_s - self._clock.monotonic())

    def renew_pin(self) -> str:
        """Return a new PIN, for the next five minutes. It does not lift a lock."""
        self._pin = _new_pin()
        self._pin_until_s = self._clock.monotonic() + PIN_LIFE_S
        self._wrong_pins = 0
        return self._pin

    def pair_by_token(self, token: str) -> str | None:
        """Exchange the token of the link for a session; ``None`` if it is wrong.

        Raises:
            TooManySessions: If there is no room for another session.
        """
        if self.is_token(token):
            return self._new_session()
        invitation = self._digest(token)
        if self.invitations.get(invitation, 0) < 1:
            return None
        session = self._new_session()
        self.invitations[invitation] -= 1
        return session

    def pair_by_pin(self, pin: str) -> str | None:
        """Exchange a PIN for a session; ``None`` if it is wrong or expired, or PINs are locked.

        Raises:
            TooManySessions: If there is no room for another session.
        """
        if self.locked_s > 0 or not self.pin:
            return None
        if _same(pin, self._pin):
            return self._new_session()
        self._wrong_pins += 1
        if self._wrong_pins >= MAX_WRONG_PINS:
            self._wrong_pins = 0
            self._pin = _new_pin()
            self._locked_until_s = self._clock.monotonic() + LOCK_S
        return None

    def is_token(self, token: str) -> bool:
        """Whether `token` is the token of the link."""
        return _same(token, self.token)

    def session_name(self, session: str) -> str | None:
        """Return the public name of a session; ``None`` if there is no such session."""
        digest = self._digest(session)
        name = digest[:NAME_LETTERS]
        known = self.sessions.get(name)
        if known is None or not hmac.compare_digest(known.device.digest, digest):
            return None
        self.touch(name)
        return name

    def touch(self, name: str) -> None:
        """Note that the session with this public name is in use; ignore unknown names."""
        known = self.sessions.get(name)
        if known is not None:
            known.used_s, known.came_back = self._clock.monotonic(), True

    def adopt(self, pairings: Pairings, *, all_new: bool = False) -> list[str]:
        """Take over what is stored: new devices may drive, and those that are gone may not.

        Args:
            pairings: What is stored now.
            all_new: Whether sessions that were never stored are gone, too.

        Returns:
            The public names of the sessions that are gone. Call `forget` with them.
        """
        gone = []
        for name, known in self.sessions.items():
            if known.device.digest in pairings.devices:
                known.stored = True
            elif known.stored or all_new:
                gone.append(name)
        for place, (digest, device) in enumerate(pairings.devices.items()):
            name = digest[:NAME_LETTERS]
            if digest not in self._revoked | self.made_room and name not in self.sessions:
                # Before everything that happens now, in the order in which they were last used.
                used_s = place - 1e9
                self.sessions[name] = Session(device, used_s, came_back=True, stored=True)
        self.invitations = {one.digest: one.uses for one in pairings.invitations.values()}
        self.views.adopt(pairings, all_new=all_new)
        return gone

    def forget(self, names: list[str]) -> None:
        """Take the right to drive from sessions, and keep their devices from coming back.

        The link of this run, its PIN, the invitations and the links that show the car may be known
        to whoever had a session, so they end as well.
        """
        for name in names:
            known = self.sessions.pop(name, None)
            if known is not None:
                # A file that is read late may still have it.
                self._revoked.add(known.device.digest)
        self.token = secrets.token_urlsafe(16)
        self._pin_until_s = float("-inf")
        self.invitations.clear()
        self.views.forget(list(self.views.links))

    def _new_session(self) -> str:
        if len(self.sessions) >= MAX_SESSIONS:
            self._make_room()
        session = secrets.token_urlsafe(32)
        digest = self._digest(session)
        self.sessions[digest[:NAME_LETTERS]] = Session(Device(digest), self._clock.monotonic())
        return session

    def _make_room(self) -> None:
        """Forget a session that never came back, or else the one unused for longest."""
        now_s = self._clock.monotonic()
        idle = [
            (one.came_back, one.used_s, name)
            for name, one in self.sessions.items()
            if now_s - one.used_s >= (IN_USE_S if one.came_back else NEWCOMER_S)
        ]
        if not idle:
            raise TooManySessions
        self.made_room.add(self.sessions.pop(min(idle)[2]).device.digest)


def _new_pin() -> str:
    return f"{secrets.randbelow(10**6):06}"


def _same(given: str, right: str) -> bool:
    """Compare in constant time, which does not reveal how much was right."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())
