"""One measurement of a recorder, ours or 5.3's: whichever the interpreter has installed.

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


def make(folder):
    """The recorder of this interpreter's donkeycar."""
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
    """Milliseconds a call at a steady rate."""
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


def long(folder, num_records):
    """Milliseconds a call and a record, in the first and the last tenth of a long tub."""
    recorder, frames, costs_ms, done_s = make(folder), pictures(), [], []
    for number in range(int(num_records)):
        values = (frames[number % NUM_FRAMES], number % 100 / 100, 0.5, "user")
        while recorder.queue_length > WAITING:
            time.sleep(0.0005)
        start_s = time.perf_counter()
        recorder.run(*values)
        end_s = time.perf_counter()
        costs_ms.append(1e3 * (end_s - start_s))
        done_s.append(end_s)
    recorder.shutdown()
    tenth = len(costs_ms) // 10
    return {
        "records": recorder.run(*values)[0],
        "dropped": recorder.num_dropped,
        "first_mean_ms": float(np.mean(costs_ms[:tenth])),
        "last_mean_ms": float(np.mean(costs_ms[-tenth:])),
        "first_p99_ms": float(np.percentile(costs_ms[:tenth], 99)),
        "last_p99_ms": float(np.percentile(costs_ms[-tenth:], 99)),
        "first_record_ms": 1e3 * (done_s[tenth] - done_s[0]) / tenth,
        "last_record_ms": 1e3 * (done_s[-1] - done_s[-1 - tenth]) / tenth,
    }


if __name__ == "__main__":
    logging.disable()
    numbers = [float(word) for word in sys.argv[3:]]
    print(json.dumps({"pace": pace, "long": long}[sys.argv[1]](sys.argv[2], *numbers)))
