"""`donkey train`: train a pilot on recordings."""

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.assembly.training.options import options_from, progress_for
from donkeycar.config import Config, load_config
from donkeycar.errors import ConfigError, TrainingError
from donkeycar.files import write_atomically
from donkeycar.lab.jobs.record import PROGRESS_VARIABLE
from donkeycar.management.pilot.seen_through import A_KIND
from donkeycar.management.pilot.train_report import tell, tell_folds
from donkeycar.management.tub.paths import tub_paths
from donkeycar.process.exit_code import INTERRUPTED
from donkeycar.settings.notices import in_short

if TYPE_CHECKING:
    from donkeycar.cleaning import Cleaning
    from donkeycar.training import TrainingOptions, TrainingResult

CONFIG = Path("config.py")
# The default settings of a car; used outside a car's folder.
DEFAULTS = Path(__file__).parents[2] / "templates" / "config_defaults.py"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "--tub", "--tubs", dest="tubs", nargs="+", action="extend", metavar="PATH",
        help="recordings to train on: tubs, or folders of tubs (default: the car's data)",
    )  # fmt: skip
    parser.add_argument(
        "--model", type=Path, help="file of the new pilot (default: models/pilot_<date>_<number>)"
    )
    parser.add_argument("--type", help=f"{A_KIND} (default: DEFAULT_MODEL_TYPE)")
    parser.add_argument("--comment", default="", help="a note to keep with the pilot")
    parser.add_argument("--epochs", type=int, help="maximum number of epochs (default: MAX_EPOCHS)")
    parser.add_argument("--seed", type=int, help="random seed: the same seed trains the same pilot")
    parser.add_argument(
        "--transfer",
        type=Path,
        metavar="MODEL",
        help="fine-tuning: begin with the weights of this pilot",
    )
    parser.add_argument(
        "--cleaning",
        type=Path,
        metavar="FILE",
        help="fill and clip values and leave records out as `donkey tub fit` found; recordings "
        "stay as they are",
    )
    parser.add_argument(
        "--resume", action="store_true",
        help="go on with an interrupted training of the same settings and records",
    )  # fmt: skip
    parser.add_argument(
        "--folds", type=int, metavar="K",
        help="K-fold cross-validation: train K pilots, each validated on another part of the "
        "records; the K pilots can drive together",
    )  # fmt: skip
    parser.add_argument(
        "--validation", choices=("blocks", "last"), default="blocks",
        help="validation split: blocks from everywhere, or the last part (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--no-augmentation",
        action="store_true",
        help="no data augmentation: train on every frame as it was recorded",
    )
    parser.add_argument(
        "--tensorboard", action="store_true", help="write a log that TensorBoard shows"
    )
    parser.add_argument(
        "--replay", action="store_true", help="record every epoch for `donkey replay`"
    )
    _add_settings(parser)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    """The options that say which settings count."""
    parser.add_argument(
        "--config", type=Path, default=CONFIG, help="settings of the car (default: %(default)s)"
    )
    parser.add_argument(
        "--myconfig",
        default="myconfig.py",
        help="the owner's settings beside it (default: %(default)s)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="one setting for this run, e.g. MAX_EPOCHS=10; may be repeated; `donkey config` lists "
        "them",
    )


def run(args: argparse.Namespace, folder: Path | None = None) -> int:
    """Train, and print the result.

    Args:
        args: The options of `add_arguments`.
        folder: Folder of the car; ``None`` is the working directory.

    Returns:
        0 if the training was completed; `INTERRUPTED` if Ctrl-C or SIGTERM ended it, even if the
        best pilot so far was written.
    """
    folder = folder or Path()
    cfg, in_car = _settings(args, folder)
    options, useless = options_from(
        cfg,
        type=args.type,
        epochs=args.epochs,
        seed=args.seed,
        validation=args.validation,
        augment=not args.no_augmentation,
        transfer=args.transfer,
        cleaning=None if args.cleaning is None else _cleaning(args.cleaning),
        tensorboard=args.tensorboard,
        replay=args.replay,
        comment=args.comment,
    )
    if progress := os.environ.get(PROGRESS_VARIABLE):
        options = replace(options, progress_file=Path(progress))
    for notice in (*in_short(cfg.notices), *useless):
        print(f"note: {notice}")
    tubs = _tubs(args.tubs, cfg)
    models = folder / Path(cfg.MODELS_PATH).expanduser() if in_car else Path("models")
    if args.folds is not None:
        return _run_folds(args, cfg, options, tubs, models)
    model = args.model or _model(models, resume=args.resume)
    result = train_car(cfg, options, tubs=tubs, model=model, resume=args.resume)
    tell(result, cfg, in_car=in_car)
    return INTERRUPTED if result.ended == "interrupted" else 0


