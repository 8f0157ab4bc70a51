"""`donkey console`: the pages of a folder of tubs and pilots, on a PC."""

import argparse
import sys
import webbrowser
from pathlib import Path

from donkeycar.errors import ConfigError
from donkeycar.management.guardian import hear_ctrl_c


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.description = (
        "Serve the pages of a folder in the browser until Ctrl-C: recordings, training, pilots, "
        "settings. A car serves them itself, beside its drive page."
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(), metavar="FOLDER",
        help="folder of a car, or any folder of tubs and pilots (default: this one)",
    )  # fmt: skip
    parser.add_argument(
        "--no-browser", action="store_true", help="print the link, and do not open it"
    )
    parser.add_argument(
        "--host", default="127.0.0.1",
        help="address to listen at; 0.0.0.0 serves the network (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--port", type=_port, default=8887, help="0 takes any free one (default: %(default)s)"
    )


def run(args: argparse.Namespace) -> None:
    """Serve until Ctrl-C.

    Raises:
        ConfigError: If there is no such folder, or this system has no Unix sockets.
        DeviceError: If the port cannot be bound.
    """
    if sys.platform == "win32":
        raise ConfigError(
            "`donkey console` needs Linux or macOS. Received: Windows. Run it in WSL 2"
        )
    hear_ctrl_c()
    from donkeycar.console.forward import LabPages
    from donkeycar.console.lab_console import LabConsole
    from donkeycar.console.pairing_file import PairingFile
    from donkeycar.console.worker import Worker
    from donkeycar.lab.command import worker_command
    from donkeycar.lab.lab import Lab
    from donkeycar.lab.table import titles

    folder = Lab(args.folder).folder
    console = LabConsole(
        LabPages(titles("pc"), Worker(worker_command(folder, is_car=False))),
        name=folder.name or str(folder),
        port=args.port,
        host=args.host,
        pairing_file=PairingFile(folder),
    )
    print(console.pairing.text)
    print(f"It shows {folder}. Ctrl-C ends it.", flush=True)
    if not args.no_browser:
        webbrowser.open(console.pairing.url)
    console.update()


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"must be 0 to 65535. Received: {text}")
    return port
