"""`donkey tub fit`: fit how to fill, clip and leave out records, and save that for training."""

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from donkeycar import commands
from donkeycar.errors import ConfigError
from donkeycar.management.output_file import different_files, output_file
from donkeycar.management.tub.answer import add_json, print_json
from donkeycar.management.tub.each import add_tubs
from donkeycar.management.tub.paths import tub_paths
from donkeycar.words import count

if TYPE_CHECKING:
    from donkeycar.analysis import TubFrame
    from donkeycar.analysis.strata import By
    from donkeycar.cleaning import Counts
    from donkeycar.cleaning.step import Step

# A step that touches more than this share of the records takes more than outliers.
MUCH = 0.05
# Records beyond k = 3 are far out, says Tukey; between 1.5 and 3 lie the bends of many tracks.
DEFAULT_K = "3"
MOST_K = 1e6
METHODS = {"fence": "fence", "blank": "blank", "leave-out": "remove_outliers"}
# Strata that are printed for a step.
SHOWN = 12


class Asked(NamedTuple):
    """A step as it was typed.

    Attributes:
        kind: ``fill``, ``fence``, ``blank``, ``leave-out`` or ``mahalanobis``.
        words: Its words.
    """

    kind: str
    words: list[str]


class _Step(argparse.Action):
    """Collects steps of all kinds in the order in which they were typed."""

    def __call__(
        self, parser: object, namespace: argparse.Namespace, values: Any, option: Any = None
    ) -> None:
        words = values if isinstance(values, list) else [values]
        steps = [*(namespace.steps or []), Asked(str(option).removeprefix("--"), words)]
        namespace.steps = steps


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_tubs(parser)
    parser.add_argument(
        "--fill", dest="steps", action=_Step, metavar="COLUMN=HOW",
        help="fill missing values: mean, median or mode; or interpolate, along the drive",
    )  # fmt: skip
    parser.add_argument(
        "--fence", dest="steps", action=_Step, metavar="COLUMN[=K]",
        help="clip values to Tukey's fences, K interquartile ranges beyond the quartiles "
        "(default: 3); or to given numbers, COLUMN=LOW:HIGH",
    )  # fmt: skip
    parser.add_argument(
        "--blank", dest="steps", action=_Step, metavar="COLUMN[=K]",
        help="treat values beyond such fences as missing, for a --fill after it",
    )  # fmt: skip
    parser.add_argument(
        "--leave-out", dest="steps", action=_Step, metavar="COLUMN[=K]",
        help="leave out records beyond such fences",
    )  # fmt: skip
    parser.add_argument(
        "--mahalanobis", dest="steps", action=_Step, nargs="+", metavar="COLUMN",
        help="leave out records that are unusual in these columns together; "
        "'change of user/angle' is the change since the record before",
    )  # fmt: skip
    parser.add_argument(
        "--probability", type=float, default=0.999, metavar="P",
        help="for --mahalanobis: share of a normal distribution that stays (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--robust", action="store_true",
        help="for --mahalanobis: keep outliers out of centre and covariance; for numbers that are "
        "nearly normal, which steering is not",
    )  # fmt: skip
    parser.add_argument(
        "--max-gap", type=int, default=20, metavar="RECORDS",
        help="for interpolate: fill at most so many records in a row (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--by", nargs="+", default=[], metavar="COLUMN",
        help="fit --fill and Tukey's fences for each value of these columns, e.g. car,user/mode",
    )  # fmt: skip
    parser.add_argument(
        "--bucket", action="append", default=[], metavar="COLUMN=N",
        help="the same for each of N ranges of equal width",
    )  # fmt: skip
    parser.add_argument(
        "--quantile", action="append", default=[], metavar="COLUMN=N",
        help="the same for each of N ranges with equally many records",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, default=Path("cleaning.json"), metavar="FILE",
        help="file for `donkey train --cleaning` (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--mask", type=Path, metavar="FILE",
        help="also write which records are left out, for `donkey tub delete --mask`",
    )  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="replace files that are there")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Fit, write the file, and say what it will do; the tubs stay as they are."""
    from donkeycar.analysis import TubFrame
    from donkeycar.analysis.effects import effect
    from donkeycar.cleaning import write_cleaning
    from donkeycar.cleaning.mask import write_mask

    if not args.steps:
        raise ConfigError(
            "A cleaning needs a step: --fill, --fence, --blank, --leave-out or --mahalanobis. "
            "Received: none. Begin with --fill user/angle=interpolate"
        )
    out = _new_file(args.out, "--out", overwrite=args.overwrite)
    mask = args.mask and _new_file(args.mask, "--mask", overwrite=args.overwrite)
    different_files(out=out, mask=mask)
    by = _divided(args)
    paths = tub_paths(args.tubs)
    done: list[tuple[Step, Counts]] = []
    with TubFrame(paths) as frame:
        for problem in frame.skipped:
            print(f"note: {problem}", file=sys.stderr)
        for asked in args.steps:
            fitted = _fit(frame, asked, args, by)
            for step in fitted.cleaning.steps[len(done) :]:
                done.append((step, effect(frame, step)))
                frame = frame.then(step)
        cleaning, left_out = frame.cleaning, frame.left_out()
    out.parent.mkdir(parents=True, exist_ok=True)
    write_cleaning(out, cleaning)
    if mask:
        mask.parent.mkdir(parents=True, exist_ok=True)
        write_mask(mask, left_out)
    if args.json:
        print_json(
            {
                "out": out,
                "mask": mask,
                "cleaning": cleaning.to_json(),
                "steps": [{"what": step.in_words(), **counts.to_json()} for step, counts in done],
            }
        )
        return 0
    for step, counts in done:
        _tell(step, counts)
    print(
        f"wrote {out}, fitted to {count(cleaning.num_records, 'record')} of "
        f"{count(len(cleaning.tubs), 'tub')}"
    )
    if mask:
        print(f"wrote {mask}")
    print(f"Next: {commands.donkey('train', '--tub', *paths, '--cleaning', out)}")
    return 0


def _fit(
    frame: "TubFrame", asked: Asked, args: argparse.Namespace, by: "Sequence[By]"
) -> "TubFrame":
    """The frame after what was typed."""
    if asked.kind == "mahalanobis":
        return frame.remove_outliers(
            asked.words, "mahalanobis", probability=args.probability, robust=args.robust
        )
    name, how = _parted(asked.words[0])
    if asked.kind == "fill":
        _check_fill(how, args.max_gap, asked)
        if how == "interpolate":
            return frame.fill(name, how, max_gap=args.max_gap)
        return frame.stratify(by).fill(name, how) if by else frame.fill(name, how)
    low, colon, high = how.partition(":")
    if colon:
        within = _number(low, asked), _number(high, asked)
        if within[0] > within[1]:
            raise ConfigError(
                f"`--{asked.kind}` takes the lower number first, COLUMN=LOW:HIGH. Received: "
                f"--{asked.kind} {asked.words[0]}. Write {name}={high}:{low}"
            )
        return getattr(frame, METHODS[asked.kind])(name, within=within)  # type: ignore[no-any-return]
    target = frame.stratify(by) if by else frame
    k = _number(how or DEFAULT_K, asked)
    if not 0 <= k <= MOST_K:
        raise ConfigError(
            f"`--{asked.kind}` takes a number of 0 or more, COLUMN=K. Received: --{asked.kind} "
            f"{asked.words[0]}. Write {name}={DEFAULT_K}, or a range, {name}=-1:1"
        )
    return getattr(target, METHODS[asked.kind])(name, k=k)  # type: ignore[no-any-return]


def _check_fill(how: str, max_gap: int, asked: Asked) -> None:
    """Refuse, in the words of the command line, what --fill cannot do."""
    from donkeycar.analysis.fitting import INTERPOLATE
    from donkeycar.cleaning.fill import MOST_GAP, STRATEGIES

    ways = [*STRATEGIES, INTERPOLATE]
    if how not in ways:
        raise ConfigError(
            f"`--fill` takes a column and one of {', '.join(ways)}. Received: --fill "
            f"{asked.words[0]}. Write e.g. --fill user/angle=interpolate"
        )
    if how == INTERPOLATE and not 1 <= max_gap <= MOST_GAP:
        raise ConfigError(f"`--max-gap` must be 1 to {MOST_GAP} records. Received: {max_gap}")


def _divided(args: argparse.Namespace) -> "list[By]":
    """What --by, --bucket and --quantile ask for."""
    from donkeycar.analysis.strata import Bucket, Quantile

    names = (name.strip() for word in args.by for name in word.split(","))
    by: list[By] = [name for name in names if name]
    for option, words, kind in (
        ("bucket", args.bucket, Bucket),
        ("quantile", args.quantile, Quantile),
    ):
        for word in words:
            name, number = _parted(word)
            by.append(kind(name, int(_number(number, Asked(option, [word])))))
    return by


def _parted(word: str) -> tuple[str, str]:
    name, equals, rest = word.rpartition("=")
    return (name, rest) if equals else (word, "")


def _number(text: str, asked: Asked) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ConfigError(
            f"`--{asked.kind}` takes a column and a number, COLUMN=NUMBER. Received: "
            f"--{asked.kind} {' '.join(asked.words)}"
        )
    return number


def _new_file(path: Path, option: str, *, overwrite: bool) -> Path:
    target = output_file(path, option=option, endings=[".json"])
    if target.exists() and not overwrite:
        raise ConfigError(
            f"`{option}` must name a new file. Received: {path}, which is there already. Add "
            "--overwrite, or name another"
        )
    return target


def _tell(step: "Step", counts: "Counts") -> None:
    """Print what a step does."""
    from donkeycar.analysis.lookup import labelled

    filled = counts.filled.total()
    blanked = counts.blanked.total()
    touched = counts.fenced.total() + blanked + counts.left_out.total()
    said = [
        f"{count(filled, 'value')} filled" if counts.filled else "",
        f"{counts.unfilled.total()} still missing" if counts.unfilled.total() else "",
        f"{count(blanked, 'value')} treated as missing" if counts.blanked else "",
        f"{count(counts.fenced.total(), 'value')} clipped" if counts.fenced else "",
        f"{count(counts.left_out.total(), 'record')} left out" if counts.left_out else "",
    ]
    print(f"{step.in_words()}: {', '.join(filter(None, said))}")
    fitted = getattr(step, "values", None) or getattr(step, "fences", None)
    is_given = getattr(step, "k", 0.0) is None
    if fitted is not None and not is_given:
        values = labelled(fitted)
        rows = list(values.items()) if fitted.keys else [("", values)]
        for name, value in rows[:SHOWN]:
            print(f"  {_name(name)}{_value(value)}")
        if len(rows) > SHOWN:
            print(f"  and {len(rows) - SHOWN} more")
    if not is_given and counts.records and touched > MUCH * counts.records:
        print(
            f"  note: that is {touched / counts.records:.0%} of the records, too many for "
            "mistakes: it takes bends or fast straights away. Give numbers instead, COLUMN=-1:1, "
            "a larger K, or a larger probability"
        )


def _name(stratum: Any) -> str:
    parts = stratum if type(stratum) is tuple else (stratum,)
    text = ", ".join("no value" if part is None else str(part) for part in parts)
    return f"{text}: " if text else ""


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return f"{value[0]:+.3g} to {value[1]:+.3g}"
    return "no value" if value is None else value if isinstance(value, str) else f"{value:+.3g}"
