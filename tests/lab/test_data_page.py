"""The actions of the data page: what it shows of a tub, and what it changes."""

import json
import struct

import numpy as np
import pytest

from donkeycar.errors import ConfigError, TubError
from donkeycar.lab.action import from_query
from donkeycar.lab.data import answers, edits, pictures, plots, suggestions, tubs
from donkeycar.lab.data.actions import ACTIONS
from donkeycar.lab.lab import Lab
from donkeycar.tub import TubReader, TubWriter

INPUTS = ["cam/image_array", "user/angle", "user/throttle", "user/mode"]
TYPES = ["image_array", "float", "float", "str"]


def record_into(writer, count, first=0):
    for number in range(first, first + count):
        frame = np.full((12, 16, 3), number, np.uint8)
        row = (frame, number / 100, 0.5, "user")
        writer.append(dict(zip(INPUTS, row, strict=True)), timestamp_ms=10**12 + number * 50)


@pytest.fixture
def lab(tmp_path):
    for name in ("data/tub_1", "data/tub_2"):
        with TubWriter(tmp_path / name, INPUTS, TYPES, max_len=5) as writer:
            record_into(writer, 12)
    return Lab(tmp_path)


def plain(answer):
    """An answer as a browser gets it."""
    return json.loads(json.dumps(answer, allow_nan=False))


def unpacked(reply):
    (length,) = struct.unpack(">I", reply.body[:4])
    records = json.loads(reply.body[4 : 4 + length])["records"]
    at = 4 + length
    for record in records:
        record["data"] = reply.body[at : at + record["bytes"]]
        at += record["bytes"]
    assert at == len(reply.body)
    return records


def live(lab):
    return [record["_index"] for record in TubReader(lab.path("data/tub_1"))]


def test_the_list_has_every_tub_and_counts_its_lines(lab):
    (lab.folder / "empty").mkdir()
    (lab.folder / "elsewhere").symlink_to("/")
    edits.delete_records(lab, tub="data/tub_1", words=["3-4"])
    told = plain(tubs.tubs(lab))
    assert [(one["name"], one["records"], one["deleted"]) for one in told["tubs"]] == [
        ("data/tub_1", 12, 2), ("data/tub_2", 12, 0),
    ]  # fmt: skip
    assert not any(one["recording"] for one in told["tubs"])


def test_a_tub_is_described(lab):
    with TubWriter(lab.path("data/tub_1"), INPUTS, TYPES) as writer:
        record_into(writer, 3, first=12)
    told = plain(tubs.open_tub(lab, tub="data/tub_1"))
    assert (told["records"], told["deleted"], told["rate_hz"]) == (15, 0, 20.0)
    assert [(one["first"], one["last"]) for one in told["sessions"]] == [(0, 11), (12, 14)]
    assert told["numbers"] == ["user/angle", "user/throttle"]
    assert told["images"] == ["cam/image_array"]
    assert tubs.size(lab, tub="data/tub_1")["images"] == 15


@pytest.mark.parametrize("name", ["data", "nowhere", "../data", "/etc", "data/tub_1/images", ""])
def test_what_is_no_tub_of_the_folder_is_refused(lab, name):
    for call in (tubs.open_tub, tubs.size, pictures.thumbnail, suggestions.suggest):
        with pytest.raises(ConfigError, match="Received: "):
            call(lab, tub=name)


def test_pictures_come_many_at_once_with_their_values(lab):
    edits.delete_records(lab, tub="data/tub_1", words=["4"])
    (lab.path("data/tub_1") / "images" / "6_cam_image_array_.jpg").unlink()
    records = unpacked(pictures.pictures(lab, tub="data/tub_1", first=2, count=3, step=2))
    assert [(one["position"], one["index"], one["deleted"]) for one in records] == [
        (2, 2, False), (4, 4, True), (6, 6, False),
    ]  # fmt: skip
    assert records[0]["angle"] == 0.02
    assert records[0]["time_s"] == 0.1
    file = lab.path("data/tub_1") / "images" / "4_cam_image_array_.jpg"
    assert records[1]["data"] == file.read_bytes()
    assert records[2]["data"] == b"", "a picture that is not there does not end the others"


