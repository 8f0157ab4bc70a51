"""A `TubFrame` has the records that `TubReader` has, whatever became of the tub."""

import json
import os
import tempfile
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from donkeycar.analysis import TubFrame
from donkeycar.errors import AnalysisError, TubError
from donkeycar.json_text import is_number
from donkeycar.tub import TubReader, TubWriter

INPUTS = {"user/angle": "float", "user/throttle": "float", "user/mode": "str"}


def record_tub(path, number=30, *, start=0, metadata=None):
    with TubWriter(path, list(INPUTS), list(INPUTS.values()), metadata=metadata or {}) as tub:
        for n in range(start, start + number):
            mode = "user" if n % 3 else "local"
            tub.append({"user/angle": n / 100, "user/throttle": 0.5, "user/mode": mode})
    return path


def lines_of(path, *lines):
    """A tub with one catalog of these lines, and no manifest."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "catalog_0.catalog").write_bytes(b"\n".join(lines) + b"\n")
    return path


def line(index, /, **values):
    return json.dumps({"_index": index, **values}).encode()


def indexes(frame):
    return [row["index"] for row in frame.safety_off().rows(["index"])]


def assert_as_read(path):
    """The frame's records are the reader's: indexes and every number."""
    expected = sorted(TubReader(path), key=lambda record: record["_index"])
    with TubFrame(path) as frame:
        assert frame.count() == len(expected)
        assert indexes(frame) == [record["_index"] for record in expected]
        if "user/angle" in frame.columns:
            found = [row["user/angle"] for row in frame.safety_off().rows(["user/angle"])]
            assert found == [finite(record.get("user/angle")) for record in expected]
        return frame.unreadable


def finite(value):
    return float(value) if is_number(value) and abs(value) < 1e150 else None


def test_a_whole_tub_is_read_where_it_lies(tmp_path):
    record_tub(tmp_path / "tub")
    assert assert_as_read(tmp_path / "tub") == 0


def test_deleted_records_are_left_out_unless_told(tmp_path):
    with TubWriter(tmp_path, list(INPUTS), list(INPUTS.values())) as tub:
        for n in range(10):
            tub.append({"user/angle": n / 10})
        tub.delete([2, 3, 9])
    assert assert_as_read(tmp_path) == 0
    with TubFrame(tmp_path, deleted=True) as frame:
        assert frame.count() == 10


FLOATS = st.floats(-1, 1)
DAMAGE = {
    "a line of zero bytes": b"\0" * 60,
    "a torn line": b'{"_index": 1, "user/angle": 0.',
    "two records in a line": line(1) + line(7),
    "something after a record": line(1) + b" x",
    "a list": b"[1, 2]",
    "a text": b'"_index"',
    "a number": b"5",
    "no index": b'{"user/angle": 1}',
    "an index that is not whole": b'{"_index": 1.0}',
    "an index that is a text": b'{"_index": "1"}',
    "a negative index": b'{"_index": -1}',
    "an index beyond all tubs": b'{"_index": 4000000000}',
    "an index that is true": b'{"_index": true}',
    "bytes that are no UTF-8": b'{"_index": 1, "user/mode": "\xff\xfe"}',
    "a blank line": b"",
    "a placeholder of a repair": b"# set aside",
    "a carriage return": line(1) + b"\r",
    "a mark of byte order": b"\xef\xbb\xbf" + line(1),
    "an index for the second time": line(0, **{"user/angle": 0.75}),
    "an index that comes too early": line(5, **{"user/angle": 0.75}),
    "a gap": line(1000),
    "half of a surrogate pair": b'{"_index": 1, "user/mode": "\\ud800", "user/angle": 0.5}',
    "a long line": line(1, x="y" * (2 << 20)),
    "NaN": b'{"_index": 1, "user/angle": NaN}',
    "infinity": b'{"_index": 1, "user/angle": -Infinity}',
    "a number beyond floats": b'{"_index": 1, "user/angle": 1e999}',
    "a number of 400 digits": b'{"_index": 1, "user/angle": 1' + b"0" * 400 + b"}",
    "a text for a number": b'{"_index": 1, "user/angle": "0.5"}',
    "null": b'{"_index": 1, "user/angle": null}',
    "a list for a number": b'{"_index": 1, "user/angle": [0.5]}',
    "an object for a number": b'{"_index": 1, "user/angle": {"a": 1}}',
    "true for a number": b'{"_index": 1, "user/angle": true}',
    "lists in lists": b'{"_index": 1, "x": ' + b"[" * 101 + b"]" * 101 + b"}",
    "objects in objects": b'{"_index": 1, "x": ' + b'{"a":' * 101 + b"1" + b"}" * 102,
    "brackets in a text": b'{"_index": 1, "x": "' + b"[" * 300 + b'"}',
    "a number of 5,000 digits": b'{"_index": 1, "x": ' + b"9" * 5000 + b"}",
    "a fraction of 5,000 digits": b'{"_index": 1, "x": 0.' + b"9" * 5000 + b"}",
    "an index twice": b'{"_index": 1, "user/angle": 0.5, "_index": 2}',
    "an index that an object holds": b'{"_index": 1, "x": {"_index": 3}}',
    "a control character in a text": b'{"_index": 1, "x": "a\x01b"}',
    "an escape that is none": b'{"_index": 1, "x": "\\q"}',
    "a number with a zero before it": b'{"_index": 1, "x": 01}',
    "a comma too many": b'{"_index": 1, "x": 1,}',
    "a comment": b'{"_index": 1, /* x */ "x": 1}',
    "an index of many zeros": b'{"_index": 01}',
    "a space in front": b'   {"_index": 1, "x": 1}',
    "a form feed in front": b'\x0c{"_index": 1, "x": 1}',
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_line_costs_no_other_record(tmp_path, damage):
    around = [line(0, **{"user/angle": 0.25}), line(6, **{"user/angle": 0.5})]
    lines_of(tmp_path / "tub", around[0], DAMAGE[damage], around[1])
    assert_as_read(tmp_path / "tub")


LINES = st.one_of(
    st.builds(lambda index, angle: line(index, **{"user/angle": angle}), st.integers(0, 9), FLOATS),
    st.sampled_from([damage for damage in DAMAGE.values() if len(damage) < 1000]),
    st.binary(max_size=30).filter(lambda data: b"\n" not in data),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(LINES, max_size=8), min_size=1, max_size=3))
def test_catalogs_damaged_in_any_way_hold_what_the_reader_finds(catalogs):
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "manifest.json").write_text('["user/angle"]\n["float"]\n{}\n{}\n{}\n')
        for number, lines in enumerate(catalogs):
            (Path(name) / f"catalog_{number}.catalog").write_bytes(b"\n".join(lines))
        assert_as_read(name)


def test_a_record_that_is_nested_too_deeply_for_the_reader_harms_nothing(tmp_path):
    """It used to count, though every other command refuses it."""
    deep = b'{"_index": 1, "x": ' + b"[" * 400_000 + b"]" * 400_000 + b"}"
    lines_of(tmp_path / "tub", line(0, x=[1]), deep, line(2, x=[3]))
    with TubFrame(tmp_path / "tub") as frame:
        assert indexes(frame) == [0, 2]
        assert frame.cols["x[0]"].max() == 3
        assert frame.cols["x"].nunique() >= 2


def test_unreadable_lines_are_counted_and_named(tmp_path):
    lines_of(tmp_path / "a", line(0), b"\0" * 9, line(2), b"{")
    record_tub(tmp_path / "b", 5)
    with TubFrame([tmp_path / "a", tmp_path / "b"]) as frame:
        assert (frame.count(), frame.unreadable) == (7, 2)
        assert [one for one in frame.skipped if ".catalog line" in one] == [
            f"{tmp_path}/a/catalog_0.catalog line 2: nothing but zero bytes",
            f"{tmp_path}/a/catalog_0.catalog line 4: not JSON in UTF-8",
        ]


def test_a_tub_of_format_v1_is_read(tmp_path):
    for n in range(12):
        values = {"user/angle": n / 10, "user/mode": "user", "milliseconds": 50 * n}
        (tmp_path / f"record_{n}.json").write_text(json.dumps(values))
    meta = {"inputs": ["user/angle", "user/mode"], "types": ["float", "str"], "start": 1.5e9}
    (tmp_path / "meta.json").write_text(json.dumps(meta))
    (tmp_path / "exclude.json").write_text("[3]")
    assert assert_as_read(tmp_path) == 0
    with TubFrame(tmp_path) as frame:
        assert frame.rows(["index", "time"])[1] == {"index": 1, "time": 1.5e9 + 0.05}


def test_many_tubs_are_one_table_with_tub_and_car(tmp_path):
    record_tub(tmp_path / "blue" / "data" / "tub_1", 10)
    record_tub(tmp_path / "blue" / "data" / "tub_2", 20)
    record_tub(tmp_path / "red", 5, metadata={"car": "rosso"})
    with TubFrame(tmp_path) as frame:
        assert frame.count() == 35
        rows = frame.rows(["tub", "car", "index"])
        assert {row["car"] for row in rows} == {"blue", "rosso"}
        assert {row["tub"] for row in rows} == set(frame.tubs)
        assert list(frame.columns)[:5] == ["tub", "car", "session", "index", "time"]
    with TubFrame(tmp_path, name_car=lambda path: path[-1]) as frame:
        assert {row["car"] for row in frame.rows(["car"])} == {"1", "2", "d"}


def test_time_is_in_seconds_and_session_as_recorded(tmp_path):
    record_tub(tmp_path, 2)
    (first, *_) = list(TubReader(tmp_path))
    with TubFrame(tmp_path) as frame:
        row = frame.rows(["session", "time"])[0]
    assert row == {"session": first["_session_id"], "time": first["_timestamp_ms"] / 1000}


HOSTILE = [
    "x'); DROP TABLE files_0; --",
    'a"b',
    "a'b",
    "User/Angle",
    "ü/中文 🏎",
    "a~b/c",
    "",
    " ",
    "a[1",
    "%s ? $1 {x}",
    "tab\tline\nend",
    "back\\slash",
    "tub",
    "index",
    "0",
]


def test_any_name_is_a_column_and_none_is_run(tmp_path):
    values = {name: number + 0.5 for number, name in enumerate(HOSTILE)}
    lines_of(tmp_path, line(0, **values, **{"user/angle": -1}))
    with TubFrame(tmp_path) as frame:
        for name, value in values.items():
            column = f"record/{name}" if name in ("tub", "index") else name
            assert frame.cols[column].mean() == value
        assert frame.cols["user/angle"].mean() == -1
        assert frame.count() == 1


@pytest.mark.parametrize("name", ["null\0byte", "half \ud800"])
def test_a_name_that_no_query_can_hold_is_no_column(tmp_path, name):
    lines_of(tmp_path, line(0, **{name: 1, "x": 2}))
    with TubFrame(tmp_path) as frame:
        assert list(frame.columns)[5:] == ["x"]
        with pytest.raises(AnalysisError, match="A column must be one of"):
            frame.cols[name]


@pytest.mark.parametrize(
    "folder", ["data[1]", "what?", "star*", "car=blue", "it's", 'quo"te', "ü 中", "a;b--", "{x,y}"]
)
def test_any_folder_is_a_tub(tmp_path, folder):
    record_tub(tmp_path / folder / "tub", 3)
    with TubFrame(tmp_path / folder) as frame:
        assert frame.count() == 3
        assert frame.rows(["car"])[0] == {"car": folder}


def test_a_column_that_only_later_records_have_is_found(tmp_path):
    lines_of(tmp_path, line(0, a=1), line(1, **{"pilot/angle": 0.5, "on": True}))
    with TubFrame(tmp_path) as frame:
        assert "pilot/angle" not in frame.columns
        assert frame.cols["pilot/angle"].mean() == 0.5
        assert frame.cols["on"].mean() == 1
        assert frame.columns["pilot/angle"] == "number"


def test_a_place_in_a_list_is_a_column(tmp_path):
    lines_of(tmp_path, line(0, **{"imu/accel": [1, 2, 3]}), line(1, **{"imu/accel": [3, 4, 5]}))
    with TubFrame(tmp_path) as frame:
        assert frame.columns["imu/accel"] == "list"
        assert frame.cols["imu/accel[2]"].mean() == 4


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path):
    record_tub(tmp_path, 1)
    with TubFrame(tmp_path) as frame, pytest.raises(AnalysisError) as error:
        frame.cols["user/angel"]
    assert str(error.value) == (
        "A column must be one of tub, car, session, index, time, user/angle, user/mode, "
        "user/throttle. Received: 'user/angel'. Did you mean user/angle?"
    )


def test_isnull_counts_what_is_missing(tmp_path):
    lines_of(tmp_path, line(0, a=1, b="x"), line(1, a=None), line(2, b=3), line(3, a=2, b="y"))
    with TubFrame(tmp_path) as frame:
        assert frame.isnull() == {
            "tub": 0, "car": 0, "session": 4, "index": 0, "time": 4, "a": 2, "b": 1,
        }  # fmt: skip
        assert frame.isnull(ratio=True)["a"] == 0.5


def test_a_link_out_of_a_tub_is_not_followed(tmp_path):
    lines_of(tmp_path / "mine", line(0, secret=5))
    lines_of(tmp_path / "tub", line(0))
    os.symlink(tmp_path / "mine" / "catalog_0.catalog", tmp_path / "tub" / "catalog_1.catalog")
    with TubFrame(tmp_path / "tub") as frame:
        assert frame.count() == 1
        assert "a link to outside" in frame.skipped[-1]


def test_a_catalog_that_is_a_pipe_is_not_waited_for(tmp_path):
    lines_of(tmp_path, line(0))
    os.mkfifo(tmp_path / "catalog_1.catalog")
    with TubFrame(tmp_path) as frame:
        assert frame.count() == 1


def test_no_tub_is_one_sentence(tmp_path):
    with pytest.raises(TubError, match=f"There is no tub at {tmp_path}/x"):
        TubFrame(tmp_path / "x")
    with pytest.raises(TubError, match="holds no records.*donkey tub import"):
        TubFrame(tmp_path)


def test_one_bad_tub_does_not_keep_the_others_out(tmp_path):
    record_tub(tmp_path / "tub", 3)
    with TubFrame([tmp_path / "gone", tmp_path / "tub"]) as frame:
        assert frame.count() == 3
        assert frame.skipped[0].startswith(f"There is no tub at {tmp_path}/gone")


def test_nothing_is_left_behind_and_nothing_changes(tmp_path):
    tub = lines_of(tmp_path / "tub", line(0), b"{", line(1))
    before = sorted(path.name for path in tub.iterdir())
    with TubFrame(tub) as frame:
        folder = frame.engine.folder
        assert frame.count() == 2
        assert folder.is_dir()
    assert not folder.exists()
    assert sorted(path.name for path in tub.iterdir()) == before


def test_rows_are_limited_until_told(tmp_path):
    record_tub(tmp_path, 30)
    with TubFrame(tmp_path) as frame:
        frame.set_safety_limit(10)
        with pytest.warns(UserWarning, match="Only the first 10 records were pulled into memory"):
            assert len(frame.rows()) == 10
        free = frame.safety_off()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert len(free.rows()) == 30
        with pytest.warns(UserWarning, match="Only the first 10 records"):
            free.rows()
        frame.set_safety_limit(30)
        assert len(frame.rows()) == 30


@pytest.mark.parametrize("rows", [0, -1, 1.5, None, True])
def test_a_safety_limit_is_a_whole_number(tmp_path, rows):
    record_tub(tmp_path, 1)
    with TubFrame(tmp_path) as frame, pytest.raises(AnalysisError, match="`safety_off\\(\\)`"):
        frame.set_safety_limit(rows)


def test_held_columns_answer_the_same(tmp_path):
    record_tub(tmp_path, 20)
    with TubFrame(tmp_path) as frame:
        held = frame.hold(["user/angle"])
        for name in ("user/angle", "user/throttle"):
            assert held.cols[name].mean() == frame.cols[name].mean()
        (tmp_path / "catalog_0.catalog").rename(tmp_path / "gone")
        assert held.cols["user/angle"].max() == 0.19
        with pytest.raises(AnalysisError, match="Next step: check that the tubs"):
            frame.cols["user/angle"].max()


def test_true_is_a_number_only_where_a_tub_says_so(tmp_path):
    """It was 1 in every column of numbers, and the trainer left the record out."""
    manifest = '["user/angle", "button"]\n["float", "{}"]\n{{}}\n{{}}\n{{}}\n'
    for kind in ("boolean", "float"):
        tub = lines_of(tmp_path / kind, line(0, **{"user/angle": True, "button": True}))
        (tub / "manifest.json").write_text(manifest.format(kind))
    with TubFrame([tmp_path / "boolean", tmp_path / "float"]) as frame:
        rows = frame.rows(["tub", "user/angle", "button"])
    assert [row["user/angle"] for row in rows] == [None, None]
    assert {Path(row["tub"]).name: row["button"] for row in rows} == {"boolean": 1.0, "float": None}
