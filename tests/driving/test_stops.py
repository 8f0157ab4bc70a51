"""Stops of a car are kept in files, the newest first, and never more than a hundred."""

import pytest

from donkeycar.driving.stops import KEPT, read_stops, write_stop

NOON_S = 1_780_000_000.0


def keep(folder, time_s=NOON_S, reason="Stopped.", picture=b"jpeg"):
    return write_stop(folder, time_s=time_s, reason=reason, mode="user", picture=picture)


def test_what_is_kept_is_read_newest_first(tmp_path):
    old = keep(tmp_path / "stops", NOON_S)
    new = keep(tmp_path / "stops", NOON_S + 60.25, picture=None)
    assert read_stops(tmp_path / "stops") == [new, old]
    assert read_stops(tmp_path / "stops", since_s=NOON_S + 1) == [new]
    assert (tmp_path / "stops" / f"{old.id}.jpg").read_bytes() == b"jpeg"


def test_the_oldest_go_with_their_pictures(tmp_path):
    for number in range(KEPT + 5):
        keep(tmp_path, NOON_S + number)
    stops = read_stops(tmp_path)
    assert len(stops) == KEPT
    assert stops[-1].time_s == NOON_S + 5
    assert len(list(tmp_path.iterdir())) == 2 * KEPT


@pytest.mark.parametrize("text", ["", "{", "[]", '{"time_s": "soon"}', "[" * 5000, "null"])
def test_a_damaged_file_is_none(tmp_path, text):
    good = keep(tmp_path)
    (tmp_path / "20260101_000000_000.json").write_text(text)
    (tmp_path / "notes.json").write_text("{}")
    assert read_stops(tmp_path) == [good]


def test_a_car_that_never_stopped_has_none(tmp_path):
    assert read_stops(tmp_path / "nowhere") == []
