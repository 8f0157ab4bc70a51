"""`donkey tub delete` and its way back, `donkey tub restore`."""

import json

import pytest

from benchmarks.tub.tub_faults import INPUTS, TYPES
from donkeycar.errors import DeviceError, TubError
from donkeycar.management.cli import main
from donkeycar.tub import TubReader, TubWriter, delete, restore
from donkeycar.tub.filesystem import FileSystem
from donkeycar.tub.selection import parse_indexes
from tests.tub.content import content


def live(tub):
    return [record["_index"] for record in TubReader(tub)]


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (["3"], [0, 1, 2, *range(4, 12)]),
        (["0-2,7", "10-"], [3, 4, 5, 6, 8, 9]),
        (["5-3000"], [0, 1, 2, 3, 4]),
        (["4-6", "6-8"], [0, 1, 2, 3, 9, 10, 11]),
        (["0-"], []),
    ],
)
def test_ranges_and_lists_are_deleted_and_come_back(make_tub, capsys, words, left):
    tub = make_tub(12)
    before = content(tub)
    assert main(["tub", "delete", str(tub), "--records", *words]) == 0
    said = capsys.readouterr().out
    assert live(tub) == left
    changed = {name for name, data in content(tub).items() if before[name] != data}
    assert changed == {"manifest.json"}, "nothing is removed"
    (command,) = [line for line in said.splitlines() if line.startswith("To take ")]
    back = command[command.index("--records") :].split()
    assert main(["tub", "restore", str(tub), *back]) == 0
    assert live(tub) == list(range(12))


@pytest.mark.parametrize("word", ["x", "-3", "3-1", "1.5", "", "9" * 30, "0x1", "1-2-3"])
def test_what_is_no_index_is_refused_before_anything_is_changed(make_tub, capsys, word):
    tub = make_tub(3)
    before = content(tub)
    with pytest.raises(TubError, match="Received: "):
        parse_indexes([word])
    assert content(tub) == before


def test_records_that_are_not_there_are_named(make_tub, capsys):
    tub = make_tub(3)
    assert main(["tub", "delete", str(tub), "--records", "7-9"]) == 1
    assert "has such an index. Received: 7-9; its records are 0 to 2" in capsys.readouterr().err
    delete(tub, parse_indexes(["1"]))
    assert main(["tub", "delete", str(tub), "--records", "1"]) == 0
    assert "1 record deleted before" in capsys.readouterr().out


def test_only_some_are_restored(make_tub):
    tub = make_tub(12)
    assert delete(tub, parse_indexes(["2-9"])).num_left == 4
    assert restore(tub, indexes=parse_indexes(["3", "5-6"])).indexes == [3, 5, 6]
    assert live(tub) == [0, 1, 3, 5, 6, 10, 11]


def test_nobody_deletes_in_a_tub_that_is_recorded_into(make_tub):
    tub = make_tub(3)
    with TubWriter(tub, INPUTS, TYPES), pytest.raises(TubError, match="Another program"):
        delete(tub, parse_indexes(["1"]))


def test_what_was_deleted_before_is_not_lost_with_a_damaged_manifest(make_tub):
    tub = make_tub(3)
    (tub / "manifest.json").write_bytes(b"{}\n")
    with pytest.raises(TubError, match="must be whole before records are deleted"):
        delete(tub, parse_indexes(["1"]))


def test_a_full_disk_changes_nothing(make_tub):
    class Full(FileSystem):
        """A disk without room."""

        def write(self, fd, data):
            raise OSError(28, "No space left on device")

    tub = make_tub(3)
    before = content(tub)
    with pytest.raises(DeviceError, match="cannot be changed: No space left"):
        delete(tub, parse_indexes(["1"]), fs=Full())
    after = {name: data for name, data in content(tub).items() if not name.endswith(".tmp")}
    assert after == before


def test_a_record_that_a_repair_marked_is_its_owners_now(make_tub):
    tub = make_tub(12)
    image = tub / "images" / "3_cam_image_array_.jpg"
    image.rename(tub / "later")
    from donkeycar.tub import repair

    repair(tub)
    assert delete(tub, parse_indexes(["3"])).already == [3]
    (tub / "later").rename(image)
    assert repair(tub) == []
    assert 3 not in live(tub)


def test_the_last_words_of_a_manifest_stay(make_tub):
    """donkeycar 5 reads the same five lines afterwards."""
    tub = make_tub(6)
    old = (tub / "manifest.json").read_text().splitlines()
    delete(tub, parse_indexes(["1-2"]))
    new = (tub / "manifest.json").read_text().splitlines()
    assert new[:4] == old[:4]
    assert json.loads(new[4]) == {**json.loads(old[4]), "deleted_indexes": [1, 2]}
