"""`donkey tub stats`: statistics of what was recorded, in any number of tubs."""

import argparse
import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar.files import write_atomically
from donkeycar.management.output_file import output_file
from donkeycar.management.tub.car_folder import add_car_folder, car_words
from donkeycar.management.tub.paths import tub_paths
from donkeycar.management.tub.progress import progress_bar
from donkeycar.words import count, shown

if TYPE_CHECKING:
    from donkeycar.analysis.overview import Overview
    from donkeycar.analysis.summary import Numbers, Words

# A damaged tub of many records has many problems; `donkey tub check` lists them all.
SHOWN = 3
HEADINGS = ("records", "missing", "mean", "std", "min", "q1", "median", "q3", "max")
WIDTH = 9


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "tubs", nargs="*", metavar="TUB", help="tubs, or folders of tubs (default: data)"
    )
    add_car_folder(parser)
    parser.description = (
        "Statistics of what was recorded: mean, quartiles, missing values of each column, for all "
        "records or for groups of them. How a drive went, its rate and the age of its pictures, is "
        "told by `donkey stats`. Tubs may also be addresses such as s3://bucket/folder."
    )
    parser.add_argument(
        "--columns", metavar="NAMES",
        help="columns, with commas: user/angle,imu/accel[0] (default: all numbers and texts)",
    )  # fmt: skip
    parser.add_argument(
        "--by", metavar="NAMES",
        help="divide the records by the values of columns, with commas: car,user/mode; tub, car, "
        "session, index and time are columns, too",
    )  # fmt: skip
    parser.add_argument("--deleted", action="store_true", help="count deleted records, too")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--plot", type=Path, metavar="FILE",
        help="draw histograms, box plots and a scatter plot into a picture, .png",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Print the statistics; return 0.

    Raises:
        TubError: If no tub can be read.
        AnalysisError: If there is no such column.
        DeviceError: If a library is missing, or object storage does not answer.
    """
    from donkeycar.analysis.frame import TubFrame
    from donkeycar.analysis.overview import overview
    from donkeycar.analysis.safety import SafetyLimitWarning

    out = None if args.plot is None else output_file(args.plot, option="--plot", endings=(".png",))
    with (
        progress_bar("fetching tubs") as progress,
        TubFrame(_places(args), deleted=args.deleted, progress=progress) as frame,
        warnings.catch_warnings(record=True, category=SafetyLimitWarning) as cut_off,
    ):
        warnings.simplefilter("always", SafetyLimitWarning)
        found = overview(
            frame,
            _names(args.columns),
            _names(args.by) or (),
            for_drawing=out is not None,
        )
    if cut_off:
        print(
            f"note: only the first {len(found.groups)} groups are told. Columns with fewer values "
            "make fewer groups",
            file=sys.stderr,
        )
    if out is not None:
        _draw(found, out, args.tubs or found.tubs)
    if args.json:
        print(json.dumps(found.as_json(), indent=2, allow_nan=False))
        return 0
    for line in told(found):
        print(shown(line))
    if out is not None:
        print(f"wrote {out}")
    return 0


def told(found: "Overview") -> Iterator[str]:
    """The statistics as lines of text."""
    yield f"{count(found.records, 'record')} in {count(len(found.tubs), 'tub')}"
    if found.unreadable:
        lines = count(found.unreadable, "line")
        yield f"{lines} could not be read. Next: donkey tub check names them"
    for sentence in found.skipped[:SHOWN]:
        yield f"  not used: {sentence}"
    if len(found.skipped) > SHOWN:
        yield f"  and {len(found.skipped) - SHOWN} more"
    for key, columns in found.groups.items():
        named = zip(found.by, found.values_of(key), strict=True)
        yield ""
        if found.by:
            yield ", ".join(f"{name} = {_shown(value)}" for name, value in named)
        yield from _table(columns)


def _table(columns: "dict[str, Numbers | Words]") -> Iterator[str]:
    """Columns of numbers as a table, then the others as sentences."""
    from donkeycar.analysis.summary import Numbers

    numbers = {name: one for name, one in columns.items() if isinstance(one, Numbers)}
    words = {name: one for name, one in columns.items() if not isinstance(one, Numbers)}
    columns = {shown(name): one for name, one in columns.items()}
    wide = max(map(len, columns), default=0)
    if numbers:
        yield " " * wide + "".join(f"{heading:>{WIDTH}}" for heading in HEADINGS)
    for name, one in numbers.items():
        cells = (one.mean, one.std, one.min, one.q1, one.median, one.q3, one.max)
        yield f"{name:{wide}}{one.count:{WIDTH}}{one.missing:{WIDTH}}" + "".join(
            f"{_number(cell):>{WIDTH}}" for cell in cells
        )
    for name, text in words.items():
        most = ""
        if text.count:
            share = 100 * text.mode_count / text.count
            most = f", mostly {_shown(text.mode)} ({share:.0f} %)"
        yield (
            f"{name:{wide}}{text.count:{WIDTH}}{text.missing:{WIDTH}}   "
            f"{count(text.nunique, 'value')}{most}"
        )


def _number(value: float | None) -> str:
    """A number in at most eight letters."""
    if value is None:
        return "-"
    short = f"{value:.4g}"
    return short if len(short) < WIDTH else f"{value:.2g}"


def _shown(value: Any) -> str:
    """A value of a record in one short line."""
    text = "(none)" if value is None else shown(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _draw(found: "Overview", out: Path, words: Sequence[str]) -> None:
    from donkeycar.analysis.plots import draw_overview

    title = ", ".join(words[:3]) + (", ..." if len(words) > 3 else "")
    picture = draw_overview(found, title)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, picture)


def _names(text: str | None) -> list[str] | None:
    """Names with commas between them; ``None`` if none were given."""
    if text is None:
        return None
    return [name.strip() for name in text.split(",") if name.strip()]


def _places(args: argparse.Namespace) -> list[str | Path]:
    """Tubs of this computer, then addresses as they were typed."""
    addresses = [word for word in args.tubs if "://" in word]
    local = [word for word in args.tubs if "://" not in word]
    if addresses and not local:
        return [*addresses]
    here = argparse.Namespace(tubs=local, path=args.path)
    return [*tub_paths(car_words(here)), *addresses]
