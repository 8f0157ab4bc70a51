import json

import numpy as np
import pytest

from benchmarks.tub.tub_faults import INPUTS, TYPES
from donkeycar.errors import DonkeyError, TubError
from donkeycar.timing import SimulatedClock
from donkeycar.tub import TubReader, TubWriter


def manifest_line(path, number):
    return json.loads((path / "manifest.json").read_text().splitlines()[number - 1])


def test_a_record_comes_back_as_it_was_written(folder, record):
    with TubWriter(folder, INPUTS, TYPES) as writer:
        assert writer.append(record(7), timestamp_ms=1_700_000_000_123) == 0
    (read,) = TubReader(folder)
    assert read == {
        "_index": 0,
        "_session_id": writer.session_id,
        "_timestamp_ms": 1_700_000_000_123,
        "cam/image_array": "0_cam_image_array_.jpg",
        "user/angle": 0.07,
        "user/throttle": 0.5,
        "user/mode": "user",
    }
    image = TubReader(folder).image(read)
    assert image.shape == (12, 16, 3)
    assert np.abs(image.astype(int) - 7).max() <= 3


def test_every_type_is_stored(folder):
    types = {
        "f": "float", "s": "str", "i": "int", "b": "boolean", "a": "nparray", "l": "list",
        "v": "vector", "depth": "gray16_array",
    }  # fmt: skip
    depth = np.arange(12, dtype=np.uint16).reshape(3, 4) * 5000
    with TubWriter(folder, list(types), list(types.values())) as writer:
        writer.append(
            {
                "f": np.float32(0.5),
                "s": "ä",
                "i": np.int64(3),
                "b": np.bool_(True),
                "a": np.eye(2),
                "l": (1, 2.5, "x"),
                "v": [np.float64(1.5)],
                "depth": depth,
            }  # fmt: skip
        )
    tub = TubReader(folder)
    (read,) = tub
    assert {key: read[key] for key in "fsibalv"} == {
        "f": 0.5, "s": "ä", "i": 3, "b": True, "a": [[1.0, 0.0], [0.0, 1.0]], "l": [1, 2.5, "x"],
        "v": [1.5],
    }  # fmt: skip
    assert read["depth"] == "0_depth_.png"
    assert (tub.image(read, "depth") == depth).all()


def test_catalogs_hold_max_len_records(make_tub):
    path = make_tub(12)
    lines = [(path / f"catalog_{n}.catalog").read_bytes().count(b"\n") for n in range(3)]
    assert lines == [5, 5, 2]
    assert manifest_line(path, 5) == {
        "paths": ["catalog_0.catalog", "catalog_1.catalog", "catalog_2.catalog"],
        "current_index": 12,
        "max_len": 5,
        "deleted_indexes": [],
    }


def test_lines_are_ascii_and_sorted(folder):
    with TubWriter(folder, ["b", "a"], ["str", "str"]) as writer:
        writer.append({"b": "ü", "a": "\u2028"})
    line = (folder / "catalog_0.catalog").read_bytes()
    assert line.isascii()
    assert list(json.loads(line)) == ["_index", "_session_id", "_timestamp_ms", "a", "b"]


def test_none_and_numbers_that_are_not_finite_are_left_out(folder):
    inputs = ["none", "nan", "inf", "list", "fine"]
    with TubWriter(folder, inputs, ["float", "float", "int", "list", "float"]) as writer:
        writer.append(
            {"none": None, "nan": np.nan, "inf": np.inf, "list": [1, np.nan], "fine": 1.0}
        )
        assert writer.omitted == {}
    (read,) = TubReader(folder)
    assert {key for key in read if key in inputs} == {"list", "fine"}
    assert read["list"] == [1, None]


def test_a_value_of_the_wrong_type_is_left_out_and_noted(folder):
    with TubWriter(folder, ["x", "y"], ["float", "float"]) as writer:
        writer.append({"x": "fast", "y": 1.0})
    assert "Received: 'fast'" in writer.omitted["x"]
    (read,) = TubReader(folder)
    assert "x" not in read
    assert read["y"] == 1.0


