"""LeRobot: real tubs as a dataset of version 3.0, held against its documented layout."""

import io
import json
from fractions import Fraction

import av
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from donkeycar.errors import ConfigError, TubError
from donkeycar.formats.exporting.export import export_tubs
from donkeycar.formats.exporting.lerobot import layout
from donkeycar.tub import TubReader, TubWriter

from .conftest import TUBS

FRONT = "observation.images.front"
ALWAYS = {
    "timestamp": "float",
    "frame_index": "int64",
    "episode_index": "int64",
    "index": "int64",
    "task_index": "int64",
    "observation.state": "fixed_size_list<element: float>[2]",
    "action": "fixed_size_list<element: float>[2]",
}
STATS = {"min", "max", "mean", "std", "count", "q01", "q10", "q50", "q90", "q99"}


class Dataset:
    """A dataset on disk, read by the paths that its `info.json` names."""

    def __init__(self, root):
        self.root = root
        self.info = json.loads((root / "meta/info.json").read_text())
        self.stats = json.loads((root / "meta/stats.json").read_text())
        episodes = sorted((root / "meta/episodes").glob("*/*.parquet"))
        self.episodes = [row for path in episodes for row in pq.read_table(path).to_pylist()]
        self.schema = pq.read_schema(root / "data/chunk-000/file-000.parquet")

    def frames(self, episode):
        """The rows of an episode, from the file that its own row names."""
        place = {key: episode[f"data/{key}"] for key in ("chunk_index", "file_index")}
        rows = pq.read_table(self.root / self.info["data_path"].format(**place)).to_pylist()
        return [row for row in rows if row["episode_index"] == episode["episode_index"]]

    def all_frames(self):
        return [row for episode in self.episodes for row in self.frames(episode)]


def exported(tubs, out, **options):
    tubs = tubs if isinstance(tubs, list) else [tubs]
    return export_tubs(tubs, "lerobot", out, options=options, overwrite=True)


def drive(path, times_s, angles=None, *, picture=(12, 16, 3), delete=(), sessions=None):
    """A tub with records at these times."""
    names = ["cam/image_array", "user/angle", "user/throttle", "user/mode", "my/speed"]
    types = ["image_array", "float", "float", "str", "float"]
    with TubWriter(path, names, types) as writer:
        for number, _ in enumerate(times_s):
            angle = number / 100 if angles is None else angles[number]
            frame = np.full(picture, 5 * number % 256, np.uint8)
            row = {"cam/image_array": frame, "user/angle": angle, "user/throttle": 0.25}
            writer.append({**row, "user/mode": "user", "my/speed": 2.0 * number})
        writer.flush()
        writer.delete(delete)
    (catalog,) = path.glob("*.catalog")
    records = [json.loads(line) for line in catalog.read_text().splitlines()]
    for number, (record, time_s) in enumerate(zip(records, times_s, strict=True)):
        record["_timestamp_ms"] = 1_700_000_000_000 + round(1000 * time_s)
        if sessions is not None:
            record["_session_id"] = sessions[number]
    catalog.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


@pytest.mark.parametrize("name", TUBS)
def test_the_layout_is_the_documented_one(cut, tmp_path, name):
    exported(cut(name), tmp_path / "set")
    dataset = Dataset(tmp_path / "set")
    info = dataset.info
    assert info["codebase_version"] == "v3.0"
    assert info["robot_type"] == "donkeycar"
    assert info["data_path"] == "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
    assert info["video_path"] is None
    assert (info["chunks_size"], info["data_files_size_in_mb"]) == (1000, 100)
    assert info["splits"] == {"train": f"0:{len(dataset.episodes)}"}
    assert info["total_episodes"] == len(dataset.episodes)
    assert info["total_frames"] == len(dataset.all_frames())
    types = {field.name: str(field.type) for field in dataset.schema}
    assert {name: types[name] for name in ALWAYS} == ALWAYS
    assert types[FRONT] == "struct<bytes: binary, path: string>"
    assert set(types) == set(info["features"])
    for feature in ("action", "observation.state"):
        assert info["features"][feature]["names"] == ["steering.pos", "throttle.vel"]
        assert info["features"][feature]["dtype"] == "float32"
    assert info["features"][FRONT]["names"] == ["height", "width", "channels"]
    assert not [name for name in info["features"] if "/" in name]


