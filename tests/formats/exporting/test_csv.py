"""CSV: every number comes back exactly, and every image file as it was."""

import csv
import json

import pytest

from donkeycar.formats.exporting.export import export_tubs
from donkeycar.tub import TubReader

from .conftest import TUBS


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", TUBS)
def test_a_real_tub_is_read_back_equal(cut, tmp_path, name):
    tub = cut(name)
    export_tubs([tub], "csv", tmp_path / "a.csv")
    rows, records = read(tmp_path / "a.csv"), list(TubReader(tub))
    assert len(rows) == len(records)
    for row, record in zip(rows, records, strict=True):
        assert row.pop("_origin") == name
        for key, value in record.items():
            text = row.pop(key)
            assert text == value if isinstance(value, str) else json.loads(text) == value
        assert set(row.values()) <= {""}


def test_every_type_is_read_back_equal(every_type, tmp_path):
    export_tubs([every_type], "csv", tmp_path / "a.csv")
    for row, record in zip(read(tmp_path / "a.csv"), TubReader(every_type), strict=True):
        assert row["my/gear"] == str(record.get("my/gear", ""))
        assert row["my/lights"] == {True: "true", False: "false", None: ""}[record.get("my/lights")]
        for name in ("imu/accel", "lidar/scan", "my/notes"):
            assert json.loads(row[name] or "null") == record.get(name)


def test_images_lie_beside_the_table_unchanged(every_type, tmp_path):
    folder = tmp_path / "export"
    export_tubs([every_type], "csv", folder, options={"images": True})
    reader = TubReader(every_type)
    for row, record in zip(read(folder / "records.csv"), reader, strict=True):
        for key in ("cam/image_array", "cam/depth_array"):
            if key not in record:
                assert row[key] == ""
                continue
            assert (folder / row[key]).read_bytes() == reader.image_path(record, key).read_bytes()