def _cleaning(path: Path) -> "Cleaning":
    """Read the cleaning, and say what it will do."""
    from donkeycar.cleaning import read_cleaning

    cleaning = read_cleaning(path)
    for line in cleaning.in_words():
        print(f"cleaning: {line}")
    return cleaning


def _run_folds(
    args: argparse.Namespace,
    cfg: Config,
    options: "TrainingOptions",
    tubs: list[Path],
    models: Path,
) -> int:
    """Train the pilots of k-fold cross-validation, and print the results of all of them."""
    from donkeycar.pilots.files.names import title_of
    from donkeycar.training.database import next_model_path
    from donkeycar.training.folds import train_folds

    if args.model is None and args.resume:
        raise TrainingError("`--folds` with `--resume` needs the folder of the folds. Add --model")
    model = args.model or next_model_path(models)
    folder = model.with_name(title_of(model))
    result = train_folds(
        tubs, folder, options, k=args.folds, resume=args.resume, progress=progress_for(cfg)
    )
    tell_folds(result)
    return 0 if result.ended else INTERRUPTED


def _settings(args: argparse.Namespace, folder: Path) -> tuple[Config, bool]:
    """Settings of the car and True, or the default settings and False outside a car's folder."""
    config = folder / args.config
    if config.exists() or args.config != CONFIG:
        return load_config(config, args.myconfig, args.set, command="train"), True
    if not args.tubs:
        raise ConfigError(
            "There is no car in this folder. Go to your car's folder, or add --tub PATH."
        )
    return load_config(DEFAULTS, args.myconfig, args.set, command="train"), False


def _model(models: Path, *, resume: bool) -> Path:
    """File of a pilot without a given name: a new one, or the one that was interrupted."""
    from donkeycar.pilots.files.names import beside
    from donkeycar.training.database import next_model_path
    from donkeycar.training.epochs.checkpoint import newest_checkpoint

    if resume:
        return beside(newest_checkpoint(models), ".keras")
    return next_model_path(models)


def _tubs(named: list[str] | None, cfg: Config) -> list[Path]:
    """Tubs for the training; a folder means its own records and those of the tubs in it."""
    found = tub_paths(named or [str(cfg.DATA_PATH)])
    if not found:
        raise TrainingError("`--tub` must name a folder of recordings. Received: nothing")
    return found


def train_car(
    cfg: Config,
    options: "TrainingOptions",
    *,
    tubs: list[Path],
    model: Path,
    resume: bool = False,
) -> "TrainingResult":
    """Train a pilot with the settings of a car, and draw its plot.

    Args:
        cfg: The settings.
        options: Training options, as `options_from` returns them.
        tubs: Tubs with the training data.
        model: File of the pilot.
        resume: Whether to continue the interrupted training of this pilot.
    """
    from donkeycar.training import train

    result = train(tubs, model, options, resume=resume, progress=progress_for(cfg))
    if cfg.SHOW_PLOT:
        _draw(result)
    return result


def _draw(result: "TrainingResult") -> None:
    """Draw the loss beside the pilot; if there is no room for it, the pilot is still valid."""
    from donkeycar.pilots.files.names import beside
    from donkeycar.report.figures import loss_curve

    path = beside(result.files.keras, ".png")
    try:
        write_atomically(path, loss_curve(result.history, best_epoch=result.best_epoch))
    except OSError as error:
        print(f"note: the plot {path} cannot be written: {error.strerror}")
        path.unlink(missing_ok=True)
