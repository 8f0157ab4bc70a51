"""Kills of `donkey tub` at random moments: what is left is whole, and the next run cleans up.

Each command runs once to its end, and its calls to the disk are counted. Then it runs again and
again, is killed (SIGKILL) right before one of these calls, and runs once more, to its end. Checked
is that

* a tub that is only read is byte for byte what it was, and one that is changed is readable, with
  every record that it had, after the kill already,
* what has the final name after the kill is what a command makes that nobody kills,
* the run after the kill ends well, and no hidden file or folder stays.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from donkeycar.tub import TubReader, TubWriter

NUM_RECORDS = 240
NUM_KILLS = 200
COLUMNS = {"cam/image_array": "image_array", "user/angle": "float", "user/throttle": "float"}
# Python tells of calls to the disk, of those of libraries in C only the names that they are given.
COUNTED = """
import os, signal, sys
folder, last, counts = sys.argv[1], int(sys.argv[2]), [0]
def look(event, args):
    if event != "open" and not event.startswith("os."):
        return
    if any(isinstance(one, (str, bytes, os.PathLike)) and os.fsdecode(one).startswith(folder)
           for one in args[:2]):
        counts[0] += 1
        if counts[0] == last:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(look)
from donkeycar.management.cli import main
code = main(sys.argv[3:])
print(counts[0], file=sys.stderr)
sys.exit(code)
"""


class Command(NamedTuple):
    """A command that is killed.

    Attributes:
        words: After ``donkey tub``; ``{tub}`` is a tub, ``{out}`` a new name.
        changes: Whether it changes the tub.
        before: Words of commands that run first, on the same tub.
        breaks: Whether the tub is damaged first.
        again: What ends well after the kill; "" for the same words.
    """

    words: str
    changes: bool = False
    before: str = ""
    breaks: bool = False
    again: str = ""


COMMANDS = {
    "convert": Command("convert {tub} --out {out} --size 32x24"),
    "parquet": Command("export {tub} --to parquet --out {out}.parquet"),
    "mcap": Command("export {tub} --to mcap --out {out}.mcap"),
    "webdataset": Command("export {tub} --to webdataset --out {out}"),
    "csv": Command("export {tub} --to csv --out {out}.csv"),
    "mp4": Command("export {tub} --to mp4 --out {out}.mp4"),
    "delete": Command("delete {tub} --records 3-40", changes=True),
    "restore": Command("restore {tub}", changes=True, before="delete {tub} --records 3-40"),
    "repair": Command("repair {tub}", changes=True, breaks=True),
    # An undo that came to its end leaves nothing to undo: then the tub is repaired again.
    "undo": Command(
        "repair {tub} --undo", changes=True, before="repair {tub}", breaks=True,
        again="repair {tub}",
    ),
}  # fmt: skip


def make_tub(path: Path) -> Path:
    """Record a tub."""
    with TubWriter(path, list(COLUMNS), list(COLUMNS.values()), max_len=10) as tub:
        for number in range(NUM_RECORDS):
            picture = np.full((48, 64, 3), number, np.uint8)
            values = dict(zip(COLUMNS, (picture, number / 100, 0.3), strict=True))
            tub.append(values, timestamp_ms=10**12 + 50 * number)
    return path


def content(path: Path) -> dict[str, bytes]:
    """All files of a folder, or one file."""
    if path.is_file():
        return {"": path.read_bytes()}
    return {
        str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()
    }


class Trial:
    """A command, ready to be killed on a tub of its own.

    Args:
        folder: An empty folder.
        command: The command.
        tub: A tub to copy.
    """

    def __init__(self, folder: Path, command: Command, tub: Path) -> None:
        self.command = command
        self.tub = folder / "in" / "tub"
        self.place = folder / "out"
        self.place.mkdir(parents=True)
        shutil.copytree(tub, self.tub)
        if command.breaks:
            (self.tub / "manifest.json").write_bytes(b"[")
            with (self.tub / "catalog_2.catalog").open("ab") as file:
                file.write(b'{"_index": 5')
        if command.before:
            self.run(command.before)
        self.num_calls = 0
        self.before = content(self.tub)

    def start(self, words: str = "", last: int = 0) -> subprocess.Popen[str]:
        """Start the command, or other words; it is killed before the call of that number."""
        said = (words or self.command.words).format(tub=self.tub, out=self.place / "new")
        return subprocess.Popen(
            [sys.executable, "-c", COUNTED, str(self.tub.parents[1]), str(last), "tub",
             *said.split()],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, words: str = "") -> tuple[int, str]:
        """Run to the end; returns the exit code and the last line of what was said."""
        program = self.start(words)
        _, said = program.communicate()
        *lines, number = said.strip().splitlines() or [""]
        self.num_calls = int(number) if number.isdigit() else 0
        return program.returncode, (lines or [""])[-1]

    def is_half_done(self) -> bool:
        """Whether something was begun and not ended, as far as a name tells."""
        folders = [self.place, self.tub, *self.tub.glob("recovered/*")]
        return any(one.name.startswith(".") for folder in folders for one in folder.iterdir())

    def wrong_now(self, whole: list[str]) -> Iterator[str]:
        """What is wrong right after a kill.

        Args:
            whole: Names, and sizes of their folders, that a whole run makes.
        """
        if not self.command.changes:
            if content(self.tub) != self.before:
                yield "the tub that is only read was changed"
            made = self.made()
            if made and made != whole:
                yield f"what has the final name is not whole: {made}"
        else:
            records = TubReader(self.tub).records(include_deleted=True)
            if len(records) != NUM_RECORDS:
                yield f"the tub has {len(records)} records of {NUM_RECORDS}"
            for name, data in self.before.items():
                if name.startswith("images/") and (self.tub / name).read_bytes() != data:
                    yield f"{name} was changed"

    def wrong_after(self, whole: list[str]) -> Iterator[str]:
        """What is wrong with the run after the kill.

        Args:
            whole: What a run makes that nobody kills.
        """
        made = self.made()
        code, said = self.run(self.command.again)
        is_there = bool(made) and not self.command.changes
        if code != 0 and not (is_there and "--out" in said):
            yield f"the next run ended with {code}: {said}"
        if self.command.changes:
            problems = [str(one) for one in TubReader(self.tub).manifest.problems]
            if problems:
                yield f"after the next run: {problems[0]}"
        elif self.made() != whole:
            yield f"the next run made {self.made()}"
        for folder in (self.place, self.tub, self.tub.parent):
            if hidden := [one.name for one in folder.iterdir() if one.name.startswith(".")]:
                # Where the first run had come to its end, the second is refused before.
                yield f"{hidden[0]} stayed"

    def made(self) -> list[str]:
        """Names of what was made; their content is compared where it has no time in it."""
        visible = [one for one in self.place.iterdir() if not one.name.startswith(".")]
        names = [str(file.relative_to(self.place)) for one in visible for file in _files(one)]
        return sorted(names)


def _files(path: Path) -> Iterator[Path]:
    return iter([path]) if path.is_file() else path.rglob("*")


def is_readable(path: Path, name: str) -> bool:
    """Whether a reader of the format takes a file to its end."""
    if name == "parquet":
        import pyarrow.parquet as pq

        return bool(pq.read_table(path).num_rows == NUM_RECORDS)
    if name == "mcap":
        return path.read_bytes().endswith(b"\x89MCAP0\r\n")
    if name == "mp4":
        import av

        with av.open(str(path)) as video:
            return sum(1 for _ in video.decode(video=0)) == NUM_RECORDS
    if name == "csv":
        return path.read_bytes().count(b"\n") == NUM_RECORDS + 1
    return True


def kills(
    name: str, folder: Path, number: int, rng: random.Random
) -> Iterator[tuple[bool, list[str]]]:
    """Kill a command so many times.

    Yields:
        Whether it had begun to write and not come to its end, and what was wrong.
    """
    command = COMMANDS[name]
    tub = make_tub(folder / "tub")
    first = Trial(folder / "first", command, tub)
    code, said = first.run()
    if code:
        yield False, [f"it ends with {code}: {said}"]
        return
    whole = first.made()
    for turn in range(number):
        trial = Trial(folder / f"{turn}", command, tub)
        program = trial.start(last=rng.randint(1, first.num_calls))
        program.communicate()
        is_half = trial.is_half_done()
        wrong = list(trial.wrong_now(whole))
        files = [one for one in trial.place.iterdir() if not one.name.startswith(".")]
        wrong += [f"{one.name} is cut off" for one in files if not is_readable(one, name)]
        yield is_half, wrong + list(trial.wrong_after(whole))
        shutil.rmtree(folder / f"{turn}")


def campaign(number: int, seed: int) -> dict[str, list[tuple[bool, list[str]]]]:
    """Kill each command; return what `kills` tells, by command.

    Args:
        number: Kills in all.
        seed: Of the moments.
    """
    rng = random.Random(seed)
    found: dict[str, list[tuple[bool, list[str]]]] = {}
    share, more = divmod(number, len(COMMANDS))
    for place, name in enumerate(COMMANDS):
        with tempfile.TemporaryDirectory() as folder:
            found[name] = list(kills(name, Path(folder), share + (place < more), rng))
    return found


def main(argv: list[str] | None = None) -> int:
    """Kill and check; returns 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="scripts/bench tub_actions", description=__doc__)
    parser.add_argument("--kills", type=int, default=NUM_KILLS, help="how many in all")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    found = campaign(args.kills, args.seed)
    print(f"{args.kills} kills of {len(found)} commands")
    all_wrong = 0
    for name, turns in found.items():
        wrong = [sentence for _, sentences in turns for sentence in sentences]
        all_wrong += len(wrong)
        half = sum(is_half for is_half, _ in turns)
        print(f"  {name:12}{len(turns):4} kills, {half:3} in the middle, {len(wrong)} wrong")
        for sentence in wrong[:5]:
            print(f"    {sentence}")
    print(json.dumps({"kills": args.kills, "wrong": all_wrong}))
    return int(all_wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
