"""What opening a tub for writing repairs, and `check` and `repair`."""

import json
import shutil
import time

import pytest

from benchmarks.tub.tub_faults import INPUTS, TYPES
from donkeycar import commands
from donkeycar.errors import TubError
from donkeycar.tub import TubReader, TubWriter, check, repair


@pytest.fixture
def tub(make_tub):
    return make_tub(12)


def indexes(path):
    return [record["_index"] for record in TubReader(path)]


def recovered(path):
    return {
        str(file.relative_to(path / "recovered")): file.read_bytes()
        for file in (path / "recovered").rglob("*")
        if file.is_file()
    }


def tear(path, data=b'{"_index": 12, "cam/ima'):
    with (path / "catalog_2.catalog").open("ab") as file:
        file.write(data)


def test_a_whole_tub_is_not_touched(tub):
    before = {file: file.stat().st_mtime_ns for file in tub.rglob("*") if file.is_file()}
    with TubWriter(tub, INPUTS, TYPES) as writer:
        assert writer.notes == []
    assert {file: file.stat().st_mtime_ns for file in tub.rglob("*") if file.is_file()} == before


def test_torn_bytes_are_kept_aside_and_told(tub, record):
    tear(tub)
    with TubWriter(tub, INPUTS, TYPES) as writer:
        assert writer.notes == [
            "1 unreadable line of catalog_2.catalog (not JSON in UTF-8) moved to recovered/"
        ]
        assert writer.append(record()) == 12
    assert recovered(tub) == {"0/catalog_2.catalog.lines": b'{"_index": 12, "cam/ima'}
    assert indexes(tub) == list(range(13))


def test_two_recoveries_keep_their_bytes_apart(tub):
    for data in (b"{first", b"{second"):
        tear(tub, data)
        TubWriter(tub, INPUTS, TYPES).close()
    assert recovered(tub) == {
        "0/catalog_2.catalog.lines": b"{first",
        "1/catalog_2.catalog.lines": b"{second",
    }


def test_a_missing_newline_is_added(tub, record):
    file = tub / "catalog_2.catalog"
    file.write_bytes(file.read_bytes()[:-1])
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.append(record())
    assert indexes(tub) == list(range(13))


def test_images_without_a_record_are_kept_aside(tub, record):
    (tub / "images" / "12_cam_image_array_.jpg").write_bytes(b"half an image")
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.append(record())
    assert recovered(tub) == {"0/12_cam_image_array_.jpg": b"half an image"}
    assert TubReader(tub).image(TubReader(tub).records()[-1]).shape == (12, 16, 3)


@pytest.mark.parametrize("damage", ["missing", "empty", "zeros", "no catalogs"])
def test_a_lost_manifest_is_made_anew_and_no_index_used_again(tub, record, damage):
    manifest = tub / "manifest.json"
    lines = manifest.read_bytes().splitlines(keepends=True)
    manifest.unlink()
    if damage != "missing":
        manifest.write_bytes(
            {"empty": b"", "zeros": bytes(400), "no catalogs": b"".join(lines[:4])}[damage]
        )
    images = {file.name: file.read_bytes() for file in (tub / "images").iterdir()}
    with TubWriter(tub, INPUTS, TYPES) as writer:
        assert writer.notes
        assert writer.session_id.endswith("_1")
        assert writer.append(record()) == 12
    assert indexes(tub) == list(range(13))
    assert images.items() <= {f.name: f.read_bytes() for f in (tub / "images").iterdir()}.items()
    assert TubReader(tub).manifest.problems == []


def test_inputs_are_guessed_when_the_manifest_is_lost(folder, record):
    inputs = {"cam/image_array": "image_array", "b": "boolean", "f": "float", "l": "list"}
    with TubWriter(folder, list(inputs), list(inputs.values())) as writer:
        image = record()["cam/image_array"]
        writer.append({"cam/image_array": image, "b": True, "f": 1.5, "l": [1]})
    (folder / "manifest.json").unlink()
    repair(folder)
    assert TubReader(folder).manifest.input_types == inputs


def test_an_empty_catalog_makes_way(make_tub, record):
    tub = make_tub(10)
    (tub / "catalog_2.catalog").write_bytes(b"")
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.append(record())
    assert indexes(tub) == list(range(11))


def test_a_catalog_without_one_good_line_is_kept_aside(make_tub, record):
    tub = make_tub(10)
    (tub / "catalog_2.catalog").write_bytes(bytes(300))
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.append(record())
    assert recovered(tub)["0/catalog_2.catalog"] == bytes(300)
    assert indexes(tub) == list(range(11))


def test_records_after_a_damaged_line_keep_their_place(tub):
    file = tub / "catalog_0.catalog"
    lines = file.read_bytes().splitlines(keepends=True)
    lines[1] = b"\n"
    lines[3] = b"\xff\xff\n"
    file.write_bytes(b"".join(lines))
    repair(tub)
    assert indexes(tub) == [0, 2, *range(4, 12)]
    assert file.read_bytes().count(b"\n") == 5, "donkeycar 5 finds deleted records by line"
    assert recovered(tub)["0/catalog_0.catalog.lines"] == b"\n\xff\xff\n"
    assert TubReader(tub).skipped == []
    assert repair(tub) == [], "what was set aside is not found again"


