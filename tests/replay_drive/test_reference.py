"""Stored runs: equal when they are read again, and harmless whoever wrote them."""

import json

import pytest

from donkeycar.errors import TubError
from donkeycar.replay_drive import reference
from donkeycar.replay_drive.compare import compare
from donkeycar.replay_drive.reference import load_reference, save_reference
from donkeycar.replay_drive.trace import Place, Trace

ABOUT = {"donkeycar": "6", "mode": "local", "pilot": None, "tubs": [{"name": "t"}], "settings": {}}
HEAD = {"format": reference.FORMAT, "about": ABOUT, "places": [[0, 0], [0, 1]], "stops": []}


@pytest.fixture
def made():
    made = Trace(ABOUT, [Place(0, 0), Place(0, 7)])
    made.channels = {
        "angle": [0.1234567, None], "user/mode": ["local", "local"], "cam": [(0.5, 1.0), ()],
    }  # fmt: skip
    made.stop(Place(0, 7), "“stopped”\n")
    return made


def test_it_is_read_as_it_was_written(made, tmp_path):
    path = tmp_path / "a.jsonl"
    save_reference(path, made)
    assert load_reference(path) == made


def test_a_whole_run_is_read_as_it_was(drive, office, linear, tmp_path):
    path = tmp_path / "a.jsonl"
    trace = drive(office, linear)
    save_reference(path, trace)
    found = compare(trace, load_reference(path), tolerance=0.0)
    assert found.is_same
    assert path.stat().st_size < 700 * len(trace.places)


def test_it_says_what_made_it_and_no_more(drive, office, linear, tmp_path):
    path = tmp_path / "a.jsonl"
    save_reference(path, drive(office, linear, "WEB_INIT_MODE=user", last=3))
    head = json.loads(path.read_text().splitlines()[0])
    assert head["about"]["pilot"]["name"] == "linear_pilot3.tflite"
    assert len(head["about"]["pilot"]["sha256"][0]) == 64
    assert head["about"]["tubs"] == [{"name": "renault_office_v2", "records": 3541}]
    assert str(office.parent) not in path.read_text()


def lines(*values):
    return "\n".join(json.dumps(value) for value in values)


HOSTILE = {
    "nothing": "",
    "no JSON": "\x80\x02cposix\nsystem\n",
    "a list": "[]",
    "another format": lines({**HEAD, "format": "donkeycar-replay-drive/2"}),
    "no records": lines({**HEAD, "places": None}),
    "a record twice": lines({**HEAD, "places": [[0, 0], [0, 0]]}),
    "a negative record": lines({**HEAD, "places": [[0, -1]]}),
    "a record that is a truth": lines({**HEAD, "places": [[0, True]]}),
    "no settings": lines({**HEAD, "about": {}}),
    "a pilot that is a text": lines({**HEAD, "about": {**ABOUT, "pilot": "../a"}}),
    "tubs that are none": lines({**HEAD, "about": {**ABOUT, "tubs": ["../.."]}}),
    "a stop without a record": lines({**HEAD, "stops": ["here"]}),
    "too few values": lines(HEAD, {"channel": "a", "values": [1.0]}),
    "a value that is an object": lines(HEAD, {"channel": "a", "value": {"x": 1}}),
    "a list of texts": lines(HEAD, {"channel": "a", "value": ["x"]}),
    "a channel twice": lines(HEAD, {"channel": "a", "value": 1}, {"channel": "a", "value": 1}),
    "a channel without a name": lines(HEAD, {"channel": 7, "value": 1}),
    "a line that is a number": lines(HEAD, 7),
    "a number that is too large": lines(HEAD) + '\n{"channel": "a", "value": 1' + "0" * 400 + "}",
    "no number": lines(HEAD) + '\n{"channel": "a", "value": NaN}',
    "deeply nested": lines(HEAD) + "\n" + "[" * 5000 + "]" * 5000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_reference_is_refused_in_a_sentence(tmp_path, kind):
    path = tmp_path / "a.jsonl"
    path.write_bytes(HOSTILE[kind].encode("latin-1"))
    with pytest.raises(TubError, match="Next step: make it anew") as refused:
        load_reference(path)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


def test_one_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "MAX_BYTES", 10)
    (tmp_path / "a.jsonl").write_text(lines(HEAD))
    with pytest.raises(TubError, match="must be smaller than"):
        load_reference(tmp_path / "a.jsonl")


@pytest.mark.parametrize("name", ["none.jsonl", "."])
def test_one_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(TubError, match="must be a file.*--save-reference"):
        load_reference(tmp_path / name)