@pytest.mark.parametrize("video", [False, True])
@pytest.mark.parametrize("name", TUBS)
def test_frames_are_where_their_episode_says_at_even_times(cut, tmp_path, name, video):
    """Complaints: `timestamps unexpectedly violate the tolerance`, and frames of other episodes."""
    exported(cut(name), tmp_path / "set", video=video)
    dataset = Dataset(tmp_path / "set")
    fps, index = dataset.info["fps"], 0
    assert isinstance(fps, int)
    for number, episode in enumerate(dataset.episodes):
        assert episode["episode_index"] == number
        assert episode["dataset_from_index"] == index
        rows = dataset.frames(episode)
        assert len(rows) == episode["length"] >= 2
        for place, row in enumerate(rows):
            assert row["frame_index"] == place
            assert row["index"] == index
            assert abs(row["timestamp"] - place / fps) < 1e-5
            index += 1
        assert episode["dataset_to_index"] == index
        assert episode["tasks"] == ["Drive along the track."]
        assert (episode["meta/episodes/chunk_index"], episode["meta/episodes/file_index"]) == (0, 0)


@pytest.mark.parametrize("name", TUBS)
def test_labels_and_image_files_are_those_of_the_tub(cut, tmp_path, name):
    tub = cut(name)
    result = exported(tub, tmp_path / "set")
    reader = TubReader(tub)
    records = {record["_index"]: record for record in reader}
    rows = Dataset(tmp_path / "set").all_frames()
    assert result.num_records == len(rows) >= len(records) - 2
    for row in rows:
        record = records[row["tub.index"]]
        assert row["action"] == np.float32([record["user/angle"], record["user/throttle"]]).tolist()
        assert row[FRONT]["bytes"] == reader.image_path(record).read_bytes()
        assert row["tub.origin"] == name
        assert row.get("tub.timestamp_ms") == record.get("_timestamp_ms")


@pytest.mark.parametrize("name", ["usi_track2_v2", "sim_usi_v1"])
def test_films_show_each_frame_at_its_time_and_can_be_entered_anywhere(cut, tmp_path, name):
    """Complaints: videos that drift from the data, and readers that wait for a key frame."""
    tub = cut(name)
    exported(tub, tmp_path / "set", video=True)
    dataset = Dataset(tmp_path / "set")
    feature = dataset.info["features"][FRONT]
    assert feature["dtype"] == "video"
    assert FRONT not in dataset.schema.names
    reader = TubReader(tub)
    records = {record["_index"]: record for record in reader}
    (path,) = (tmp_path / "set/videos").rglob("*.mp4")
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        assert stream.average_rate == dataset.info["fps"] == feature["info"]["video.fps"]
        assert (stream.height, stream.width) == tuple(feature["shape"][:2])
        frames = list(film.decode(stream))
        times = {frame.pts * stream.time_base: frame for frame in frames}
    assert max(np.diff([n for n, frame in enumerate(frames) if frame.key_frame])) <= 2
    assert len(frames) == dataset.info["total_frames"]
    for episode in dataset.episodes:
        place = {key: episode[f"videos/{FRONT}/{key}"] for key in ("chunk_index", "file_index")}
        template = dataset.info["video_path"]
        assert dataset.root / template.format(video_key=FRONT, **place) == path
        start = Fraction(episode[f"videos/{FRONT}/from_timestamp"]).limit_denominator(1000)
        for row in dataset.frames(episode):
            frame = times[start + Fraction(row["frame_index"], dataset.info["fps"])]
            if row["frame_index"] == 0:
                assert frame.key_frame
            shown = frame.to_ndarray(format="rgb24").astype(int)
            picture = reader.image(records[row["tub.index"]])
            assert np.abs(shown - picture).mean() < 6
        end = start + Fraction(episode["length"], dataset.info["fps"])
        assert episode[f"videos/{FRONT}/to_timestamp"] == pytest.approx(float(end))


