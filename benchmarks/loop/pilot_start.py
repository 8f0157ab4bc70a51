"""Start of a car with a pilot: time to its first answer, memory, and latency of each file.

The car is a newly created one with a camera of still pictures, the web page, the recorder, and a
pilot that is first opened in a child process. The time counts from the command to the pilot's first
answer.

Goals: the first answer within 1.5 s, less than 90 MB resident, `linear` on one thread in 1.2 ms
with float32 and 0.4 ms with int8.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SHAPE = (120, 160, 3)
MAX_START_S, MAX_RESIDENT_MB = 1.5, 90.0
MAX_LATENCY_MS = {"float32": 1.2, "float16": 1.2, "int8": 0.4}
MARK = "    # A part of your own goes here"

# Added to manage.py of the created car: reports the first answer of the pilot, and the memory.
STOPWATCH = """
    class Stopwatch:
        def run(self, angle):
            import json, time
            from pathlib import Path

            if angle is None:
                return
            lines = dict(
                line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines()
            )
            kilobytes = {name: int(lines[name].split()[0]) for name in ("VmRSS", "VmHWM")}
            answered_s = time.clock_gettime(time.CLOCK_MONOTONIC)
            Path("answer.json").write_text(json.dumps({"answered_s": answered_s, **kilobytes}))
            car.stop()

    car.add(Stopwatch(), inputs=["pilot/angle"])
"""


def make_pilot(models: Path) -> Path:
    """A `linear` pilot with its three LiteRT files; its training does not matter here."""
    from donkeycar.keras_backend import import_keras

    import_keras()
    from donkeycar.pilots import PilotInfo
    from donkeycar.pilots.files.bundle import PilotFiles
    from donkeycar.pilots.kinds.registry import pilot_type
    from donkeycar.training.export.save import save_pilot

    frames = np.random.default_rng(0).integers(0, 256, (50, *SHAPE), dtype=np.uint8)
    files = PilotFiles.of(models / "pilot")
    model = pilot_type("linear").build(SHAPE, seed=1)
    save_pilot(files, PilotInfo("linear", SHAPE), model, inputs={"img_in": frames}, frames=frames)
    return files.sidecar


def make_car(folder: Path) -> Path:
    """A car with a camera that needs no hardware, and a stopwatch in it."""
    from donkeycar.management.createcar import create_car

    car = folder / "car"
    create_car(car)
    text = (car / "manage.py").read_text()
    (car / "manage.py").write_text(text.replace(MARK, STOPWATCH + MARK))
    (car / "myconfig.py").write_text(
        'CAMERA_TYPE = "MOCK"\nDRIVE_TRAIN_TYPE = "MOCK"\nWEB_CONTROL_PORT = 0\n'
        'WEB_HOST = "127.0.0.1"\n'
    )
    return car


def start(car: Path, pilot: Path, precision: str) -> dict[str, float]:
    """Start the car once."""
    (car / "answer.json").unlink(missing_ok=True)
    started_s = time.clock_gettime(time.CLOCK_MONOTONIC)
    command = [sys.executable, "manage.py", "drive", "--model", str(pilot)]
    done = subprocess.run(
        [*command, "--set", f"PILOT_PRECISION={precision}"], cwd=car, capture_output=True, text=True
    )
    if not (car / "answer.json").exists():
        raise SystemExit(f"the car did not start:\n{done.stdout}\n{done.stderr}")
    answer = json.loads((car / "answer.json").read_text())
    return {
        "start_s": answer["answered_s"] - started_s,
        "resident_mb": answer["VmRSS"] / 1000,
        "peak_mb": answer["VmHWM"] / 1000,
    }


def latency_ms(pilot: Path, precision: str, runs: int = 300) -> float:
    """Median time of one answer on one thread."""
    from donkeycar.pilots.files.bundle import PilotFiles
    from donkeycar.pilots.inference.interpreter import LiteRTInterpreter

    interpreter = LiteRTInterpreter(PilotFiles.of(pilot).variant(precision), num_threads=1)
    frame = np.random.default_rng(0).integers(0, 256, SHAPE, dtype=np.uint8)
    times = []
    for _ in range(runs):
        started_s = time.perf_counter()
        interpreter(frame)
        times.append(time.perf_counter() - started_s)
    return statistics.median(times) * 1000


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench pilot_start", description=__doc__)
    parser.add_argument("--repeats", type=int, default=7, help="medians are taken over these")
    args = parser.parse_args(argv)
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        car = make_car(Path(folder))
        pilot = make_pilot(Path(folder) / "car" / "models")
        for precision, limit_ms in MAX_LATENCY_MS.items():
            runs = [start(car, pilot, precision) for _ in range(args.repeats)]
            found = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
            answer_ms = latency_ms(pilot, precision)
            print(
                f"{precision:8}  first answer after {found['start_s']:.2f} s, "
                f"{found['resident_mb']:.0f} MB resident, {answer_ms:.2f} ms an answer"
            )
            for name, value, limit in (
                ("first answer", found["start_s"], MAX_START_S),
                ("memory", found["resident_mb"], MAX_RESIDENT_MB),
                ("latency", answer_ms, limit_ms),
            ):
                if value > limit:
                    missed.append(f"{precision}: {name} {value:.2f}, goal {limit}")
    for line in missed:
        print(f"missed: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
