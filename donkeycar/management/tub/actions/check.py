"""`donkey tub check`: what is in a tub, what is wrong with it, and what to do."""

import argparse
from pathlib import Path

from donkeycar.management.tub.answer import Answer, add_json, answer_each
from donkeycar.management.tub.each import add_tubs
from donkeycar.management.tub.progress import progress_bar
from donkeycar.tub import TubReport, check
from donkeycar.words import count, shown

# A damaged tub of many records has many problems; the first ones show what happened.
SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_tubs(parser)
    parser.add_argument(
        "--fast", action="store_true",
        help="do not decode the images: each only has to be there and not be empty",
    )  # fmt: skip
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Check each tub; return 1 if something is wrong with one."""
    return answer_each(
        args.tubs, lambda path: check_tub(path, decode=not args.fast), as_json=args.json
    )


def check_tub(path: Path, *, decode: bool = True) -> Answer:
    """Say what is in a tub, what is wrong with it, and what to do.

    Returns:
        The answer; its code is 1 if something is wrong, else 0: remarks do not count.

    Raises:
        TubError: If there is no tub at `path`.
    """
    with progress_bar("check") as progress:
        report = check(path, decode=decode, progress=progress)
    lines = [
        f"{shown(path)}: {count(report.num_records, 'record')}, {report.num_deleted} of them "
        f"deleted, {count(len(report.sessions), 'session')}"
        + ("" if decode else "; its images were not decoded")
    ]
    for word, sentences in (("", report.problems), ("remark: ", report.remarks)):
        lines += [f"  {word}{sentence}" for sentence in sentences[:SHOWN]]
        if len(sentences) > SHOWN:
            lines.append(f"  {word}and {len(sentences) - SHOWN} more")
    lines += [f"Next: {step}" for step in report.next_steps]
    return Answer(_fields(report, decode), lines, 1 if report.problems else 0)


def _fields(report: TubReport, decode: bool) -> dict[str, object]:
    return {
        "num_records": report.num_records,
        "num_deleted": report.num_deleted,
        "sessions": report.sessions,
        "decoded": decode,
        "faults": [
            {"kind": fault.name, "is_damage": fault.kind.is_damage, "mend": fault.kind.mend.value,
             "what": fault.what}
            for fault in report.faults
        ],
        "next_steps": report.next_steps,
    }  # fmt: skip
