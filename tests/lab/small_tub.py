"""A small tub to train on: a bright line on a dark floor, where the driver steers to."""

import numpy as np

from donkeycar.tub import TubWriter

INPUTS = ["cam/image_array", "user/angle", "user/throttle", "user/mode"]
TYPES = ["image_array", "float", "float", "str"]


def record(folder, count=60):
    """Record a tub into a folder that does not exist yet."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TubWriter(folder, INPUTS, TYPES) as tub:
        for angle in np.random.default_rng(1).uniform(-1, 1, count):
            frame = np.full((64, 80, 3), 40, np.uint8)
            middle = round(float(angle + 1) * 34) + 6
            frame[:, middle - 5 : middle + 5] = 220
            values = [frame, float(angle), 0.3, "user"]
            tub.append(dict(zip(INPUTS, values, strict=True)))
    return folder
