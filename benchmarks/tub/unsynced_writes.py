"""Power cut in a model: the recorder's disk loses, reorders and empties what was not synchronised.

A workload records, deletes, restores and records again; the model of `write_model` notes every call
of the disk. After each of them it lists what a power cut may leave: the newest writes in any order,
in part or not at all, each file of theirs empty, half, or full of zeros or junk. Every such tub
must open here and in an earlier donkeycar (one with junk, which ext4 leaves with data=writeback at
most: there after a writer of today has opened it), hold each record that was reported as safe with
an image that decodes, and accept new records without using an index twice or overwriting anything.

Goal: 100 % of the tubs.
"""

import argparse
import logging
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.peer import Peer
from benchmarks.tub.tub_crash import fast_folder
from benchmarks.tub.tub_faults import INPUTS, TYPES, Workload, crashed_tub, wrong_now, wrong_with
from benchmarks.tub.write_model import Disk, LoggedDisk, Outcome
from donkeycar.tub import TubWriter
from donkeycar.tub.filesystem import FileSystem

BACK = 3
# Faults that are printed.
SHOWN = 20


def power_cuts(
    folder: Path, num_records: int, *, back: int = BACK, crashed: bool = False
) -> Iterator[tuple[int, Outcome, Workload]]:
    """Every different tub that a power cut may leave.

    Args:
        folder: Where a tub may be made.
        num_records: Length of the workload.
        back: How many of the newest writes are unsure by themselves.
        crashed: Whether to begin with a tub that a crash has left, instead of none.

    Yields:
        After how many calls of the disk the power went, what it left, and what was called safe by
        then.
    """
    path = folder / "recorded"
    path.mkdir()
    work = Workload(path, FileSystem())
    if crashed:
        work.safe.update(crashed_tub(path))
    log = LoggedDisk(path, lambda: (dict(work.safe), set(work.maybe_deleted)))
    work.fs = log
    safe, maybe_deleted = dict(work.safe), set(work.maybe_deleted)
    if not work.run(num_records):
        raise RuntimeError("the workload did not come to its end")
    disk, seen = Disk.of(log), set()
    for number, (event, note) in enumerate([*log.events, (None, None)]):
        for outcome in disk.outcomes(back):
            key = (frozenset(outcome.files.items()), frozenset(safe), frozenset(maybe_deleted))
            if key not in seen:
                seen.add(key)
                left = Workload(folder / "left", FileSystem())
                left.safe, left.maybe_deleted = dict(safe), set(maybe_deleted)
                yield number, outcome, left
        if event is not None:
            disk.step(event)
            safe, maybe_deleted = note
    shutil.rmtree(path)


def faults(outcome: Outcome, work: Workload, peer: Peer | None) -> list[str]:
    """What is wrong with a tub that a power cut left.

    Args:
        outcome: What it left.
        work: What was called safe; its path is where the tub is made, and removed again.
        peer: The earlier donkeycar; ``None`` to read it here only.
    """
    for name, content in outcome.files.items():
        path = work.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    work.path.mkdir(parents=True, exist_ok=True)
    try:
        if not outcome.has_junk:
            return wrong_with(work, peer)
        found = wrong_now(work, None)
        TubWriter(work.path, INPUTS, TYPES).close()
        return found + wrong_with(work, peer)
    finally:
        shutil.rmtree(work.path)


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a tub was damaged."""
    parser = argparse.ArgumentParser(prog="scripts/bench unsynced_writes", description=__doc__)
    parser.add_argument("--records", type=int, default=12, help="in the workload")
    parser.add_argument("--back", type=int, default=BACK, help="newest writes that are unsure")
    parser.add_argument("--no-peer", action="store_true", help="read each tub here only")
    args = parser.parse_args(argv)
    logging.disable()  # every repair would be a line
    wrong: list[str] = []
    peer = None if args.no_peer else Peer()
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
        for crashed in (False, True):
            total = spoilt = 0
            for number, outcome, work in power_cuts(
                Path(folder), args.records, back=args.back, crashed=crashed
            ):
                found = faults(outcome, work, peer)
                wrong += [f"after call {number}: {text}" for text in found]
                total, spoilt = total + 1, spoilt + bool(found)
            start = "a crashed tub" if crashed else "a new tub"
            print(f"{start}: {total} tubs that a power cut may leave, {spoilt} spoilt", flush=True)
    if peer is not None:
        peer.close()
    for text in wrong[:SHOWN]:
        print(f"MISSED: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
