"""Two browsers that ask for pages of the lab all the time: what the drive loop notices of it.

A car drives at 20 Hz in this process: console, camera of 160x120, motor that notes its commands. In
turn: nobody asks; two browsers ask, each with three requests in progress; and beside them, a
process with the priority of a job computes as a training does. The browsers are another process.

Goals: 99 of 100 ticks come at most 60 ms after the one before, in each turn; the lab worker holds
less than 60 MB; the first page comes within 2 s, which the start of the worker takes.
"""

import argparse
import http.client
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.web.console_car import ConsoleCar, percentile
from donkeycar.console.forward import LabPages
from donkeycar.console.worker import Worker
from donkeycar.lab.command import worker_command
from donkeycar.lab.table import titles
from donkeycar.management.createcar import create_car

MAX_P99_S = 0.060
MAX_WORKER_MB = 60
MAX_FIRST_S = 2.0
NUM_BROWSERS, NUM_REQUESTS = 2, 3
PATHS = ("/settings", "/settings/page.js", "/settings/all", "/pages", "/static/style.css")
# With the priority of a job of the lab.
TRAINING = (
    "import numpy as np; from donkeycar.lab.priority import step_back; step_back()\n"
    "a = np.ones((800, 800))\nwhile True: a @ a"
)


def ask(port: int, cookies: list[str], seconds: float) -> int:
    """Run the other process: ask, and print how many answers came."""
    counts, end_s = [], time.monotonic() + seconds

    def browse(cookie: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for number, path in enumerate(itertools.cycle(PATHS)):
            if time.monotonic() >= end_s:
                counts.append(number)
                return
            connection.request("GET", path, headers={"Cookie": cookie})
            reply = connection.getresponse()
            reply.read()
            if reply.status != 200:
                raise SystemExit(f"{path}: {reply.status}")

    threads = [
        threading.Thread(target=browse, args=(cookie,))
        for cookie in cookies
        for _ in range(NUM_REQUESTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(sum(counts)), flush=True)
    return 0


def intervals(car: ConsoleCar, seconds: float) -> list[float]:
    """Times between the ticks of the next seconds."""
    first = len(car.motor.notes)
    time.sleep(seconds)
    times = [note.at_s for note in car.motor.notes[first:]]
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def worker_mb(worker: Worker) -> float:
    """Memory that the worker holds, in MB: its resident set."""
    pages = int(Path(f"/proc/{worker.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench lab_load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--ask", nargs="+", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.ask:
        port, *cookies = args.ask
        return ask(int(port), cookies, args.seconds)
    with tempfile.TemporaryDirectory() as folder:
        create_car(Path(folder) / "car")
        worker = Worker(worker_command(Path(folder) / "car", is_car=True))
        with ConsoleCar(lab=LabPages(titles("car"), worker)) as car:
            missed = measure(car, worker, args.seconds)
    for text in missed:
        print("MISSED:", text)
    return 1 if missed else 0


def measure(car: ConsoleCar, worker: Worker, seconds: float) -> list[str]:
    """Run the turns, print their figures, and return the goals that were missed."""
    cookies = [car.served.pair() for _ in range(NUM_BROWSERS)]
    command = [sys.executable, "-m", "benchmarks.web.lab_load", "--seconds", str(seconds)]
    command += ["--ask", str(car.served.port), *cookies]
    turns = {"nobody asks": intervals(car, seconds)}
    began_s = time.monotonic()
    car.served.request("GET", "/settings", headers={"Cookie": cookies[0]})
    first_s = time.monotonic() - began_s
    for name in ("two browsers ask", "and a training"):
        training = None
        if name == "and a training":
            training = subprocess.Popen([sys.executable, "-c", TRAINING], start_new_session=True)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as browsers:
            turns[name] = intervals(car, seconds)
            told = browsers.communicate(timeout=60)[0]
        if training is not None:
            training.kill()
            training.wait()
        print(f"{name}: {int(json.loads(told)) / seconds:.0f} answers a second")
    memory_mb = worker_mb(worker)
    missed = []
    for name, found in turns.items():
        p50, p99 = percentile(found, 50), percentile(found, 99)
        print(f"{name}: a tick {p50 * 1e3:.1f} ms after the last at p50, {p99 * 1e3:.1f} at p99, "
              f"{max(found) * 1e3:.1f} at most")  # fmt: skip
        if p99 > MAX_P99_S:
            missed.append(f"{name}: p99 of {p99 * 1e3:.1f} ms")
    print(f"the first page after {first_s:.2f} s; the worker holds {memory_mb:.0f} MB")
    if memory_mb > MAX_WORKER_MB:
        missed.append("memory of the worker")
    if first_s > MAX_FIRST_S:
        missed.append("time until the first page")
    return missed


if __name__ == "__main__":
    raise SystemExit(main())
