"""Who may use the console: pairing by link or by PIN, and the sessions that come of it."""

import hashlib
import hmac
import secrets
from typing import Literal

from donkeycar.timing import Clock, RealClock

PIN_LIFE_S = 300.0
MAX_WRONG_PINS = 10
LOCK_S = 60.0

# More browsers than one car has friends; the oldest has to pair again.
MAX_SESSIONS = 64

Auth = Literal["pair", "none"]


class Access:
    """The secrets of one run of the car.

    A link with `token` pairs as long as the program runs, a six-digit `pin` for five minutes.
    After ten wrong PINs there is a new one, and none is accepted for a minute.

    Args:
        auth: ``"pair"``, or ``"none"`` to let everybody in.
        clock: Source of time.
    """

    def __init__(self, *, auth: Auth = "pair", clock: Clock | None = None) -> None:
        self._clock: Clock = RealClock() if clock is None else clock
        self.auth = auth
        self.token = secrets.token_urlsafe(16)
        # Hashes, so that a dump of memory opens nothing; a dict, because it keeps the order.
        self._sessions: dict[str, None] = {}
        self._wrong_pins = 0
        self._locked_until_s = float("-inf")
        self._pin = _new_pin()
        self._pin_until_s = self._clock.monotonic() + PIN_LIFE_S

    @property
    def pin(self) -> str:
        """The PIN that pairs now; "" if it ran out."""
        return self._pin if self._clock.monotonic() < self._pin_until_s else ""

    @property
    def locked_s(self) -> float:
        """Seconds until a PIN is accepted again; 0 if it is now."""
        return max(0.0, self._locked_until_s - self._clock.monotonic())

    def renew_pin(self) -> str:
        """Return a new PIN, for the next five minutes. It does not lift a lock."""
        self._pin = _new_pin()
        self._pin_until_s = self._clock.monotonic() + PIN_LIFE_S
        self._wrong_pins = 0
        return self._pin

    def pair_by_token(self, token: str) -> str | None:
        """Exchange the token of the link for a session; ``None`` if it is wrong."""
        return self._new_session() if self.is_token(token) else None

    def pair_by_pin(self, pin: str) -> str | None:
        """Exchange a PIN for a session; ``None`` if it is wrong, too late, or PINs are locked."""
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
        """Whether `token` is the one of the link."""
        return _same(token, self.token)

    def session_name(self, session: str) -> str | None:
        """Return the public name of a session, ``None`` if there is no such session."""
        digest = _digest(session)
        return digest[:12] if digest in self._sessions else None

    def _new_session(self) -> str:
        session = secrets.token_urlsafe(32)
        if len(self._sessions) >= MAX_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        self._sessions[_digest(session)] = None
        return session


def _new_pin() -> str:
    return f"{secrets.randbelow(10**6):06}"


def _same(given: str, right: str) -> bool:
    """Compare in a time that does not tell how much was right."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())


def _digest(session: str) -> str:
    return hashlib.sha256(session.encode("utf-8", "replace")).hexdigest()
