"""A car that records until its power is cut, for `power_cut`; arguments: tub, rate in hertz.

For each record it writes one line of numbers: the time on the monotonic clock after the recorder
took it, its number, and how many records the recorder calls safe.
"""

import logging
import os
import struct
import sys
import time

import numpy as np

from benchmarks.tub.recorder_worker import INPUTS, TYPES, pictures
from donkeycar.parts.recorder import TubRecorder

REPORT = struct.Struct("<dqq")


def main(path: str, rate_hz: str) -> None:
    """Record until killed."""
    logging.disable()
    recorder = TubRecorder(
        path, inputs=INPUTS, types=TYPES, min_free_bytes=0, min_free_fraction=0.0
    )
    frames = pictures()
    due_s = time.monotonic()
    number = 0
    while True:
        image: np.ndarray = frames[number % len(frames)]
        safe, status = recorder.run(image, number % 100 / 100, 0.5, "user")
        if status:
            raise SystemExit(status)
        os.write(1, REPORT.pack(time.monotonic(), number, safe))
        number += 1
        due_s += 1 / float(rate_hz)
        time.sleep(max(0.0, due_s - time.monotonic()))


if __name__ == "__main__":
    main(*sys.argv[1:])
