"""Tubs of every kind read by an earlier donkeycar: 100 % of our records, field by field.

And there and back (goal D10): tubs merged, split and copied here are read by the peer, which
deletes and appends; then they are read, deleted in, restored, checked and appended to here, and
read by the peer again.

Random tubs: columns of every type, also the vectors of an IMU; small and large catalogs; several
sessions, some with another sensor; records deleted, restored and erased; a recorder that was
killed and a repair. The peer is 5.3, and 5.4 where the Python is new enough for it:
`scripts/trixie scripts/bench peer_tubs`.

Goal: every record that is read here is read there, with the same value in every field, and every
image decodes.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peer import PEER, Peer
from benchmarks.tub.tub_faults import INPUTS, TYPES
from donkeycar.errors import TubError
from donkeycar.tub import (
    TubReader,
    TubWriter,
    check,
    copy,
    delete,
    merge,
    repair,
    restore,
    split,
)
from donkeycar.tub.selection import Indexes, Selection

Values = dict[str, Any]
# Types for which `peer_worker` has a value.
KNOWN_TO_PEER = {"image_array", "float", "str", "int", "boolean", "vector"}
# Further columns: name and type.
COLUMNS = {
    "imu/accel": "vector", "imu/gyro": "vector", "imu/quat": "vector", "imu/acl_x": "float",
    "enc/speed": "float", "localizer/location": "int", "behavior/label": "str",
    "behavior/one_hot_state_array": "vector", "lap/first": "boolean", "lidar/dist_array": "nparray",
    "notes": "list", "cam/depth_array": "gray16_array",
}  # fmt: skip


def value_of(kind: str, rng: random.Random) -> Any:
    """A value of a type."""
    if kind == "image_array":
        return np.full((12, 16, 3), rng.randrange(256), np.uint8)
    if kind == "gray16_array":
        return np.full((12, 16), rng.randrange(65536), np.uint16)
    if kind == "nparray":
        return np.array([rng.random(), rng.random()])
    return {
        "float": rng.uniform(-1, 1), "int": rng.randrange(-5, 1000), "boolean": rng.random() < 0.5,
        "str": rng.choice(["user", "left", "Größe", ""]), "list": [1, "x", rng.random()],
        "vector": [rng.uniform(-20, 20) for _ in range(rng.choice([2, 3, 4]))],
    }[kind]  # fmt: skip


def make(path: Path, rng: random.Random) -> None:
    """Record a random tub with one to four sessions."""
    max_len = rng.choice([3, 10, 1000])
    columns = dict(zip(INPUTS, TYPES, strict=True))
    columns |= {name: COLUMNS[name] for name in rng.sample(list(COLUMNS), rng.randrange(7))}
    indexes: list[int] = []
    for _ in range(rng.randrange(1, 5)):
        if rng.random() < 0.3:
            name = rng.choice(list(COLUMNS))
            columns[name] = COLUMNS[name]
        with TubWriter(path, list(columns), list(columns.values()), max_len=max_len) as writer:
            for _ in range(rng.randrange(1, 30)):
                record = {name: value_of(kind, rng) for name, kind in columns.items()}
                known = {name: record[name] for name in record if rng.random() < 0.97}
                indexes.append(writer.append(known))
            if rng.random() < 0.3:
                writer.erase_last(rng.randrange(1, 5))
            gone = rng.sample(indexes[:-5], min(len(indexes[:-5]), rng.randrange(4)))
            writer.delete(gone)
            writer.restore(gone[:1])
    if rng.random() < 0.3:
        last = max(path.glob("*.catalog"), key=lambda file: int(file.stem.split("_")[1]))
        with last.open("ab") as file:
            file.write(b'{"_index": 99, "user/an')  # what a killed recorder leaves
        repair(path)


def made_of(tubs: list[Path], folder: Path, rng: random.Random) -> list[Path]:
    """New tubs of others: merged, split, copied as a whole and in part."""
    new = [folder / "merged", folder / "whole", folder / "some"]
    merge(tubs, new[0], drop=_clashing(tubs), live_only=rng.random() < 0.5)
    copy(tubs[0], new[1])
    try:
        copy(new[0], new[2], selection=Selection(live_only=True))
    except TubError:  # all are deleted
        new.pop()
    split(new[0], folder / "parts", max_records=rng.randrange(5, 40))
    return [*new, *sorted((folder / "parts").iterdir())[:3]]


def _clashing(tubs: list[Path]) -> list[str]:
    """Columns that have different types in these tubs."""
    kinds: dict[str, set[str]] = {}
    for path in tubs:
        for name, kind in TubReader(path).manifest.input_types.items():
            kinds.setdefault(name, set()).add(kind)
    return [name for name, found in kinds.items() if len(found) > 1]


def round_trip(peer: Peer, path: Path, rng: random.Random) -> tuple[int, list[str]]:
    """Let the peer and this version change a tub in turn, and compare after each turn."""
    count, wrong = differences(peer, path)
    columns = TubReader(path).manifest.input_types
    if any(kind not in KNOWN_TO_PEER for kind in columns.values()):
        return count, wrong  # the peer can read it, but has no value for such a column
    before = TubReader(path).records(include_deleted=True)
    # The peer finds a record to delete by its line: in place, that is its index.
    peer.delete(path, [rng.choice(before)["_index"]])
    appended = peer.append(path, list(columns), list(columns.values()), 2)
    wrong += [appended["error"]] if appended["error"] else []
    after = TubReader(path).records(include_deleted=True)
    if after[: len(before)] != before or len(after) != len(before) + 2:
        wrong.append(f"{len(before)} records and 2 more are {len(after)} after the peer")
    deleted = rng.choice(after)["_index"]
    delete(path, Indexes((range(deleted, deleted + 1),)))
    if deleted in {record["_index"] for record in TubReader(path)}:
        wrong.append(f"record {deleted} is not deleted")
    if deleted not in restore(path, indexes=Indexes((range(deleted, deleted + 1),))).indexes:
        wrong.append(f"record {deleted} does not come back")
    with TubWriter(path, list(columns), list(columns.values())) as writer:
        writer.append({name: value_of(kind, rng) for name, kind in columns.items()})
    wrong += check(path).problems
    more, differ = differences(peer, path)
    return count + more, wrong + differ


def differences(peer: Peer, path: Path) -> tuple[int, list[str]]:
    """Compare what both read in a tub.

    Returns:
        The number of our records, and what differs.
    """
    ours = TubReader(path).records()
    answer = peer.read(path)
    theirs = {record["_index"]: record for record in answer["records"]}
    wrong = [answer["error"]] if answer["error"] else []
    wrong += [f"image {name} does not decode" for name in answer["bad_images"]]
    wrong += [
        f"record {record['_index']}: {theirs.get(record['_index'])} for {record}"
        for record in ours
        if theirs.get(record["_index"]) != record
    ]
    if len(theirs) > len(ours):
        wrong.append(f"{len(theirs)} records for {len(ours)}")
    return len(ours), wrong


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if anything differs."""
    parser = argparse.ArgumentParser(prog="scripts/bench peer_tubs", description=__doc__)
    parser.add_argument("--tubs", type=int, default=100, help="number of pairs of random tubs")
    parser.add_argument("--seed", type=int, default=1, help="random seed")
    parser.add_argument("more", nargs="*", type=Path, metavar="TUB", help="real tubs to compare")
    args = parser.parse_args(argv)
    rng = random.Random(args.seed)
    num_records, num_made, wrong = 0, 0, []
    with Peer() as peer:
        for number in range(args.tubs):
            with tempfile.TemporaryDirectory() as folder:
                tubs = [Path(folder) / "tub", Path(folder) / "other"]
                for path in tubs:
                    make(path, rng)
                for path in [*made_of(tubs, Path(folder), rng), *tubs]:
                    count, differ = round_trip(peer, path, rng)
                    num_made += 1
                    num_records += count
                    wrong += [f"tub {number}, {path.name}: {text}" for text in differ]
        for path in args.more:
            count, differ = differences(peer, path.resolve())
            num_records += count
            wrong += [f"{path}: {text}" for text in differ]
    print(
        f"{num_made + len(args.more)} tubs, {num_records} records: donkeycar {PEER.version} "
        f"differs in {len(wrong)}"
    )
    for text in wrong[:20]:
        print(f"MISSED: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
