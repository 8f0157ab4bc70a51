"""LeRobot datasets, those of our own export and those of other programs."""

import json
import os
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from donkeycar.formats.importing.lerobot.tables import Frames
from donkeycar.management.cli import main
from donkeycar.tub import TubReader, TubWriter, check
from donkeycar.video import write_video

FPS = 10


@pytest.fixture
def tub(tmp_path):
    """Two sessions of six records with a pause between them, of uniform pictures."""
    path = tmp_path / "tub"
    for session in range(2):
        columns = {
            "cam/image_array": "image_array", "user/angle": "float", "user/throttle": "float",
            "user/mode": "str", "lap": "int",
        }  # fmt: skip
        with TubWriter(path, list(columns), list(columns.values())) as writer:
            for step in range(6):
                number = 6 * session + step
                values = (np.full((64, 80, 3), 20 * number, np.uint8), number / 12, 0.3)
                record = dict(zip(columns, (*values, "user", number), strict=True))
                writer.append(record, timestamp_ms=10**12 + 10_000 * session + 100 * number)
    return path


@pytest.mark.parametrize("words", [[], ["--video"]], ids=["pictures", "films"])
def test_our_own_export_comes_back(tub, tmp_path, imported, words):
    out = tmp_path / "set"
    assert main(["tub", "export", str(tub), "--to", "lerobot", "--out", str(out), *words]) == 0
    records = imported(out)
    before, after = TubReader(tub), TubReader(tmp_path / "out")
    assert len(records) == len(before) == 12
    for old, new in zip(before, after, strict=True):
        assert new["user/angle"] == float(np.float32(old["user/angle"]))
        for key in ("user/mode", "lap", "_timestamp_ms", "_session_id"):
            assert new[key] == old[key]
        if words:
            difference = before.image(old).astype(int) - after.image(new)
            assert abs(difference).max() <= 3
        else:
            assert after.image_path(new).read_bytes() == before.image_path(old).read_bytes()
    assert check(tmp_path / "out").problems == []


def test_deleted_marks_come_back(tub, tmp_path, imported):
    """They were dropped, "because some records have no value", and crashes became good records."""
    with TubWriter(tub, [], []) as writer:
        writer.delete([2, 3, 9])
    out = tmp_path / "set"
    words = ["--to", "lerobot", "--out", str(out), "--include-deleted"]
    assert main(["tub", "export", str(tub), *words]) == 0
    imported(out)
    after = TubReader(tmp_path / "out")
    assert [record["lap"] for record in after] == [0, 1, 4, 5, 6, 7, 8, 10, 11]
    assert [record["lap"] for record in after.records(include_deleted=True)] == list(range(12))
    assert set(next(iter(after))) == set(next(iter(TubReader(tub)))), "nothing is added"


def test_a_real_tub_comes_back(shared_data, tmp_path, imported):
    tub, out = shared_data / "tiny_v1", tmp_path / "set"
    assert main(["tub", "export", str(tub), "--to", "lerobot", "--out", str(out)]) == 0
    records = imported(out)
    for number, record in enumerate(records):
        values = json.loads((tub / f"record_{number}.json").read_text())
        assert record["user/angle"] == float(np.float32(values["user/angle"]))
        ours = tmp_path / "out" / "images" / record["cam/image_array"]
        assert ours.read_bytes() == (tub / values["cam/image_array"]).read_bytes()


@pytest.mark.parametrize("number", [12, 20, None])
def test_frames_that_are_not_there_are_said(tub, tmp_path, imported, capsys, number):
    """A dataset whose second file of frames was not copied became a shorter tub in silence."""
    out = tmp_path / "set"
    assert main(["tub", "export", str(tub), "--to", "lerobot", "--out", str(out)]) == 0
    info = json.loads((out / "meta/info.json").read_text())
    (out / "meta/info.json").write_text(json.dumps(info | {"total_frames": number}))
    assert len(imported(out)) == 12
    said = "meta/info.json counts 20 frames, but data/ holds 12" in capsys.readouterr().err
    assert said == (number == 20)


def change_frames(out, change, **options):
    """Replace the table of frames of a dataset by another."""
    (file,) = (out / "data").rglob("*.parquet")
    pq.write_table(change(pq.read_table(file)), file, **options)


def test_frames_that_are_there_twice_are_taken_once(tub, tmp_path, imported, capsys):
    """Each copy used to become a record, which weighed twice in training."""
    out = tmp_path / "set"
    assert main(["tub", "export", str(tub), "--to", "lerobot", "--out", str(out)]) == 0
    change_frames(out, lambda table: pa.concat_tables([table, table.slice(0, 5)]))
    assert len(imported(out)) == 12
    said = capsys.readouterr().err
    assert "5 frames left out: copies of other frames, with the same content" in said
    assert "meta/info.json counts" not in said
    assert "goes back" not in said


