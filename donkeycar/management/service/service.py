"""`donkey service`: systemd starts the car with the computer, and makes it safe at every end."""

import argparse
import getpass
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from donkeycar.errors import ConfigError, DeviceError
from donkeycar.files import write_atomically
from donkeycar.management.service.units import (
    CAR_UNIT,
    NETWORK_UNIT,
    SAFE_UNIT,
    make_units,
    network_unit,
)

SYSTEM_FOLDER = Path("/etc/systemd/system")
USER_FOLDER = Path("~/.config/systemd/user")

UNITS = (CAR_UNIT, SAFE_UNIT, NETWORK_UNIT)
REMOVE = ("remove", "uninstall")

Runner = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]


def run_command(words: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Run a command and keep its output.

    Raises:
        DeviceError: If there is no such command.
    """
    try:
        return subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise DeviceError(
            f"`{words[0]}` is not here: this computer does not run systemd. Start the car with: "
            "python manage.py drive"
        ) from error


class Service:
    """The units of a car, and the systemd that runs them.

    Args:
        folder: Folder of the units.
        own: Whether the user's own systemd runs them.
        runner: Runs a command.
    """

    def __init__(self, folder: Path, *, own: bool, runner: Runner = run_command) -> None:
        self._folder = folder
        self._systemctl = ["systemctl", "--user"] if own else ["systemctl"]
        self._runner = runner

    def install(self, units: dict[str, str]) -> list[Path]:
        """Write units, and enable them, so that they start with the computer.

        Raises:
            DeviceError: If they cannot be written, or systemd refuses them. The units that were
                there before are back then.
        """
        paths = []
        old = {path: _bytes_of(path) for path in map(self._folder.joinpath, units)}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for name, text in units.items():
                path = self._folder / name
                write_atomically(path, text)
                paths.append(path)
        except OSError as error:
            raise DeviceError(
                f"{self._folder} cannot be written: {error.strerror}. Run the same with sudo "
                "in front, or with --user"
            ) from error
        try:
            self._call("daemon-reload")
            self._call("enable", *units)
        except DeviceError:
            self._put_back(old)
            raise
        return paths

    def _put_back(self, old: dict[Path, bytes | None]) -> None:
        new = [path.name for path, content in old.items() if content is None]
        with suppress(DeviceError):
            if new:
                self._runner([*self._systemctl, "disable", *new])
        for path, content in old.items():
            with suppress(OSError):
                if content is None:
                    path.unlink()
                else:
                    write_atomically(path, content)
        with suppress(DeviceError):
            self._runner([*self._systemctl, "daemon-reload"])

    def remove(self) -> list[Path]:
        """Stop the car, and remove its units.

        Raises:
            DeviceError: If they cannot be removed.
        """
        paths = [path for name in UNITS if (path := self._folder / name).exists()]
        for path in paths:
            self._call("disable", "--now", path.name)
            try:
                path.unlink()
            except OSError as error:
                raise DeviceError(
                    f"{path} cannot be removed: {error.strerror}. Run the same with sudo in front"
                ) from error
        if paths:
            self._call("daemon-reload")
        return paths

    def status(self) -> dict[str, str]:
        """The state of each unit: e.g. ``"enabled, active"``, or ``"not installed"``."""
        shown = [one for one in UNITS if one != NETWORK_UNIT or (self._folder / one).exists()]
        return {name: self._status(name) for name in shown}

    def _status(self, name: str) -> str:
        if not (self._folder / name).exists():
            return "not installed"
        words = (self._runner([*self._systemctl, ask, name]) for ask in ("is-enabled", "is-active"))
        return ", ".join(answer.stdout.strip() or "unknown" for answer in words)

    def _call(self, *words: str) -> None:
        answer = self._runner([*self._systemctl, *words])
        if answer.returncode:
            raise DeviceError(
                f"`{shlex.join([*self._systemctl, *words])}` failed: "
                f"{' '.join(answer.stderr.split()).rstrip('.')}. The service is as it was before; "
                "without it: python manage.py drive"
            )


def _bytes_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("what", choices=("install", "status", *REMOVE), help="what to do")
    parser.add_argument(
        "--path", type=Path, default=Path(), help="folder of the car (default: this one)"
    )
    parser.add_argument(
        "--user", action="store_true",
        help="use your own systemd, without sudo: it cannot switch the motor off early at boot",
    )  # fmt: skip
    parser.add_argument(
        "--drive", default="", metavar="WORDS", help="more words for `manage.py drive`, e.g. --js"
    )
    parser.add_argument(
        "--access-point", action="store_true",
        help="at the start, be a Wi-Fi of its own if no known network is there; first: "
        "donkey network ap --prepare",
    )  # fmt: skip
    parser.add_argument(
        "--dry-run", action="store_true", help="print the units, and change nothing"
    )


def run(args: argparse.Namespace) -> int:
    """Install, show or remove the service."""
    folder = USER_FOLDER.expanduser() if args.user else SYSTEM_FOLDER
    service = Service(folder, own=args.user)
    if args.what == "status":
        states = service.status()
        for name, state in states.items():
            print(f"{name:20} {state}")
        return 0 if states[CAR_UNIT].endswith(", active") else 1
    if args.what in REMOVE:
        if args.dry_run:
            print("\n".join(f"would remove {folder / name}" for name in UNITS))
            return 0
        for path in service.remove():
            print(f"removed {path}")
        return 0
    units = units_of(args.path, own=args.user, words=tuple(shlex.split(args.drive)))
    if args.access_point:
        units |= _network(args)
    if args.dry_run:
        for name, text in units.items():
            print(f"# {folder / name}\n{text}")
        return 0
    for path in service.install(units):
        print(f"wrote {path}")
    systemctl = "systemctl --user" if args.user else "sudo systemctl"
    journal = "journalctl --user" if args.user else "journalctl"
    print(f"The car starts with the computer. Now: {systemctl} start {CAR_UNIT}")
    print("Pair a phone once, so that it can drive after each start: donkey pair invite")
    print(f"The link of a start, and what the car says: {journal} -u {CAR_UNIT}")
    if args.user:
        print("To let it run while you are logged out: sudo loginctl enable-linger $USER")
    return 0


def _network(args: argparse.Namespace) -> dict[str, str]:
    """The unit of the car's own Wi-Fi.

    Raises:
        ConfigError: If it could not work.
    """
    from donkeycar.management.network.access_point import PROFILE
    from donkeycar.management.network.nmcli import NetworkManager

    if args.user:
        raise ConfigError(
            "`--access-point` needs the systemd of the system, because only root may change the "
            "network. Received: --user. Leave --user out, and type sudo in front"
        )
    if not args.dry_run and PROFILE not in NetworkManager().connections():
        raise ConfigError(
            "`--access-point` needs the car's own Wi-Fi, so that you know its password. Received: "
            "none is made yet. Make it: donkey network ap --prepare"
        )
    return network_unit(args.path.expanduser().absolute().name, PROFILE)


def units_of(path: Path, *, own: bool, words: tuple[str, ...] = ()) -> dict[str, str]:
    """The units of the car in a folder, for this interpreter.

    Args:
        path: Folder of the car.
        own: Whether they are for the user's own systemd.
        words: More words for the command line of `manage.py drive`.

    Raises:
        ConfigError: If the folder is not a car's.
    """
    folder = path.expanduser().absolute()
    if not (folder / "manage.py").is_file():
        raise ConfigError(
            f"`--path` must be the folder of a car. Received: {folder}, which has no manage.py. "
            "Run `donkey createcar` to make one"
        )
    # Under sudo the car still belongs to the person who typed the command.
    user = None if own else os.environ.get("SUDO_USER") or getpass.getuser()
    return make_units(folder, Path(sys.executable), user=user, words=words)