@pytest.mark.parametrize("video", [False, True])
def test_statistics_have_the_shapes_that_readers_check(cut, tmp_path, video):
    """Complaints: `Shape of 'min' must be (3,1,1)`, no quantiles, a std of pictures near 0."""
    tub = cut("renault_office_v2")
    exported(tub, tmp_path / "set", video=video)
    dataset = Dataset(tmp_path / "set")
    plain = {n for n, f in dataset.info["features"].items() if f["dtype"] != "string"}
    assert set(dataset.stats) == plain
    for name, stats in dataset.stats.items():
        assert set(stats) == STATS
        wanted = (3, 1, 1) if name == FRONT else tuple(dataset.info["features"][name]["shape"])
        assert {np.shape(stats[key]) for key in STATS - {"count"}} == {wanted}
        for key, value in stats.items():
            own = dataset.episodes[0][f"stats/{name}/{key}"]
            assert np.shape(own) == np.shape(value)
    actions = np.array([row["action"] for row in dataset.all_frames()])
    assert dataset.stats["action"]["mean"] == pytest.approx(actions.mean(axis=0).tolist())
    assert dataset.stats["action"]["std"] == pytest.approx(actions.std(axis=0).tolist())
    q90 = np.quantile(actions, 0.9, axis=0).tolist()
    assert dataset.stats["action"]["q90"] == pytest.approx(q90)
    reader = TubReader(tub)
    pixels = np.stack([reader.image(record) for record in reader]).reshape(-1, 3) / 255
    for key, value in (("mean", pixels.mean(0)), ("std", pixels.std(0)), ("min", pixels.min(0))):
        assert np.ravel(dataset.stats[FRONT][key]) == pytest.approx(value, abs=1e-9)
    median = np.median(pixels, axis=0)
    assert np.ravel(dataset.stats[FRONT]["q50"]) == pytest.approx(median, abs=1 / 255)
    assert dataset.stats[FRONT]["count"] == [40]


def test_tasks_are_a_table_of_pandas_with_the_task_as_its_index(cut, tmp_path):
    """Complaints: no tasks.parquet, and no column `task` in it."""
    exported(cut("tiny_v1"), tmp_path / "set", task="Two laps, clockwise.")
    table = pq.read_table(tmp_path / "set/meta/tasks.parquet")
    assert table.to_pylist() == [{"task_index": 0, "task": "Two laps, clockwise."}]
    assert json.loads(table.schema.metadata[b"pandas"])["index_columns"] == ["task"]
    assert Dataset(tmp_path / "set").info["total_tasks"] == 1


def test_a_pause_a_session_a_deleted_stretch_and_a_clock_set_back_end_an_episode(tmp_path):
    times = [0, 0.1, 0.2, 5.0, 5.1, 5.2, 5.3, 5.4, 5.5, 5.6, 5.7, 5.8, 1.0, 1.1, 1.2]
    sessions = ["a"] * 5 + ["b"] * 10
    tub = drive(tmp_path / "tub", times, delete=[6, 7, 8, 9, 10], sessions=sessions)
    result = exported(tub, tmp_path / "set")
    rows = Dataset(tmp_path / "set").all_frames()
    found = [(row["episode_index"], row["tub.index"]) for row in rows]
    assert found == [(0, 0), (0, 1), (0, 2), (1, 3), (1, 4), (2, 12), (2, 13), (2, 14)]
    # Records 5 and 11 have no neighbour.
    assert result.left_out == {"no other record before and after a pause": 2}
    assert result.facts["num_episodes"] == 3
    exported(tub, tmp_path / "set", pause_s=10.0)
    assert len(Dataset(tmp_path / "set").episodes) == 3


def test_a_slow_camera_does_not_pause_at_every_record(tmp_path):
    tub = drive(tmp_path / "tub", [0, 1, 2, 3, 10, 11])
    assert exported(tub, tmp_path / "set").facts["num_episodes"] == 2


def test_the_state_is_the_order_before_the_action(tmp_path):
    tub = drive(tmp_path / "tub", np.arange(4) / 10, [0.5, -0.5, 0.25, 0.0])
    exported(tub, tmp_path / "set")
    rows = Dataset(tmp_path / "set").all_frames()
    assert [row["action"][0] for row in rows] == [0.5, -0.5, 0.25, 0.0]
    assert [row["observation.state"][0] for row in rows] == [0.5, 0.5, -0.5, 0.25]