def test_a_reply_is_not_larger_than_its_limit(lab, monkeypatch):
    monkeypatch.setattr(pictures, "MAX_REPLY_BYTES", 1000)
    records = unpacked(pictures.pictures(lab, tub="data/tub_1", first=0, count=12))
    assert 1 <= len(records) < 12


@pytest.mark.parametrize(
    "wrong", [{"count": 0}, {"count": 500}, {"step": 0}, {"first": 12}, {"first": -1}, {"key": "x"}]
)
def test_pictures_that_cannot_be_are_refused(lab, wrong):
    with pytest.raises(ConfigError, match="Received: "):
        pictures.pictures(lab, **{"tub": "data/tub_1", "first": 0} | wrong)


def test_a_thumbnail_is_a_picture_of_the_middle(lab):
    reply = pictures.thumbnail(lab, tub="data/tub_1")
    assert reply.body == (lab.path("data/tub_1") / "images" / "7_cam_image_array_.jpg").read_bytes()
    assert reply.content_type == "image/jpeg"


def test_a_plot_keeps_every_spike(lab):
    told = plain(plots.plot(lab, tub="data/tub_1", columns=["user/angle"], bins=4))
    assert told["positions"] == [0, 3, 6, 9]
    assert told["columns"] == [
        {"name": "user/angle", "low": [0.0, 0.03, 0.06, 0.09], "high": [0.02, 0.05, 0.08, 0.11]}
    ]
    part = plots.plot(lab, tub="data/tub_1", columns=["user/angle"], first=5, last=7, bins=9)
    assert part["positions"] == [5, 6, 7]
    with pytest.raises(ConfigError, match="columns of numbers: user/angle"):
        plots.plot(lab, tub="data/tub_1", columns=["user/mode"])


def test_a_histogram_counts_what_is_not_deleted(lab):
    edits.delete_records(lab, tub="data/tub_1", words=["0-5"])
    told = plain(plots.distribution(lab, tub="data/tub_1", column="user/angle", bins=3))
    assert told["counts"] == [2, 2, 2]
    assert len(told["edges"]) == 4


def test_records_are_chosen_by_positions_and_by_a_filter(lab):
    edits.delete_records(lab, tub="data/tub_1", words=["4"])
    told = edits.choose(lab, tub="data/tub_1", first=3, last=6)
    assert told == {"records": 4, "deleted": 1, "runs": [[3, 6]], "words": ["3-6"]}
    told = edits.choose(lab, tub="data/tub_1", condition="angle < 0.02 or angle > 0.1")
    assert (told["words"], told["runs"]) == (["0-1", "11"], [[0, 1], [11, 11]])
    told = edits.choose(lab, tub="data/tub_1", condition="angle < ")
    assert told["position"] == 8
    assert "Received: the end of the filter" in told["error"]


def test_a_tub_is_cleaned_and_the_way_back_is_exact(lab):
    edits.delete_records(lab, tub="data/tub_1", words=["2"])
    told = plain(edits.delete_records(lab, tub="data/tub_1", words=["1-4"]))
    assert told["changed"] == ["1", "3-4"], "what was deleted before is no part of this change"
    assert told["dead"] == [[1, 4]]
    back = edits.restore_records(lab, tub="data/tub_1", words=told["changed"])
    assert back["deleted"] == 1
    assert live(lab) == [0, 1, *range(3, 12)]


def test_a_restore_says_what_stays_deleted(lab):
    edits.delete_records(lab, tub="data/tub_1", words=["3-4"])
    (lab.path("data/tub_1") / "images" / "3_cam_image_array_.jpg").unlink()
    told = edits.restore_records(lab, tub="data/tub_1", words=["3-4"])
    assert told["changed"] == ["4"]
    assert told["why"].startswith("1 stay deleted: ")


def test_a_tag_is_given_found_and_taken_away(lab):
    told = edits.tag_records(lab, tub="data/tub_1", name="corner", words=["2-4"])
    assert (told["changed"], told["tags"]) == (["2-4"], {"corner": 3})
    chosen = edits.choose(lab, tub="data/tub_1", condition='tag("corner") and index > 2')
    assert chosen["words"] == ["3-4"]
    told = edits.tag_records(lab, tub="data/tub_1", name="corner", words=["2-4"], remove=True)
    assert told["tags"] == {}


