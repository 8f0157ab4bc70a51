"""The paired devices of a car on disk: who may drive it after the next start as well.

The file holds digests, never a secret: whoever reads it, or a backup of it, cannot drive. It is in
the state folder of the user who runs the car, not in the folder of the car, which is copied, shared
and put into public repositories. Whoever could write to it could pair, so it is used only if nobody
else can.
"""

import errno
import hmac
import json
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from donkeycar.console.car_identity import car_identity
from donkeycar.errors import ConfigError
from donkeycar.files import write_atomically

VERSION = 1
MAX_BYTES = 64 * 1024
MAX_DEVICES = 64
MAX_INVITATIONS = 16
MAX_VIEWS = 16
MAX_USES = 64
MAX_STARTS = 1000
MAX_LABEL_LETTERS = 40
DIGEST = re.compile(r"[0-9a-f]{64}")
# A clock before this (July 2026) was not set: a Pi has none that runs without power.
CLOCK_IS_SET_S = 1_782_864_000.0
# Two programs write within milliseconds of each other, or one of them hangs.
LOCK_S = 2.0

T = TypeVar("T")


class UnsafeFile(ConfigError):
    """The file of the pairings is not one that this program may trust."""


@dataclass(slots=True)
class Device:
    """A paired browser.

    Attributes:
        digest: Digest of its cookie.
        label: What it is, for a person: ``"iPhone, Safari"``.
        paired_at: When it was paired, in seconds of wall time; ``None`` if the clock was not set.
        seen_at: When it was last seen, in the same way.
    """

    digest: str
    label: str = ""
    paired_at: int | None = None
    seen_at: int | None = None


@dataclass(slots=True)
class Invitation:
    """A link that pairs also after a restart.

    Attributes:
        digest: Digest of its token.
        uses: How many more devices it pairs.
        starts: For how many more starts of the car it is valid. A Pi without a network does not
            know how many hours passed, but it can count its starts.
    """

    digest: str
    uses: int = 1
    starts: int = 5


@dataclass(slots=True)
class ViewLink:
    """A link that shows the car to one program, and can do nothing else.

    Attributes:
        digest: Digest of its token.
        label: Who made it, for a person: ``"iPhone, Safari"``.
        made_at: When, in seconds of wall time; ``None`` if the clock was not set.
    """

    digest: str
    label: str = ""
    made_at: int | None = None


@dataclass(slots=True)
class Pairings:
    """Everything in the file.

    Attributes:
        devices: Paired devices, by digest; the one that was used last is the last one.
        invitations: Open invitations, by digest.
        views: Links for programs that show the car, by digest, in the order in which they were
            made.
        epoch: Another number means that everybody was revoked, whether stored or not.
    """

    devices: dict[str, Device] = field(default_factory=dict)
    invitations: dict[str, Invitation] = field(default_factory=dict)
    views: dict[str, ViewLink] = field(default_factory=dict)
    epoch: int = 0


