"""Three recordings, and a pilot of every type that learnt from the first: `makings.py FOLDER`."""

import contextlib
import os
import random
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from donkeycar.management.cli import main as donkey
from donkeycar.management.createcar import create_car
from donkeycar.pilots.kinds.registry import IMU_CHANNELS, PILOT_TYPES
from donkeycar.rollout import record_expert
from donkeycar.sim.camera import CameraModel
from donkeycar.tub import TubReader, TubWriter

# The smallest frames that every type takes.
HEIGHT_PX, WIDTH_PX = 77, 82
NUM_RECORDS = 120
FOLDS = "folds"
BASE_MS = 1_700_000_000_000
SETTINGS = """
IMAGE_H, IMAGE_W, BATCH_SIZE = 77, 82, 32
TRAIN_BEHAVIORS, TRAIN_LOCALIZER, NUM_LOCATIONS = True, True, 3
SEQUENCE_LENGTH, MEM_DEPTH = 3, 1
SHOW_PLOT = PRINT_MODEL_SUMMARY = VERBOSE_TRAIN = False
WEB_CONTROL_PORT = 0
"""
PLAIN = {"cam/image_array": "image_array", "user/angle": "float", "user/throttle": "float"}
# What donkeycar 5.3 records of a motion sensor, and what 5.4 does.
SCALARS = dict.fromkeys(IMU_CHANNELS, "float")
VECTORS = {"imu/accel": "vector", "imu/gyro": "vector"}
CHOSEN = {"behavior/one_hot_state_array": "vector", "localizer/location": "int"}

Frame = npt.NDArray[np.uint8]


def lane(angle: float, step: int) -> Frame:
    """A line where the angle says, on a floor that is never quite the same."""
    frame = np.full((HEIGHT_PX, WIDTH_PX, 3), 40, np.uint8)
    centre = round((angle + 1) / 2 * 70) + 6
    frame[:, centre - 5 : centre + 5] = (220, 200, 60)
    frame[step % HEIGHT_PX, :, 2] = 160
    return frame


def steady(path: Path) -> Path:
    """Two sessions at 20 Hz, with everything that any type of pilot needs."""
    columns = {**PLAIN, **CHOSEN, **SCALARS}
    for session in range(2):
        with TubWriter(path, list(columns), list(columns.values())) as tub:
            for step in range(NUM_RECORDS // 2):
                angle = float(np.sin(step / 7 + session))
                behavior = [1.0, 0.0] if step % 20 < 10 else [0.0, 1.0]
                values = (
                    lane(angle, step), angle, 0.5 - 0.2 * abs(angle), behavior, step // 20,
                    *[angle] * 6,
                )  # fmt: skip
                time_ms = BASE_MS + 100_000 * session + 50 * step
                tub.append(dict(zip(columns, values, strict=True)), timestamp_ms=time_ms)
    return path


def rough(path: Path) -> Path:
    """Uneven times, gaps, pauses, a clock set back, deleted records, a broken picture, reverse."""
    columns = {**PLAIN, **VECTORS}
    random_ = random.Random(1)
    time_ms = BASE_MS
    with TubWriter(path, list(columns), list(columns.values())) as tub:
        for step in range(NUM_RECORDS):
            time_ms += random_.choice([40, 50, 50, 60, 70])
            time_ms += {20: 260, 45: 320, 60: 2500, 80: -400}.get(step, 0)
            angle = float(np.cos(step / 9))
            throttle = -0.3 if step % 40 > 30 else 0.4
            vectors = [angle, 0.1, 9.8], [0.0, 0.1, angle]
            values = (lane(angle, step), angle, throttle, *vectors)
            tub.append(dict(zip(columns, values, strict=True)), timestamp_ms=time_ms)
        tub.delete([*range(95, 100)])
    (path / "images" / "30_cam_image_array_.jpg").write_bytes(b"")
    return path


def simulated(path: Path) -> Path:
    """Laps of the expert in the simulator, with a motion sensor that feels the steering."""
    own = path.with_name(path.name + "_expert")
    camera = CameraModel(width_px=WIDTH_PX, height_px=HEIGHT_PX)
    record_expert(own, "oval", NUM_RECORDS, camera=camera)
    columns = {**PLAIN, **SCALARS}
    reader = TubReader(own)
    with TubWriter(path, list(columns), list(columns.values())) as tub:
        for step, record in enumerate(reader):
            angle, throttle = record["user/angle"], record["user/throttle"]
            values = (reader.image(record), angle, throttle, *[angle] * 6)
            row = dict(zip(columns, values, strict=True))
            tub.append(row, timestamp_ms=BASE_MS + 50 * step)
    return path


TUBS = {"steady": steady, "rough": rough, "simulated": simulated}


def make(folder: Path) -> None:
    """Make the recordings, a car, and its pilots, with the commands that an owner types."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for name, write in TUBS.items():
        write(folder / name)
    car = folder / "car"
    create_car(car)
    with (car / "myconfig.py").open("a", encoding="utf-8") as own:
        own.write(SETTINGS)
    with contextlib.chdir(car):
        for name in (*PILOT_TYPES, FOLDS):
            words = ["train", "--tub", str(folder / "steady"), "--seed", "1", "--epochs", "3"]
            kind = "linear" if name == FOLDS else name
            more = ["--folds", "2"] if name == FOLDS else []
            target = folder / ("ensemble" if name == FOLDS else f"{name}.keras")
            if donkey([*words, *more, "--type", kind, "--model", str(target)]):
                raise SystemExit(f"{name} was not trained")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
