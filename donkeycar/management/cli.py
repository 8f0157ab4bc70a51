"""The `donkey` command: a table of commands, each imported only when it is chosen."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import NamedTuple

from donkeycar.management.usage import Parser
from donkeycar.process.exit_code import BAD_USAGE, exit_code


class Command(NamedTuple):
    """One word after `donkey`.

    Attributes:
        module: Module in `donkeycar.management`, with ``add_arguments(parser)`` and ``run(args)``.
        help: One line for `donkey --help`.
    """

    module: str
    help: str


COMMANDS = {
    "demo": Command("demo.demo", "run everything once, without any hardware"),
    "createcar": Command("createcar", "make the folder of a car"),
    "update": Command("update.update", "renew manage.py and config.py of a car; your changes stay"),
    "backup": Command("backup.backup", "write a whole car into one checked file"),
    "restore": Command("backup.restore", "make the car of a backup"),
    "pull": Command("transfer.pull", "bring recordings and pilots of a car here, over ssh"),
    "push": Command("transfer.push", "bring a pilot or a recording to a car, over ssh"),
    "config": Command("config", "show the settings of a car"),
    "tub": Command("tub.tub", "check, change, import, export and analyse recordings (tubs)"),
    "stats": Command("tub.stats", "how drives went: rate, pauses, age from camera to wheels"),
    "console": Command("console", "see recordings, pilots and settings in the browser, on a PC"),
    "calibrate": Command("calibrate", "find the pulses of servo and motor"),
    "gamepad": Command("gamepad", "try a gamepad, and teach it to a car"),
    "doctor": Command("doctor.doctor", "check a car: what works, what is missing, and what to do"),
    "stops": Command("stops", "show when and why a car stopped, with pictures"),
    "neutral": Command("neutral", "stop a motor whose program is gone"),
    "service": Command("service.service", "let the car start with the computer"),
    "findcar": Command("network.findcar", "find the cars of this network, and their pages"),
    "network": Command("network.network", "make the car a Wi-Fi of its own, or go back into one"),
    "pair": Command("pair", "list the paired phones, revoke one, invite one more"),
    "train": Command("pilot.train", "train a pilot, a neural network, on recordings"),
    "replay": Command("pilot.replay", "see how a pilot learnt, epoch by epoch"),
    "replay-drive": Command(
        "pilot.replay_drive",
        "drive a recording again: what would this pilot have done here?",
    ),
    "models": Command("pilot.models", "list the pilots of a car, with their errors"),
    "convertmodel": Command("pilot.convertmodel", "make a pilot from somebody else's model"),
    "evaluate": Command("pilot.evaluate", "measure how good pilots are, and which is best"),
    "explain": Command("pilot.explain", "show which pixels matter to a pilot (saliency)"),
    "tubplot": Command("tub.tubplot", "plot the answers of driver and pilot"),
    "tubhist": Command("tub.tubhist", "plot how often each steering was recorded"),
    "cnnactivations": Command(
        "pilot.cnnactivations", "show the activations of a pilot's layers for a picture"
    ),
    "makemovie": Command(
        "tub.makemovie", "make a movie of a tub, with the answers of driver and pilot"
    ),
    "sim": Command("pilot.sim", "let a pilot drive in the simulator, or record an expert"),
}


def build_parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """The parser of `donkey`; only the command `chosen` is imported, with its options."""
    parser = Parser(prog="donkey", description="Make a donkey car, and look after it.")
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(metavar="command", dest="command", required=True)
    for name, command in COMMANDS.items():
        subparser = commands.add_parser(name, help=command.help, description=command.help)
        if name == chosen:
            module = import_module(f"donkeycar.management.{command.module}")
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run)
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from donkeycar import __version__

        print(f"donkeycar {__version__}")
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: Words after `donkey`; ``None`` takes those of this process.

    Returns:
        0 if it worked, 1 if donkeycar refused, `INTERRUPTED` after Ctrl-C, `BAD_USAGE` for words of
        earlier versions. On other bad usage argparse itself exits with `BAD_USAGE`.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if not words:
        build_parser().print_help(sys.stderr)
        return BAD_USAGE
    if is_gone("donkey", words, COMMANDS):
        return BAD_USAGE
    chosen = next((word for word in words if not word.startswith("-")), None)

    def command() -> int | None:
        args = build_parser(chosen).parse_args(words)
        result: int | None = args.run(args)
        return result

    return exit_code(command, prog="donkey", words=words)


def is_gone(prog: str, words: Sequence[str], known: Iterable[str]) -> bool:
    """Whether `words` are from an earlier version or misspelt; if so, print what to write."""
    if words and not words[0].startswith("-") and words[0] in known and len(words) == 1:
        return False  # the usual case, in which nothing more is loaded
    from donkeycar.management.gone_words import gone_word

    sentence = gone_word(prog, words, known, COMMANDS)
    if sentence:
        print(f"{prog}: error: {sentence}", file=sys.stderr)
    return bool(sentence)


def entry_point() -> None:
    """Entry point of the console script `donkey`."""
    from donkeycar.process.plain_text import print_plainly

    print_plainly()
    sys.exit(main())


if __name__ == "__main__":
    entry_point()
