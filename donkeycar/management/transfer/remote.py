"""A car over ssh: its commands and rsync share one connection, so a password is asked for once."""

import ipaddress
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from donkeycar.errors import ConfigError, DeviceError

FOLDER = "mycar"
CONNECT_S = 10
# A car that is out of reach does not even end the connection: ssh asks it so often, and gives up
# after so many questions without an answer (ssh_config(5)).
ALIVE_S, NUM_ALIVE = 10, 3
# A shell on the car may answer nothing at all, though the connection stands. This leaves time to
# type a password: sshd itself waits as long (LoginGraceTime, sshd_config(5)).
SILENT_S = 120
# Exit codes: ssh(1) if it has no connection; a shell that does not find a program; rsync(1).
NO_CONNECTION, NOT_FOUND, RSYNC_INTERRUPTED = 255, 127, 20

_HOST = re.compile(r"(?:[\w.-]+@)?(?:[\w.-]+|\[[0-9A-Fa-f:.%\w]+\])", re.ASCII)

# Text in the answer of ssh or rsync -> rule and next step; {host} is the car's name.
REASONS = (
    (
        r"Could not resolve|Name or service not known|nodename nor servname",
        "`CAR` must be a name or an address that this computer finds",
        "Is the car on, and in the same network? `donkey findcar` looks for it; an address works, "
        "too",
    ),
    (
        r"Connection refused",
        "The car must let ssh in",
        "On the car: sudo systemctl enable --now ssh",
    ),
    (
        r"timed out|not responding|No route to host|Network is unreachable|Host is down",
        "The car must answer",
        "Is it on, and in the same network? Try: ping {host}",
    ),
    (
        r"timeout in data send/receive",
        "The car must answer",
        "It let ssh in, and was silent then. Try: ssh {host} ls; and run the same again",
    ),
    (
        r"Host key verification failed|IDENTIFICATION HAS CHANGED",
        "ssh must know the car",
        "If it has a new card: ssh-keygen -R {host}. Then, once: ssh {host}",
    ),
    (
        r"Permission denied \(|Too many authentication failures",
        "The car must know you",
        "Name its user: donkey ... kim@{host}. Without a password from then on: ssh-copy-id "
        "kim@{host}",
    ),
    (
        r"rsync: (?:command )?not found|rsync: No such file|command not found: rsync",
        "rsync must be installed on the car, too",
        "On the car: sudo apt install rsync",
    ),
    (
        r"No space left on device|Disk quota exceeded",
        "There must be room for the files",
        "Delete something on the full disk, and run the same again: it continues",
    ),
    (
        r"Read-only file system",
        "The disk must take files",
        "It is locked or worn, there or here. On the car, look with: donkey doctor",
    ),
    (
        r"Permission denied",
        "The files must be yours to read and write",
        "Look who owns the folder, there and here",
    ),
)


@dataclass(frozen=True)
class Address:
    """Where a car is.

    Attributes:
        host: Computer, with the user if one was named, as rsync takes it: an address of version 6
            is in brackets.
        folder: Folder of the car, from the user's home.
    """

    host: str
    folder: str

    @property
    def name(self) -> str:
        """The computer alone."""
        return self.host.rpartition("@")[2].strip("[]")

    @property
    def ssh_host(self) -> str:
        """The same as `host`, as ssh takes it: without brackets."""
        return self.host.replace("[", "").replace("]", "")


def parse_address(word: str) -> Address:
    """Read what a person types for a car.

    Args:
        word: ``mycar.local``, ``kim@192.168.1.7``, ``mycar.local:cars/blue`` or ``[::1]:blue``.

    Raises:
        ConfigError: If it is none.

    Example:
        >>> parse_address("kim@mycar.local:cars/blue")
        Address(host='kim@mycar.local', folder='cars/blue')
        >>> parse_address("mycar.local").folder
        'mycar'
    """
    user, at, address = word.rpartition("@")
    with suppress(ValueError):
        word = f"{user}{at}[{ipaddress.IPv6Address(address)}]"
    match = re.fullmatch(rf"({_HOST.pattern})(?::(.*))?", word, re.ASCII | re.DOTALL)
    folder = (match[2] if match else None) or FOLDER
    folder = folder.removeprefix("~/")
    # A word that begins with a dash would be an option of ssh.
    if match is None or word.startswith("-") or "@-" in word or re.search(r"[\x00-\x1f]", folder):
        raise ConfigError(
            "`CAR` must be a computer, with user and folder if you like: kim@mycar.local:mycar. "
            f"Received: {word!r}"
        )
    return Address(match[1], folder)


