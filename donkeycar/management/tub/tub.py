"""`donkey tub`: a table of actions on recordings, each in a file of its own."""

import argparse
from importlib import import_module
from typing import NamedTuple

from donkeycar.management.tub.any_order import AnyOrder


class Action(NamedTuple):
    """A row of `ACTIONS`: one word after ``donkey tub``.

    Attributes:
        module: Module in `donkeycar.management.tub`, with ``add_arguments(parser)`` and
            ``run(args)``, which returns an exit code. What takes long to load, it imports in
            ``run``.
        help: One line for ``donkey tub --help``.
    """

    module: str
    help: str


ACTIONS = {
    "info": Action(
        "actions.info", "what is in a tub: records, sessions, columns, sizes; nothing is decoded"
    ),
    "check": Action(
        "actions.check",
        "read everything in a tub and change nothing; exit code 1 if something is wrong",
    ),
    "repair": Action(
        "actions.repair", "repair a damaged tub; nothing is thrown away, and --undo takes it back"
    ),
    "delete": Action("actions.delete", "mark records as deleted; they stay on the disk"),
    "restore": Action("actions.restore", "restore deleted records, whoever deleted them"),
    "tag": Action(
        "actions.tag", "give records a tag such as corner, or take it away; filters know tags"
    ),
    "suggest": Action(
        "actions.suggest",
        "find suspicious records: crashes, steering spikes, standing; nothing is changed",
    ),
    "answers": Action(
        "actions.answers", "let a pilot answer every record, and write its steering and throttle"
    ),
    "split": Action("actions.split", "make several new tubs of one: by session, number or pause"),
    "merge": Action("actions.merge", "make one new tub of several"),
    "copy": Action("actions.copy", "copy a tub, or some of its records, and compare the copy"),
    "export": Action("actions.export", "write recordings in the format of another program"),
    "stats": Action(
        "actions.stats",
        "statistics of what was recorded, in any number of tubs, for groups of records",
    ),
    "report": Action(
        "actions.report",
        "report on recordings for training: their number, their problems, and what to do",
    ),
    "fit": Action(
        "actions.fit",
        "fit how to fill, clip and leave out values, for `donkey train --cleaning`",
    ),
    "convert": Action(
        "actions.convert", "make a new tub of an old one: format, columns, size, rate"
    ),
    "import": Action(
        "actions.import_data", "make a tub of a recording of another program or format"
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions, each with its options."""
    actions = parser.add_subparsers(
        metavar="action", dest="action", required=True, parser_class=AnyOrder
    )
    for name, action in ACTIONS.items():
        subparser = actions.add_parser(name, help=action.help, description=action.help)
        module = import_module(f"donkeycar.management.tub.{action.module}")
        module.add_arguments(subparser)
        subparser.set_defaults(run_action=module.run)


def run(args: argparse.Namespace) -> int:
    """Carry out the action; return its exit code."""
    code: int = args.run_action(args)
    return code
