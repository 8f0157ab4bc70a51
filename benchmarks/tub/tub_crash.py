"""Fault injection: the recorder's disk fails at every single operation, in five ways.

After each failure the tub must open here and in an earlier donkeycar, hold every record that was
reported as safe, and accept new records without a gap and without overwriting anything.
"""

import argparse
import itertools
import logging
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.peer import Peer
from benchmarks.tub.tub_faults import MODES, FaultyFileSystem, Workload, crashed_tub, wrong_with


def failures(
    folder: Path, peer: Peer, mode: str, num_records: int, *, crashed: bool = False
) -> Iterator[list[str]]:
    """The faults found after each failure, one list for each operation of the workload.

    Args:
        folder: Where the tubs may be made; they are removed again.
        peer: The earlier donkeycar.
        mode: What goes wrong.
        num_records: Length of the workload.
        crashed: Whether to begin with a tub that a crash has left, instead of none.
    """
    before = folder / "before"
    safe_before = crashed_tub(before) if crashed else {}
    at = 0
    complete = False
    while not complete:
        path = folder / f"tub_{at}"
        fs = FaultyFileSystem(at, mode)
        work = Workload(path, fs)
        if crashed:
            shutil.copytree(before, path)
            work.safe.update(safe_before)
        complete = work.run(num_records) and fs.num_operations <= at
        path.mkdir(parents=True, exist_ok=True)
        yield [f"{mode} at operation {at}: {text}" for text in wrong_with(work, peer)]
        shutil.rmtree(path)
        at += 1
    shutil.rmtree(before, ignore_errors=True)


def fast_folder() -> Path | None:
    """A folder in memory if possible, because only the order of operations matters."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() else None


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a tub was damaged."""
    parser = argparse.ArgumentParser(prog="scripts/bench tub_crash", description=__doc__)
    parser.add_argument("--records", type=int, default=12, help="in the workload")
    args = parser.parse_args(argv)
    logging.disable()  # every repair would be a line
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder, Peer() as peer:
        for mode, crashed in itertools.product(MODES, (False, True)):
            results = list(failures(Path(folder), peer, mode, args.records, crashed=crashed))
            spoilt = [result for result in results if result]
            wrong += [text for result in spoilt for text in result]
            start = "a crashed tub" if crashed else "a new tub"
            print(f"{mode:>12}, {start}: {len(results)} points, {len(spoilt)} tubs spoilt")
    for text in wrong:
        print(f"MISSED: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
