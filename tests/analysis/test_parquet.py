"""Parquet files answer as the tubs that they were made of."""

import json
import shutil

import duckdb
import pytest

from donkeycar.analysis import TubFrame
from donkeycar.errors import AnalysisError, TubError
from donkeycar.management.cli import main


@pytest.fixture
def tub(shared_data, tmp_path):
    """A real tub with deleted records, the first catalog of it."""
    source = shared_data / "usi_track2_v2"
    tub = tmp_path / "blue" / "tub"
    (tub / "images").mkdir(parents=True)
    lines = (source / "catalog_0.catalog").read_bytes().splitlines(keepends=True)[:80]
    (tub / "catalog_0.catalog").write_bytes(b"".join(lines))
    for line in lines:
        name = json.loads(line)["cam/image_array"]
        shutil.copyfile(source / "images" / name, tub / "images" / name)
    shutil.copyfile(source / "manifest.json", tub / "manifest.json")
    return tub


@pytest.fixture
def exported(tub, tmp_path):
    out = tmp_path / "red" / "drive.parquet"
    out.parent.mkdir()
    assert main(["tub", "export", str(tub), "--to", "parquet", "--out", str(out)]) == 0
    return out


def answers(frame):
    names = ["user/angle", "user/throttle"]
    return (
        frame.count(),
        {name: number for name, number in frame.isnull().items() if name not in ("tub", "_origin")},
        {name: round(mean, 9) for name, mean in frame.cols[names].mean().items()},
        frame.cols[names].hist(9)["user/angle"].counts.tolist(),
        frame.cols["user/mode"].value_counts(),
        frame.rows(["session", "index", "time", "user/angle"]),
    )


def test_an_export_answers_as_its_tub(tub, exported):
    with TubFrame(tub) as recorded, TubFrame(exported) as table:
        assert answers(table) == answers(recorded)
        assert table.columns == {**recorded.columns, "_origin": "text"}
        assert table.rows(["car", "tub"])[0] == {"car": "red", "tub": str(exported)}


def test_tubs_and_tables_are_one_table(tub, exported):
    with TubFrame([tub, exported]) as both, TubFrame(tub) as one:
        assert both.count() == 2 * one.count()
        assert both.cols["user/angle"].mean() == pytest.approx(one.cols["user/angle"].mean())
        assert both.stratify(["car"]).cols["user/mode"].count() == {
            "blue": one.count(), "red": one.count(),
        }  # fmt: skip
        assert both.hold().cols["user/throttle"].max() == one.cols["user/throttle"].max()


def test_an_export_inside_its_tub_does_not_count_twice(tub, exported):
    shutil.copyfile(exported, tub / "drive.parquet")
    with TubFrame(tub) as frame:
        assert frame.tubs == [str(tub)]


def write(path, query):
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def test_tables_of_other_programs_and_with_other_columns(tmp_path):
    write(
        tmp_path / "a.parquet", """SELECT 1::FLOAT AS "x""y", [1.5, 2]::FLOAT[] AS l, true AS b"""
    )
    write(tmp_path / "b.parquet", """SELECT 3 AS "x""y", 'w' AS t, 'nan'::DOUBLE AS n""")
    write(tmp_path / "c.parquet", """SELECT 5 AS "x""y", 'v' AS t, 2.0 AS n""")
    with TubFrame(tmp_path) as frame:
        assert frame.columns == {
            "tub": "text", "car": "text", "session": "text", "index": "number", "time": "number",
            "b": "boolean", "l": "list", "n": "number", "t": "text", 'x"y': "number",
        }  # fmt: skip
        assert frame.cols['x"y'].mean() == 3
        assert frame.cols["l[1]"].max() == 2
        assert frame.cols["t"].value_counts() == {"v": 1, "w": 1}
        assert frame.isnull() == {
            "tub": 0, "car": 0, "session": 3, "index": 3, "time": 3, "b": 2, "l": 2, "n": 2, "t": 1,
            'x"y': 0, "l[1]": 2,
        }  # fmt: skip
        with pytest.raises(AnalysisError, match="A column must be one of"):
            frame.cols["nothing"]


def test_a_damaged_table_does_not_keep_the_others_out(tmp_path):
    write(tmp_path / "a.parquet", "SELECT 1 AS x")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 nothing of the kind")
    with TubFrame(tmp_path) as frame:
        assert frame.count() == 1
        assert frame.skipped[0].startswith(f"{tmp_path}/b.parquet: ")
    with pytest.raises(TubError, match=r"b\.parquet: "):
        TubFrame(tmp_path / "b.parquet")


def test_a_table_in_object_storage_is_read_where_it_lies(s3, exported, tub):
    s3.mkdir("tables")
    s3.put(str(exported), "tables/fleet/blue/drive.parquet")
    with TubFrame("s3://tables/fleet") as far, TubFrame(tub) as near:
        assert answers(far) == answers(near)
        assert far.tubs == ["s3://tables/fleet/blue/drive.parquet"]
        assert [path for path in far.engine.folder.rglob("*") if path.is_file()] == []


def test_shards_name_every_record_once(tub, exported, tmp_path):
    damaged = tmp_path / "green" / "tub"
    damaged.mkdir(parents=True)
    (damaged / "catalog_0.catalog").write_bytes(b'{"_index": 0}\n\0\n{"_index": 2}\n')
    with TubFrame([tub, damaged, exported], deleted=True) as frame:
        shards = frame.shards()
        assert sum(one.num_records for one in shards) == frame.count()
    assert [(one.kind, one.path, one.car, one.num_records) for one in shards] == [
        ("catalog", f"{tub}/catalog_0.catalog", "blue", 80),
        ("tub", str(damaged), "green", 2),
        ("parquet", str(exported), "red", shards[2].num_records),
    ]
    assert shards[0].num_records - len(shards[0].deleted) == shards[2].num_records
