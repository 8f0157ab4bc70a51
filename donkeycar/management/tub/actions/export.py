"""`donkey tub export`: write tubs in the format of another program."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from donkeycar.errors import ConfigError
from donkeycar.files import megabytes
from donkeycar.formats.exporting.table import FORMATS, OPTIONS
from donkeycar.management.pilot.seen_through import A_KIND, add_config_argument
from donkeycar.management.tub.each import add_tubs
from donkeycar.management.tub.paths import tub_paths
from donkeycar.management.tub.progress import progress_bar
from donkeycar.tub.selection import parse_indexes
from donkeycar.words import count


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_tubs(parser)
    formats = "; ".join(f"{word}: {row.help}" for word, row in FORMATS.items())
    parser.add_argument("--to", required=True, metavar="FORMAT", help=formats)
    parser.add_argument(
        "--out", required=True, type=Path, metavar="PATH", help="the file or folder to write"
    )
    parser.add_argument(
        "--records", nargs="+", metavar="INDEX",
        help="of each tub, indexes and ranges with both ends: 3 10-19 500- (default: all)",
    )  # fmt: skip
    parser.add_argument(
        "--session", nargs="+", action="extend", default=[], metavar="ID", dest="sessions",
        help="sessions, as `donkey tub info` lists them",
    )  # fmt: skip
    parser.add_argument(
        "--include-deleted", action="store_true", help="export deleted records, too"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace an earlier export at --out"
    )
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    for name, option in OPTIONS.items():
        takers = ", ".join(word for word, row in FORMATS.items() if name in row.options)
        text = f"{takers}: {option.help}"
        flag = f"--{name.replace('_', '-')}"
        if option.kind is bool:
            parser.add_argument(flag, action="store_true", default=None, help=text)
        else:
            parser.add_argument(
                flag, type=option.kind, metavar=option.metavar, help=text,
                action="append" if option.several else "store",
            )  # fmt: skip
    parser.add_argument("--type", help=f"with --model: {A_KIND}; only for models made elsewhere")
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Export the tubs, and say what was written."""
    from donkeycar.formats.exporting.export import checked_format, export_tubs

    options = {name: getattr(args, name) for name in OPTIONS}
    checked_format(args.to, options)
    indexes = None if args.records is None else parse_indexes(args.records)
    paths = tub_paths(args.tubs)
    if args.model:
        from donkeycar.management.tub.pilot_answers import pilot_answers

        options["model"] = pilot_answers(args.model, paths, type=args.type, config=args.config)
    elif args.type:
        raise ConfigError(f"`--type` belongs to --model. Received: --type {args.type} alone")
    with progress_bar("exporting") as progress:
        exported = export_tubs(
            paths,
            args.to,
            args.out,
            indexes=indexes,
            sessions=args.sessions,
            include_deleted=args.include_deleted,
            overwrite=args.overwrite,
            options=options,
            progress=progress,
        )
    if args.json:
        print(json.dumps(asdict(exported), default=str, indent=2))
        return 0
    for note in exported.notes:
        print(note)
    if layout := exported.facts.get("layout"):
        print(f"layout for Foxglove (Layouts, Import from file): {layout}")
    print(
        f"wrote {exported.path}: {count(exported.num_records, 'record')} of "
        f"{count(len(exported.tubs), 'tub')}, {megabytes(exported.num_bytes)}"
    )
    return 0
