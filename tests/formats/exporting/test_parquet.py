"""Parquet: every column, type and image file comes back as it was."""

import json

import pyarrow.parquet as pq
import pytest

from donkeycar.formats.exporting.export import export_tubs
from donkeycar.tub import TubReader

from .conftest import INPUTS, TUBS


def expected(tub, name):
    """The records of a tub as a table holds them."""
    reader = TubReader(tub)
    for record in reader:
        row = {key: value for key, value in record.items() if value is not None}
        for key in ("cam/image_array", "cam/depth_array"):
            if key in row:
                path = reader.image_path(record, key)
                row[key] = {"bytes": path.read_bytes(), "path": f"{name}/{path.name}"}
        yield row | {"_origin": name}


def read(path):
    rows = pq.read_table(path).to_pylist()
    return [{key: value for key, value in row.items() if value is not None} for row in rows]


@pytest.mark.parametrize("name", TUBS)
def test_a_real_tub_is_read_back_equal(cut, tmp_path, name):
    tub = cut(name)
    exported = export_tubs([tub], "parquet", tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet") == list(expected(tub, name))
    assert exported.num_records == len(TubReader(tub))


def test_every_type_is_read_back_equal(every_type, tmp_path):
    export_tubs([every_type], "parquet", tmp_path / "a.parquet")
    rows = read(tmp_path / "a.parquet")
    for row in rows:
        if "my/notes" in row:
            row["my/notes"] = json.loads(row["my/notes"])
    assert rows == list(expected(every_type, "every"))


def test_columns_have_their_types(every_type, tmp_path):
    export_tubs([every_type], "parquet", tmp_path / "a.parquet")
    schema = pq.read_schema(tmp_path / "a.parquet")
    types = {field.name: str(field.type) for field in schema}
    image = "struct<bytes: binary, path: string>"
    assert types == {
        "_origin": "string",
        "_index": "int64",
        "_timestamp_ms": "int64",
        "_session_id": "string",
        "cam/image_array": image,
        "cam/depth_array": image,
        "user/angle": "double",
        "user/throttle": "double",
        "user/mode": "string",
        "my/gear": "int64",
        "my/lights": "bool",
        "imu/accel": "list<element: double>",
        "lidar/scan": "list<element: list<element: double>>",
        "my/notes": "string",
    }
    assert {name: schema.field(name).metadata[b"donkeycar"].decode() for name in INPUTS} == INPUTS


def test_the_schema_tells_hugging_face_which_columns_are_images(every_type, tmp_path):
    export_tubs([every_type], "parquet", tmp_path / "a.parquet")
    told = json.loads(pq.read_schema(tmp_path / "a.parquet").metadata[b"huggingface"])
    features = told["info"]["features"]
    assert features["cam/image_array"] == features["cam/depth_array"] == {"_type": "Image"}
    assert features["user/angle"] == {"dtype": "float64", "_type": "Value"}
    accel = {"feature": {"dtype": "float64", "_type": "Value"}, "_type": "List"}
    assert features["imu/accel"] == accel
    assert list(features) == pq.read_schema(tmp_path / "a.parquet").names
