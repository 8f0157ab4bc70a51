"""JSON of others, nested more or less deeply: one sentence from every reader, no traceback."""

import json
from pathlib import Path

import numpy as np
import pytest

from donkeycar.errors import DonkeyError
from donkeycar.json_text import MAX_DEPTH, is_number, parse_json
from donkeycar.management.pilot.convertmodel import _option
from donkeycar.pilots.files.folds_file import read_folds
from donkeycar.pilots.files.keras_check import check_config
from donkeycar.pilots.files.sidecar import read_info
from donkeycar.pilots.inference.load import load_pilot
from donkeycar.pilots.kinds.registry import pilot_type
from donkeycar.sim import reading
from donkeycar.sim.car_model import load_car
from donkeycar.sim.track import find_track
from donkeycar.training.database import read_database
from donkeycar.training.epochs.checkpoint import read_checkpoint
from donkeycar.training.registry import pilots_in

# Around the depth at which the parser gives up, and at which whoever prints or copies it does.
DEPTHS = (101, 300, 800, 880, 920, 940, 960, 975, 985, 995, 1000, 100_000)


def nested(depth, *, key=None):
    """A list in a list in a list, or an object in an object."""
    if key is None:
        return "[" * depth + "]" * depth
    return f'{{"{key}": ' * depth + "0" + "}" * depth


@pytest.mark.parametrize("text", ['{"a": [1, {"b": "[[[["}]}', b'{"a": 1.5}', "3", '"["'])
def test_what_is_not_deep_is_read_as_usual(text):
    assert parse_json(text) == json.loads(text)


def test_brackets_in_texts_are_not_depth():
    assert parse_json(json.dumps(["[" * 500, "{" * 500])) == ["[" * 500, "{" * 500]
    many = json.dumps([[number] for number in range(500)])
    assert len(parse_json(many)) == 500


def test_the_limit_is_where_it_says():
    parse_json(nested(MAX_DEPTH))
    parse_json(nested(MAX_DEPTH, key="a"))
    for text in (nested(MAX_DEPTH + 1), nested(MAX_DEPTH + 1, key="a"), nested(101).encode()):
        with pytest.raises(ValueError, match="nested too deeply, more than 100 times"):
            parse_json(text)


def sidecar(tmp_path, deep):
    (tmp_path / "pilot.json").write_text(f'{{"format": "donkeycar-pilot/1", "options": {deep}}}')
    read_info(tmp_path / "pilot.json")


def sidecar_of_a_pilot(tmp_path, deep):
    (tmp_path / "pilot.json").write_text(f'{{"format": "donkeycar-pilot/1", "type": {deep}}}')
    (tmp_path / "pilot.tflite").write_bytes(b"\0\0\0\0TFL3")
    load_pilot(tmp_path / "pilot.tflite")


def folds(tmp_path, deep):
    (tmp_path / "folds.json").write_text(f'{{"format": "donkeycar-folds/1", "pilots": {deep}}}')
    read_folds(tmp_path)


def track(tmp_path, deep):
    """Before, a RecursionError."""
    (tmp_path / "track.json").write_text(f'{{"name": {deep}}}')
    find_track(str(tmp_path / "track.json"))


def car(tmp_path, deep):
    (tmp_path / "car.json").write_text(f'{{"name": {deep}}}')
    load_car(str(tmp_path / "car.json"))


def network(tmp_path, deep):
    check_config(f'{{"class_name": "Functional", "config": {deep}}}', Path("theirs.keras"))


def operation(tmp_path, deep):
    """A function that is no name but a thousand lists."""
    one = f'{{"class_name": "TFOpLambda", "config": {{"function": {deep}}}}}'
    check_config(f'{{"class_name": "Functional", "config": {one}}}', Path("theirs.keras"))


def list_of_pilots(tmp_path, deep):
    (tmp_path / "database.json").write_text(f'[{{"Name": {deep}}}]')
    read_database(tmp_path)


def checkpoint(tmp_path, deep):
    state = np.frombuffer(f'{{"format": "x", "a": {deep}}}'.encode(), np.uint8)
    with (tmp_path / "pilot.checkpoint").open("wb") as file:
        np.savez(file, _state=state)
    read_checkpoint(tmp_path / "pilot.checkpoint")