def other_content(table):
    """The first three frames once more, with another action."""
    copies = table.slice(0, 3)
    place = copies.schema.get_field_index("action")
    values = pa.array([[0.5, 0.5]] * 3, copies.schema.field("action").type)
    return pa.concat_tables([table, copies.set_column(place, copies.schema.field(place), values)])


@pytest.mark.parametrize(
    ("choice", "number", "angle"), [("first", 12, 0.0), ("last", 12, 0.5), ("keep", 15, 0.0)]
)
def test_frames_with_one_number_and_different_content_have_to_be_decided(
    tub, tmp_path, imported, refused, capsys, choice, number, angle
):
    out = tmp_path / "set"
    assert main(["tub", "export", str(tub), "--to", "lerobot", "--out", str(out)]) == 0
    change_frames(out, other_content)
    said = refused(out)
    assert "Received: frame 0 of episode 0 and 2 more several times" in said
    assert "--duplicates first, last, keep" in said
    records = imported(out, "--duplicates", choice)
    assert len(records) == number
    (first,) = (one for one in records if one["lap"] == 0 and one["user/angle"] == angle)
    assert first["_timestamp_ms"] == 10**12
    word = "all of them are used" if choice == "keep" else f"the {choice} is used"
    assert f"3 frames there several times with different content: {word}" in capsys.readouterr().err


def test_times_that_go_back_within_an_episode_are_said(tub, tmp_path, imported, capsys):
    """The order of such frames is in doubt, and nobody was told."""
    out = tmp_path / "set"
    assert main(["tub", "export", str(tub), "--to", "lerobot", "--out", str(out)]) == 0
    change_frames(out, lambda table: table.take([0, 2, 1, *range(3, 12)]))
    assert len(imported(out)) == 12
    assert "goes back within an episode at 1 frame, first at frame 1 of episode 0" in (
        capsys.readouterr().err
    )


@pytest.fixture
def dataset(tmp_path):
    """Makes a dataset of version 2.1 as lerobot does: two episodes, two cameras, an arm's names."""

    def make(*, names=("steering", "throttle"), version="v2.1", scale=1.0):
        root = tmp_path / "theirs"
        film = {"dtype": "video", "shape": [64, 80, 3], "names": ["height", "width", "channels"]}
        info = {
            "codebase_version": version,
            "fps": FPS,
            "chunks_size": 1000,
            "data_path": "/etc/{episode_index}",
            "video_path": "../../{video_key}",
            "features": {
                "action": {"dtype": "float32", "shape": [2], "names": names},
                "observation.images.wrist": film,
                "observation.images.front": film,
                "next.reward": {"dtype": "float32", "shape": [1], "names": None},
            },
        }
        (root / "meta").mkdir(parents=True)
        (root / "meta/info.json").write_text(json.dumps(info))
        (root / "meta/tasks.jsonl").write_text('{"task_index": 0, "task": "drive"}\n')
        for episode in range(2):
            rows = [
                {
                    "action": [scale * step / 5, 0.5],
                    "next.reward": float(step),
                    "timestamp": step / FPS,
                    "frame_index": step,
                    "episode_index": episode,
                    "index": 5 * episode + step,
                    "task_index": 0,
                }
                for step in range(5)
            ]
            file = root / f"data/chunk-000/episode_{episode:06d}.parquet"
            file.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(rows), file)
            for camera, grey in (("wrist", 0), ("front", 100)):
                path = root / f"videos/chunk-000/observation.images.{camera}"
                path.mkdir(parents=True, exist_ok=True)
                frames = [
                    np.full((64, 80, 3), grey + 50 * episode + 10 * step, np.uint8)
                    for step in range(5)
                ]
                write_video(path / f"episode_{episode:06d}.mp4", frames, rate_hz=FPS)
        return root

    return make


def greys(tub):
    reader = TubReader(tub)
    return [round(int(reader.image(record)[30, 30, 0]), -1) for record in reader]


def test_a_dataset_of_version_2_becomes_a_tub_of_two_sessions(dataset, imported, tmp_path, capsys):
    records = imported(dataset())
    assert [r["user/angle"] for r in records[:5]] == [step / 5 for step in range(5)]
    assert {r["user/throttle"] for r in records} == {0.5}
    assert [r["next.reward"] for r in records[5:]] == [0, 1, 2, 3, 4]
    assert [r["_timestamp_ms"] for r in records] == [
        0, 100, 200, 300, 400, 4400, 4500, 4600, 4700, 4800,
    ]  # fmt: skip
    sessions = TubReader(tmp_path / "out").sessions
    assert [session.rsplit("_")[1] for session in sessions] == ["0", "1"]
    assert greys(tmp_path / "out") == [100, 110, 120, 130, 140, 150, 160, 170, 180, 190]
    said = capsys.readouterr().err
    assert "pictures of observation.images.front; those of observation.images.wrist not" in said
    assert "user/angle from steering" in said
    metadata = json.loads((tmp_path / "out/manifest.json").read_text().splitlines()[2])
    assert metadata["tasks"] == ["drive"]