def test_uneven_times_are_kept_in_a_column_or_made_even(tmp_path):
    times = [0, 0.1, 0.2, 0.4, 0.5, 0.51, 0.6, 0.7, 0.8]
    tub = drive(tmp_path / "tub", times)
    exported(tub, tmp_path / "set")
    kept = Dataset(tmp_path / "set").all_frames()
    assert [row["tub.index"] for row in kept] == list(range(9))
    first = kept[0]["tub.timestamp_ms"]
    assert [(row["tub.timestamp_ms"] - first) / 1000 for row in kept] == times
    assert "each record is one frame" in (tmp_path / "set/README.md").read_text().lower()
    exported(tub, tmp_path / "set", resample=True)
    even = Dataset(tmp_path / "set").all_frames()
    assert [row["tub.index"] for row in even] == [0, 1, 2, 2, 3, 4, 6, 7, 8]
    assert [round(row["timestamp"], 3) for row in even] == [n / 10 for n in range(9)]


def test_another_rate_needs_other_frames(tmp_path):
    tub = drive(tmp_path / "tub", np.arange(40) / 20)
    with pytest.raises(ConfigError, match="the dataset, 10 a second. Received: tub, at 20 a sec"):
        exported(tub, tmp_path / "set", fps=10.0)
    exported(tub, tmp_path / "set", fps=10.0, resample=True)
    rows = Dataset(tmp_path / "set").all_frames()
    assert [row["tub.index"] for row in rows] == list(range(0, 40, 2))


def test_tubs_of_different_rates_do_not_become_one_dataset_unnoticed(tmp_path):
    tubs = [drive(tmp_path / f"at_{hz}", np.arange(20) / hz) for hz in (10, 20)]
    with pytest.raises(ConfigError, match="Add --resample, or export them one by one"):
        exported(tubs, tmp_path / "set")
    exported(tubs, tmp_path / "set", resample=True)
    origins = {row["tub.origin"] for row in Dataset(tmp_path / "set").all_frames()}
    assert origins == {"at_10", "at_20"}


def test_times_of_no_car_are_told_and_not_resampled(cut, tmp_path):
    tub = cut("donkey_testtub_v2")
    result = exported(tub, tmp_path / "set")
    assert result.facts["fps"] == 20
    assert "so their frames count as 20 a second" in result.notes[-1]
    with pytest.raises(ConfigError, match="whose records have none. Leave it out"):
        exported(tub, tmp_path / "other", resample=True)
    assert exported(tub, tmp_path / "set", fps=15.0).facts["fps"] == 15


def test_a_grey_picture_becomes_one_in_colour_without_loss(tmp_path):
    """A reader of JPEGs would make one channel of it, and the batch would not fit."""
    tub = drive(tmp_path / "tub", np.arange(4) / 10, picture=(12, 16))
    exported(tub, tmp_path / "set")
    reader = TubReader(tub)
    for row, record in zip(Dataset(tmp_path / "set").all_frames(), reader, strict=True):
        with Image.open(io.BytesIO(row[FRONT]["bytes"])) as image:
            assert image.mode == "RGB"
            assert np.array_equal(np.asarray(image), reader.image(record))


def test_pictures_of_another_size_and_records_without_labels_are_counted(tmp_path):
    tub = drive(tmp_path / "tub", np.arange(6) / 10, angles=[0.1, None, 0.1, 0.1, 0.1, 0.1])
    small = io.BytesIO()
    Image.new("RGB", (8, 8)).save(small, "JPEG")
    (tub / "images/3_cam_image_array_.jpg").write_bytes(small.getvalue())
    result = exported(tub, tmp_path / "set")
    assert result.left_out == {
        "no number for angle or throttle": 1,
        "a picture of another size": 1,
    }
    assert [row["tub.index"] for row in Dataset(tmp_path / "set").all_frames()] == [0, 2, 4, 5]


def test_odd_sides_of_a_film_are_declared_as_they_are_filmed(tmp_path):
    tub = drive(tmp_path / "tub", np.arange(4) / 10, picture=(13, 17, 3))
    exported(tub, tmp_path / "set", video=True)
    assert Dataset(tmp_path / "set").info["features"][FRONT]["shape"] == [14, 18, 3]


