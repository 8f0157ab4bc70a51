"""Where the time of a tick goes: each part of a whole car, and each of its threads, at 20 Hz.

A created car drives with a `linear` pilot, camera MOCK, the recorder, drivetrain MOCK behind its
guardian, and one person who drives by the page, watches, records and changes the mode
(`endurance_people`). After a while its own `Vehicle.profile()` says how long each part takes in the
loop; the kernel says how much processor time each thread took meanwhile.

Goal: the median tick takes less than a tenth of its interval (5 ms).
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.loop.cpu_share import CpuShare
from benchmarks.loop.endurance_car import EnduringCar, make_pilot
from benchmarks.loop.endurance_people import Phone, browser
from benchmarks.loop.slow_car import children, cpu_ms, free_port

RATE_HZ = 20
MAX_SHARE = 0.1
MARK = "    # A part of your own goes here"
PROFILE = """
    class Profile:
        ticks, began_s, spent_s = 0, None, []

        def run(self):
            import json, threading, time
            from pathlib import Path

            self.ticks += 1
            if self.ticks != {ticks}:
                return
            row = {{"threads": {{one.native_id: one.name for one in threading.enumerate()}}}}
            Path("threads").write_text(json.dumps(row))
            Path("profile").write_text(car.profile())

    car.add(Profile())
"""


def profiled(folder: Path, seconds: float, pace: str) -> dict[str, Any]:
    """Drive for a while; what `Vehicle.profile` says, and milliseconds a second of each thread."""
    from donkeycar.management.createcar import create_car

    car_folder = folder / "car"
    create_car(car_folder)
    text = (car_folder / "manage.py").read_text()
    part = PROFILE.format(ticks=round(seconds * RATE_HZ))
    (car_folder / "manage.py").write_text(text.replace(MARK, part + MARK))
    port = free_port()
    (car_folder / "myconfig.py").write_text(
        f'CAMERA_TYPE = DRIVE_TRAIN_TYPE = "MOCK"\nWEB_CONTROL_PORT = {port}\n'
        f'WEB_HOST = "127.0.0.1"\nRECORD_DURING_AI = True\nLOOP_PACE = "{pace}"\n'
    )
    pilot = make_pilot(folder / "pilots")
    with CpuShare(1) as held:
        car = EnduringCar(car_folder, port, pilot, held)
        token = car.wait_for(lambda: car.said.partition("/pair#")[2].split("\n")[0].strip())
        phone = Phone(port, browser(port, token.split()[0]), Counter())
        until_s = time.monotonic() + 2 * seconds
        threading.Thread(target=phone.drive, args=(until_s,), daemon=True).start()
        vehicle = children(car.process.pid)[0]
        began_s, before = time.monotonic(), cpu_ms(vehicle)
        car.wait_for((car_folder / "profile").exists)
        passed_s, after = time.monotonic() - began_s, cpu_ms(vehicle)
        names = json.loads((car_folder / "threads").read_text())["threads"]
        car.end()
    cost: Counter[str] = Counter()
    for thread, spent_ms in after.items():
        label = names.get(str(thread), "native threads")
        cost[label] += (spent_ms - before.get(thread, 0.0)) / passed_s
    return {"profile": (car_folder / "profile").read_text(), "threads": dict(cost)}


def median_ms(profile: str) -> float:
    """The medians of all parts together."""
    rows = [line.split() for line in profile.splitlines()[1:]]
    return sum(float(row[-3]) for row in rows)


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if the goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench tick", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="of driving")
    parser.add_argument("--pace", default="clock", choices=("clock", "camera"), help="LOOP_PACE")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        found = profiled(Path(name), args.seconds, args.pace)
    print(found["profile"])
    total_ms = median_ms(found["profile"])
    print(
        f"a tick of all parts: {total_ms:.2f} ms, {total_ms * RATE_HZ / 10:.1f} % of its interval"
    )
    print("processor time of the vehicle's threads, in ms a second:")
    for thread, spent_ms in sorted(found["threads"].items(), key=lambda row: -row[1]):
        if spent_ms >= 0.5:
            print(f"  {thread:24} {spent_ms:6.1f}")
    if total_ms > 1000 * MAX_SHARE / RATE_HZ:
        print(f"MISSED: a tick takes {total_ms:.1f} ms")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