def test_the_tub_that_is_being_recorded_is_shown_and_not_changed(lab):
    with TubWriter(lab.path("data/tub_1"), INPUTS, TYPES, batch_s=0) as writer:
        record_into(writer, 2, first=12)
        assert [one["recording"] for one in tubs.tubs(lab)["tubs"]] == [True, False]
        assert tubs.open_tub(lab, tub="data/tub_1")["records"] == 14
        for change in (
            lambda: edits.delete_records(lab, tub="data/tub_1", words=["1"]),
            lambda: edits.restore_records(lab, tub="data/tub_1", words=["1"]),
            lambda: edits.tag_records(lab, tub="data/tub_1", name="x", words=["1"]),
        ):
            with pytest.raises(TubError, match="A program records into this tub"):
                change()
        assert edits.delete_records(lab, tub="data/tub_2", words=["1"])["records"] == 1
        record_into(writer, 1, first=14)
    assert len(live(lab)) == 15, "the recording went on"


def test_health_is_what_check_finds(lab):
    assert tubs.health(lab, tub="data/tub_2") == {"faults": [], "next_steps": [], "error": ""}
    (lab.path("data/tub_1") / "images" / "3_cam_image_array_.jpg").unlink()
    told = tubs.health(lab, tub="data/tub_1")
    assert [one["kind"] for one in told["faults"]] == ["bad image"]
    assert " tub repair " in told["next_steps"][0]


def test_suspicions_are_grouped_and_pictures_come_from_a_file(lab):
    assert suggestions.suggest(lab, tub="data/tub_1") == {"groups": [], "pictures": False}
    one = {"kind": "dark", "first": 0, "last": 1, "reason": "brightness 0", "of_pictures": True}
    rows = [one, one | {"last": 99}]
    file = lab.folder / "logs" / "suggestions" / "data__tub_1.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"tubs": [{"suggestions": rows}]}))
    told = plain(suggestions.suggest(lab, tub="data/tub_1"))
    assert told["pictures"] is True
    assert [(one["title"], one["found"]) for one in told["groups"]] == [
        ("Dark pictures", [[0, 1, "brightness 0"]])
    ]
    file.write_text("nonsense")
    assert suggestions.suggest(lab, tub="data/tub_1")["pictures"] is False


def test_every_action_takes_what_a_browser_sends():
    by_path = {action.path: action for action in ACTIONS}
    assert from_query(by_path["plot"], {"tub": ["a"], "columns": ["x", "y"], "first": ["3"]}) == {
        "tub": "a", "columns": ["x", "y"], "first": 3,
    }  # fmt: skip
    assert from_query(by_path["choose"], {"tub": ["a"], "condition": ["x > 1"]})


def test_answers_of_a_pilot_belong_to_records_and_to_this_version_of_it(lab):
    models = lab.folder / "models"
    models.mkdir()
    for name in ("a.tflite", "a.keras", "b.keras", ".c.tflite", "note.txt"):
        (models / name).write_bytes(b"")
    assert plain(answers.pilots(lab)) == {
        "pilots": [
            {"name": "a", "file": "models/a.tflite"}, {"name": "b", "file": "models/b.keras"},
        ]
    }  # fmt: skip
    asked = {"tub": "data/tub_1", "pilot": "models/a.tflite"}
    assert answers.answers(lab, **asked) == {"angle": None, "throttle": None}
    file = answers._file(lab, **asked)
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"indexes": [2, 3], "angle": [0.5, None], "throttle": [0.1, 0.2]}))
    edits.delete_records(lab, tub="data/tub_1", words=["3"])
    told = plain(answers.answers(lab, **asked))
    assert told["angle"][:5] == [None, None, 0.5, None, None]
    assert told["throttle"][2:4] == [0.1, 0.2]
    assert len(told["angle"]) == 12
    (models / "a.tflite").write_bytes(b"trained again")
    assert answers.answers(lab, **asked)["angle"] is None


@pytest.mark.parametrize("pilot", ["models/none.tflite", "data/tub_1/manifest.json", "../x.keras"])
def test_what_is_no_pilot_is_refused(lab, pilot):
    for call in (answers.answers, answers.ask):
        with pytest.raises(ConfigError, match="Received: "):
            call(lab, tub="data/tub_1", pilot=pilot)
