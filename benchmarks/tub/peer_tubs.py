"""Tubs of every kind read by an earlier donkeycar: 100 % of our records, field by field.

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
from donkeycar.tub import TubReader, TubWriter, repair

Values = dict[str, Any]
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
    parser.add_argument("--tubs", type=int, default=200, help="number of random tubs")
    parser.add_argument("--seed", type=int, default=1, help="random seed")
    parser.add_argument("more", nargs="*", type=Path, metavar="TUB", help="real tubs to compare")
    args = parser.parse_args(argv)
    rng = random.Random(args.seed)
    num_records, wrong = 0, []
    with Peer() as peer:
        for number in range(args.tubs):
            with tempfile.TemporaryDirectory() as folder:
                make(Path(folder) / "tub", rng)
                count, differ = differences(peer, Path(folder) / "tub")
            num_records += count
            wrong += [f"tub {number}: {text}" for text in differ]
        for path in args.more:
            count, differ = differences(peer, path.resolve())
            num_records += count
            wrong += [f"{path}: {text}" for text in differ]
    print(
        f"{args.tubs + len(args.more)} tubs, {num_records} records: donkeycar {PEER.version} "
        f"differs in {len(wrong)}"
    )
    for text in wrong[:20]:
        print(f"MISSED: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
