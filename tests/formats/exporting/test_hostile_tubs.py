"""Tubs of strangers: whatever they name, nothing is written outside, and all ends in a sentence."""

import json
import os

import numpy as np
import pytest

from donkeycar.errors import DonkeyError
from donkeycar.formats.exporting.export import export_tubs
from donkeycar.formats.exporting.table import FORMATS
from donkeycar.tub import TubWriter

CAMERA = "cam/image_array"
WAYS = [*((to, {}) for to in FORMATS), ("csv", {"images": True}), ("lerobot", {"video": True})]
# What the second record is given.
RECORDS = {
    "an image outside": {CAMERA: "../secret.jpg"},
    "an absolute image": {CAMERA: "/etc/passwd"},
    "an image that is a list": {CAMERA: ["0_cam_image_array_.jpg"]},
    "a session that is a list": {"_session_id": ["a"]},
    "a session that is a path": {"_session_id": "../../a"},
    "a number without end": {"user/angle": 10**400},
    "a time that is a text": {"_timestamp_ms": "yesterday"},
    "a time after the end of time": {"_timestamp_ms": 10**30},
    "a time that is a fraction": {"_timestamp_ms": 1.5},
    "half a letter": {"user/mode": "\ud800"},
    "half a letter as a name": {"\ud800": 1.0},
    "a path as a name": {"../../evil": 1.0, "/evil": [1.0], "a\0b": "c"},
    "braces as a name": {"{video_key}": 1.0, "%s": 2.0},
    "lists in lists": {"deep": json.loads("[" * 90 + "]" * 90)},
    "a formula": {"user/mode": '=cmd|" /C calc"!A1'},
}


@pytest.fixture
def tub(tmp_path):
    path = tmp_path / "in" / "tub"
    names, types = [CAMERA, "user/angle", "user/throttle", "user/mode"], ["float", "float", "str"]
    with TubWriter(path, names, ["image_array", *types]) as writer:
        for number in range(4):
            picture = np.full((12, 16, 3), number, np.uint8)
            writer.append(
                {CAMERA: picture, "user/angle": 0.1, "user/throttle": 0.2, "user/mode": "user"}
            )
    (tmp_path / "in/secret.jpg").write_bytes(b"secret")
    return path


def changed(tub, change):
    catalog = tub / "catalog_0.catalog"
    records = [json.loads(line) for line in catalog.read_text().splitlines()]
    records[1] |= change
    catalog.write_text("".join(json.dumps(record) + "\n" for record in records))


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("change", RECORDS.values(), ids=RECORDS)
def test_a_record_of_a_stranger(tub, tmp_path, way, change):
    changed(tub, change)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "in").rglob("*")}
    to, options = way
    ending = "" if options.get("images") else FORMATS[to].ending
    out = tmp_path / "out" / f"export{ending}"
    try:
        exported = export_tubs([tub], to, out, options=options)
    except DonkeyError as error:
        assert "\n" not in str(error)
        assert not out.parent.exists()
    else:
        assert exported.num_records in (2, 3, 4)
        assert [path.name for path in out.parent.iterdir()] == [out.name]
        written = [out] if out.is_file() else [path for path in out.rglob("*") if path.is_file()]
        assert not any(b"secret" in path.read_bytes() for path in written)
        root = os.path.realpath(out)
        assert all(os.path.realpath(path).startswith(root) for path in written)
    assert sorted(path.name for path in tmp_path.iterdir()) in (["in"], ["in", "out"])
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "in").rglob("*")} == before


@pytest.mark.parametrize("name", ["a\\..\\b", "..", "a{b}", "a.b/c"])
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_camera_of_a_stranger(tub, tmp_path, way, name):
    manifest = tub / "manifest.json"
    inputs, types, *rest = manifest.read_text().splitlines()
    inputs = json.dumps([*json.loads(inputs), name])
    types = json.dumps([*json.loads(types), "image_array"])
    manifest.write_text("\n".join([inputs, types, *rest]) + "\n")
    catalog = tub / "catalog_0.catalog"
    records = [json.loads(line) for line in catalog.read_text().splitlines()]
    catalog.write_text(
        "".join(json.dumps({**record, name: record[CAMERA]}) + "\n" for record in records)
    )
    to, options = way
    ending = "" if options.get("images") else FORMATS[to].ending
    out = tmp_path / "out" / f"export{ending}"
    assert export_tubs([tub], to, out, options=options).num_records == 4
    assert [path.name for path in out.parent.iterdir()] == [out.name]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_a_link_out_of_the_tub_is_not_followed(tub, tmp_path):
    image = tub / "images/1_cam_image_array_.jpg"
    image.unlink()
    image.symlink_to(tmp_path / "in/secret.jpg")
    exported = export_tubs([tub], "csv", tmp_path / "out", options={"images": True})
    assert exported.left_out == {"image cannot be read": 1}
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_symlink()]


@pytest.mark.skipif(os.name == "nt", reason="names of folders are text there")
def test_a_folder_whose_name_is_no_text(tub, tmp_path):
    target = os.fsencode(tub.parent) + b"/t\xffb"
    os.rename(tub, target)
    exported = export_tubs([os.fsdecode(target)], "parquet", tmp_path / "a.parquet")
    assert list(exported.tubs) == ["t?b"]
