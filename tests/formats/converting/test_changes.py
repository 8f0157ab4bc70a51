"""Other columns, pictures of another size, an even rate."""

import io
import json
import shlex

import numpy as np
import pytest
from PIL import Image

from donkeycar.formats.converting.convert import Changes, convert_tubs
from donkeycar.management.cli import main
from donkeycar.tub import TubReader, TubWriter, check

COLUMNS = {
    "cam/image_array": "image_array", "depth": "gray16_array", "user/angle": "float",
    "user/throttle": "float", "user/mode": "str", "lap": "int", "imu": "vector",
    "cam/exposed_s": "float",
}  # fmt: skip


@pytest.fixture
def tub(tmp_path):
    """Two sessions of five records, 100 ms apart; the second has a pause; two are deleted."""
    path = tmp_path / "tub"
    for session in range(2):
        with TubWriter(
            path, list(COLUMNS), list(COLUMNS.values()), metadata={"track": "oval"}
        ) as t:
            for step in range(5):
                number = 5 * session + step
                pause = 2000 if session and step >= 3 else 0
                values = {
                    "cam/image_array": np.full((60, 80, 3), 20 * number, np.uint8),
                    "depth": np.full((60, 80), 1000 * number, np.uint16),
                    "user/angle": number / 10,
                    "user/throttle": 0.5,
                    "user/mode": "user" if number % 2 else "pilot",
                    "lap": number,
                    "imu": [number, -number / 2],
                    "cam/exposed_s": float(number),
                }
                t.append(values, timestamp_ms=1_000_000 + 100 * number + pause)
            t.flush()
            if session == 0:
                t.delete([1, 2])
    return path


def read(path):
    reader = TubReader(path)
    return reader, reader.records(include_deleted=True)


def test_nothing_asked_for_changes_nothing(tub, tmp_path):
    convert_tubs([tub], tmp_path / "new")
    (old, before), (new, after) = read(tub), read(tmp_path / "new")
    assert after == before
    assert new.sessions == old.sessions
    assert new.manifest.deleted_indexes == {1, 2}
    assert new.manifest.metadata == {"track": "oval"}
    assert new.manifest.own["created_at"] == old.manifest.own["created_at"]
    for record in before:
        for key in ("cam/image_array", "depth"):
            assert (
                new.image_path(record, key).read_bytes() == old.image_path(record, key).read_bytes()
            )


def test_a_writer_goes_on_in_the_new_tub(tub, tmp_path):
    convert_tubs([tub], tmp_path / "new")
    with TubWriter(tmp_path / "new", ["user/angle"], ["float"]) as writer:
        assert writer.notes == []
        assert writer.append({"user/angle": 1.0}) == 10
    _, records = read(tmp_path / "new")
    assert records[-1]["_session_id"].endswith("_2")


