"""What is suspicious in a tub: found where it is, and not where it is not."""

import json

import numpy as np
import pytest

from donkeycar.management.cli import main
from donkeycar.tub import TubWriter
from donkeycar.tub.browsing.picture_look import look_at_pictures
from donkeycar.tub.browsing.suspicion import KINDS, runs, suspicions
from donkeycar.tub.browsing.tub_index import TubIndex

INPUTS = ["cam/image_array", "user/angle", "user/throttle"]
TYPES = ["image_array", "float", "float"]
RNG = np.random.default_rng(1)


def road():
    return RNG.integers(60, 190, (24, 32, 3), np.uint8)


@pytest.fixture
def drive(folder):
    """Records a drive of (angle, throttle, picture or None, seconds) and returns its index."""

    def record(rows):
        at_ms = 1_790_000_000_000
        with TubWriter(folder / "tub", INPUTS, TYPES) as writer:
            for angle, throttle, picture, seconds in rows:
                at_ms += round(seconds * 1000)
                picture = road() if picture is None else picture
                writer.append(
                    {"cam/image_array": picture, "user/angle": angle, "user/throttle": throttle},
                    timestamp_ms=at_ms,
                )
        return TubIndex(folder / "tub")

    return record


def driving(count, angle=0.1, throttle=0.3, picture=None):
    return [(angle, throttle, picture, 0.05)] * count


def test_an_ordinary_drive_has_nothing(drive):
    index = drive(driving(60))
    assert suspicions(index, look_at_pictures(index)) == []


@pytest.mark.parametrize(
    ("rows", "kind", "first", "last", "reason"),
    [
        (driving(10) + driving(1, angle=0.9) + driving(10), "steering spike", 10, 10, "0.10 to"),
        (driving(10) + driving(2, angle=-1.0) + driving(10), "steering spike", 10, 11, "and back"),
        (driving(10) + driving(70, throttle=0.0) + driving(5), "standing", 10, 79, "for 3.4 s"),
        (driving(40) + driving(13, throttle=-0.4) + driving(9), "crash", 20, 52, "0.30 to -0.40"),
        (
            driving(30, throttle=0.05) + driving(13, throttle=-0.2) + driving(9),
            "reversing", 10, 42, "reversing for 0.6 s",
        ),
        ([*driving(10), (0.1, 0.3, None, 1.5), *driving(10)], "stall", 9, 10, "1.5 s without"),
    ],
)  # fmt: skip
def test_values_that_are_suspicious(drive, rows, kind, first, last, reason):
    (found,) = suspicions(drive(rows))
    assert (found.kind, found.first, found.last) == (kind, first, last)
    assert reason in found.reason


def still():
    return RNG.integers(60, 190, (24, 32, 3), np.uint8)


SAME = still()


@pytest.mark.parametrize(
    ("rows", "kind", "first", "last"),
    [
        (driving(3, picture=np.full((24, 32, 3), 4, np.uint8)), "dark", 10, 12),
        (driving(1, picture=np.full((24, 32, 3), 120, np.uint8)), "blur", 10, 10),
        (driving(4, picture=SAME), "duplicate", 11, 13),
    ],
)
def test_pictures_that_are_suspicious(drive, rows, kind, first, last):
    index = drive(driving(10) + rows + driving(10))
    found = [one for one in suspicions(index, look_at_pictures(index)) if one.kind == kind]
    assert [(one.first, one.last) for one in found] == [(first, last)]


def test_a_car_against_a_wall_is_seen(drive):
    wall = np.full((24, 32, 3), 120, np.uint8)
    wall[::2] = 180
    shaken = [np.clip(wall.astype(int) + k % 2, 0, 255).astype(np.uint8) for k in range(12)]
    rows = [(0.1, 0.5, picture, 0.05) for picture in shaken]
    index = drive(driving(10) + rows + driving(10))
    (found,) = [one for one in suspicions(index, look_at_pictures(index)) if one.kind == "crash"]
    assert "nothing moves" in found.reason
    assert (found.first, found.last) == (11, 21)


def test_what_is_deleted_is_not_suspicious(drive):
    index = drive(driving(10) + driving(1, angle=0.9) + driving(10))
    index.deleted[10] = True
    assert suspicions(index) == []


def test_a_session_ends_a_run():
    holds = np.array([True, True, True, False, True])
    begins = np.array([True, False, True, False, False])
    assert list(runs(holds, begins)) == [(0, 1), (2, 2), (4, 4)]
    assert list(runs(holds[:0], begins[:0])) == []


def test_the_command_says_it_in_words_and_as_json(drive, folder, capsys):
    drive(driving(10) + driving(1, angle=0.9) + driving(10))
    tub = str(folder / "tub")
    assert main(["tub", "suggest", tub]) == 0
    said = capsys.readouterr().out
    assert "1 finding in 21 records" in said
    assert "10-10: steering jumps" in said
    assert main(["tub", "suggest", tub, "--pictures", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["tubs"]
    assert told["looked_at_pictures"] is True
    assert [one["kind"] for one in told["suggestions"]] == ["steering spike"]
    assert set(KINDS) >= {one["kind"] for one in told["suggestions"]}


def test_a_filter_deletes_and_a_tag_is_given_by_the_command(drive, folder, capsys):
    drive(driving(10) + driving(1, angle=0.9) + driving(10))
    tub = str(folder / "tub")
    assert main(["tub", "tag", tub, "--name", "spike", "--where", "angle > 0.5"]) == 0
    assert "1 record got the tag spike" in capsys.readouterr().out
    assert main(["tub", "delete", tub, "--where", 'tag("spike")']) == 0
    assert "1 record deleted, 10 to 10; 20 left" in capsys.readouterr().out
    assert main(["tub", "delete", tub, "--where", 'tag("spike")']) == 0
    assert "no record left fulfils" in capsys.readouterr().out
    assert main(["tub", "tag", tub, "--name", "spike", "--records", "10", "--remove"]) == 0
    assert "lost the tag" in capsys.readouterr().out
    assert main(["tub", "delete", tub, "--where", "angle >"]) == 1
    assert "Received: the end of the filter" in capsys.readouterr().err
