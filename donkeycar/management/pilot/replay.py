"""`donkey replay`: draw the recordings of `donkey train --replay`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.errors import TrainingError, text_of
from donkeycar.files import atomic_path
from donkeycar.management.output_file import output_file
from donkeycar.words import count

if TYPE_CHECKING:
    from donkeycar.replay import Replay


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "recorded", type=Path, metavar="RUN",
        help="a pilot that was trained with --replay, or the .replay.h5 file itself",
    )  # fmt: skip
    parser.add_argument(
        "--group", nargs="+", metavar="NAME",
        help="which recording of the file; several are drawn side by side (default: the last one)",
    )  # fmt: skip
    parser.add_argument(
        "--show", metavar="NAMES",
        help="what to draw, with commas between: feature_space, decision_boundary, probability, "
        "loss_histogram, loss, metrics, frames, weights, activations, outputs, gradients "
        "(default: those of the first seven that suit the network)",
    )  # fmt: skip
    parser.add_argument("--layer", help="layer for feature_space (default: the last hidden one)")
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--epoch", type=int, help="which epoch; 0 is before training (default: last)")
    when.add_argument(
        "--animate", type=Path, metavar="FILE", help="show all epochs, as a .gif or an .mp4"
    )
    parser.add_argument(
        "--rate", type=float, default=5.0,
        help="epochs a second of an animation (default: %(default)g)",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="file of the picture (default: beside RUN)"
    )


def run(args: argparse.Namespace) -> None:
    """Draw the picture, and say where it is."""
    from donkeycar.replay.replay_file import replay_path

    picture = None if args.out is None else output_file(args.out)
    animation = None if args.animate is None else output_file(args.animate, option="--animate")
    show = None if args.show is None else [name for name in args.show.split(",") if name]
    written = draw_replay(
        replay_path(args.recorded.expanduser()),
        groups=args.group,
        show=show,
        layer=args.layer,
        epoch=args.epoch,
        animation=animation,
        rate_hz=args.rate,
        picture=picture,
    )
    print(f"wrote {written}")


def draw_replay(
    path: Path,
    *,
    groups: list[str] | None = None,
    show: list[str] | None = None,
    layer: str | None = None,
    epoch: int | None = None,
    animation: Path | None = None,
    rate_hz: float = 5.0,
    picture: Path | None = None,
) -> Path:
    """Draw recordings of one file.

    Args:
        path: The file.
        groups: Names of recordings; ``None`` for the last one.
        show: Names of pictures; ``None`` for the usual ones.
        layer: Layer for the feature space; ``None`` for the last hidden one.
        epoch: Number of the epoch; ``None`` for the last one.
        animation: File for an animation of all epochs; ``None`` for a picture of one epoch.
        rate_hz: Epochs a second of the animation.
        picture: File for the picture; ``None`` for one beside `path`.

    Returns:
        The file that was written.

    Raises:
        TrainingError: If something is missing, damaged, or cannot be drawn.
    """
    from donkeycar.replay import Replay, draw, groups_in, movie

    known = groups_in(path)
    if not known:
        raise TrainingError(f"{path} holds no recording yet")
    replays = [Replay(path, group) for group in groups or known[-1:]]
    if groups is None:
        print(_told(replays[0], known))
    panels = [panel for replay in replays for panel in replay.panels(show, layer=layer)]
    if animation is not None:
        return movie(panels, animation, rate_hz=rate_hz)
    picture = picture or path.with_suffix(".png")
    figure = draw(panels, epoch)
    try:
        picture.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(picture) as draft:
            figure.savefig(draft)
    except (OSError, ValueError) as error:
        raise TrainingError(
            f"The picture cannot be written to {picture}: {text_of(error)}"
        ) from error
    return picture


def _told(replay: "Replay", known: list[str]) -> str:
    """One or two lines that name the shown recordings, and the others that could be shown."""
    losses = replay.history.get("loss")
    end = "" if losses is None else f", loss {losses[-1]:.4f}"
    epochs = count(len(replay.epochs) - 1, "epoch")
    text = f"{replay.name}: {epochs}{end}; can show {', '.join(replay.shows)}"
    others = [name for name in known if name != replay.name]
    return f"{text}\nother recordings: {', '.join(others)}" if others else text
