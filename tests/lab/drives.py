"""A drive in the simulator that has ended, as its job left it."""

import json
import math

from donkeycar.lab.jobs import record

# As the command prints it, behind what libraries say of themselves.
NOISE = "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"


def result(**more):
    """What `donkey sim eval --json --trajectory` prints, of a car that drives a circle."""
    rows = [
        [round(tick / 20, 3), 2 * math.cos(tick / 40), 2 * math.sin(tick / 40),
         tick / 40 + math.pi / 2, 1.0, 0.01, 0.1, 0.3]
        for tick in range(200)
    ]  # fmt: skip
    return {
        "model": "models/pilot.tflite", "track": "oval", "laps": 2, "laps_completed": 1,
        "lap_times": [9.25], "off_track_count": 1, "collisions": 0, "mean_speed": 1.0,
        "cte_rms": 0.012, "driving_score": 91.5, "trajectory": rows,
        "trajectory_columns": ["time", "x", "y", "yaw", "speed", "cte", "angle", "throttle"],
    } | more  # fmt: skip


def put(folder, name, *, output=None, state="done", title="pilot.tflite drives oval"):
    """Put an ended job into the folder of a lab."""
    job = folder / "logs" / "jobs" / name
    job.mkdir(parents=True)
    words = ["sim", "eval", "--model", "models/pilot.tflite"]
    record.write(job, record.JOB, {
        "id": name, "title": title, "words": words, "command": "donkey sim eval", "started_s": 1,
    })  # fmt: skip
    told = NOISE + json.dumps(result(), indent=2) + "\n" if output is None else output
    (job / record.OUTPUT).write_text(told)
    record.write(job, record.END, {"state": state, "exit_code": int(state != "done")})
