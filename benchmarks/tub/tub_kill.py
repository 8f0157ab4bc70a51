"""Crash test: kill -9 of a recording process at random moments.

A process records as fast as it can, in catalogs of five, and reports after every flush which
records are safe. It is killed, the tub is read here and by an earlier donkeycar, and the next
process continues in the same tub. Every fifth process starts a new one.
"""

import argparse
import contextlib
import logging
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.peer import Peer
from benchmarks.tub.tub_crash import fast_folder
from benchmarks.tub.tub_faults import INPUTS, MAX_LEN, TYPES, Workload, values, wrong_now
from donkeycar.errors import TubError
from donkeycar.tub import TubReader, TubWriter
from donkeycar.tub.filesystem import FileSystem

LIVES = 5  # processes that record into one tub, one after the other
LONGEST_S = 0.05  # a process lives at most this long after it began


def angle(life: int, index: int) -> float:
    """The angle that a process records; each process has its own."""
    return (life * 7919 + index * 31) % 1000 / 1000


def record_until_killed(path: Path, life: int, reports: Connection) -> None:
    """Record until killed, and report each index once it is safe on disk."""
    logging.disable()
    rng = random.Random(life)
    reports.send(-1)
    writer = TubWriter(path, INPUTS, TYPES, max_len=MAX_LEN, batch_s=float("inf"))
    index = -1
    while True:
        for _ in range(rng.randint(1, 4)):
            # The index is known beforehand: one more than the last.
            expected = writer.next_index
            index = writer.append(values(angle(life, expected)))
        writer.flush()
        reports.send(index)


def deaths(folder: Path, peer: Peer, num_deaths: int, seed: int) -> Iterator[tuple[int, list[str]]]:
    """Kill this many processes while they record.

    Args:
        folder: Where the tubs may be made.
        peer: The earlier donkeycar.
        num_deaths: How many.
        seed: Of the moments.

    Yields:
        After each, how many records are known to be safe, and what was wrong with the tub.
    """
    rng = random.Random(seed)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    work = Workload(folder, FileSystem())
    for life in range(num_deaths):
        if life % LIVES == 0:
            work = Workload(folder / f"tub_{life}", FileSystem())
        begin = _next_index(work.path)
        reports, sender = context.Pipe(duplex=False)
        process = context.Process(target=record_until_killed, args=(work.path, life, sender))
        process.start()
        sender.close()
        reports.recv()
        time.sleep(rng.uniform(0, LONGEST_S))
        process.kill()
        process.join()
        last = begin - 1
        with contextlib.suppress(EOFError, OSError):
            while True:
                last = reports.recv()
        reports.close()
        process.close()
        work.safe.update({index: angle(life, index) for index in range(begin, last + 1)})
        yield len(work.safe), [f"death {life}: {text}" for text in wrong_now(work, peer)]


def _next_index(path: Path) -> int:
    try:
        records = TubReader(path).records(include_deleted=True)
    except TubError:
        return 0  # nothing there yet
    return max((record["_index"] for record in records), default=-1) + 1


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a tub was damaged."""
    parser = argparse.ArgumentParser(prog="scripts/bench tub_kill", description=__doc__)
    parser.add_argument("--deaths", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    logging.disable()
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder, Peer() as peer:
        results = list(deaths(Path(folder), peer, args.deaths, args.seed))
    spoilt = [texts for _, texts in results if texts]
    wrong = [text for texts in spoilt for text in texts]
    num_records = sum(count for count, _ in results[LIVES - 1 :: LIVES])
    print(f"{len(results)} deaths, {num_records} records called safe, {len(spoilt)} tubs spoilt")
    for text in wrong:
        print(f"MISSED: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
