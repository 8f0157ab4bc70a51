"""Tubs of format v1 with all that people's tubs have; nothing is guessed unasked."""

import json

import pytest

from donkeycar.tub import TubReader, check

META = {
    "inputs": ["cam/image_array", "user/angle", "user/throttle", "user/mode"],
    "types": ["image_array", "float", "float", "str"],
    "start": 1_500_000_000.0,
}


def driven(angle=0.25, throttle=0.5, **more):
    return {"user/angle": angle, "user/throttle": throttle, "user/mode": "user", **more}


def numbers(records, key="user/angle"):
    return [record.get(key) for record in records]


def test_gaps_excluded_records_and_times_are_kept(v1_tub, imported, tmp_path, capsys):
    records = [None, driven(0.1, milliseconds=50), None, None, driven(0.2, milliseconds=100)]
    records += [driven(0.3, milliseconds=5000), None]
    tub = v1_tub(records, meta=META, exclude=[4, 99])
    new = imported(tub, action="convert")
    assert numbers(new) == [0.1, 0.2, 0.3]
    assert numbers(new, "_index") == [0, 1, 2]
    assert numbers(new, "_timestamp_ms") == [1_500_000_000_000 + ms for ms in (50, 100, 5000)]
    assert numbers(new, "_session_id") == ["17-07-14_0", "17-07-14_0", "17-07-14_1"]
    assert "numbered 1 to 5 with 1 gap;" in capsys.readouterr().err
    reader = TubReader(tmp_path / "out")
    assert [record["user/angle"] for record in reader] == [0.1, 0.3]
    assert check(tmp_path / "out").problems == []


def test_a_null_as_timestamp_and_other_nulls_are_left_out(v1_tub, imported):
    records = [driven(timestamp=None, gear=None), driven(timestamp="2018-12-02 21:30:40.079083")]
    new = imported(v1_tub(records), action="convert")
    assert [set(record) & {"timestamp", "_timestamp_ms", "gear"} for record in new] == [
        set(), {"timestamp", "_timestamp_ms"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("pilot/angle", "pilot/throttle"),
         ["--angle", "pilot/angle", "--throttle", "pilot/throttle"]),
        (("user/steering", "user/throttle"), ["--angle", "user/steering"]),
        (("steering", "throttle"), ["--angle", "steering", "--throttle", "throttle"]),
    ],
)  # fmt: skip
def test_other_names_of_angle_and_throttle_are_asked_for(v1_tub, imported, refused, keys, words):
    tub = v1_tub([{keys[0]: 0.5, keys[1]: 0.25}, {keys[0]: -0.5, keys[1]: 0.75}])
    said = refused(tub, action="convert")
    assert f"--angle {keys[0]}" in said
    new = imported(tub, *words, action="convert")
    assert numbers(new) == numbers(new, keys[0]) == [0.5, -0.5]
    assert numbers(new, "user/throttle") == [0.25, 0.75]


def test_a_second_column_fills_the_holes_of_the_first(v1_tub, imported, refused):
    tub = v1_tub([driven(), driven(None, **{"pilot/angle": -0.5})])
    assert "Say where it is then, e.g. --angle user/angle,pilot/angle" in refused(
        tub, action="convert"
    )
    new = imported(tub, "--angle", "user/angle,pilot/angle", action="convert")
    assert numbers(new) == [0.25, -0.5]


@pytest.mark.parametrize("hole", [None, "left", [0.1], float("nan"), True])
def test_a_record_without_an_angle_is_decided_by_a_flag(v1_tub, imported, refused, hole, tmp_path):
    tub = v1_tub([driven(0.5), driven(hole), driven(0.75)])
    assert "1 of 3 records without, the first: record 1. Say what becomes of them: --missing" in (
        refused(tub, action="convert")
    )
    for choice, angles in (
        ("zero", [0.5, 0.0, 0.75]), ("previous", [0.5, 0.5, 0.75]), ("delete", [0.5, None, 0.75]),
    ):  # fmt: skip
        new = imported(tub, "--missing", choice, action="convert", out=choice)
        assert numbers(new) == angles
    reader = TubReader(tmp_path / "delete")
    assert (len(reader), reader.manifest.deleted_indexes) == (2, {1})


def test_values_out_of_range_are_decided_by_a_flag(v1_tub, imported, refused, tmp_path):
    tub = v1_tub([driven(15), driven(-7.5), driven(0.5)])
    said = refused(tub, action="convert")
    assert "Received: 15 in record 0, and 2 of 3 outside" in said
    assert "--angle-scale 15" in said
    for choice, angles in (("keep", [15, -7.5, 0.5]), ("clip", [1, -1, 0.5])):
        new = imported(tub, "--out-of-range", choice, action="convert", out=choice)
        assert numbers(new) == angles
    new = imported(tub, "--angle-scale", "15", action="convert", out="scale")
    assert numbers(new) == [1.0, -0.5, 0.5 / 15]
    imported(tub, "--out-of-range", "delete", action="convert", out="delete")
    assert TubReader(tmp_path / "delete").manifest.deleted_indexes == {0, 1}