def test_stale_line_lengths_are_dropped(tub):
    file = tub / "catalog_2.catalog_manifest"
    file.write_text('{"created_at": 1.0, "line_lengths": [3], "start_index": 10}\n')
    TubWriter(tub, INPUTS, TYPES).close()
    contents = json.loads(file.read_text())
    assert contents.pop("created_at") > 0
    assert contents == {
        "line_lengths": [],
        "path": "catalog_2.catalog_manifest",
        "start_index": 10,
    }


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"line_lengths": 3}'])
def test_a_damaged_catalog_manifest_is_made_anew(tub, content):
    file = tub / "catalog_0.catalog_manifest"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    TubWriter(tub, INPUTS, TYPES).close()
    assert json.loads(file.read_text())["line_lengths"] == []


def test_the_newest_records_with_damaged_images_are_marked_as_deleted(tub):
    for index in (11, 10):
        (tub / "images" / f"{index}_cam_image_array_.jpg").write_bytes(b"")
    with TubWriter(tub, INPUTS, TYPES) as writer:
        assert writer.notes == ["2 records with unreadable images marked as deleted"]
        assert writer.durable_count == 10
    assert indexes(tub) == list(range(10))


def test_a_tub_that_came_without_its_images_keeps_all_records(tub):
    shutil.rmtree(tub / "images")
    TubWriter(tub, INPUTS, TYPES).close()
    assert indexes(tub) == list(range(12))


def test_repair_finds_damaged_images_anywhere(tub):
    (tub / "images" / "2_cam_image_array_.jpg").write_bytes(b"")
    (tub / "images" / "7_cam_image_array_.jpg").unlink()
    assert repair(tub) == ["2 records with unreadable images marked as deleted"]
    assert indexes(tub) == [0, 1, 3, 4, 5, 6, 8, 9, 10, 11]


def test_fifty_thousand_records_are_opened_in_two_seconds(folder):
    with TubWriter(folder, ["x"], ["float"], batch_s=float("inf")) as writer:
        for _ in range(50_000):
            writer.append({"x": 0.25})
    with (folder / "catalog_49.catalog").open("ab") as file:
        file.write(b"{torn")
    start_s = time.process_time()
    writer = TubWriter(folder, ["x"], ["float"])
    assert time.process_time() - start_s < 2
    assert writer.durable_count == 50_000
    writer.close()


def test_repair_leaves_a_v1_tub_alone(shared_data, folder):
    shutil.copytree(shared_data / "tiny_v1", folder / "v1")
    with pytest.raises(TubError, match="format v1"):
        repair(folder / "v1")


def test_repair_does_not_disturb_a_recording(tub):
    with TubWriter(tub, INPUTS, TYPES), pytest.raises(TubError, match="Another program"):
        repair(tub)


def test_a_whole_tub_has_no_problems(tub):
    report = check(tub)
    assert report.problems == []
    assert (report.num_records, report.num_deleted) == (12, 0)
    assert report.image_shapes == {"cam/image_array": {(12, 16, 3): 12}}


def test_check_finds_what_is_wrong_and_changes_nothing(tub, record):
    with TubWriter(tub, INPUTS, TYPES) as writer:
        big = record()["cam/image_array"].repeat(2, axis=0)
        writer.append(record(**{"cam/image_array": big}), timestamp_ms=5)
        writer.delete([1])
    (tub / "images" / "0_cam_image_array_.jpg").write_bytes(b"")
    (tub / "images" / "99_cam_image_array_.jpg").write_bytes(b"")
    tear(tub)
    before = {file: file.read_bytes() for file in tub.rglob("*") if file.is_file()}
    report = check(tub)
    assert len(report.problems) == 2
    assert report.remarks == [
        "1 image belongs to no record",
        "cam/image_array has 10 images of 16x12, 1 image of 16x24",
        "the clock was set back 1 time while it recorded",
    ]
    assert report.next_steps == [commands.donkey("tub", "repair", tub)]
    assert (report.num_records, report.num_deleted, report.num_steps_back) == (13, 1, 1)
    assert [bad.where for bad in report.bad_images] == ["record 0"]
    assert report.orphan_images == ["99_cam_image_array_.jpg"]
    assert report.image_shapes == {"cam/image_array": {(12, 16, 3): 10, (24, 16, 3): 1}}
    assert {file: file.read_bytes() for file in tub.rglob("*") if file.is_file()} == before


def test_check_tells_where_donkeycar_5_would_delete_other_records(tub):
    (tub / "catalog_0.catalog").unlink()
    assert check(tub).first_out_of_place == 5


def test_check_shows_its_progress(tub):
    steps = []
    check(tub, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(0, 12), (12, 12)]