class PairingFile:
    """The file of the pairings of one car.

    Args:
        folder: Folder of the car.
        state: Folder of the file; it is made when something is stored. ``None`` is the user's.
    """

    def __init__(self, folder: Path, *, state: Path | None = None) -> None:
        self._folder = Path(os.path.realpath(folder))
        self._identity = car_identity(folder)
        name = f"{self._folder.name[:40]}-{self.car_id}.json"
        self.path = (state_folder() if state is None else state) / name

    @property
    def car_id(self) -> str:
        """Eight letters that tell this car from others."""
        return self._identity.hex()[:8]

    def digest(self, secret: str) -> str:
        """Digest of a secret of this car; the same secret has another one at another car."""
        return hmac.digest(self._identity, secret.encode("utf-8", "replace"), "sha256").hex()

    @property
    def stamp(self) -> tuple[int, ...]:
        """Changes with every change of the file; empty while there is none."""
        try:
            found = os.stat(self.path, follow_symlinks=False)
        except FileNotFoundError:
            return ()
        return (found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size)

    def read(self) -> Pairings:
        """The stored pairings; none if there is no file.

        Raises:
            UnsafeFile: If others can write to the file, or its content is not what is stored here.
            OSError: If the disk does not give it.
        """
        try:
            # Neither a link nor a pipe of somebody else is followed or waited for.
            fd = os.open(self.path, os.O_RDONLY | _flag("O_NOFOLLOW") | _flag("O_NONBLOCK"))
        except FileNotFoundError:
            return Pairings()
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise self._unsafe("a link") from error
            raise
        with open(fd, "rb") as file:
            self._check(os.fstat(fd), os.stat(self.path.parent))
            return self._parse(file.read(MAX_BYTES + 1))

    def change(self, edit: Callable[[Pairings], T]) -> T:
        """Apply `edit` to what is stored now, and store the result, while no other program can.

        Raises:
            UnsafeFile: As `read`; the file stays as it is.
            OSError: If the disk does not take it; the file stays as it is.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locked():
            pairings = self.read()
            before = self._text(pairings)
            result = edit(pairings)
            text = self._text(pairings)
            if text != before or not self.path.exists():
                write_atomically(self.path, text, mode=0o600)
            return result

    def remove(self) -> None:
        """Forget every pairing, also where there is no room to write or the file is not in order.

        Raises:
            OSError: If the file cannot be removed.
        """
        self.path.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            import fcntl
        except ImportError:  # Windows: one program at a time, as cars do not drive there
            yield
            return
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        fd = os.open(self.path.with_suffix(".lock"), flags, 0o600)
        try:
            give_up_s = time.monotonic() + LOCK_S
            while True:
                try:
                    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > give_up_s:
                        raise
                    time.sleep(0.01)
            yield
        finally:
            os.close(fd)

    def _check(self, file: os.stat_result, folder: os.stat_result) -> None:
        if not stat.S_ISREG(file.st_mode):
            raise self._unsafe("something that is not a file")
        if os.name == "nt":
            return
        for what, found in (("the file", file), ("its folder", folder)):
            place = self.path if found is file else self.path.parent
            if found.st_uid != os.geteuid():
                received = f"user number {found.st_uid} as the owner of {what}"
                raise self._unsafe(received, f"sudo chown {os.geteuid()} {place}")
            if found.st_mode & 0o022:
                received = f"permissions {found.st_mode & 0o777:o} of {what}"
                raise self._unsafe(received, f"chmod go-w {place}")

    def _unsafe(self, received: str, step: str = "donkey pair revoke --all") -> UnsafeFile:
        return UnsafeFile(
            f"The paired devices must be in a file that only you can write: {self.path}. "
            f"Received: {received}. Until it is in order, a car that starts counts no stored "
            f"pairing, and one that runs keeps those that it has read. Type: {step}"
        )

    def _parse(self, content: bytes) -> Pairings:
        if len(content) > MAX_BYTES:
            raise self._unsafe(f"more than {MAX_BYTES} bytes")
        try:
            stored = json.loads(content)
            if stored["version"] != VERSION:
                raise ValueError("version")
            devices = [_device(one) for one in stored["devices"]]
            invitations = [_invitation(one) for one in stored["invitations"]]
            # A file of an earlier version has none.
            views = [_view_link(one) for one in stored.get("views", [])]
            epoch = stored["epoch"]
            if not _is_whole(epoch, 0, 2**53):
                raise ValueError("epoch")
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise self._unsafe("content that donkeycar did not write") from error
        return Pairings(
            {one.digest: one for one in devices[-MAX_DEVICES:]},
            {one.digest: one for one in invitations[-MAX_INVITATIONS:]},
            {one.digest: one for one in views[-MAX_VIEWS:]},
            epoch,
        )

    def _text(self, pairings: Pairings) -> str:
        devices, invitations = pairings.devices.values(), pairings.invitations.values()
        stored = {
            "version": VERSION,
            "folder": str(self._folder),
            "devices": [asdict(one) for one in devices],
            "invitations": [asdict(one) for one in invitations if one.uses > 0],
            "views": [asdict(one) for one in pairings.views.values()],
            "epoch": pairings.epoch,
        }
        return json.dumps(stored, indent=1) + "\n"


def wall_time(now_s: float) -> int | None:
    """A time to store for a person to read; ``None`` if the clock was not set.

    Args:
        now_s: Wall time, in seconds.
    """
    return round(now_s) if now_s > CLOCK_IS_SET_S else None


def state_folder() -> Path:
    """Folder for what programs of this user remember, by the XDG base directory specification."""
    chosen = os.environ.get("XDG_STATE_HOME", "")
    home = os.path.expanduser("~")
    if os.path.isabs(chosen):
        base = Path(chosen)
    elif os.path.isabs(home):
        base = Path(home, ".local/state")
    else:
        base = Path("/nonexistent")  # Debian's home of users who have none: nothing is stored then
    return base / "donkeycar"


def _flag(name: str) -> int:
    return int(getattr(os, name, 0))


def _device(stored: Any) -> Device:
    _require(stored, Device)
    _require_text(stored["label"])
    _require_time(stored["paired_at"])
    _require_time(stored["seen_at"])
    return Device(**stored)


def _view_link(stored: Any) -> ViewLink:
    _require(stored, ViewLink)
    _require_text(stored["label"])
    _require_time(stored["made_at"])
    return ViewLink(**stored)


def _invitation(stored: Any) -> Invitation:
    _require(stored, Invitation)
    if not (_is_whole(stored["uses"], 1, MAX_USES) and _is_whole(stored["starts"], 0, MAX_STARTS)):
        raise ValueError("number")
    return Invitation(**stored)


def _require(stored: Any, kind: type) -> None:
    if set(stored) != {one.name for one in fields(kind)}:
        raise ValueError("names")
    if DIGEST.fullmatch(stored["digest"]) is None:
        raise ValueError("digest")


def _require_text(label: Any) -> None:
    if not isinstance(label, str) or not label.isprintable() or len(label) > MAX_LABEL_LETTERS:
        raise ValueError("label")


def _require_time(value: Any) -> None:
    if value is not None and not _is_whole(value, 0, 10**11):
        raise ValueError("time")


def _is_whole(value: Any, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high