def test_pulses_become_an_angle(v1_tub, imported):
    tub = v1_tub([{"servo": 1000, "throttle": 50}, {"servo": 1750, "throttle": 0}])
    words = "--angle servo --angle-zero 1500 --angle-scale 500 --throttle throttle"
    new = imported(tub, *words.split(), "--throttle-scale", "100", action="convert")
    assert numbers(new) == [-1.0, 0.5]
    assert numbers(new, "user/throttle") == [0.5, 0.0]


def test_a_damaged_record_is_left_out_and_named(v1_tub, imported, capsys):
    tub = v1_tub([driven(0.1), driven(0.2), driven(0.3), driven(0.4), driven(0.5)])
    (tub / "record_1.json").write_text('{"user/angle": 0.')
    (tub / "2_cam-image_array_.jpg").write_bytes(b"")
    assert numbers(imported(tub, action="convert")) == [0.1, 0.4, 0.5]
    notes = capsys.readouterr().err
    assert "1 left out, damaged; the first: record_1.json: not JSON" in notes
    assert "1 left out, without a usable picture; the first: record 2" in notes


def test_a_tub_without_most_of_its_images_is_refused(v1_tub, refused):
    tub = v1_tub([driven(), driven(), driven()])
    for number in (0, 1):
        (tub / f"{number}_cam-image_array_.jpg").unlink()
    said = refused(tub, action="convert")
    assert "2 of 3 left out, without a usable picture" in said
    assert "copy what is missing" in said


def test_types_that_nobody_knows_today(v1_tub, imported, tmp_path):
    inputs, types = ["cam/image_array", "user/angle", "lidar"], ["image", "f", "ndarray"]
    tub = v1_tub([driven(lidar=[1.5, 2])], meta={"inputs": inputs, "types": types})
    (record,) = imported(tub, action="convert")
    inputs, types = map(json.loads, (tmp_path / "out/manifest.json").read_text().splitlines()[:2])
    assert dict(zip(inputs, types, strict=True)) == {
        "cam/image_array": "image_array", "user/angle": "float", "lidar": "nparray",
        "user/throttle": "float", "user/mode": "str",
    }  # fmt: skip
    assert record["lidar"] == [1.5, 2]


def test_a_rate_makes_times_for_a_tub_without_any(v1_tub, imported):
    new = imported(v1_tub([driven()] * 3), "--recorded-rate-hz", "20", action="convert")
    assert numbers(new, "_timestamp_ms") == [0, 50, 100]


def test_a_name_that_no_disk_takes_costs_its_record_only(v1_tub, imported):
    tub = v1_tub([driven(0.1), driven(0.2), driven(0.3)])
    record = json.loads((tub / "record_1.json").read_text())
    record["cam/image_array"] = "9" * 300 + ".jpg"
    (tub / "record_1.json").write_text(json.dumps(record))
    assert numbers(imported(tub, action="convert")) == [0.1, 0.3]


def test_names_of_columns_are_shown_on_one_line(v1_tub, refused):
    tub = v1_tub([{"user/angle": 0.1, "user/throttle": 0.2, "a\n\x1b[2Jb": 1}])
    assert "a\\n\\x1b[2Jb" in refused(tub, "--angle", "gps", action="convert")


@pytest.mark.parametrize("ms", [float("inf"), float("nan"), 10**400, 1e308, "soon"])
def test_a_time_that_is_none_costs_the_time_only(v1_tub, imported, ms):
    """What used to happen: OverflowError, and no record of the tub."""
    tub = v1_tub([driven(milliseconds=ms), driven(milliseconds=20)], meta=META)
    new = imported(tub, action="convert")
    assert numbers(new, "_timestamp_ms") == [None, 1_500_000_000_020]


def test_pictures_in_a_folder_of_their_own_are_found(v1_tub, imported):
    """A tub of format v1 whose pictures somebody had moved into `images/` had none, said check."""
    tub = v1_tub([driven(0.1), driven(0.2)], meta=META)
    (tub / "images").mkdir()
    for picture in tub.glob("*.jpg"):
        picture.rename(tub / "images" / picture.name)
    assert check(tub).problems == []
    assert check(tub, decode=False).problems == []
    reader = TubReader(tub)
    assert [reader.image(record).ndim for record in reader] == [3, 3]
    assert numbers(imported(tub, action="convert")) == [0.1, 0.2]