@pytest.mark.parametrize(
    "image",
    [
        None,
        "picture",
        np.zeros((4, 4, 3)),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
    ],
    ids=["none", "text", "float", "four channels", "empty"],
)
def test_a_record_without_a_usable_image_is_refused(folder, record, image):
    with TubWriter(folder, INPUTS, TYPES) as writer:
        with pytest.raises(TubError, match="image_array needs"):
            writer.append(record(**{"cam/image_array": image}))
        assert writer.append(record()) == 0


def test_an_undeclared_key_is_refused(folder, record):
    with (
        TubWriter(folder, INPUTS, TYPES) as writer,
        pytest.raises(TubError, match="'imu/x' is not among the inputs"),
    ):
        writer.append(record(**{"imu/x": 1.0}))


@pytest.mark.parametrize(
    ("inputs", "types", "message"),
    [
        (["a", "b"], ["float"], "one type each"),
        (["a", "a"], ["float", "float"], "different names"),
        (["a"], ["double"], "must be one of"),
        (["_index"], ["int"], "does not start with _"),
        (["cam/../../x;"], ["image_array"], "letters, digits"),
        (["cam/a", "cam_a"], ["image_array", "image_array"], "Rename one"),
    ],
)
def test_impossible_inputs_are_refused_before_anything_is_made(folder, inputs, types, message):
    with pytest.raises(TubError, match=message):
        TubWriter(folder / "tub", inputs, types)
    assert not (folder / "tub").exists()


@pytest.mark.parametrize("arguments", [{"max_len": 0}, {"batch_s": -1}, {"batch_s": float("nan")}])
def test_impossible_numbers_are_refused(folder, arguments):
    with pytest.raises(TubError, match=f"`{next(iter(arguments))}` must be"):
        TubWriter(folder / "tub", ["a"], ["float"], **arguments)


def test_nothing_is_counted_before_it_is_durable(folder, record):
    clock = SimulatedClock()
    with TubWriter(folder, INPUTS, TYPES, clock=clock) as writer:
        writer.append(record())
        clock.sleep(0.9)
        writer.flush_if_due()
        assert (writer.durable_count, writer.num_pending) == (0, 1)
        clock.sleep(0.2)
        writer.flush_if_due()
        assert (writer.durable_count, writer.num_pending) == (1, 0)


def test_appending_flushes_when_a_batch_is_old_enough(folder, record):
    clock = SimulatedClock()
    with TubWriter(folder, INPUTS, TYPES, clock=clock) as writer:
        writer.append(record())
        clock.sleep(1.0)
        writer.append(record())
        assert writer.durable_count == 2


def test_a_tub_without_a_record_has_no_manifest(folder):
    TubWriter(folder, INPUTS, TYPES).close()
    assert not (folder / "manifest.json").exists(), "donkeycar 5 cannot open an empty tub"


def test_a_tub_goes_on_where_it_ended(make_tub):
    path = make_tub(7)
    make_tub(4, path=path)
    indexes = [read["_index"] for read in TubReader(path)]
    assert indexes == list(range(11))


def test_each_writer_is_a_session(make_tub):
    path = make_tub(2)
    make_tub(2, path=path)
    first, second = TubReader(path).sessions
    assert (first[-2:], second[-2:]) == ("_0", "_1")
    sessions = manifest_line(path, 4)["sessions"]
    assert sessions == {"all_full_ids": [first, second], "last_id": 1, "last_full_id": second}


def test_a_session_id_is_not_used_again_after_a_crash(folder, record):
    crashed = TubWriter(folder, INPUTS, TYPES)
    crashed.append(record())
    crashed.flush()
    first = crashed.session_id
    del crashed  # never closed
    with TubWriter(folder, INPUTS, TYPES) as writer:
        assert writer.session_id != first


def test_a_session_without_records_is_not_written_down(make_tub):
    path = make_tub(2)
    before = (path / "manifest.json").read_bytes()
    make_tub(0, path=path)
    assert (path / "manifest.json").read_bytes() == before