class Remote:
    """A connection to a car.

    Args:
        address: Where the car is.

    Raises:
        DeviceError: If ssh or rsync is not on this computer.
    """

    def __init__(self, address: Address) -> None:
        for program in ("ssh", "rsync"):
            if shutil.which(program) is None:
                raise DeviceError(
                    f"`{program}` must be installed on this computer. Received: none. On Debian, "
                    f"Ubuntu and Raspberry Pi OS: sudo apt install {program}; on Windows use WSL"
                )
        self.address = address
        self._scratch = tempfile.TemporaryDirectory(prefix="donkey-")
        self._ssh = [
            "ssh", "-o", "ControlMaster=auto", "-o", f"ControlPath={self._scratch.name}/ssh",
            "-o", "ControlPersist=60", "-o", f"ConnectTimeout={CONNECT_S}",
            "-o", f"ServerAliveInterval={ALIVE_S}", "-o", f"ServerAliveCountMax={NUM_ALIVE}",
        ]  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._run([*self._ssh, "-O", "exit", "--", self.address.ssh_host], CONNECT_S)
        self._scratch.cleanup()

    def ask(self, script: str) -> str:
        """Run a script of a POSIX shell in the car's folder; its output.

        Raises:
            DeviceError: If there is no connection, no such folder, the script fails, or nothing is
                answered within `SILENT_S` s.
        """
        folder = shlex.quote(self.address.folder)
        words = [*self._ssh, "--", self.address.ssh_host, f"cd -- {folder} && {{ {script}\n}}"]
        try:
            done = self._run(words, SILENT_S)
        except subprocess.TimeoutExpired:
            raise DeviceError(
                f"The car must answer. Received: no word from {self.address.host} within "
                f"{SILENT_S:g} s, though ssh runs. Try: ssh {self.address.ssh_host} ls"
            ) from None
        if done.returncode == 0:
            return done.stdout
        if re.search(r"cd:.*(No such|can't cd)", done.stderr):
            raise DeviceError(
                f"The car's folder must be there. Received: {self.address.folder}, which "
                f"{self.address.host} does not have. Name it: {self.address.host}:FOLDER"
            )
        raise self._failed(done.returncode, done.stderr)

    def copy(self, sources: Sequence[str], target: str, *options: str) -> None:
        """Run rsync; each file appears when it is whole, and what was begun is continued.

        Args:
            sources: Files and folders; those of the car by `there`.
            target: A folder.
            options: More options of rsync.

        Raises:
            DeviceError: If it does not copy everything.
            KeyboardInterrupt: If the user stopped it.
        """
        words = [
            "rsync", "--recursive", "--times", "--protect-args", "--partial-dir=.rsync-partial",
            f"--timeout={SILENT_S}", f"--rsh={shlex.join(self._ssh)}", *options,
            *(["--info=progress2"] if sys.stdout.isatty() else []), "--", *sources, target,
        ]  # fmt: skip
        done = self._run(words, None, is_shown=True)
        if done.returncode == RSYNC_INTERRUPTED:
            raise KeyboardInterrupt("stopped; the same command continues")
        if done.returncode:
            raise self._failed(done.returncode, done.stderr)

    def there(self, path: str) -> str:
        """A path in the car's folder, as rsync takes it."""
        return f"{self.address.host}:{self.address.folder}/{path}"

    def _run(
        self, words: Sequence[str], timeout_s: float | None, *, is_shown: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Run a program; what it prints goes to files, so that no pipe outlives it.

        Args:
            words: The program and its arguments.
            timeout_s: How long it may take, in seconds.
            is_shown: Whether its output goes to the terminal.

        Raises:
            TimeoutExpired: If it takes longer; it is ended.
        """
        places = [Path(self._scratch.name, name) for name in ("out", "errors")]
        with places[0].open("wb") as out, places[1].open("wb") as errors:
            done = subprocess.run(
                words, stdout=None if is_shown else out, stderr=errors, timeout=timeout_s
            )
        said = [place.read_text(encoding="utf-8", errors="replace") for place in places]
        return subprocess.CompletedProcess(words, done.returncode, *said)

    def _failed(self, code: int, answer: str) -> DeviceError:
        lines = [line.strip() for line in answer.splitlines() if line.strip()]
        ended = f"exit code {code}" if code >= 0 else f"ended by signal {-code}"
        said = next((line for line in lines if "error" not in line[:12]), "no word")
        for pattern, rule, step in REASONS:
            found = next((line for line in lines if re.search(pattern, line)), None)
            if found:
                step = step.format(host=self.address.name)
                return DeviceError(f"{rule}. Received: {found.rstrip('.')}. {step}")
        return DeviceError(
            f"Everything must be copied. Received: {said.rstrip('.')} ({ended}). Run the same "
            "again: it continues"
        )