@pytest.mark.parametrize("word", ["wrist", "observation.images.wrist"])
def test_another_camera(dataset, imported, tmp_path, word):
    imported(dataset(), "--image", word)
    assert greys(tmp_path / "out") == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]


@pytest.mark.parametrize("names", [None, {"motors": ["pan", "lift"]}, ["pan"], [["a"], ["b"]]])
def test_elements_of_other_names_are_asked_for(dataset, imported, refused, names):
    root = dataset(names=names)
    said = refused(root)
    first = "pan" if isinstance(names, dict) else "action/0"
    second = "lift" if isinstance(names, dict) else "action/1"
    if names == [["a"], ["b"]]:
        first, second = "['a']", "['b']"
    assert f"--angle: {first}, {second}" in said
    records = imported(root, "--angle", second, "--throttle", second)
    assert {r["user/angle"] for r in records} == {0.5}


@pytest.mark.parametrize(("names", "word"), [(["turn", "go"], "turn"), (None, "0")])
def test_a_dataset_without_actions_has_a_state(dataset, imported, names, word):
    root = dataset()
    info = root / "meta/info.json"
    contents = json.loads(info.read_text())
    contents["features"]["observation.state"] = contents["features"].pop("action") | {
        "names": names
    }
    info.write_text(json.dumps(contents))
    for file in (root / "data").rglob("*.parquet"):
        table = pq.read_table(file)
        renamed = [name.replace("action", "observation.state") for name in table.column_names]
        pq.write_table(table.rename_columns(renamed), file)
    records = imported(root, "--angle", f"state/{word}", "--throttle-value", "0.2")
    assert [r["user/angle"] for r in records[:3]] == [0, 0.2, 0.4]
    assert records[0]["observation/state"] == [0, 0.5]


def test_degrees_are_asked_for(dataset, imported, refused):
    root = dataset(scale=30.0)
    assert "--angle-scale 24" in refused(root)
    assert [r["user/angle"] for r in imported(root, "--angle-scale", "30")[:3]] == [0, 0.2, 0.4]


def test_a_film_of_almost_the_same_rate(dataset, imported, tmp_path):
    """29.97 and 30, for example: the nearest frame counts, however far the counts are apart."""
    root = dataset()
    for film in (root / "videos/chunk-000/observation.images.front").iterdir():
        frames = [np.full((64, 80, 3), grey, np.uint8) for grey in (0, 50, 100, 150, 200)]
        film.unlink()
        write_video(film, frames, rate_hz=FPS * 1.1)
    imported(root)
    assert greys(tmp_path / "out") == [0, 50, 100, 150, 200] * 2


def test_films_that_are_missing_or_damaged(dataset, imported, refused, capsys):
    root = dataset()
    films = root / "videos/chunk-000/observation.images.front"
    whole = (films / "episode_000001.mp4").read_bytes()
    (films / "episode_000001.mp4").write_bytes(whole[: len(whole) // 3])
    assert len(imported(root)) == 5
    assert "5 left out, without a usable picture" in capsys.readouterr().err
    (films / "episode_000000.mp4").unlink()
    assert "10 of 10 left out" in refused(root)


@pytest.mark.parametrize("what", ["info", "data", "version", "feature", "link", "no cameras"])
def test_what_cannot_be_read_is_one_sentence(dataset, refused, tmp_path, what):
    root = dataset(version="v1.6" if what == "version" else "v2.1")
    info = root / "meta/info.json"
    contents = json.loads(info.read_text())
    if what == "info":
        info.write_text("{")
    elif what == "data":
        (root / "data/chunk-000/episode_000000.parquet").write_bytes(b"PAR1 nothing PAR1")
    elif what == "feature":
        contents["features"]["../../etc"] = {"dtype": "video"}
        info.write_text(json.dumps(contents))
    elif what == "link":
        shutil.move(root / "data/chunk-000/episode_000000.parquet", tmp_path / "x.parquet")
        (root / "data/chunk-000/episode_000000.parquet").symlink_to(tmp_path / "x.parquet")
    elif what == "no cameras":
        contents["features"] = {"action": contents["features"]["action"]}
        info.write_text(json.dumps(contents))
    refused(root)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("fps", 0, "`fps` in meta/info.json must be a number of frames a second, 0.01 to 1000."
         " Received: 0."),
        ("fps", "20", 'Received: "20".'),
        ("fps", 1e-300, "Received: 1e-300."),
        ("fps", None, "Received: null."),
        ("chunks_size", 0, "`chunks_size` in meta/info.json must be a whole number from 1."),
        ("features", [], "must be an object of objects, one for each feature. Received: []."),
        ("codebase_version", 3, "must be text such as 'v3.0'. Received: 3."),
    ],
)  # fmt: skip
def test_a_description_that_is_wrong_is_named_by_its_key(dataset, refused, name, value, said):
    """It said "Received: " and nothing, or how Python put it."""
    root = dataset()
    info = root / "meta/info.json"
    info.write_text(json.dumps(json.loads(info.read_text()) | {name: value}))
    assert said in refused(root)
    contents = json.loads(info.read_text())
    del contents["fps"]
    info.write_text(json.dumps(contents | {"codebase_version": "v2.1"}))
    assert "Received: nothing." in refused(root)


