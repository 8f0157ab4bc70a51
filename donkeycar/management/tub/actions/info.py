"""`donkey tub info`: what is in a tub, without decoding its images."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.files import megabytes
from donkeycar.management.tub.answer import Answer, add_json, answer_each, plain
from donkeycar.management.tub.each import add_tubs
from donkeycar.tub.drive import time_in_words
from donkeycar.words import count, either, shown

if TYPE_CHECKING:
    from donkeycar.tub.info import TubInfo

# Sessions that a person is shown.
SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_tubs(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Say what is in each tub."""
    return answer_each(args.tubs, info_of, as_json=args.json)


def info_of(path: Path) -> Answer:
    """Say what is in a tub.

    Raises:
        TubError: If there is no tub at `path`.
    """
    from donkeycar.tub import tub_info

    info = tub_info(path)
    fields = plain(info)
    del fields["path"]
    return Answer(fields, [f"{shown(path)}: {line}" for line in _first(info)] + _more(info))


def _first(info: "TubInfo") -> list[str]:
    lines = either(info.num_skipped, "line or file", "lines or files")
    driven = f", {time_in_words(info.driven_s)} driven" * bool(info.driven_s)
    skipped = f", {info.num_skipped} {lines} unreadable" * bool(info.num_skipped)
    return [
        f"format v{info.version}, {count(info.num_records, 'record')}, {info.num_deleted} of them "
        f"deleted, {count(info.num_images, 'image')}, {megabytes(info.num_bytes)}{driven}{skipped}"
    ]


def _more(info: "TubInfo") -> list[str]:
    lines = []
    for one in info.sessions[:SHOWN]:
        times = f", {_day(one.begin_ms)} to {_day(one.end_ms)}" if one.begin_ms else ""
        name = shown(one.name) or "(without a name)"
        lines.append(
            f"  session {name}: {count(one.num_records, 'record')}, "
            f"{one.first_index} to {one.last_index}, {one.num_deleted} deleted{times}"
        )
    if len(info.sessions) > SHOWN:
        lines.append(f"  and {len(info.sessions) - SHOWN} more sessions; --json has all")
    for name, column in info.columns.items():
        size = f", {column.image_size[0]}x{column.image_size[1]}" if column.image_size else ""
        lines.append(
            f"  {shown(name)}: {shown(column.type)}{size}, in {count(column.num_records, 'record')}"
        )
    lines += [f"  tag {shown(tag)}: {count(number, 'record')}" for tag, number in info.tags.items()]
    if info.metadata:
        lines.append(f"  notes: {shown(', '.join(sorted(info.metadata))[:200])}; --json has them")
    return lines


def _day(time_ms: int | None) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime((time_ms or 0) / 1000))
    except (OverflowError, ValueError, OSError):
        return "an impossible time"