def test_sessions_of_a_tub_that_never_wrote_them_down_count(make_tub):
    path = make_tub(2)
    lines = (path / "manifest.json").read_text().splitlines()
    lines[3] = '{"created_at": 1668220914.5}'
    (path / "manifest.json").write_text("\n".join(lines) + "\n")
    make_tub(1, path=path)
    assert [name[-2:] for name in TubReader(path).manifest.session_ids] == ["_0", "_1"]


def test_metadata_is_kept_and_added_to(folder, record):
    for metadata in ({"track": "oval", "car": 1}, {"car": 2}):
        with TubWriter(folder, INPUTS, TYPES, metadata=metadata) as writer:
            writer.append(record())
    assert TubReader(folder).manifest.metadata == {"track": "oval", "car": 2}


def test_a_new_sensor_joins_an_old_tub(make_tub, record):
    path = make_tub(2)
    with TubWriter(path, [*INPUTS, "imu/x"], [*TYPES, "float"]) as writer:
        writer.append(record(**{"imu/x": 0.25}))
    tub = TubReader(path)
    assert tub.manifest.inputs == [*INPUTS, "imu/x"]
    assert [read.get("imu/x") for read in tub] == [None, None, 0.25]


def test_a_removed_sensor_stays_declared(make_tub):
    path = make_tub(2)
    with TubWriter(path, ["user/angle"], ["float"]) as writer:
        writer.append({"user/angle": 0.5})
    assert TubReader(path).manifest.inputs == INPUTS


def test_an_input_cannot_change_its_type(make_tub):
    with pytest.raises(TubError, match="holds 'user/angle' as float"):
        TubWriter(make_tub(1), ["user/angle"], ["str"])


def test_deleted_records_are_passed_over_and_come_back(make_tub):
    path = make_tub(6)
    with TubWriter(path, INPUTS, TYPES) as writer:
        writer.delete([1, 3, 5])
        writer.restore([3])
        assert writer.durable_count == 4
    tub = TubReader(path)
    assert [read["_index"] for read in tub] == [0, 2, 3, 4]
    assert len(tub.records(include_deleted=True)) == 6


def test_deleting_an_unknown_record_is_refused(make_tub):
    with (
        TubWriter(make_tub(3), INPUTS, TYPES) as writer,
        pytest.raises(TubError, match="no record 3 in"),
    ):
        writer.delete([3])


def test_erasing_takes_the_newest_that_are_left(make_tub):
    with TubWriter(make_tub(8), INPUTS, TYPES) as writer:
        writer.delete([6])
        assert writer.erase_last(3) == [7, 5, 4]
        assert writer.erase_last(100) == [3, 2, 1, 0]
        assert writer.erase_last(1) == []
        assert writer.durable_count == 0


def test_erasing_includes_what_waits_for_its_batch(folder, record):
    with TubWriter(folder, INPUTS, TYPES, batch_s=1000) as writer:
        for number in range(3):
            writer.append(record(number))
        assert writer.erase_last(2) == [2, 1]


def test_a_second_writer_is_refused(make_tub):
    path = make_tub(1)
    with TubWriter(path, INPUTS, TYPES), pytest.raises(TubError, match="Another program"):
        TubWriter(path, INPUTS, TYPES)
    TubWriter(path, INPUTS, TYPES).close()


def test_a_closed_writer_refuses_records(folder, record):
    writer = TubWriter(folder, INPUTS, TYPES)
    writer.close()
    writer.close()
    with pytest.raises(TubError, match="is closed"):
        writer.append(record())


def test_a_v1_tub_is_not_recorded_into(shared_data):
    with pytest.raises(TubError, match="format v1"):
        TubWriter(shared_data / "tiny_v1", INPUTS, TYPES)


def test_a_file_is_not_a_tub(folder):
    (folder / "tub").write_text("")
    with pytest.raises(DonkeyError, match="a file"):
        TubWriter(folder / "tub", INPUTS, TYPES)
