"""`donkey makemovie`: make an MP4 movie of a tub that shows the driver's and pilot's commands."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.errors import ConfigError
from donkeycar.management.output_file import output_file
from donkeycar.management.pilot.seen_through import add_pilot_arguments, open_maps, open_pilot
from donkeycar.management.tub.built import free_names
from donkeycar.management.tub.paths import tub_paths
from donkeycar.words import count

if TYPE_CHECKING:
    from donkeycar.explain.movie import Movie, Saliency
    from donkeycar.pilots import LoadedPilot

# Endings of file formats that can hold H.264 video.
MOVIES = (".mp4", ".m4v", ".mov", ".mkv")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "--tub", "--tubs", dest="tubs", nargs="+", action="extend", required=True, metavar="PATH",
        help="what to show: tubs, or folders of tubs; each tub becomes a movie",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, default=Path("tub_movie.mp4"),
        help="the movie (default: %(default)s); of several tubs, NAME_TUB.mp4 for each",
    )  # fmt: skip
    add_pilot_arguments(parser, "a pilot whose answers are drawn as well")
    parser.add_argument(
        "--salient", action="store_true",
        help="saliency: colour the pixels that matter; needs TensorFlow and a .keras file",
    )  # fmt: skip
    parser.add_argument(
        "--start", type=int, default=0, help="index of the first record (default: %(default)s)"
    )
    parser.add_argument(
        "--end", type=int, default=-1, help="index after the last record (default: to the end)"
    )
    parser.add_argument(
        "--scale", type=int, default=2, help="enlarge the frames (default: %(default)s)"
    )
    parser.add_argument(
        "--draw-user-input", action=argparse.BooleanOptionalAction, default=True,
        help="draw what the driver did (default: yes)",
    )  # fmt: skip
    parser.add_argument(
        "--rate", type=float, help="pictures a second (default: as they were recorded)"
    )


def run(args: argparse.Namespace) -> None:
    """Make a movie of each tub, and say what it shows."""
    if args.salient and args.model is None:
        raise ConfigError("Saliency needs a pilot. Add --model.")
    out = output_file(args.out, endings=MOVIES)
    pilot = None if args.model is None else open_pilot(args)
    saliency = _saliency(args.model) if args.salient else None
    for tub, path in movies_of(tub_paths(args.tubs), out).items():
        for line in told(_movie(args, tub, path, pilot, saliency)):
            print(line)


def movies_of(tubs: list[Path], out: Path) -> dict[Path, Path]:
    """The file for each tub: `out` itself for one, else its name and that of the tub."""
    if len(tubs) == 1:
        return {tubs[0]: out}
    names = free_names(tubs, Path())
    return {tub: out.with_name(f"{out.stem}_{names[tub].name}{out.suffix}") for tub in tubs}


def _movie(
    args: argparse.Namespace,
    tub: Path,
    out: Path,
    pilot: "LoadedPilot | None",
    saliency: "Saliency | None",
) -> "Movie":
    from donkeycar.explain.movie import make_movie
    from donkeycar.training.progress import Bars

    return make_movie(
        tub, out, pilot=pilot, saliency=saliency, start=args.start, end=args.end,
        scale=args.scale, draw_driver=args.draw_user_input, rate_hz=args.rate, progress=Bars(),
    )  # fmt: skip


def told(movie: "Movie") -> list[str]:
    """Sentences about a movie."""
    lines = [
        f"{count(number, 'record')} {why}"
        for number, why in (
            (movie.left_out, "without a picture that can be shown were left out"),
            (movie.unanswered, "lack what the pilot needs beside the picture"),
        )
        if number
    ]
    if movie.sizes:
        lines.append(movie.sizes)
    if not movie.is_timed:
        lines.append(
            "the times of the records cannot come from a car, so the movie shows "
            f"{movie.rate_hz:g} a second; --rate chooses another rate"
        )
    seconds = movie.frames / movie.rate_hz
    return [
        *lines,
        f"wrote {movie.path}: {count(movie.frames, 'picture')}, {seconds:.3g} s at "
        f"{movie.rate_hz:g} a second",
    ]


def _saliency(model: Path) -> "Saliency":
    """Saliency of a pilot, which shows where it looks, from its trained Keras network."""
    maps = open_maps(model)
    return lambda pilot: maps(pilot.shown)
