"""`donkey train`: make a pilot of recordings."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.config import Config, load_config
from donkeycar.errors import ConfigError, TrainingError
from donkeycar.management.training_settings import train_car

if TYPE_CHECKING:
    from donkeycar.training import TrainingResult

CONFIG = Path("config.py")
# What a car has when its owner changes nothing; used outside a car's folder.
DEFAULTS = Path(__file__).parents[1] / "templates" / "config_defaults.py"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "--tub", "--tubs", dest="tubs", nargs="+", action="extend", metavar="PATH",
        help="recordings to learn from: tubs, or folders of tubs (default: the car's data)",
    )  # fmt: skip
    parser.add_argument(
        "--model", type=Path, help="where the pilot goes (default: models/pilot_<date>_<number>)"
    )
    parser.add_argument("--type", help="kind of network (default: DEFAULT_MODEL_TYPE)")
    parser.add_argument("--comment", default="", help="a note to keep with the pilot")
    parser.add_argument(
        "--epochs", type=int, help="times through the data, at most (default: MAX_EPOCHS)"
    )
    parser.add_argument("--seed", type=int, help="the same seed trains the same pilot")
    parser.add_argument(
        "--validation", choices=("blocks", "last"), default="blocks",
        help="judge by blocks from everywhere, or by the last part (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--no-augmentation", action="store_true", help="show every frame as it was recorded"
    )
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
        help="one setting for this run, e.g. MAX_EPOCHS=10; may be repeated",
    )


def run(args: argparse.Namespace, folder: Path | None = None) -> None:
    """Train, and say what came out.

    Args:
        args: What `add_arguments` describes.
        folder: The car; ``None`` is the folder the command is called in.
    """
    folder = folder or Path()
    cfg, in_car = _settings(args, folder)
    for notice in cfg.notices:
        print(f"note: {notice}")
    result = train_car(
        cfg,
        tubs=_tubs(args.tubs, cfg, in_car=in_car),
        model=args.model,
        models=_path(cfg, "MODELS_PATH", folder) if in_car else Path("models"),
        type=args.type,
        epochs=args.epochs,
        seed=args.seed,
        validation=args.validation,
        augment=not args.no_augmentation,
        comment=args.comment,
    )
    _tell(result, cfg, in_car=in_car)


def _settings(args: argparse.Namespace, folder: Path) -> tuple[Config, bool]:
    """Settings of the car, or those of any car when there is none here."""
    config = folder / args.config
    if config.exists() or args.config != CONFIG:
        return load_config(config, args.myconfig, args.set), True
    if not args.tubs:
        raise ConfigError(
            "There is no car in this folder. Go to your car's folder, or say --tub PATH."
        )
    return load_config(DEFAULTS, args.myconfig, args.set), False


def _path(cfg: Config, name: str, folder: Path) -> Path:
    return folder / Path(cfg[name]).expanduser()


def _tubs(named: list[str] | None, cfg: Config, *, in_car: bool) -> list[Path]:
    """Folders of tubs to learn from; a folder that holds tubs stands for all of them."""
    if named:
        paths = [Path(word).expanduser() for words in named for word in words.split(",") if word]
    else:
        paths = [Path(cfg.DATA_PATH).expanduser()]
    found = [tub for path in paths for tub in _inside(path)]
    if not found:
        raise TrainingError("`--tub` must name a folder of recordings. Received: nothing")
    return found


def _inside(path: Path) -> list[Path]:
    """Return the tubs in a folder, or the folder itself."""
    marks = ("manifest.json", "meta.json")
    if not path.is_dir() or any((path / mark).exists() for mark in marks):
        return [path]
    tubs = [inner for inner in sorted(path.iterdir()) if any((inner / m).exists() for m in marks)]
    return tubs or [path]


def _tell(result: "TrainingResult", cfg: Config, *, in_car: bool) -> None:
    """Print what came out, and what to do next."""
    from donkeycar.pilots.pilot import describe

    how = {
        "finished": "",
        "early": ", then it did not get better any more",
        "interrupted": ", interrupted",
    }
    print(
        f"{len(result.history['loss'])} epochs in {result.duration_s:.0f} s{how[result.ended]}; "
        f"kept epoch {result.best_epoch}"
    )
    for name, title in (("train", "training"), ("validation", "validation")):
        angle, throttle = result.metrics[name]["angle"], result.metrics[name]["throttle"]
        print(
            f"{title:10}  steering error {angle['mae']:.3f}, correlation {_number(angle['r'])};  "
            f"throttle error {throttle['mae']:.3f}, correlation {_number(throttle['r'])}"
        )
    for path in result.files:
        print(f"wrote {path}")
    shape = (cfg.IMAGE_H, cfg.IMAGE_W, cfg.IMAGE_DEPTH)
    if in_car and result.info.camera_shape[:2] != shape[:2]:
        print(
            f"note: this pilot drives with frames of {describe(result.info.camera_shape)}; "
            f"this car's camera is set to {describe(shape)}."
        )
    print(f"Next: python manage.py drive --model {result.files.keras}")


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"
