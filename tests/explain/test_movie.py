"""Movies of tubs, looked at as a player would."""

import json
import shutil
import subprocess
import sys

import av
import numpy as np
import pytest
from PIL import Image

from donkeycar.errors import ConfigError, PilotError, TubError
from donkeycar.explain.footage import footage, rate_of
from donkeycar.explain.movie import make_movie
from donkeycar.explain.overlay import DRIVER, PILOT, Answer, Overlay, heated
from donkeycar.management.cli import main
from donkeycar.pilots import load_pilot
from donkeycar.tub import TubReader, TubWriter
from donkeycar.tub.sizes import letterboxed

INPUTS = ["cam/image_array", "user/angle", "user/throttle"]
TYPES = ["image_array", "float", "float"]


@pytest.fixture
def record(tmp_path):
    """Record frames of a size, the throttle counting up."""

    def record(name, count, *, shape=(33, 41, 3), step_ms=50):
        with TubWriter(tmp_path / name, INPUTS, TYPES) as tub:
            for number in range(count):
                frame = np.full(shape, 10 * number, np.uint8)
                values = dict(zip(INPUTS, (frame, 0.5, number / 10), strict=True))
                tub.append(values, timestamp_ms=1_700_000_000_000 + step_ms * number)
        return tmp_path / name

    return record


def played(path):
    """Pictures and rate of a movie."""
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert stream.codec_context.name == "h264"
        pictures = [frame.to_ndarray(format="rgb24") for frame in file.decode(stream)]
        return pictures, float(stream.average_rate)


def near(picture, colour, within=60):
    """How many pixels have about a colour."""
    distance = np.abs(picture.astype(int) - np.array(colour)).max(axis=2)
    return int(np.count_nonzero(distance < within))


def test_odd_frames_become_a_movie_that_plays(record, tmp_path):
    movie = make_movie(record("tub", 7), tmp_path / "new" / "tub.mp4", scale=3)
    pictures, rate_hz = played(movie.path)
    assert movie.frames == len(pictures) == 7
    assert rate_hz == movie.rate_hz == 20
    assert all(side % 2 == 0 for side in pictures[0].shape[:2])
    assert [file.name for file in movie.path.parent.iterdir()] == ["tub.mp4"]


@pytest.mark.parametrize(
    ("step_ms", "rate_hz"),
    [(50, 20), (63, 15.87), (100, 10), (237, 4.22), (1000, 1), (0, 20), (3, 20), (5000, 20)],
)
def test_it_runs_as_fast_as_it_was_driven(record, step_ms, rate_hz):
    recordings, _, _ = footage(record("tub", 5, step_ms=step_ms))
    assert rate_of(recordings) == rate_hz


def test_the_first_picture_does_not_decide_for_the_others(tmp_path, capsys):
    """It used to leave out 39 of 40 pictures, for one of another size, and end with exit code 0."""
    with TubWriter(tmp_path / "tub", INPUTS, TYPES) as tub:
        for number in range(10):
            height, width = (64, 64) if number == 0 else (30, 40)
            frame = np.full((height, width, 3), 200, np.uint8)
            values = dict(zip(INPUTS, (frame, 0.5, 0.3), strict=True))
            tub.append(values, timestamp_ms=1_700_000_000_000 + 50 * number)
    out = tmp_path / "m.mp4"
    assert main(["makemovie", "--tub", str(tmp_path / "tub"), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "1 of 10 pictures has another size (1 of 64x64), shown within 40x30" in said
    assert "10 pictures" in said.splitlines()[-1]


def test_the_whole_of_a_picture_of_another_size_is_shown():
    picture = np.full((20, 20, 3), 200, np.uint8)
    shown = letterboxed(picture, (30, 60, 3))
    assert shown.shape == (30, 60, 3)
    assert (shown[:, 15:45] == 200).all() and not shown[:, :15].any() and not shown[:, 45:].any()


def test_a_pilot_is_not_asked_about_pictures_of_another_size(road_tub, road_pilot, tmp_path):
    tub = shutil.copytree(road_tub, tmp_path / "tub")
    reader = TubReader(tub)
    Image.new("RGB", (50, 50)).save(reader.image_path(reader.records()[0]))
    movie = make_movie(tub, tmp_path / "m.mp4", pilot=load_pilot(road_pilot.litert), end=5)
    assert movie.frames == 5
    assert movie.unanswered == 0
    assert "1 of 5 pictures has another size (1 of 50x50)" in movie.sizes
    assert movie.sizes.endswith("the pilot was not asked about that")


def test_a_movie_of_one_picture_is_none(record, tmp_path, capsys):
    tub = record("tub", 6)
    reader = TubReader(tub)
    for one in reader.records()[1:]:
        reader.image_path(one).write_bytes(b"")
    assert main(["makemovie", "--tub", str(tub), "--out", str(tmp_path / "m.mp4")]) == 1
    assert "A movie needs two pictures or more. Received: 1 in" in capsys.readouterr().err
    assert not (tmp_path / "m.mp4").exists()


def test_a_pause_in_the_recording_does_not_slow_it_down(record):
    tub = record("tub", 6)
    recordings, _, _ = footage(tub)
    recordings.sources[5][1]["_timestamp_ms"] += 60_000
    assert rate_of(recordings) == 20


def test_start_and_end_are_indexes_of_records(record):
    tub = record("tub", 8)
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.delete([3])
    recordings, pictures, _ = footage(tub, start=2, end=6)
    assert [record["_index"] for _, record in recordings.sources] == [2, 4, 5]
    assert pictures[1].mean() == pytest.approx(40, abs=3)
    assert [record["_index"] for _, record in footage(tub, end=-1)[0].sources][-1] == 7


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (8, None, "records from 8 to the end in .* Received: a tub with records 0 to 7"),
        (-1, None, "begin at 0 or later"),
        (5, 5, "end after its start. Received: 5 to 5"),
        (9, 12, "records from 9 to 12"),
    ],
)
def test_a_range_with_nothing_in_it_is_refused(record, tmp_path, start, end, message):
    with pytest.raises(TubError, match=message):
        make_movie(record("tub", 8), tmp_path / "m.mp4", start=start, end=end)
    assert not (tmp_path / "m.mp4").exists()


