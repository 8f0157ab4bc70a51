"""Command line of a car, `python manage.py ...`: arguments, settings, log and exit code."""

import argparse
import contextlib
import logging
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from donkeycar.assembly.check import check_car
from donkeycar.config import Config, load_config
from donkeycar.errors import ConfigError, ending_of
from donkeycar.management.cli import is_gone
from donkeycar.management.drive_words import check_words
from donkeycar.management.guardian import become_guardian, hear_ctrl_c, is_guarded
from donkeycar.management.pilot.seen_through import A_KIND, A_PILOT
from donkeycar.management.usage import Parser
from donkeycar.process.exit_code import BAD_USAGE, exit_code
from donkeycar.process.lossy_output import never_wait_for_readers
from donkeycar.settings.notices import in_short

logger = logging.getLogger(__name__)

COMMANDS = ("drive", "train")


def main(drive: Callable[..., None], car_file: str, argv: Sequence[str] | None = None) -> int:
    """Run one command of a car.

    Args:
        drive: The car's own function. It gets the settings, and the keyword arguments `model`,
            `model_type` and `meta`.
        car_file: Path of the car's ``manage.py``; its folder is the car's folder.
        argv: Arguments; those of the command line if omitted.

    Returns:
        0 if it worked, 1 if donkeycar refused (one line on stderr says why), 130 after Ctrl-C.
        argparse itself exits with 2 on bad usage.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    if not words:
        build_parser().print_help(sys.stderr)
        return BAD_USAGE
    if is_gone("manage.py", words, COMMANDS):
        return BAD_USAGE
    args = build_parser(words[0] if words else None).parse_args(words)
    args.owns_process = argv is None
    # Only a command line can be started again, and only Linux has hardware to guard.
    args.guarded = args.owns_process and sys.platform == "linux"
    folder = Path(car_file).resolve().parent
    return exit_code(lambda: args.run(args, drive, folder), prog="manage.py", words=words)


def build_parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """The command line of a car; `train` is loaded, with its options, only if it is `chosen`."""
    parser = Parser(prog="manage.py", description="Drive this car, or train it.")
    commands = parser.add_subparsers(metavar="command", required=True)

    command = commands.add_parser("drive", help="drive by hand or let a pilot drive, and record")
    command.add_argument("--model", type=Path, help=f"a pilot: {A_PILOT}")
    command.add_argument(
        "--type", dest="model_type", help=f"{A_KIND}; only needed for models made elsewhere"
    )
    command.add_argument(
        "--js", action="store_true", help="drive with a gamepad that is plugged into the car"
    )
    command.add_argument(
        "--camera", choices=("single", "stereo"),
        help="one camera, or two of CAMERA_TYPE side by side (default: as CAMERA_STEREO says)",
    )  # fmt: skip
    command.add_argument(
        "--meta", action="append", default=[], metavar="NAME:VALUE",
        help="note to store with every recording, e.g. driver:Kim; may be repeated",
    )  # fmt: skip
    _add_settings(command)
    command.set_defaults(run=_drive)

    command = commands.add_parser("train", help="train a pilot on the recordings")
    if chosen == "train":
        from donkeycar.management.pilot import train

        train.add_arguments(command)
        command.set_defaults(run=lambda args, drive, folder: train.run(args, folder))
    return parser


def _add_settings(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--myconfig", default="myconfig.py", help="the owner's settings (default: %(default)s)"
    )
    command.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE",
        help="one setting for this run, e.g. DRIVE_LOOP_HZ=30; may be repeated",
    )  # fmt: skip


def _drive(args: argparse.Namespace, drive: Callable[..., None], folder: Path) -> None:
    if args.owns_process:
        hear_ctrl_c()
    meta = check_words(args)
    overrides = [*args.set, "USE_JOYSTICK_AS_DEFAULT=True"] if args.js else [*args.set]
    if args.camera is not None:
        overrides.append(f"CAMERA_STEREO={args.camera == 'stereo'}")
    cfg = load_config(
        folder / "config.py", myconfig=args.myconfig, overrides=overrides, command="drive"
    )
    set_up_logging(cfg)
    if not is_guarded():
        # All messages about the settings are shown once, before the hardware is opened.
        refusal = _refusal(cfg)
        about = _subject(str(refusal)) if refusal else None
        for notice in in_short(cfg.notices):
            if about is None or _subject(notice) != about:
                logger.warning("%s", notice)
        if refusal:
            raise refusal
        if args.guarded and cfg.SIM_TIME_SCALE == 1:
            from donkeycar.management.before_hardware import check_free

            check_free(cfg)
            become_guardian(cfg.to_wiring(), folder)
    with contextlib.ExitStack() as stack:
        if args.owns_process:
            never_wait_for_readers()
            set_up_logging(cfg)
            stack.enter_context(logged_to_file(cfg, folder))
        drive(cfg, model=args.model, model_type=args.model_type, meta=meta)


def _refusal(cfg: Config) -> ConfigError | None:
    """The error if no car can be built from the settings; it replaces a notice on the same one."""
    try:
        check_car(cfg)
    except ConfigError as error:
        return error
    return None


def _subject(sentence: str) -> str:
    """The place and setting of a sentence, such as ``"myconfig.py:1: CAMERA_TYPE"``."""
    found = re.match(r"(.*?: )`?([A-Z][A-Z0-9_]*)", sentence)
    return found[1] + found[2] if found else sentence


@contextlib.contextmanager
def logged_to_file(cfg: Config, folder: Path) -> Iterator[None]:
    """Keep the log in the folder ``logs`` of a car as well, and write how the drive ended."""
    max_bytes = int(cfg.LOG_FILE_MB * 1e6)
    if not max_bytes:
        yield
        return
    from donkeycar import __version__
    from donkeycar.process.car_log import NAME, CarLog

    log = CarLog(folder / "logs" / NAME, max_bytes=max_bytes)
    logging.getLogger().addHandler(log)
    log.note(f"----- The drive begins, donkeycar {__version__}, process {os.getpid()} -----")
    try:
        yield
    except BaseException as error:
        log.note(f"The drive ended: {ending_of(error)}", level=logging.ERROR)
        raise
    else:
        log.note("The drive ended")
    finally:
        logging.getLogger().removeHandler(log)
        log.close()


def set_up_logging(cfg: Config) -> None:
    """Log to the console as the settings say; `HAVE_CONSOLE_LOGGING` False turns it off."""
    handler: logging.Handler = logging.NullHandler()
    if cfg.HAVE_CONSOLE_LOGGING:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter(cfg.LOGGING_FORMAT))
    logging.basicConfig(level=cfg.LOGGING_LEVEL, handlers=[handler], force=True)
