"""Folders of pictures and a table, in the shapes that public recordings have."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from donkeycar.tub import TubReader, check


@pytest.fixture
def folder(tmp_path, picture):
    """Makes a folder of pictures and a table."""

    def make(text, *names, table="labels.csv", kind="JPEG", mode="RGB", encoding="utf-8"):
        folder = tmp_path / "theirs"
        for number, name in enumerate(names):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(picture(number, kind=kind, mode=mode))
        (folder / table).write_bytes(text.encode(encoding))
        return folder

    return make


def column(records, key="user/angle"):
    return [record.get(key) for record in records]


JPEGS = ("images/000000.jpg", "images/000001.jpg")
# What public repositories write; each gives the angles -0.25 and 0.1, the throttles 0.6 and 0.55.
SHAPES = {
    "plain": "image,steering,throttle\n000000.jpg,-0.25,0.60\n000001.jpg, 0.10,0.55\n",
    "quotes": '"image";"steering_angle";"throttle"\r\n"000000.jpg";"-0,25";"0,6"\r\n'
    '"000001.jpg";"0,1";"0,55"\r\n',
    "numbers": "frame,image,steering,throttle,brake,velocity,num_objects,timestamp\n"
    "0,000000.jpg,-0.25,0.6,0.0,5.2,3,1706607123.12\n"
    "1,000001.jpg,0.1,0.55,0.0,5.3,2,1706607123.22\n",
    "no ending": "frame_id,steering,throttle,brake,speed\n000000,-0.25,0.6,0,1\n"
    "000001,0.1,0.55,0,2\n",
    "tabs": "Filename\tAngle\tThrottle\nimages/000000.jpg\t-0.25\t0.6\n"
    "images/000001.jpg\t0.1\t0.55\n",
    "of Windows": "path,Steering Angle,Throttle\nD:\\rec\\images\\000000.jpg,-0.25,0.6\n"
    "D:\\rec\\images\\000001.jpg,0.1,0.55\n",
    "capitals": "image,steering,throttle\n000000.JPG,-0.25,0.6\n000001.JPG,0.1,0.55\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_of_public_recordings(folder, imported, tmp_path, shape, encoding, capsys):
    records = imported(folder(SHAPES[shape], *JPEGS, encoding=encoding))
    assert column(records) == [-0.25, 0.1]
    assert column(records, "user/throttle") == [0.6, 0.55]
    assert column(records, "user/mode") == ["user", "user"]
    for record, name in zip(records, JPEGS, strict=True):
        ours = tmp_path / "out" / "images" / record["cam/image_array"]
        assert ours.read_bytes() == (tmp_path / "theirs" / name).read_bytes()
    assert "user/angle from" in capsys.readouterr().err
    assert check(tmp_path / "out").problems == []


def test_times_and_other_columns_come_along(folder, imported, tmp_path):
    records = imported(folder(SHAPES["numbers"], *JPEGS))
    assert column(records, "_timestamp_ms") == [1706607123120, 1706607123220]
    assert column(records, "num_objects") == [3, 2]
    assert column(records, "velocity") == [5.2, 5.3]
    types = TubReader(tmp_path / "out").manifest.input_types
    assert (types["num_objects"], types["velocity"]) == ("int", "float")


def test_a_table_without_header_needs_its_columns(folder, imported, refused):
    text = "-4.876853, 0.25, 0, 29.7, frames/a.png\n-6.258122, 0.5, 0, 29.8, frames/b.png\n"
    source = folder(text, "frames/a.png", "frames/b.png", kind="PNG")
    assert "Say which column it is with --angle: 1, 2, 3, 4\n" in refused(source)
    words = ["--angle", "1", "--throttle", "2"]
    assert "--angle-scale 6.25812" in refused(source, *words)
    records = imported(source, *words, "--angle-scale", "25")
    assert column(records) == [-4.876853 / 25, -6.258122 / 25]


def test_a_recording_without_throttle(folder, imported, refused):
    source = folder("0.jpg 0.5\n1.jpg -0.5\n", "0.jpg", "1.jpg", table="data.txt")
    assert "--throttle-value" in refused(source, "--angle", "2")
    records = imported(source, "--angle", "2", "--throttle-value", "0.3")
    assert (column(records), column(records, "user/throttle")) == ([0.5, -0.5], [0.3, 0.3])


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "WEBP", "TIFF"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_pictures_of_other_kinds_become_jpegs(folder, imported, tmp_path, kind, mode):
    if kind == "WEBP" and mode == "P":
        mode = "RGBA"  # it has no palettes
    name = f"a.{kind.lower()}"
    source = folder(f"image,angle,throttle\n{name},0.5,0.25\n", name, kind=kind, mode=mode)
    (record,) = imported(source)
    assert record["cam/image_array"] == "0_cam_image_array_.jpg"
    data = (tmp_path / "out" / "images" / record["cam/image_array"]).read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == ("JPEG", (16, 12))
        if kind in ("PNG", "BMP", "TIFF"):  # others know no grey
            assert image.mode == ("L" if mode == "L" else "RGB")
    assert abs(int(TubReader(tmp_path / "out").image(record)[0, 0, 0]) - 0) <= 2


def test_the_names_of_two_folders_are_told_apart(folder, imported):
    text = "image,angle,throttle\nday/1.jpg,0.5,0\nnight/1.jpg,-0.5,0\n"
    records = imported(folder(text, "day/1.jpg", "night/1.jpg"))
    assert column(records) == [0.5, -0.5]


def test_two_cameras(folder, imported, capsys, tmp_path):
    text = "top_image,front_image,steering,throttle\nt0.jpg,f0.jpg,0.5,0\nt1.jpg,f1.jpg,0.25,0\n"
    source = folder(text, "t0.jpg", "f0.jpg", "t1.jpg", "f1.jpg", table="driving_log.csv")
    (first, _) = imported(source)
    assert "pictures of top_image not used" in capsys.readouterr().err
    assert set(first) >= {"user/angle", "user/throttle"} and "top_image" not in first
    imported(source, "--image", "top_image", out="top")
    image = tmp_path / "top" / "images" / "0_cam_image_array_.jpg"
    assert image.read_bytes() == (source / "t0.jpg").read_bytes()


def test_two_tables_are_not_chosen_between(folder, imported, refused):
    source = folder("image,angle,throttle\n1.jpg,0.5,0\n", "1.jpg")
    (source / "more.csv").write_text("image,angle,throttle\n1.jpg,-0.5,0\n")
    assert "Received: labels.csv, more.csv" in refused(source)
    assert column(imported(source / "more.csv")) == [-0.5]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--image", "gps"], "--image gps"),
        (["--time", "gps"], "--time gps"),
        (["--angle", "gps"], "--angle gps"),
        (["--cameras", "all"], "--from csv reads"),
        (["--from", "csb"], "must be one of tub, "),
        (["--from", "udacity"], "must have driving_log.csv"),
        (["--from", "tub"], "no records"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(folder, refused, words, sentence):
    assert sentence in refused(folder("image,angle,throttle\n1.jpg,0.5,0\n", "1.jpg"), *words)


@pytest.mark.parametrize(
    ("column_", "ms"),
    [
        ("timestamp,1706607123.12", 1706607123120),
        ("timestamp,1706607123120", 1706607123120),
        ("timestamp,1706607123120000000", 1706607123120),
        ("time,2024-01-30T09:32:03.120+00:00", 1706607123120),
        ("datetime,2024-01-30 09:32:03.120", 1706607123120),
        ("time,12.5", 12500),
        ("time_ms,12.5", 12),
        ("time,1e999", None),
    ],
)
def test_times_in_every_unit(folder, imported, column_, ms):
    name, value = column_.split(",")
    source = folder(f"image,angle,throttle,{name}\n1.jpg,0.5,0,{value}\n", "1.jpg")
    assert column(imported(source), "_timestamp_ms") == [ms]


def test_a_table_of_our_own_export_is_read_back(imported, shared_data, tmp_path):
    from donkeycar.management.cli import main

    tub = shared_data / "tiny_v1"
    words = ["--to", "csv", "--images", "--out", str(tmp_path / "csv")]
    assert main(["tub", "export", str(tub), *words]) == 0
    records = imported(tmp_path / "csv")
    for number, record in enumerate(records):
        values = json.loads((tub / f"record_{number}.json").read_text())
        assert [record[k] for k in ("user/angle", "user/throttle", "user/mode")] == [
            values[k] for k in ("user/angle", "user/throttle", "user/mode")
        ]
        ours = tmp_path / "out" / "images" / record["cam/image_array"]
        assert ours.read_bytes() == (tub / values["cam/image_array"]).read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "image,angle,throttle\n",
        "\0\1\2",
        "a" * 100_000,
        '"',
        "image\n1.jpg\n",
        # These two ended in a traceback.
        "image,angle,throttle\n1.jpg,0,0\n" + "a" * 200_000 + ",0,0\n",
        'image,angle,throttle\n1.jpg,0,0\n"' + "1.jpg,0,0;" * 20_000,
    ],
    ids=range(9),
)
def test_a_table_of_nothing_is_one_sentence(folder, refused, text):
    refused(folder(text, "1.jpg"))
    refused(folder(text, "1.jpg"), "--from", "csv")


def test_a_bomb_among_the_pictures_is_left_out(folder, imported, tmp_path, capsys):
    source = folder(
        "image,angle,throttle\n1.jpg,0.5,0\n2.png,0.5,0\n3.jpg,0.1,0\n", "1.jpg", "3.jpg"
    )
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((4001, 4000), np.uint8)).save(buffer, "PNG")
    (source / "2.png").write_bytes(buffer.getvalue())
    assert column(imported(source)) == [0.5, 0.1]
    assert "more than 16000000 pixels" in capsys.readouterr().err


def test_a_time_in_which_nobody_drove_is_left_out(folder, imported, capsys):
    """A time of -9e18 went into the tub, where no clock can show it."""
    text = "image,steering,throttle,timestamp\n"
    text += "000000.jpg,-0.25,0.6,-9e18\n000001.jpg,0.1,0.55,1706607123.22\n"
    records = imported(folder(text, *JPEGS))
    assert column(records, "_timestamp_ms") == [None, 1706607123220]
    assert "1 time of timestamp cannot be when somebody drove" in "".join(capsys.readouterr())