def test_what_cannot_be_shown_is_left_out_and_counted(record, tmp_path):
    tub = record("tub", 6)
    records = TubReader(tub).records()
    reader = TubReader(tub)
    reader.image_path(records[1]).write_bytes(b"")
    reader.image_path(records[2]).unlink()
    movie = make_movie(tub, tmp_path / "m.mp4")
    assert (movie.frames, movie.left_out) == (4, 2)


def test_a_tub_without_any_picture_is_refused(record, tmp_path):
    tub = record("tub", 2)
    for one in TubReader(tub).records():
        TubReader(tub).image_path(one).unlink()
    with pytest.raises(TubError, match="None of 2 pictures"):
        make_movie(tub, tmp_path / "m.mp4")


def test_driver_and_pilot_are_drawn_in_their_colours(road_tub, road_pilot, tmp_path):
    pilot = load_pilot(road_pilot.litert)
    movie = make_movie(road_tub, tmp_path / "m.mp4", pilot=pilot, end=6, scale=4)
    both = played(movie.path)[0][3]
    alone = make_movie(road_tub, tmp_path / "m.mp4", pilot=pilot, end=6, scale=4, draw_driver=False)
    only_pilot = played(alone.path)[0][3]
    assert near(both, DRIVER) > 100 < near(both, PILOT)
    assert near(only_pilot, DRIVER) < 20
    assert near(only_pilot, PILOT) > 100


def test_what_the_pilot_looks_at_is_coloured(road_tub, road_pilot, tmp_path):
    asked = []

    def left_half(pilot):
        asked.append(pilot.shown["img_in"].shape)
        return np.repeat([[1.0, 0.0]], 64, axis=0)

    pilot = load_pilot(road_pilot.litert)
    movie = make_movie(
        road_tub, tmp_path / "m.mp4", pilot=pilot, saliency=left_half, end=3, draw_driver=False
    )
    picture = played(movie.path)[0][0].astype(int)
    redness = picture[:60, :, 0] - picture[:60, :, 2]
    assert asked == [(1, 64, 80, 3)] * 3
    assert redness[:, 60:100].mean() > 80
    assert redness[:, -60:].mean() < 20


def test_a_steering_line_points_where_it_steers():
    frame = np.zeros((60, 80, 3), np.uint8)
    overlay = Overlay(frame.shape, scale=4)
    left, right = (overlay.draw(frame, driver=Answer(angle, 0.5))[:200] for angle in (-0.8, 0.8))
    columns = [np.flatnonzero((p[:, :, 1] > 150).any(axis=0)).mean() for p in (left, right)]
    assert columns[0] < 160 < columns[1]


def test_nobody_steers_where_nothing_was_recorded():
    frame = np.zeros((60, 80, 3), np.uint8)
    nothing = Answer(float("nan"), 0.0)
    picture = Overlay(frame.shape).draw(frame, driver=nothing)
    assert near(picture[:118], DRIVER) == 0
    assert picture.shape == Overlay(frame.shape).draw(frame, driver=Answer(0, 0)).shape