READERS = (
    sidecar, sidecar_of_a_pilot, folds, track, car, network, operation, list_of_pilots, checkpoint,
)  # fmt: skip


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("key", [None, "name"])
@pytest.mark.parametrize("reader", READERS)
def test_deep_json_is_one_sentence(tmp_path, reader, depth, key):
    with pytest.raises(DonkeyError) as error:
        reader(tmp_path, nested(depth, key=key))
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 1000


def test_a_track_that_is_no_file_or_never_ends(tmp_path):
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(DonkeyError, match="is not a file"):
        find_track(str(tmp_path / "folder.json"))
    (tmp_path / "long.json").write_bytes(b" " * 5_000_001)
    with pytest.raises(DonkeyError, match="is longer than 5 MB"):
        find_track(str(tmp_path / "long.json"))
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(DonkeyError, match="is not JSON"):
        find_track(str(tmp_path / "bytes.json"))


def test_a_deep_option_is_text():
    """What is no JSON is text; whoever takes the option says what it must be."""
    assert _option(f"choice={nested(100_000)}") == ("choice", nested(100_000))


HUGE = "1" + "0" * 400


@pytest.mark.parametrize(
    ("value", "good"),
    [(1, True), (-2.5, True), (10**308, True), (10**309, False), (-(10**400), False),
     (float("nan"), False), (float("inf"), False), (True, False), ("1", False), (None, False)],
)  # fmt: skip
def test_a_number_is_what_a_float_can_hold(value, good):
    assert is_number(value) is good


@pytest.mark.parametrize(
    "key",
    ["name", "created_at", "options", "camera", "throttle", "transforms", "network", "familiar",
     "probe", "litert"],
)  # fmt: skip
def test_numbers_that_no_float_holds_are_one_sentence(tmp_path, key):
    """Before, some were an OverflowError."""
    good = {
        "format": "donkeycar-pilot/1", "type": "inferred", "comment": "", "created_at": 1.0,
        "camera": {"shape": [20, 20, 3]}, "litert_sha256": "0", "transforms": [], "training": {},
        "data": {}, "metrics": {}, "versions": {},
        "options": {"throttle_straight": 0.5, "throttle_bend": 0.3},
    }  # fmt: skip
    bad = {
        "name": {"type": "@"}, "created_at": {"created_at": "@"}, "options": {"options": "@"},
        "camera": {"camera": {"shape": ["@", 20, 3]}},
        "throttle": {"options": {"throttle_straight": "@", "throttle_bend": 0.3}},
        "transforms": {"transforms": [{"name": "SCALE", "width_factor": "@"}]},
        "network": {"options": {**good["options"], "network": {"l1": "@"}}},
        "familiar": {"familiar": {"middle": ["@"], "spread": ["@"]}},
        "probe": {"probe": {"frames": ["x"], "answers": [["@", "@"]], "vectors": [["@"]]}},
        "litert": {"litert": {"float32": {"sha256": "0", "tolerance": "@"}}},
    }[key]  # fmt: skip
    text = json.dumps({**good, **bad}).replace('"@"', HUGE)
    (tmp_path / "pilot.json").write_text(text)
    (tmp_path / "pilot.tflite").write_bytes(b"\0\0\0\0TFL3")
    with pytest.raises(DonkeyError) as error:
        pilot_type("inferred").settled(read_info(tmp_path / "pilot.json").options)
        load_pilot(tmp_path / "pilot.tflite")
    assert "LiteRT" not in str(error.value)
    assert len(str(error.value)) < 1000
    pilots_in(tmp_path)


@pytest.mark.parametrize("field", ["lane_width", "grain", "seed", "checkpoints", "points"])
def test_a_track_with_numbers_that_no_float_holds(tmp_path, field):
    path = Path(reading.__file__).parent / "presets" / "tracks" / "oval.json"
    track = json.loads(path.read_text())
    if field == "points":
        track["control_points"][0][0] = "@"
    else:
        (track["surface"] if field in ("grain", "seed") else track)[field] = "@"
    (tmp_path / "track.json").write_text(json.dumps(track).replace('"@"', HUGE))
    with pytest.raises(DonkeyError, match="track.json") as error:
        find_track(str(tmp_path / "track.json"))
    assert len(str(error.value)) < 1000
