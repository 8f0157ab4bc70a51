"""Power cut: a car records at 20 Hz onto a disk in a file, and the disk is copied as it is.

The disk is a loop device, so the copy holds what reached the disk and nothing that waits in memory
for it. The recording process is stopped for the copy and goes on afterwards, so one recording gives
several cuts. Each copy is mounted, which replays its journal, and the tub on it is read here and by
an earlier donkeycar; then recording begins again on it. `DISKS` are ext4 as it is, ext4 with
data=writeback, vfat and f2fs, if this computer has them; root and loop devices are needed.

Goals, for each disk: every tub can be read; every record has an image that decodes; no index is
used twice; every record that was called safe is there; at most 1.0 s of records is lost.
"""

import argparse
import contextlib
import logging
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from benchmarks import ROOT
from benchmarks.peer import PEER, Peer
from benchmarks.tub.loop_disk import KINDS, Kind, LoopDisk, loop_disk, mounted, why_not
from benchmarks.tub.power_cut_worker import REPORT
from benchmarks.tub.recorder_worker import INPUTS, TYPES, pictures
from donkeycar.tub import TubReader, TubWriter

RATE_HZ = 20.0
MAX_LOST_S = 1.0
# The power goes this long after the recording began, and after the cut before.
FIRST_S, APART_S = (1.5, 4.0), (0.7, 3.0)
TOGETHER = 4
NOT_HERE = 2


class Cut(NamedTuple):
    """The result of one power cut.

    Attributes:
        lost_s: From the first lost record to the cut; 0 if none is lost.
        num_records: Records in the tub.
        wrong: What is wrong with it.
    """

    lost_s: float
    num_records: int
    wrong: list[str]


class Car:
    """A process that records into a tub.

    Args:
        tub: The tub's folder.

    Attributes:
        taken_s: When the recorder took each record, on the monotonic clock.
        num_safe: How many records it called safe.
    """

    def __init__(self, tub: Path) -> None:
        self.taken_s: list[float] = []
        self.num_safe = 0
        words = [sys.executable, "-m", "benchmarks.tub.power_cut_worker", str(tub), str(RATE_HZ)]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, cwd=ROOT)  # noqa: S603
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def wait_until_it_records(self, timeout_s: float = 60.0) -> None:
        """Return once it has called a record safe."""
        deadline_s = time.monotonic() + timeout_s
        while not self.num_safe:
            if time.monotonic() > deadline_s or self._process.poll() is not None:
                raise RuntimeError("the car does not record")
            time.sleep(0.01)

    @contextlib.contextmanager
    def stopped(self) -> Iterator[float]:
        """Stop it for the time of the block; the moment at which it stood."""
        self._process.send_signal(signal.SIGSTOP)
        stat = Path(f"/proc/{self._process.pid}/stat")
        while stat.read_text().rpartition(")")[2].split()[0] != "T":
            time.sleep(0.001)
        now_s = time.monotonic()
        time.sleep(0.01)  # what it reported before has arrived
        try:
            yield now_s
        finally:
            self._process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait()
        self._thread.join()

    def _listen(self) -> None:
        out = self._process.stdout
        while out is not None and len(report := out.read(REPORT.size)) == REPORT.size:
            taken_s, _, self.num_safe = REPORT.unpack(report)
            self.taken_s.append(taken_s)


def cuts(kind: Kind, num_cuts: int, seed: int, peer: Peer | None) -> Iterator[Cut]:
    """Record once, and cut the power so often.

    Args:
        kind: The disk.
        num_cuts: How often.
        seed: Of the moments.
        peer: The earlier donkeycar; ``None`` to read here only.
    """
    chance = random.Random(seed)  # noqa: S311 - not a secret
    with loop_disk(kind) as disk, tempfile.TemporaryDirectory(dir=disk.image.parent) as folder:
        car = Car(disk.place / "data")
        try:
            car.wait_until_it_records()
            for number in range(num_cuts):
                time.sleep(chance.uniform(*(APART_S if number else FIRST_S)))
                yield _cut(disk, kind, car, Path(folder), peer)
        finally:
            car.end()


def _cut(disk: LoopDisk, kind: Kind, car: Car, folder: Path, peer: Peer | None) -> Cut:
    image = folder / "cut.img"
    with car.stopped() as now_s:
        num_safe, taken_s = car.num_safe, list(car.taken_s)
        disk.copy_to(image)
    with mounted(image, kind, folder / "cut") as place:
        wrong, num_records = faults(place / "data", num_safe, peer)
    image.unlink()
    lost = taken_s[num_records:]
    return Cut(now_s - lost[0] if lost else 0.0, num_records, wrong)