def test_beyond_the_end_of_the_scale_is_the_end_of_the_scale():
    frame = np.zeros((60, 80, 3), np.uint8)
    far, full = (Overlay(frame.shape).draw(frame, pilot=Answer(v, v))[:100] for v in (7.0, 1.0))
    assert np.array_equal(far, full)


def test_what_does_not_matter_keeps_its_colour():
    frame = np.full((10, 12, 3), 90, np.uint8)
    where = np.zeros((10, 12))
    where[4, 5] = 1
    seen = heated(frame, where)
    assert (seen[0] == 90).all()
    assert seen[4, 5, 0] > 150


@pytest.mark.parametrize("scale", [0, 17])
def test_an_impossible_scale_is_refused(scale):
    with pytest.raises(ConfigError, match=f"`scale` must be 1 to 16. Received: {scale}"):
        Overlay((60, 80), scale=scale)


def test_what_cannot_become_a_movie_is_refused(record, road_pilot, tmp_path):
    tub = record("tub", 2)
    with pytest.raises(ConfigError, match=r"must end in .mp4. Received: .*m.avi"):
        make_movie(tub, tmp_path / "m.avi")
    with pytest.raises(ConfigError, match="`rate_hz` must be more than 0"):
        make_movie(tub, tmp_path / "m.mp4", rate_hz=0)
    with pytest.raises(ConfigError, match="Add --model"):
        make_movie(tub, tmp_path / "m.mp4", saliency=lambda pilot: np.zeros((2, 2)))
    with pytest.raises(PilotError, match=r"80x64 pixels in colour. Received: 41x33 pixels"):
        make_movie(tub, tmp_path / "m.mp4", pilot=load_pilot(road_pilot.litert))


def test_the_command_tells_what_it_wrote(road_tub, road_pilot, tmp_path, capsys):
    words = ["makemovie", "--tub", road_tub, "--model", road_pilot.litert, "--end", 5]
    out = tmp_path / "tub.mp4"
    assert main([*map(str, words), "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"wrote {out}: 5 pictures, 0.25 s at 20 a second\n"
    assert main(["makemovie", "--tub", str(tmp_path / "none"), "--out", str(out)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("donkey: error: There is no tub at") and error.count("\n") == 1


def test_the_command_shows_where_a_pilot_looks(road_tub, road_pilot, tmp_path):
    """It learnt to follow a bright line on a dark floor: that is where it must look."""
    out = tmp_path / "tub.mp4"
    words = ["makemovie", "--tub", road_tub, "--model", road_pilot.keras, "--end", 2]
    assert main([*map(str, words), "--salient", "--no-draw-user-input", "--out", str(out)]) == 0
    picture = played(out)[0][0].astype(int)
    assert (picture[:128, :, 0] - picture[:128, :, 2]).max() > 60
    assert main(["makemovie", "--tub", str(road_tub), "--salient", "--out", str(out)]) == 1


def test_a_tub_that_is_named_twice_makes_one_movie(road_tub, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["makemovie", "--tub", f"{road_tub},{road_tub}", "--end", "5"]) == 0
    assert [path.name for path in tmp_path.glob("*.mp4")] == ["tub_movie.mp4"]


def test_a_movie_without_a_pilot_needs_no_network_library(road_tub, tmp_path):
    code = (
        "import sys\n"
        "for name in ('tensorflow', 'keras', 'ai_edge_litert', 'matplotlib'):\n"
        "    sys.modules[name] = None\n"
        "from donkeycar.explain.movie import make_movie\n"
        f"print(make_movie({str(road_tub)!r}, {str(tmp_path / 'm.mp4')!r}, end=2).frames)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "2\n", done.stderr


def test_records_of_another_driver_are_shown_too(tmp_path):
    """Angles of other programs, or none: it is their picture that counts."""
    with TubWriter(tmp_path / "t", INPUTS, TYPES) as tub:
        for angle in (15.0, 0.0):
            frame = np.zeros((30, 40, 3), np.uint8)
            tub.append(dict(zip(INPUTS, (frame, angle, 0.1), strict=True)))
    catalog = next((tmp_path / "t").glob("catalog_0.catalog"))
    lines = [json.loads(line) for line in catalog.read_text().splitlines()]
    del lines[1]["user/angle"]
    catalog.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert make_movie(tmp_path / "t", tmp_path / "m.mp4").frames == 2
