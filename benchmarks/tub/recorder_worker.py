"""One measurement of a recorder of this version or an earlier one, whichever the interpreter has.

python -I recorder_worker.py pace FOLDER RATE_HZ SECONDS
python -I recorder_worker.py long FOLDER RECORDS
"""

import json
import logging
import sys
import time

import numpy as np

INPUTS = ["cam/image_array", "user/angle", "user/throttle", "user/mode"]
TYPES = ["image_array", "float", "float", "str"]
WAITING = 32  # records that the long run lets wait, half of the recorder's queue

NUM_FRAMES = 16
TURNS = 20


def make(folder):
    """Make the recorder of this interpreter's donkeycar."""
    try:
        from donkeycar.parts.recorder import TubRecorder
    except ImportError:
        from donkeycar.parts.tub_v2 import TubWriter

        return TubWriter(folder, inputs=INPUTS, types=TYPES)
    return TubRecorder(folder, inputs=INPUTS, types=TYPES, min_free_fraction=0.0)


def pictures():
    """Frames with as much detail as a camera's: about 4 kB as a JPEG."""
    rng = np.random.default_rng(1)
    rows, columns = np.mgrid[0:120, 0:160]
    smooth = np.stack([rows, columns, rows + columns], axis=2) / 2
    noisy = [smooth + rng.normal(60, 6, smooth.shape) for _ in range(NUM_FRAMES)]
    return [frame.clip(0, 255).astype(np.uint8) for frame in noisy]


def pace(folder, rate_hz, seconds):
    """Milliseconds of each call at a steady rate."""
    recorder, frames, costs_ms = make(folder), pictures(), []
    due_s = time.perf_counter()
    for number in range(int(rate_hz * seconds)):
        values = (frames[number % NUM_FRAMES], number % 100 / 100, 0.5, "user")
        start_s = time.perf_counter()
        recorder.run(*values)
        costs_ms.append(1e3 * (time.perf_counter() - start_s))
        due_s += 1 / rate_hz
        time.sleep(max(0, due_s - time.perf_counter()))
    recorder.shutdown()
    p50, p99 = np.percentile(costs_ms, [50, 99])
    dropped = getattr(recorder, "num_dropped", 0)
    return {"p50_ms": p50, "p99_ms": p99, "max_ms": max(costs_ms), "dropped": dropped}


class Run:
    """Calls one recorder as fast as its thread can follow."""

    def __init__(self, folder):
        self.recorder = make(folder)
        self.frames = pictures()
        self.num_records = 0
        self.costs_ms = []
        self.record_ms = []

    def record(self, count):
        """Record some, note their cost, and wait until all are written."""
        begin_s = time.perf_counter()
        for _ in range(count):
            values = (self.frames[self.num_records % NUM_FRAMES], 0.25, 0.5, "user")
            while self.recorder.queue_length > WAITING:
                time.sleep(0.0005)
            start_s = time.perf_counter()
            self.recorder.run(*values)
            self.costs_ms.append(1e3 * (time.perf_counter() - start_s))
            self.num_records += 1
        while self.recorder.queue_length:
            time.sleep(0.0005)
        self.record_ms.append(1e3 * (time.perf_counter() - begin_s) / count)

    def end(self):
        """Close the tub; return the costs since they were last cleared."""
        self.recorder.shutdown()
        return {
            "records": self.recorder.run(self.frames[0], 0.25, 0.5, "user")[0],
            "dropped": self.recorder.num_dropped,
            "mean_ms": float(np.mean(self.costs_ms)),
            "p99_ms": float(np.percentile(self.costs_ms, 99)),
            "record_ms": float(np.median(self.record_ms)),
        }


def long(folder, num_records):
    """The first tenth of a tub beside the last tenth of another one.

    They take turns, so that whatever else the computer does falls upon both.
    """
    tenth = int(num_records) // 10
    last = Run(f"{folder}/last")
    last.record(int(num_records) - tenth)
    last.costs_ms.clear()
    last.record_ms.clear()
    first = Run(f"{folder}/first")
    for _ in range(TURNS):
        first.record(tenth // TURNS)
        last.record(tenth // TURNS)
    return {"first": first.end(), "last": last.end()}


if __name__ == "__main__":
    logging.disable()
    numbers = [float(word) for word in sys.argv[3:]]
    print(json.dumps({"pace": pace, "long": long}[sys.argv[1]](sys.argv[2], *numbers)))
