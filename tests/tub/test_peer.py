"""Tubs that go back and forth between an earlier donkeycar, 5.3 or 5.4, and this one."""

import shutil

import pytest

from benchmarks.tub.tub_faults import INPUTS, TYPES
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
    undo_repair,
)
from donkeycar.tub.selection import Selection, parse_indexes


def seen_by(peer, path):
    answer = peer.read(path)
    assert answer["error"] == ""
    assert answer["bad_images"] == []
    return answer


def test_the_peer_reads_every_field_we_wrote(peer, folder, record):
    types = {"i": "int", "b": "boolean", "l": "list", "a": "nparray"}
    with TubWriter(folder, [*INPUTS, *types], [*TYPES, *types.values()], max_len=5) as writer:
        for number in range(12):
            writer.append(record(number, i=number, b=True, l=[1, "x"], a=[0.5]))
    answer = seen_by(peer, folder)
    assert answer["records"] == TubReader(folder).records()
    assert answer["length"] == 12


def test_the_peer_appends_to_our_tub(peer, make_tub):
    path = make_tub(12)
    assert peer.append(path, INPUTS, TYPES, 4)["error"] == ""
    tub = TubReader(path)
    assert [record["_index"] for record in tub] == list(range(16))
    assert [name[-2:] for name in tub.sessions] == ["_0", "_1"]
    assert tub.records()[-1]["user/angle"] == 0.75
    assert check(path).problems == []


def test_the_peer_deletes_in_our_tub(peer, make_tub):
    path = make_tub(12)
    peer.delete(path, [0, 7])
    assert [r["_index"] for r in TubReader(path)] == [1, 2, 3, 4, 5, 6, 8, 9, 10, 11]


def test_the_peer_keeps_what_a_repair_marked(peer, make_tub, folder):
    path = make_tub(12)
    image = path / "images" / "3_cam_image_array_.jpg"
    image.rename(folder / "later")
    assert repair(path)
    assert [r["_index"] for r in seen_by(peer, path)["records"]] == [0, 1, 2, *range(4, 12)]
    peer.delete(path, [7])
    peer.append(path, INPUTS, TYPES, 1)
    (folder / "later").rename(image)
    assert repair(path) == ["1 record is no longer marked as deleted: its image is there"]
    assert [r["_index"] for r in TubReader(path)] == [*range(7), *range(8, 13)]


def test_the_peer_reads_a_tub_whose_catalog_is_yet_to_come(peer, make_tub, record):
    path = make_tub(12)
    (path / "catalog_2.catalog").unlink()
    with TubWriter(path, INPUTS, TYPES) as writer:
        assert writer.append(record()) == 12
    assert [r["_index"] for r in seen_by(peer, path)["records"]] == [*range(10), 12]


def test_we_append_to_the_peers_tub(peer, folder, record):
    peer.append(folder, INPUTS, TYPES, 3)
    with TubWriter(folder, INPUTS, TYPES) as writer:
        assert writer.notes == []
        assert writer.append(record()) == 3
    answer = seen_by(peer, folder)
    assert answer["records"] == TubReader(folder).records()
    assert [read["_index"] for read in answer["records"]] == [0, 1, 2, 3]


def test_we_delete_and_restore_in_the_peers_tub(peer, folder):
    peer.append(folder, INPUTS, TYPES, 6)
    with TubWriter(folder, INPUTS, TYPES) as writer:
        writer.delete([0, 4, 5])
        writer.restore([4])
    answer = seen_by(peer, folder)
    assert [read["_index"] for read in answer["records"]] == [1, 2, 3, 4]
    assert answer["length"] == 4


def test_turns_taken_in_one_tub_lose_nothing(peer, folder, make_tub, record):
    path = folder / "tub"
    for turn in range(3):
        make_tub(4, path=path)
        with TubWriter(path, INPUTS, TYPES) as writer:
            writer.erase_last(1)
        assert peer.append(path, INPUTS, TYPES, 3)["error"] == ""
        answer = seen_by(peer, path)
        assert answer["records"] == TubReader(path).records()
        assert len(answer["records"]) == 6 * (turn + 1)
    assert check(path).problems == []


def test_the_peer_reads_our_tub_with_a_new_sensor(peer, make_tub, record):
    path = make_tub(2)
    with TubWriter(path, [*INPUTS, "imu/x"], [*TYPES, "float"]) as writer:
        writer.append(record(**{"imu/x": 1.0}))
    assert seen_by(peer, path)["records"] == TubReader(path).records()


@pytest.mark.parametrize("name", ["renault_office_v2", "usi_track2_v2", "donkey_testtub_v2"])
def test_both_read_the_same_from_a_real_tub(peer, shared_data, name):
    answer = peer.read((shared_data / name).resolve(), images=False)
    assert answer["records"] == TubReader(shared_data / name).records()


def test_a_real_tub_goes_on_where_it_ended(peer, shared_data, folder, record):
    path = folder / "tub"
    shutil.copytree(shared_data / "usi_track2_v2", path, copy_function=shutil.copyfile)
    for inner in (path, path / "images"):
        inner.chmod(0o755)
    with TubWriter(path, INPUTS, TYPES) as writer:
        assert writer.notes == []
        assert writer.append(record()) == 4000
    answer = peer.read(path, images=False)
    assert answer["error"] == ""
    assert len(answer["records"]) == 2973
    assert answer["records"] == TubReader(path).records()