def faults(tub: Path, num_safe: int, peer: Peer | None) -> tuple[list[str], int]:
    """What is wrong with a tub after a power cut, and how many records it has.

    Args:
        tub: Its folder.
        num_safe: How many records were called safe.
        peer: The earlier donkeycar, if it is to read it as well.
    """
    wrong = [] if peer is None else _wrong_there(tub, num_safe, peer)
    try:
        num_records = _readable(tub)
    except (ValueError, OSError) as error:
        return [*wrong, f"here: {error}"], 0
    if num_records < num_safe:
        wrong.append(f"{num_safe} records were called safe, and {num_records} are there")
    # The car starts again.
    with TubWriter(tub, INPUTS, TYPES) as writer:
        if writer.next_index < num_records:
            wrong.append(f"index {writer.next_index} is used twice")
        values = dict(zip(INPUTS, (pictures()[0], 0.5, 0.5, "user"), strict=True))
        first = writer.append(values)
    try:
        if _readable(tub) != first + 1:
            wrong.append("after starting again records are missing")
    except (ValueError, OSError) as error:
        wrong.append(f"after starting again: {error}")
    return wrong, num_records


def _readable(tub: Path) -> int:
    """The number of records, each with its own index, the next one, and an image that decodes.

    Raises:
        ValueError: If that is not so, or the tub cannot be read.
    """
    reader = TubReader(tub)
    indexes = []
    for record in reader:
        reader.image(record)
        indexes.append(record["_index"])
    if indexes != list(range(len(indexes))):
        raise ValueError(f"the indexes are {indexes}")
    return len(indexes)


def _wrong_there(tub: Path, num_safe: int, peer: Peer) -> list[str]:
    answer = peer.read(tub)
    name = f"donkeycar {PEER.version}"
    if answer["error"]:
        return [f"{name} cannot open it: {answer['error']}"]
    wrong = [f"{name} finds damaged images {answer['bad_images']}"] if answer["bad_images"] else []
    if len(answer["records"]) < num_safe:
        wrong.append(f"{name} finds {len(answer['records'])} of {num_safe} safe records")
    return wrong


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed, `NOT_HERE` if no disk can be had here."""
    parser = argparse.ArgumentParser(prog="scripts/bench power_cut", description=__doc__)
    parser.add_argument("disks", nargs="*", metavar="DISK", help=f"of {', '.join(KINDS)}")
    parser.add_argument("--cuts", type=int, default=50, help="of each disk")
    parser.add_argument("--each", type=int, default=10, help="cuts of one recording")
    parser.add_argument("--together", type=int, default=TOGETHER, help="recordings at a time")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    unknown = [word for word in args.disks if word not in KINDS]
    if unknown:
        parser.error(f"a disk must be one of {', '.join(KINDS)}. Received: {unknown[0]}")
    missed = measured = False
    for word in args.disks or KINDS:
        if why := why_not(KINDS[word]):
            print(f"{word}: left out, because {why}", flush=True)
            continue
        measured = True
        missed |= _measure(word, args)
    return 1 if missed else 0 if measured else NOT_HERE


def _measure(word: str, args: argparse.Namespace) -> bool:
    """Cut the power of one kind of disk, and print the figures; whether a goal is missed."""
    logging.disable()  # every repair would be a line
    sizes = [args.each] * (args.cuts // args.each) + [args.cuts % args.each]
    jobs = [(size, args.seed + number) for number, size in enumerate(sizes) if size]

    def one(job: tuple[int, int]) -> list[Cut]:
        with Peer() as peer:
            return list(cuts(KINDS[word], *job, peer))

    with ThreadPoolExecutor(args.together) as pool:
        done = [cut for found in pool.map(one, jobs) for cut in found]
    lost_s = sorted(cut.lost_s for cut in done)
    wrong = [text for cut in done for text in cut.wrong]
    spoilt = sum(bool(cut.wrong) for cut in done)
    print(
        f"{word}: {len(done)} cuts, {spoilt} tubs spoilt, lost median "
        f"{lost_s[len(lost_s) // 2]:.2f} s, at most {lost_s[-1]:.2f} s",
        flush=True,
    )
    for text in wrong[:10]:
        print(f"MISSED: {word}: {text}")
    if lost_s[-1] > MAX_LOST_S:
        print(f"MISSED: {word}: {lost_s[-1]:.2f} s of records lost, more than {MAX_LOST_S:g} s")
    return bool(wrong) or lost_s[-1] > MAX_LOST_S


if __name__ == "__main__":
    sys.exit(main())
