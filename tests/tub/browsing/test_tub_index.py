"""The index of a tub: its columns as arrays, up to date, equal to what the reader reads."""

import json
import math

import numpy as np
import pytest

from benchmarks.tub.tub_faults import INPUTS, TYPES
from donkeycar.errors import TubError
from donkeycar.tub import TubReader, TubWriter, delete
from donkeycar.tub.browsing.tags import tag
from donkeycar.tub.browsing.tub_index import TubIndex
from donkeycar.tub.browsing.where import where
from donkeycar.tub.selection import parse_indexes


def agrees(tub):
    """Whether index and reader know the same records."""
    index, reader = TubIndex(tub), TubReader(tub)
    records = reader.records(include_deleted=True)
    assert index.indexes.tolist() == [record["_index"] for record in records]
    for name in ("user/angle", "user/throttle"):
        told = [record.get(name) for record in records]
        numbers = [one if isinstance(one, int | float) else math.nan for one in told]
        np.testing.assert_array_equal(index.column(name), np.array(numbers, float))
    dead = reader.manifest.deleted_indexes
    assert index.deleted.tolist() == [record["_index"] in dead for record in records]
    assert [index.sessions.known[code] for code in index.sessions.codes] == [
        record.get("_session_id", "") for record in records
    ]
    for position, record in enumerate(records):
        if "cam/image_array" in record:
            assert index.image_path(position, "cam/image_array") == reader.image_path(record)
    return index


def test_it_knows_what_the_reader_reads(make_tub):
    tub = make_tub(12)
    delete(tub, parse_indexes(["3", "7-8"]))
    index = agrees(tub)
    assert index.words_of(index.deleted) == ["3", "7-8"]
    assert index.words_of(where(index, "angle >= 0.05 and not deleted")) == ["5-6", "9-11"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-5],
        lambda data: data.replace(b"{", b"", 1),
        lambda data: data + data,
        lambda data: data.replace(b'"_index": 6', b'"_index": 5'),
        lambda data: data.replace(b'"user/angle": 0.06', b'"user/angle": "left"'),
        lambda data: data.replace(b'"user/angle": 0.06', b'"user/angle": null'),
        lambda data: data.replace(b'"user/angle": 0.06', b'"user/angle": {"a": [1, {}]}'),
        lambda data: data.replace(b"\n", b" ", 1),
        lambda data: data.replace(b"}\n", b"},{}\n", 1),
        lambda data: b"",
        lambda data: b"# set aside\n" + data,
        lambda data: data.replace(b'"user/mode"', b'"new/number"'),
    ],
)
def test_it_reads_a_damaged_catalog_as_the_reader_does(make_tub, damage):
    tub = make_tub(12)
    catalog = tub / "catalog_1.catalog"
    catalog.write_bytes(damage(catalog.read_bytes()))
    agrees(tub)


def test_it_follows_a_tub_that_is_being_recorded(folder, record):
    with TubWriter(folder / "tub", INPUTS, TYPES, max_len=5, batch_s=0) as writer:
        for number in range(7):
            writer.append(record(number))
        index = TubIndex(folder / "tub")
        assert len(index) == 7
        first = index._parts["catalog_0.catalog"]
        writer.append(record(7))
        writer.erase_last(1)
        index = index.refreshed()
        assert index.refreshed() is index
        assert len(index) == 8
        assert index.words_of(index.deleted) == ["7"]
        assert index._parts["catalog_0.catalog"] is first, "what has not changed is read once"
    agrees(folder / "tub")


def test_a_column_that_only_some_records_have_is_missing_in_the_others(folder, record):
    with TubWriter(folder / "tub", INPUTS, TYPES, max_len=5) as writer:
        for number in range(7):
            writer.append(record(number))
    inputs, types = [*INPUTS, "imu/acl_x"], [*TYPES, "float"]
    with TubWriter(folder / "tub", inputs, types, max_len=5) as writer:
        writer.append(record(7, **{"imu/acl_x": 9.5}))
    index = agrees(folder / "tub")
    assert index.words_of(where(index, "acl_x > 9")) == ["7"]
    assert index.words_of(where(index, "missing(acl_x)")) == ["0-6"]
    assert index.words_of(where(index, f'session == "{index.sessions.known[1]}"')) == ["7"]


def test_it_reads_a_tub_of_format_v1(folder):
    for number in range(3):
        values = {"user/angle": number / 10, "cam/image_array": f"{number}_cam.jpg"}
        (folder / f"record_{number}.json").write_text(json.dumps(values))
    (folder / "meta.json").write_text(
        json.dumps({"inputs": ["cam/image_array", "user/angle"], "types": ["image_array", "float"]})
    )
    index = TubIndex(folder)
    assert index.version == 1
    assert index.column("user/angle").tolist() == [0.0, 0.1, 0.2]


def test_a_folder_without_records_is_refused(folder):
    with pytest.raises(TubError, match="holds no records"):
        TubIndex(folder)


def test_a_name_that_leads_out_of_the_tub_is_refused(make_tub):
    tub = make_tub(3)
    catalog = tub / "catalog_0.catalog"
    text = catalog.read_text().replace("1_cam_image_array_.jpg", "../../secret.jpg")
    catalog.write_text(text)
    with pytest.raises(TubError, match="Received: "):
        TubIndex(tub).image_path(1, "cam/image_array")


def test_tags_are_given_chosen_by_and_taken_away(make_tub):
    tub = make_tub(12)
    assert tag(tub, "corner", parse_indexes(["2-5"])) == [2, 3, 4, 5]
    assert tag(tub, "corner", parse_indexes(["5-6"])) == [6]
    index = agrees(tub)
    assert index.tags == ["corner"]
    assert index.words_of(where(index, 'tag("corner")')) == ["2-6"]
    assert tag(tub, "corner", parse_indexes(["3"]), remove=True) == [3]
    with TubWriter(tub, INPUTS, TYPES):
        pass  # a recorder that opens the tub keeps the tags
    index = index.refreshed()
    assert index.words_of(where(index, 'tag("corner")')) == ["2", "4-6"]


@pytest.mark.parametrize("name", ["", " x", "a'b", 'a"b', "x" * 41, "a\nb", "$(x)"])
def test_what_is_no_tag_is_refused(make_tub, name):
    with pytest.raises(TubError, match="A tag must have"):
        tag(make_tub(3), name, parse_indexes(["1"]))


def test_a_tub_that_is_being_recorded_is_not_tagged(folder, record):
    with (
        TubWriter(folder / "tub", INPUTS, TYPES, batch_s=0) as writer,
        pytest.raises(TubError, match="recording into"),
    ):
        writer.append(record())
        tag(folder / "tub", "corner", parse_indexes(["0"]))
