"""MCAP and Rerun: read back by their own readers, they have what the tub has, on one time line."""

import json
from collections import Counter
from pathlib import Path

import mcap.reader
import numpy as np
import pytest
import rerun.chunk

from donkeycar.formats.drive_commands import Answers, Command
from donkeycar.formats.exporting.export import export_tubs
from donkeycar.foxglove.topics import LAYOUT
from donkeycar.management.cli import main
from donkeycar.tub import TubReader, TubWriter

CONTROLS = ["/control/user", "/control/pilot", "/control/final"]
RECORDED = {
    "cam/image_array": "image_array", "user/angle": "float", "user/throttle": "float",
    "user/mode": "str", "pilot/angle": "float", "pilot/throttle": "float",
    "cam/exposed_s": "float", "drivetrain/age_s": "float", "stop/reason": "str",
    "my/gear": "int", "imu/accel": "vector", "my/notes": "list",
}  # fmt: skip
START_MS = 1_780_000_000_000


@pytest.fixture
def drive(tmp_path):
    """A tub in which the pilot takes over, the car is stopped, and the clock is set back."""
    with TubWriter(tmp_path / "drive", list(RECORDED), list(RECORDED.values())) as writer:
        for number in range(12):
            wall_ms = START_MS + 50 * number - (3_600_000 if number >= 8 else 0)
            writer.append(
                {
                    "cam/image_array": np.full((12, 16, 3), 20 * number, np.uint8),
                    "user/angle": 0.1, "user/throttle": 0.2,
                    "user/mode": ("user", "local_angle", "local")[number // 4],
                    "pilot/angle": -0.5, "pilot/throttle": 0.6,
                    "cam/exposed_s": 70 + number / 20, "drivetrain/age_s": 0.04,
                    "stop/reason": "Stopped by a person." if number in (5, 6) else "",
                    "my/gear": number, "imu/accel": [0.0, 9.8, number], "my/notes": [[1], "a"],
                },
                timestamp_ms=wall_ms,
            )  # fmt: skip
        writer.flush()
        writer.delete([2, 3, 10])
    return tmp_path / "drive"


def messages(path, *topics):
    """Topic, time and content of each message, in the order of time."""
    with open(path, "rb") as file:
        for _, channel, message in mcap.reader.make_reader(file).iter_messages(topics or None):
            yield channel.topic, message.log_time, message.data


def contents(path, topic):
    return [json.loads(data) for _, _, data in messages(path, topic)]


def counts(path):
    return Counter(topic for topic, _, _ in messages(path))


def columns(path):
    """What a recording of Rerun holds: for each path the tables of its chunks."""
    found = {}
    for chunk in rerun.chunk.RrdReader(path).stream():
        found.setdefault(chunk.entity_path, []).append(chunk.to_record_batch())
    return found


def values(tables, name):
    """The values of a column of Rerun, each without the list around it."""
    return [
        row[0]
        for table in tables
        for key in table.schema.names
        if name in key
        for row in table.column(key).to_pylist()
    ]


@pytest.fixture(params=["mcap", "rerun"])
def to(request):
    return request.param


@pytest.mark.parametrize(
    "name",
    ["donkey_testtub_v2", "renault_office_v2", "usi_track2_v2", "sim_usi_v1", "tiny_v1"],
)
def test_real_tubs_are_read_back_with_equal_counts(cut, name, to, tmp_path):
    tub = cut(name)
    records = TubReader(tub).records(include_deleted=True)
    out = tmp_path / f"drive.{'rrd' if to == 'rerun' else to}"
    exported = export_tubs([tub], to, out)
    assert exported.num_records == exported.facts["num_pictures"] == len(records)
    jpegs = [(tub / ("" if "v1" in name else "images") / r["cam/image_array"]) for r in records]
    if to == "mcap":
        assert {counts(out)[topic] for topic in ("/camera", "/state", "/control/user")} == {
            len(records)
        }
        pictures = [data for _, _, data in messages(out, "/camera")]
        assert all(jpeg.read_bytes() in data for jpeg, data in zip(jpegs, pictures, strict=True))
        return
    found = columns(out)
    for path in ("/camera", "/control/angle/user", "/control/throttle/final"):
        assert sum(table.num_rows for table in found[path]) == len(records), path
    blobs = values(found["/camera"], "blob")
    assert [bytes(blob) for blob in blobs] == [jpeg.read_bytes() for jpeg in jpegs]


def test_mcap_says_who_drove_and_what_went_to_the_wheels(drive, tmp_path):
    out = tmp_path / "drive.mcap"
    export_tubs([drive], "mcap", out)
    finals = [(m["angle"], m["throttle"]) for m in contents(out, "/control/final")]
    assert finals == [(0.1, 0.2)] * 4 + [(-0.5, 0.2)] * 4 + [(-0.5, 0.6)] * 4
    states = contents(out, "/state")
    assert [state["record"] for state in states if state["deleted"]] == [2, 3, 10]
    assert {state["stop_reason"] for state in states[5:7]} == {"Stopped by a person."}
    ages = contents(out, "/ages")
    assert {age["camera_to_wheel_s"] for age in ages} == {0.04}
    assert ages[1]["frame_interval_s"] == pytest.approx(0.05)
    assert [each["value"] for each in contents(out, "/columns/my/gear")] == list(range(12))
    assert contents(out, "/columns/imu/accel")[3]["value"] == [0.0, 9.8, 3]


def test_a_clock_that_goes_back_does_not_scramble_the_records(drive, tmp_path):
    out = tmp_path / "drive.mcap"
    export_tubs([drive], "mcap", out)
    times = [time for _, time, _ in messages(out, "/state")]
    assert (np.diff(times) > 0).all()
    assert times[-1] - times[0] == pytest.approx(11 * 50e6, abs=2e6)
    states = contents(out, "/state")
    assert [state["record"] for state in states] == list(range(12))
    assert states[8]["recorded_ms"] == START_MS + 400 - 3_600_000


def test_events_tell_sessions_deleted_ranges_stops_and_the_clock(drive, tmp_path):
    export_tubs([drive], "rerun", tmp_path / "drive.rrd")
    texts = values(columns(tmp_path / "drive.rrd")["/events"], "text")
    export_tubs([drive], "mcap", tmp_path / "drive.mcap")
    logged = b"".join(data for _, _, data in messages(tmp_path / "drive.mcap", "/log"))
    assert all(text.encode() in logged for text in texts)
    for sentence in (
        "begins at record 0.",
        "2 records deleted: 2 to 3.",
        "1 record deleted: 10.",
        "stop/reason: Stopped by a person.",
        "the clock went back by 3600.0 s",
    ):
        assert any(sentence in text for text in texts), sentence


def test_rerun_has_both_time_lines_in_every_chunk_and_a_blueprint(drive, tmp_path):
    out = tmp_path / "drive.rrd"
    export_tubs([drive], "rerun", out)
    reader = rerun.chunk.RrdReader(out)
    assert len(reader.recordings()) == len(reader.blueprints()) == 1
    found = columns(out)
    for path, tables in found.items():
        if path != "/__properties":
            for table in tables:
                assert {"record", "time"} <= set(table.schema.names), path
    (angles,) = found["/control/angle/final"]
    assert angles.column("record").to_pylist() == list(range(12))
    assert values([angles], "scalars") == [0.1] * 4 + [-0.5] * 8
    times_ns = angles.column("time").cast("int64").to_pylist()
    assert [round((ns - times_ns[0]) / 1e6) for ns in times_ns] == list(range(0, 600, 50))
    assert values(found["/state/deleted"], "state") == ["-", "deleted", "-", "deleted", "-"]
    assert values(found["/state/stop_reason"], "state") == ["-", "Stopped by a person.", "-"]


def test_what_a_blueprint_shows_is_in_the_file(drive, tmp_path):
    out = tmp_path / "drive.rrd"
    export_tubs([drive], "rerun", out)
    reader = rerun.chunk.RrdReader(out)
    (blueprint,) = reader.blueprints()
    origins = values(
        [chunk.to_record_batch() for chunk in reader.stream(store=blueprint)], "space_origin"
    )
    shown = {"/camera", "/events", "/control/angle", "/control/throttle", "/ages", "/state"}
    assert set(origins) == shown
    paths = set(columns(out))
    assert all(any(path.startswith(each) for path in paths) for each in shown)


def test_answers_of_pilots_stand_beside_the_drive(drive, tmp_path):
    commands = {(drive, index): Command(index / 12, None) for index in range(0, 12, 2)}
    model = [Answers("my pilot", commands)]
    export_tubs([drive], "mcap", tmp_path / "drive.mcap", options={"model": model})
    answers = contents(tmp_path / "drive.mcap", "/pilots/1")
    assert [answer["angle"] for answer in answers] == [index / 12 for index in range(0, 12, 2)]
    assert {answer["name"] for answer in answers} == {"my pilot"}
    export_tubs([drive], "rerun", tmp_path / "drive.rrd", options={"model": model})
    (table,) = columns(tmp_path / "drive.rrd")["/control/angle/my_pilot"]
    assert table.column("record").to_pylist() == list(range(0, 12, 2))


def test_several_tubs_follow_each_other(drive, cut, to, tmp_path):
    out = tmp_path / f"drive.{'rrd' if to == 'rerun' else to}"
    exported = export_tubs([drive, cut("tiny_v1")], to, out)
    assert exported.num_records == 18
    if to == "mcap":
        tubs = [Path(state["tub"]).name for state in contents(out, "/state")]
        assert tubs == ["drive"] * 12 + ["tiny_v1"] * 6
    else:
        tables = columns(out)["/control/angle/user"]
        records = [number for table in tables for number in table.column("record").to_pylist()]
        assert sorted(records) == list(range(18))


def test_a_record_without_its_picture_is_shown_without_it_and_counted(drive, to, tmp_path):
    images = drive / "images"
    (images / "1_cam_image_array_.jpg").unlink()
    (images / "2_cam_image_array_.jpg").write_bytes(b"no picture")
    exported = export_tubs([drive], to, tmp_path / f"drive.{'rrd' if to == 'rerun' else to}")
    assert exported.num_records == 12
    assert exported.facts["num_pictures"] == 10
    assert "2 images missing, or no JPEG or PNG" in exported.notes


def test_what_somebody_else_wrote_into_a_tub_stops_no_export(drive, to, tmp_path):
    catalog = drive / "catalog_0.catalog"
    rows = [json.loads(line) for line in catalog.read_text().splitlines()]
    rows[1]["user/mode"] = ["user"]
    rows[2]["user/angle"] = 10**400
    rows[3]["_session_id"] = {"a": [1]}
    rows[4]["stop/reason"] = "half a character: \ud800"
    rows[5]["my/gear"] = "first"
    rows[6]["a//b/../c"] = 2
    rows[7]["cam/image_array"] = "../../../etc/passwd"
    rows[8]["user/mode"] = "pilot\x1b[31m" * 1000
    catalog.write_text("".join(json.dumps(row) + "\n" for row in rows))
    manifest = (drive / "manifest.json").read_text().splitlines()
    manifest[2] = json.dumps({"no\ud800te": ["\udfff", 1]})
    (drive / "manifest.json").write_text("\n".join(manifest) + "\n")
    exported = export_tubs([drive], to, tmp_path / f"drive.{'rrd' if to == 'rerun' else to}")
    assert exported.num_records == 12
    assert exported.facts["num_pictures"] == 11
    assert len(list(tmp_path.iterdir())) == 2


def test_a_column_that_cannot_be_drawn_is_named(drive, to, tmp_path):
    exported = export_tubs([drive], to, tmp_path / f"drive.{'rrd' if to == 'rerun' else to}")
    assert any("my/notes" in note for note in exported.notes)


def test_thousands_of_columns_do_not_become_thousands_of_channels(tmp_path, to):
    names = [f"x{number}" for number in range(1000)]
    with TubWriter(tmp_path / "wide", names, ["float"] * 1000) as writer:
        writer.append(dict.fromkeys(names, 0.5))
    exported = export_tubs(
        [tmp_path / "wide"], to, tmp_path / f"a.{'rrd' if to == 'rerun' else to}"
    )
    assert any("800 columns left out, too many" in note for note in exported.notes)


def layout_topics(layout):
    """Topic and field of every curve, state, picture and log that a layout shows."""
    for config in layout["configById"].values():
        for path in config.get("paths", ()):
            yield tuple(path["value"].split("."))
        if "imageMode" in config:
            yield (config["imageMode"]["imageTopic"],)
        if "topicToRender" in config:
            yield (config["topicToRender"],)


def test_everything_that_the_layout_shows_has_a_topic(drive, tmp_path):
    model = [Answers(str(number), {(drive, 0): Command(0.5, 0.5)}) for number in (1, 2, 3)]
    out = tmp_path / "drive.mcap"
    export_tubs([drive], "mcap", out, options={"model": model})
    with open(out, "rb") as file:
        summary = mcap.reader.make_reader(file).get_summary()
    schemas = {
        channel.topic: summary.schemas[channel.schema_id] for channel in summary.channels.values()
    }
    for topic, *field in layout_topics(json.loads(LAYOUT.read_text())):
        assert topic in schemas, topic
        if field:
            assert field[0] in json.loads(schemas[topic].data)["properties"], (topic, field)


def test_the_layout_arranges_each_of_its_panels_once():
    layout = json.loads(LAYOUT.read_text())

    def panels(place):
        if isinstance(place, str):
            return [place]
        assert place["direction"] in ("row", "column")
        return panels(place["first"]) + panels(place["second"])

    assert sorted(panels(layout["layout"])) == sorted(layout["configById"])


def test_the_command_lets_a_pilot_answer(cut, shared_data, tmp_path, capsys):
    out = tmp_path / "drive.rrd"
    model = shared_data / "models" / "linear_pilot3.tflite"
    tub = cut("renault_office_v2")
    words = ["tub", "export", str(tub), "--to", "rerun", "--out", str(out)]
    assert main([*words, "--model", str(model), "--type", "linear"]) == 0
    assert f"wrote {out}: 40 records" in capsys.readouterr().out
    (table,) = columns(out)["/control/angle/linear_pilot3"]
    assert table.num_rows == 40
    assert main([*words, "--type", "linear", "--overwrite"]) == 1
    assert "`--type` belongs to --model" in capsys.readouterr().err
