"""`donkey push`: bring a pilot or a recording from here to a car, over ssh."""

import argparse
import shlex
from pathlib import Path

from donkeycar.errors import ConfigError
from donkeycar.management.transfer.pull import add_car, add_check
from donkeycar.management.transfer.remote import Remote, parse_address
from donkeycar.management.transfer.tubs import safe_path, send_tub
from donkeycar.pilots.files.bundle import PilotFiles
from donkeycar.pilots.files.folds_file import SUMMARY
from donkeycar.pilots.files.names import ending_of
from donkeycar.tub.finding import MARK

MODELS, DATA = "models", "data"
KEPT = ".before-push"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_car(parser)
    parser.add_argument(
        "what", nargs="+", type=Path, metavar="PATH",
        help="pilots (models/pilot.tflite: all that it needs to drive comes along), folders of "
        "cross-validation, tubs",
    )  # fmt: skip
    add_check(parser)


def run(args: argparse.Namespace) -> None:
    """Copy everything that was named, and say where it is on the car."""
    options = ["--checksum"] if args.verify else []
    address = parse_address(args.car)
    plans = [_plan(path.expanduser()) for path in args.what]
    with Remote(address) as remote:
        if not remote.ask("ls manage.py 2>/dev/null || true").strip():
            raise ConfigError(
                f"`CAR` must name the folder of a car. Received: {address.folder} of "
                f"{address.host}, which has no manage.py. Name it: {address.host}:FOLDER"
            )
        for path, files, place in plans:
            if files is None:
                send_tub(remote, path.resolve(), place, *options)
            else:
                send_files(remote, files, place, *options)
            print(f"{address.host}:{address.folder}/{place}: there")


def send_files(remote: Remote, files: list[Path], place: str, *options: str) -> None:
    """Bring the files of one pilot to the car; they take their places together, at the end.

    Args:
        remote: The car.
        files: The files, or a folder of pilots.
        place: The path on the car that `drive --model` is given.
        options: More options of rsync.

    Raises:
        DeviceError: If not everything could be copied.
    """
    folder = place.rpartition("/")[0]
    remote.ask(f"mkdir -p {shlex.quote(f'./{folder}')}")
    more = ["--delay-updates", "--backup", f"--suffix={KEPT}", "--exclude=*.keras"]
    more += ["--exclude=*.checkpoint", "--exclude=*.h5"]
    remote.copy([str(path) for path in files], f"{remote.there(folder)}/", *more, *options)


def _plan(path: Path) -> tuple[Path, list[Path] | None, str]:
    """What a path means: it, the files that go (``None`` for a tub), and the path on the car.

    Raises:
        ConfigError: If it is neither a pilot nor a tub.
    """
    if path.is_dir():
        names = {file.name for file in path.iterdir()}
        if any(MARK.fullmatch(name) for name in names):
            return path, None, _place(path, DATA)
        if SUMMARY in names or any(name.endswith(".tflite") for name in names):
            return path, [path.resolve()], _place(path, MODELS)
        raise ConfigError(
            f"`PATH` must be a pilot or a tub. Received: {path}, a folder of something else. Name "
            "each tub in it by itself"
        )
    files = PilotFiles.of(path)
    there = [file for file in files.every() if file.is_file() and ending_of(file) != ".keras"]
    if not any(file.name.endswith(".tflite") for file in there):
        raise ConfigError(
            f"A car drives a pilot by its .tflite file. Received: {path}, and no {files.litert}. "
            "Train it (`donkey train`), or convert it (`donkey convertmodel`)"
        )
    return path, [file.resolve() for file in there], _place(files.litert, MODELS)


def _place(path: Path, room: str) -> str:
    """Where it goes: where it is in this car's folder, or into the folder for its kind."""
    inside = path.resolve()
    if inside.is_relative_to(Path.cwd()):
        own = inside.relative_to(Path.cwd()).as_posix()
        if own.split("/")[0] == room:
            return safe_path(own)
    return safe_path(f"{room}/{inside.name}")