def test_columns_are_dropped_and_renamed(tub, tmp_path):
    rename = {"cam/image_array": "cam/front", "user/angle": "lap", "lap": "user/angle"}
    convert_tubs([tub], tmp_path / "new", changes=Changes(drop=["depth", "imu"], rename=rename))
    (new, after), (old, before) = read(tmp_path / "new"), read(tub)
    assert new.manifest.input_types == {
        "cam/front": "image_array", "lap": "float", "user/throttle": "float", "user/mode": "str",
        "user/angle": "int", "cam/exposed_s": "float",
    }  # fmt: skip
    assert [r["lap"] for r in after] == [r["user/angle"] for r in before]
    assert len(list((tmp_path / "new/images").iterdir())) == 10
    assert after[3]["cam/front"] == "3_cam_front_.jpg"
    assert np.array_equal(new.image(after[3], "cam/front"), old.image(before[3]))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--drop", "gps"], "--drop gps"),
        (["--rename", "gps=x"], "--rename gps"),
        (["--rename", "lap"], "must be OLD=NEW"),
        (["--rename", "lap=user/angle"], "user/angle twice"),
        (["--rename", "lap=_index"], "'_index'"),
        (["--drop", "lap", "--rename", "lap=x"], "not both"),
        (["--size", "160"], "must be WIDTHxHEIGHT"),
        (["--size", "0x120"], "1x1 or more"),
        (["--size", "99999x99999"], "at most 16000000 pixels"),
        (["--size", "40x40"], "--fit stretch, crop or pad, or --size 40x30"),
        (["--fit", "crop"], "needs --size"),
        (["--rate-hz", "0"], "must be 0.01 to 1000"),
        (["--rate-hz", "nan"], "must be 0.01 to 1000"),
        (["--rate-hz", "1e-320"], "must be 0.01 to 1000"),
        (["--max-gap-s", "1"], "needs --rate-hz"),
        (["--rate-hz", "20", "--max-gap-s", "-1"], "above 0"),
        (["--angle", "gps"], "--angle gps"),
        (["--angle-scale", "0"], "must not be 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_sentence(tub, refused, words, sentence):
    assert sentence in refused(tub, *words, action="convert")


def test_pictures_get_another_size(tub, tmp_path):
    convert_tubs([tub], tmp_path / "new", changes=Changes(size=(40, 30)))
    new, after = read(tmp_path / "new")
    assert {new.image_shape(record) for record in after} == {(30, 40, 3)}
    assert {new.image(record, "depth").shape for record in after} == {(30, 40)}
    assert [int(new.image(record, "depth")[7, 9]) for record in after] == [
        1000 * number for number in range(10)
    ]
    assert all(abs(int(new.image(r)[9, 9, 0]) - 20 * r["_index"]) <= 1 for r in after)


@pytest.mark.parametrize(
    ("fit", "left", "middle"), [("stretch", 200, 200), ("crop", 200, 200), ("pad", 0, 200)]
)
def test_a_picture_of_another_shape(tmp_path, fit, left, middle):
    with TubWriter(tmp_path / "tub", ["cam/image_array"], ["image_array"]) as writer:
        writer.append({"cam/image_array": np.full((60, 80, 3), 200, np.uint8)})
    convert_tubs([tmp_path / "tub"], tmp_path / "new", changes=Changes(size=(120, 60), fit=fit))
    new, (record,) = read(tmp_path / "new")
    image = new.image(record)
    assert image.shape == (60, 120, 3)
    assert abs(int(image[30, 2, 0]) - left) <= 2
    assert abs(int(image[30, 60, 0]) - middle) <= 2


@pytest.mark.parametrize("name", ["nothing", "photos"])
def test_what_is_no_tub_is_refused(tmp_path, refused, name):
    (tmp_path / "photos").mkdir()
    assert "donkey tub import" in refused(tmp_path / name, action="convert")


def test_grey_stays_grey(tmp_path):
    with TubWriter(tmp_path / "tub", ["cam/image_array"], ["image_array"]) as writer:
        writer.append({"cam/image_array": np.full((60, 80), 200, np.uint8)})
    convert_tubs([tmp_path / "tub"], tmp_path / "new", changes=Changes(size=(40, 30)))
    with Image.open(io.BytesIO((tmp_path / "new/images/0_cam_image_array_.jpg").read_bytes())) as i:
        assert (i.mode, i.size) == ("L", (40, 30))


def test_an_even_rate(tub, tmp_path):
    convert_tubs([tub], tmp_path / "new", changes=Changes(rate_hz=20))
    new, after = read(tmp_path / "new")
    first = [r for r in after if r["_session_id"] == new.sessions[0]]
    second = [r for r in after if r["_session_id"] == new.sessions[1]]
    assert [r["_timestamp_ms"] - 1_000_000 for r in first] == list(range(0, 401, 50))
    # The pause of two seconds stays one.
    assert [r["_timestamp_ms"] - 1_000_000 for r in second] == [
        *range(500, 701, 50), 2800, 2850, 2900,
    ]  # fmt: skip
    # From record 0, which is not deleted, to record 1, which is: no number lies between.
    assert [round(r["user/angle"], 6) for r in first] == [
        0, 0, 0.1, 0.15, 0.2, 0.2, 0.3, 0.35, 0.4,
    ]  # fmt: skip
    assert [r["_index"] in new.manifest.deleted_indexes for r in first] == [
        False, False, True, True, True, True, False, False, False,
    ]  # fmt: skip
    assert [r["lap"] for r in second] == [5, 5, 6, 6, 7, 8, 8, 9]
    assert second[1]["imu"] == [5.5, -2.75]
    assert [r["cam/exposed_s"] for r in second[:3]] == [5, 5, 6]
    assert second[1]["user/mode"] == second[0]["user/mode"]
    assert check(tmp_path / "new").problems == []


def test_an_even_rate_below_the_old_one_keeps_the_nearest_frames(tub, tmp_path):
    convert_tubs([tub], tmp_path / "new", changes=Changes(rate_hz=5, max_gap_s=3))
    new, after = read(tmp_path / "new")
    frames = [round(int(new.image(r)[0, 0, 0]) / 20) for r in after]
    assert frames[:3] == [0, 2, 4]
    assert after[3]["_session_id"] == new.sessions[1]
    assert len([r for r in after if r["_session_id"] == new.sessions[1]]) == 13  # the pause filled


def test_a_tub_without_times_has_no_rate(v1_tub, refused):
    tub = v1_tub([{"user/angle": 0.1, "user/throttle": 0.2}])
    assert "1 record without" in refused(tub, "--rate-hz", "20", action="convert")


def test_marks_of_a_repair_stay_marks(tub, tmp_path):
    from donkeycar.tub import repair

    (tub / "images" / "7_cam_image_array_.jpg").write_bytes(b"torn")
    repair(tub)
    lines = (tub / "manifest.json").read_text().splitlines()
    assert json.loads(lines[4])["deleted_indexes"] == [1, 2, 7]
    convert_tubs([tub], tmp_path / "new")
    new, after = read(tmp_path / "new")
    # Its picture is lost, so the record is left out; the others are as they were.
    assert len(after) == 9
    assert new.manifest.deleted_indexes == {1, 2}


def test_ctrl_c_leaves_nothing(tub, tmp_path):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert_tubs([tub], tmp_path / "deep" / "new", progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["tub"]


def test_a_tub_of_version_2_without_user_angle(tmp_path, imported, capsys):
    """What a template of 2023 recorded: user/steering. It stays as it is until told otherwise."""
    types = ["image_array", "float", "float"]
    with TubWriter(
        tmp_path / "tub", ["cam/image_array", "user/steering", "user/throttle"], types
    ) as t:
        t.append(
            {
                "cam/image_array": np.zeros((12, 16, 3), np.uint8),
                "user/steering": 0.5,
                "user/throttle": 3.0,
            }
        )
    imported(tmp_path / "tub", action="convert", out="same")
    assert "say --angle user/steering" in capsys.readouterr().err
    (record,) = imported(tmp_path / "tub", "--angle", "user/steering", action="convert")
    assert (record["user/angle"], record["user/throttle"]) == (0.5, 3.0)


def test_values_of_the_simulator_that_hold_others_stay(v1_tub, imported):
    sim = {"cte": 0.5, "pos": [1, 2], "deep": {"hit": None, "speed": float("nan")}}
    tub = v1_tub([{"user/angle": 0.1, "user/throttle": 0.2, "sim/info": sim}])
    (record,) = imported(tub, action="convert")
    assert record["sim/info"] == {"cte": 0.5, "pos": [1, 2], "deep": {"hit": None, "speed": None}}


def test_texts_that_are_numbers_become_numbers(tmp_path, capsys):
    """`check` said that training leaves such records out, and nothing converted them."""
    path = tmp_path / "tub"
    with TubWriter(path, ["user/angle", "user/throttle"], ["float", "float"]) as tub:
        for number in range(4):
            tub.append({"user/angle": number / 10, "user/throttle": 0.5})
    catalog = path / "catalog_0.catalog"
    catalog.write_text(
        catalog.read_text()
        .replace('"user/angle": 0.1', '"user/angle": "0.1"')
        .replace('"user/angle": 0.2', '"user/angle": " -2e-1"')
        .replace('"user/angle": 0.3', '"user/angle": "left"')
    )
    (said,) = [remark for remark in check(path).remarks if "of texts" in remark]
    command = said[said.index("donkey tub convert") :]
    assert main(shlex.split(command)[1:]) == 0
    assert "2 texts of user/angle became numbers" in "".join(capsys.readouterr())
    _, records = read(path.with_name("tub_numbers"))
    assert [record.get("user/angle") for record in records] == [0.0, 0.1, -0.2, None]
    assert not check(path.with_name("tub_numbers")).problems
