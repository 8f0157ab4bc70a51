"""Takes over old cars with `donkey createcar --from`, and compares each with what it was."""

import contextlib
import hashlib
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.peer import Peer, peer_package
from benchmarks.safety.old_car_folders import Made, fill, write_car
from benchmarks.safety.old_car_pulses import Order, after, before, difference
from donkeycar.config import load_config
from donkeycar.management.cli import main as donkey
from donkeycar.settings.rows.drivetrain import HARMLESS
from donkeycar.tub import TubReader

RECORDS = 5
# How many ticks the program of a new car drives, without hardware.
TICKS = 20
MODEL = "mypilot"


class Result(NamedTuple):
    """What came out of one takeover.

    Attributes:
        faults: Everything that is not as it was; empty if all is well.
        orders: Number of orders compared.
        largest: Largest distance of a pulse, as a share of what rounding explains.
    """

    faults: list[str]
    orders: int
    largest: float


def take_over(
    made: Made, folder: Path, grid: list[Order], models: list[Path], *, drives: bool = True
) -> Result:
    """Make an old car, take it over, and compare.

    Args:
        made: How the old car is made.
        folder: An empty folder for both.
        grid: Orders to compare.
        models: Files of one model for the old car.
        drives: Whether to start the program of the new car, too.
    """
    old, new = folder / "old", folder / "new"
    write_car(made, old)
    with Peer() as peer:
        fill(old, peer, models)
    was = _contents(old)
    words = ["createcar", "--from", str(old), "--path", str(new), "--trust"]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = donkey(words)
    if code:
        return Result([f"createcar ended with {code}: {said.getvalue()[-300:]}"], 0, 0.0)
    faults = [] if _contents(old) == was else ["the old folder is another"]
    faults += _missing(old, new, models)
    wrong, largest, orders = _compare(made, old, new, grid)
    faults += [wrong] if wrong else []
    faults += _drive(new) if drives else []
    return Result(faults, orders, largest)


def _compare(made: Made, old: Path, new: Path, grid: list[Order]) -> tuple[str, float, int]:
    if not made.moves:
        kind = load_config(new / "config.py", command="drive").DRIVE_TRAIN_TYPE
        return ("" if kind in HARMLESS else f"{kind} moves something"), 0.0, 0
    now = after(new, grid)
    then = before(old, peer_package(made.release), grid) if made.release else after(old, grid)
    if not all(then.values()):
        return "nothing was heard of the old car", 0.0, len(grid)
    wrong, largest = difference(then, now, made.cuts)
    return wrong, largest, len(grid)


def _missing(old: Path, new: Path, models: list[Path]) -> list[str]:
    """What of the old car the new one lacks: records, the pilot, a line of the report."""
    faults = []
    found = len(TubReader(new / "data").records())
    if found != RECORDS:
        faults.append(f"{found} records instead of {RECORDS}")
    copied = {
        name: digest for name, digest in _contents(old / "data").items() if "lock" not in name
    }
    if not copied.items() <= _contents(new / "data").items():
        faults.append("a file of the tub is another")
    if models and not (new / "models" / f"{MODEL}.json").exists():
        faults.append("no pilot was made")
    report = (new / "from_old_car.md").read_text()
    names = [name for name in load_config(old / "config.py") if _is_written(name, old)]
    unsaid = [name for name in names if f"- {name} " not in report]
    return faults + ([f"the report lacks {', '.join(unsaid)}"] if unsaid else [])


def _is_written(name: str, folder: Path) -> bool:
    """Whether a file of the old car gives a name a value."""
    texts = [(folder / file).read_text() for file in ("config.py", "myconfig.py")]
    return any(f"\n{name} =" in f"\n{text}" for text in texts)


def _drive(new: Path) -> list[str]:
    """Start the new car's own program, with its settings but no hardware."""
    words = {"CAMERA_TYPE": "MOCK", "DRIVE_TRAIN_TYPE": "MOCK", "MAX_LOOPS": TICKS}
    words |= {"WEB_CONTROL_PORT": 0, "WEB_HOST": "127.0.0.1"}
    settings = [word for name, value in words.items() for word in ("--set", f"{name}={value}")]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "manage.py", "drive", *settings],
        cwd=new,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return [] if done.returncode == 0 else [f"manage.py drive: {done.stderr.strip()[-300:]}"]


def _contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def old_models(folder: Path) -> list[Path]:
    """A pilot as donkeycar 5 leaves one: the same network as .h5 and as .tflite."""
    import keras
    import tensorflow as tf

    image = keras.Input((120, 160, 3), name="img_in")
    x = image
    for filters, stride in ((4, 4), (8, 4)):
        x = keras.layers.Conv2D(filters, 5, strides=stride, activation="relu")(x)
    x = keras.layers.Flatten()(x)
    answers = [keras.layers.Dense(1, name=f"n_outputs{number}")(x) for number in (0, 1)]
    model = keras.Model(image, answers, name="linear")
    h5, litert = folder / f"{MODEL}.h5", folder / f"{MODEL}.tflite"
    model.save(h5)
    litert.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    return [h5, litert]


def take_over_all(
    cars: dict[str, Made], grid: list[Order], *, drives: bool = True, with_models: bool = True
) -> int:
    """Take over every car; print a line for each, and return how many are not as they were."""
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        models = old_models(Path(name)) if with_models else []
        for number, (car, made) in enumerate(cars.items()):
            folder = Path(name) / str(number)
            folder.mkdir()
            # The .h5 file once: it takes a TensorFlow of its own.
            given = models if number == 0 else models[1:]
            result = take_over(made, folder, grid, given, drives=drives)
            wrong += bool(result.faults)
            by = f"donkeycar {made.release}" if made.release else "this version, in place"
            told = "; ".join(result.faults) or (
                f"{result.orders} orders as by {by}, within {result.largest:.3f} of rounding"
                if result.orders
                else "moves nothing, as before"
            )
            print(f"{car:42} {told}", flush=True)
    return wrong