DAMAGE = {
    "torn line": lambda tub: append_bytes(tub / "catalog_2.catalog", b'{"_index": 12, '),
    "blank line": lambda tub: replace_line(tub, b"\n"),
    "zeros": lambda tub: replace_line(tub, bytes(50) + b"\n"),
    "invalid UTF-8": lambda tub: replace_line(tub, b"\xff\n"),
    "empty catalog": lambda tub: (tub / "catalog_3.catalog").write_bytes(b""),
    "empty catalog manifest": lambda tub: (tub / "catalog_1.catalog_manifest").write_bytes(b""),
    "no catalog manifest": lambda tub: (tub / "catalog_1.catalog_manifest").unlink(),
    "empty manifest": lambda tub: (tub / "manifest.json").write_bytes(b""),
    "manifest without its end": lambda tub: cut_manifest(tub),
}


def append_bytes(file, data):
    file.write_bytes(file.read_bytes() + data)


def replace_line(tub, line):
    file = tub / "catalog_0.catalog"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*lines[:2], line, *lines[3:]]))


def cut_manifest(tub):
    lines = (tub / "manifest.json").read_bytes().splitlines(keepends=True)
    (tub / "manifest.json").write_bytes(b"".join(lines[:4]))


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_we_repair_the_peer_reads(peer, make_tub, record, damage):
    path = make_tub(12)
    DAMAGE[damage](path)
    with TubWriter(path, INPUTS, TYPES) as writer:
        writer.append(record())
    assert seen_by(peer, path)["records"] == TubReader(path).records()


# How donkeycar 5.4 records an IMU.
VECTORS = {"imu/accel": "vector", "imu/gyro": "vector", "imu/quat": "vector"}


def test_vectors_of_an_imu_go_there_and_back(peer, folder, record):
    inputs, types = [*INPUTS, *VECTORS], [*TYPES, *VECTORS.values()]
    assert peer.append(folder, inputs, types, 2)["error"] == ""
    with TubWriter(folder, inputs, types) as writer:
        assert writer.notes == []
        writer.append(record(**dict.fromkeys(VECTORS, [0.0, 9.81, 0.5])))
    answer = seen_by(peer, folder)
    assert answer["records"] == TubReader(folder).records()
    assert [read["imu/gyro"][1] for read in answer["records"]] == [9.81] * 3


def test_the_peer_reads_deletes_and_appends_in_new_tubs(peer, make_tub, folder, record):
    """Merged, split, copied: donkeycar 5 goes on with them, and this version goes on after it."""
    a, b = make_tub(12, path=folder / "a"), make_tub(7, path=folder / "b")
    with TubWriter(b, [*INPUTS, "imu/accel"], [*TYPES, "vector"]) as writer:
        writer.append(record(5, **{"imu/accel": [0.5, 1.5, 9.8]}))
    delete(a, parse_indexes(["3-4"]))
    merge([a, b], folder / "merged")
    split(folder / "merged", folder / "parts", max_records=6)
    copy(folder / "merged", folder / "some", selection=Selection(live_only=True))
    copy(folder / "merged", folder / "whole")
    made = [folder / name for name in ("merged", "some", "whole")]
    for path in [*made, *(folder / "parts").iterdir()]:
        ours = TubReader(path)
        old = ours.records(include_deleted=True)
        assert seen_by(peer, path)["records"] == ours.records()
        peer.delete(path, [1])
        columns = ours.manifest.input_types
        assert peer.append(path, list(columns), list(columns.values()), 2)["error"] == ""
        ours = TubReader(path)
        everything = ours.records(include_deleted=True)
        assert everything[: len(old)] == old
        assert [one["_index"] for one in everything] == list(range(len(old) + 2))
        assert 1 in ours.manifest.deleted_indexes
        assert restore(path, indexes=parse_indexes(["1"])).indexes == [1]
        assert check(path).problems == []
        assert seen_by(peer, path)["records"] == TubReader(path).records()


@pytest.mark.parametrize("name", ["usi_track2_v2", "donkey_testtub_v2"])
def test_the_peer_reads_what_is_made_of_real_tubs(peer, shared_data, folder, name):
    chosen = Selection(parse_indexes(["0-299"]))
    copy(shared_data / name, folder / "some", selection=chosen)
    merge([folder / "some", folder / "some"], folder / "merged")
    for path in (folder / "some", folder / "merged"):
        assert seen_by(peer, path)["records"] == TubReader(path).records()


def test_the_peer_reads_a_tub_after_a_repair_and_after_its_undo(peer, make_tub):
    path = make_tub(12)
    before = seen_by(peer, path)["records"]
    (path / "catalog_1.catalog_manifest").unlink()
    append_bytes(path / "catalog_2.catalog", b'{"_index": 12, ')
    repair(path)
    assert seen_by(peer, path)["records"] == before
    undo_repair(path)
    repair(path)
    assert seen_by(peer, path)["records"] == before