def test_columns_that_lerobot_cannot_hold_are_named(every_type, tmp_path):
    result = exported(every_type, tmp_path / "set", fps=20.0)
    told = [note for note in result.notes if "column" in note]
    why = "some records have no value"
    assert told == [
        f"left out: the column my/gear, because {why}",
        f"left out: the column my/lights, because {why}",
        f"left out: the column imu/accel, because {why}",
        "left out: the column lidar/scan, because only flat lists of numbers fit",
        "left out: the column my/notes, because only flat lists of numbers fit",
        "left out: the column cam/depth_array, because pictures of depth are no pictures of "
        "colours",
    ]


def test_vectors_numbers_and_texts_are_features(tmp_path):
    names = ["cam/image_array", "user/angle", "user/throttle", "imu/accel", "my/on", "my/image_no"]
    types = ["image_array", "float", "float", "vector", "boolean", "int"]
    with TubWriter(tmp_path / "tub", names, types) as writer:
        for number in range(5):
            values = [0.1, 0.2, [1.0, 2.0, number], number > 2, number]
            picture = {"cam/image_array": np.zeros((12, 16, 3), np.uint8)}
            writer.append(picture | dict(zip(names[1:], values, strict=True)))
    exported(tmp_path / "tub", tmp_path / "set", fps=20.0)
    dataset = Dataset(tmp_path / "set")
    features = dataset.info["features"]
    assert features["tub.imu.accel"] == {"dtype": "float64", "shape": [3], "names": None}
    assert features["tub.my.on"]["dtype"] == "bool"
    # LeRobot takes every name with "image" for that of a picture.
    assert features["tub.my.img_no"]["dtype"] == "int64"
    last = dataset.all_frames()[-1]
    assert (last["tub.imu.accel"], last["tub.my.on"], last["tub.my.img_no"]) == ([1, 2, 4], True, 4)
    assert dataset.schema.field("tub.imu.accel").type == pa.list_(pa.float64(), 3)


def test_names_of_steering_and_throttle_can_be_chosen(cut, tmp_path):
    exported(cut("tiny_v1"), tmp_path / "set", steering_name="turn.pos", throttle_name="gas.vel")
    features = Dataset(tmp_path / "set").info["features"]
    assert features["action"]["names"] == ["turn.pos", "gas.vel"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"fps": 0.5}, "`--fps` must be a whole number, 1 to 1000. Received: --fps 0.5"),
        ({"pause_s": 0.0}, "`--pause-s` must be more than 0"),
        ({"task": " "}, "`--task` must say what the driver did"),
        ({"steering_name": "a/b"}, "must be two names without a slash. Received: 'a/b' and"),
        ({"steering_name": "throttle.vel"}, "must be two names without a slash"),
    ],
)
def test_options_out_of_range_are_refused(cut, tmp_path, options, sentence):
    with pytest.raises(ConfigError, match=sentence):
        exported(cut("tiny_v1"), tmp_path / "set", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_tub_without_labels_is_refused(tmp_path):
    with TubWriter(tmp_path / "tub", ["cam/image_array"], ["image_array"]) as writer:
        writer.append({"cam/image_array": np.zeros((12, 16, 3), np.uint8)})
    with pytest.raises(TubError, match="needs user/angle and user/throttle. Received: tubs with"):
        exported(tmp_path / "tub", tmp_path / "set")


@pytest.mark.parametrize("video", [False, True])
def test_a_file_that_is_full_is_followed_by_another(tmp_path, monkeypatch, video):
    monkeypatch.setattr(layout, "DATA_MB", 0.002)
    monkeypatch.setattr(layout, "LONGEST_S", 0.5)  # of a film before the next episode
    monkeypatch.setattr(layout, "FILES_IN_A_CHUNK", 2)
    times = [10 * episode + frame / 10 for episode in range(9) for frame in range(3)]
    tub = drive(tmp_path / "tub", times)
    exported(tub, tmp_path / "set", video=video)
    dataset = Dataset(tmp_path / "set")
    key = f"videos/{FRONT}" if video else "data"
    places = [(row[f"{key}/chunk_index"], row[f"{key}/file_index"]) for row in dataset.episodes]
    assert places == sorted(places)
    assert len(set(places)) > 2
    assert {file for _, file in places} == {0, 1}
    assert [row["tub.index"] for row in dataset.all_frames()] == list(range(27))
    assert dataset.info["chunks_size"] == 2