@pytest.mark.parametrize("picture", ["text", "struct"])
def test_a_small_file_does_not_unpack_into_all_of_the_memory(tub, tmp_path, imported, picture):
    """7 KB of Parquet, whose dictionary holds one picture of zeros, took 4.6 GB."""
    out = tmp_path / "set"
    assert main(["tub", "export", str(tub), "--to", "lerobot", "--out", str(out)]) == 0
    zeros = bytes(9 << 20)

    def heavy(table):
        num_rows = table.num_rows
        if picture == "text":
            return table.append_column("note", pa.array(["0" * (9 << 20)] * num_rows))
        (name,) = (name for name in table.column_names if "image" in name)
        field = table.schema.field(name)
        values = pa.array([{"bytes": zeros, "path": None}] * num_rows, field.type)
        return table.set_column(table.schema.get_field_index(name), field, values)

    change_frames(out, heavy, compression="zstd")
    (file,) = (out / "data").rglob("*.parquet")
    assert file.stat().st_size < 100_000
    frames = Frames(file, {"observation.images.front"} if picture == "text" else set(names(file)))
    assert frames.num_rows == 12
    if picture == "text":
        assert len({id(text) for text in frames.columns["note"]}) == 1
    else:
        (column,) = frames.pictures
        for row in range(12):
            assert len(frames.picture(column, row)["bytes"]) == 9 << 20
        assert len(frames._rows[column]) <= 4
        assert len(frames.picture(column, 0)["bytes"]) == 9 << 20, "it begins anew"


def names(file):
    return [name for name in pq.read_schema(file).names if "image" in name]


def test_a_file_that_says_it_unpacks_to_too_much_is_refused(tub, tmp_path, refused):
    out = tmp_path / "set"
    assert main(["tub", "export", str(tub), "--to", "lerobot", "--out", str(out)]) == 0

    def heavy(table):
        texts = [f"{number:02d}" + "0" * (9 << 20) for number in range(table.num_rows)]
        return table.append_column("note", pa.array(texts))

    change_frames(out, heavy, compression="zstd")
    assert "must unpack to at most 100 times its size. Received: " in refused(out)


def test_a_film_that_is_a_pipe_is_not_waited_for(dataset, refused):
    root = dataset()
    for film in (root / "videos").rglob("*.mp4"):
        film.unlink()
        os.mkfifo(film)
    assert "10 of 10 left out" in refused(root)


def test_a_camera_that_is_not_there(dataset, refused):
    said = refused(dataset(), "--image", "rear")
    assert "observation.images.wrist, observation.images.front. Received: --image rear" in said


def test_pictures_beside_the_data(dataset, imported, tmp_path, picture):
    """Version 2 with pictures: some programs keep them as files."""
    root = dataset()
    info = root / "meta/info.json"
    contents = json.loads(info.read_text())
    contents["features"]["observation.images.front"]["dtype"] = "image"
    info.write_text(json.dumps(contents))
    for episode in range(2):
        file = root / f"data/chunk-000/episode_{episode:06d}.parquet"
        rows = pq.read_table(file).to_pylist()
        folder = root / f"images/observation.images.front/episode_{episode:06d}"
        folder.mkdir(parents=True)
        for step, row in enumerate(rows):
            data = picture(10 * step, kind="PNG")
            (folder / f"frame_{step:06d}.png").write_bytes(data)
            inside = data if episode else None
            row["observation.images.front"] = {"bytes": inside, "path": f"frame_{step:06d}.png"}
        pq.write_table(pa.Table.from_pylist(rows), file)
    imported(root)
    assert greys_of_small(tmp_path / "out") == [0, 10, 20, 30, 40] * 2


def greys_of_small(tub):
    reader = TubReader(tub)
    return [round(int(reader.image(record)[5, 5, 0]), -1) for record in reader]
