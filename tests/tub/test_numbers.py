"""An angle or a throttle that is no number: `check` says it, `repair` marks its record.

Python writes NaN and Infinity into JSON, and so does donkeycar 5. Such a record used to pass
`donkey tub check`.
"""

import json
import shutil

import numpy as np
import pytest

from benchmarks.tub.tub_faults import INPUTS, TYPES
from donkeycar.management.cli import main
from donkeycar.tub import TubReader, TubWriter, check, repair, restore
from donkeycar.tub.bad_record import number_wrong_with


def change(tub, index, **values):
    """Write values into a record, as a program would that does not look at them."""
    for catalog in tub.glob("catalog_*.catalog"):
        lines = [json.loads(line) for line in catalog.read_text().splitlines()]
        for line in lines:
            if line["_index"] == index:
                line.update({f"user/{name}": value for name, value in values.items()})
        catalog.write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"angle": float("nan")}, "user/angle is NaN, which is not a number"),
        ({"angle": float("-inf")}, "user/angle is -Infinity, which is not a number"),
        ({"throttle": float("inf")}, "user/throttle is Infinity, which is not a number"),
        ({"throttle": 10**400}, "user/throttle is 10000000000000000000, which is not a number"),
    ],
)
def test_it_is_said_marked_and_not_said_again(make_tub, capsys, values, said):
    tub = make_tub(12)
    change(tub, 7, **values)
    assert main(["tub", "check", str(tub)]) == 1
    printed = capsys.readouterr().out
    assert f"  record 7: {said}" in printed
    assert f"donkey tub repair {tub}" in printed
    assert repair(tub) == ["1 record without a number for angle or throttle marked as deleted"]
    assert [record["_index"] for record in TubReader(tub)] == [*range(7), *range(8, 12)]
    report = check(tub)
    assert (report.problems, report.bad_images) == ([], [])
    assert report.remarks == [
        "1 record stays marked as deleted, because its angle or throttle is not a number"
    ]
    assert repair(tub) == []
    assert len(TubReader(tub).records(include_deleted=True)) == 12


def test_once_the_number_is_there_it_counts_again(make_tub):
    tub = make_tub(12)
    for index in (3, 7):
        change(tub, index, angle=float("nan"))
    assert repair(tub) == ["2 records without a number for angle or throttle marked as deleted"]
    change(tub, 7, angle=0.2)
    assert check(tub).problems == [
        "1 record is marked as deleted for an angle or throttle that is there now"
    ]
    assert repair(tub) == [
        "1 record is no longer marked as deleted: its angle or throttle is there"
    ]
    assert [record["_index"] for record in TubReader(tub)] == [*range(3), *range(4, 12)]


def test_images_and_numbers_are_told_apart(make_tub):
    tub = make_tub(12)
    change(tub, 7, angle=float("nan"))
    (tub / "images" / "2_cam_image_array_.jpg").write_bytes(b"")
    report = check(tub)
    assert [bad.where for bad in report.bad_images] == ["record 2"]
    assert repair(tub) == [
        "1 record with unreadable images marked as deleted",
        "1 record without a number for angle or throttle marked as deleted",
    ]


def test_restore_leaves_it_and_says_what_to_do(make_tub, capsys):
    tub = make_tub(12)
    change(tub, 7, throttle=float("nan"))
    repair(tub)
    assert restore(tub).bad == [7]
    assert main(["tub", "restore", str(tub)]) == 1
    assert (
        "1 record stays deleted: user/throttle is NaN, which is not a number. Next: write the "
        "number "
        "into the catalog, then restore again"
    ) in capsys.readouterr().out


def test_a_tub_that_nobody_steered_is_left_to_its_owner(make_tub, capsys):
    tub = make_tub(5)
    for index in range(4):
        change(tub, index, angle=float("nan"))
    assert main(["tub", "check", str(tub)]) == 1
    printed = capsys.readouterr().out
    assert (
        "angle or throttle of 4 of 5 records is not a number: user/angle is NaN, which is not a "
        "number"
    ) in printed
    assert "no pilot can learn from it" in printed
    assert main(["tub", "repair", str(tub)]) == 1
    assert len(TubReader(tub)) == 5
    assert main(["tub", "repair", "--accept-loss", str(tub)]) == 0
    assert len(TubReader(tub)) == 1


def test_a_recorder_that_goes_on_marks_nothing(make_tub, record):
    tub = make_tub(12)
    change(tub, 11, angle=float("nan"))
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.append(record())
    assert len(TubReader(tub)) == 13


def test_format_v1_is_looked_at_as_well(folder, shared_data, capsys):
    tub = folder / "v1"
    shutil.copytree(shared_data / "tiny_v1", tub, copy_function=shutil.copyfile)
    tub.chmod(0o755)
    file = next(tub.glob("record_*.json"))
    file.write_text(json.dumps({**json.loads(file.read_text()), "user/angle": float("nan")}))
    assert main(["tub", "check", str(tub)]) == 1
    assert "user/angle is NaN, which is not a number" in capsys.readouterr().out


@pytest.mark.parametrize(
    "record",
    [
        {}, {"user/angle": None}, {"user/angle": "fast"}, {"user/angle": True},
        {"user/angle": -1, "user/throttle": 3.5}, {"imu/acl_x": float("nan")},
        {"pilot/angle": float("nan"), "user/angle": 0.0},
    ],
)  # fmt: skip
def test_what_is_not_there_and_what_nobody_learns_is_not_wrong(record):
    assert number_wrong_with(record) is None


def test_this_recorder_writes_none(make_tub, record):
    tub = make_tub(3)
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.append(record(**{"user/angle": np.float32("nan")}))
    assert check(tub).faults == []
