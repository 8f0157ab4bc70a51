"""Tubs that other people's cars wrote, and the damage seen in them."""

import io
import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from donkeycar.errors import TubError
from donkeycar.tub import TubReader, TubWriter, check, open_tub


@pytest.fixture
def tub(make_tub):
    """A tub of 12 records in three catalogs, to be damaged."""
    return make_tub(12)


def angles(path):
    return [round(record["user/angle"] * 100) for record in TubReader(path)]


def reasons(path):
    return [str(skipped) for skipped in TubReader(path).skipped]


def change_line(path, number, change, catalog=0):
    file = path / f"catalog_{catalog}.catalog"
    lines = file.read_bytes().splitlines(keepends=True)
    lines[number] = change(lines[number])
    file.write_bytes(b"".join(lines))


# Real tubs.


@pytest.mark.parametrize(
    ("name", "version", "live", "all_records", "sessions", "shape"),
    [
        ("renault_office_v2", 2, 3541, 3541, ["21-09-20_0"], (120, 160, 3)),
        ("usi_track2_v2", 2, 2972, 4000, ["22-11-12_0"], (120, 160, 3)),
        ("donkey_testtub_v2", 2, 1000, 1000, [], (120, 160, 3)),
        ("sim_usi_v1", 1, 120, 120, [], (224, 224, 3)),
        ("tiny_v1", 1, 6, 6, [], (120, 160, 3)),
    ],
)
def test_a_real_tub_is_read_whole(shared_data, name, version, live, all_records, sessions, shape):
    tub = TubReader(shared_data / name)
    assert tub.version == version
    assert len(tub) == len(tub.records()) == live
    assert len(tub.records(include_deleted=True)) == all_records
    assert tub.sessions == sessions
    assert tub.skipped == []
    first, *_, last = tub
    assert tub.image(first).shape == tub.image(last).shape == shape
    assert tub.image(last).dtype == np.uint8


def test_a_v1_record_gets_its_number_and_time(shared_data):
    tub = TubReader(shared_data / "tiny_v1")
    records = tub.records()
    assert [record["_index"] for record in records] == [0, 1, 2, 3, 4, 5]
    assert records[0]["_timestamp_ms"] == 1543786240079
    assert records[1]["user/angle"] == 0.2
    assert tub.manifest.input_types["timestamp"] == "str"


def test_v1_milliseconds_count_from_the_start(folder):
    (folder / "meta.json").write_text('{"inputs": ["x"], "types": ["float"], "start": 1000.5}')
    (folder / "record_10.json").write_text('{"x": 1, "milliseconds": 20}')
    (folder / "record_9.json").write_text('{"x": 2, "milliseconds": 0}')
    records = TubReader(folder).records()
    assert [record["_timestamp_ms"] for record in records] == [1000500, 1000520]


@pytest.mark.parametrize(
    "place", ["/home/pi/mycar/data/tub_1/", "C:\\\\d2\\\\data\\\\", "../tub_1/"]
)
def test_v1_images_lie_beside_their_records_wherever_they_were_recorded(folder, place):
    # What used to happen: a tub that was copied from the car gave no picture, "remove it".
    frame = Image.new("RGB", (16, 12), (200, 0, 0))
    frame.save(folder / "1_cam-image_array_.jpg")
    (folder / "record_1.json").write_text(
        f'{{"cam/image_array": "{place}1_cam-image_array_.jpg", "user/angle": 0.1}}'
    )
    tub = TubReader(folder)
    (record,) = tub
    assert tub.image(record).shape == (12, 16, 3)


def test_v1_excluded_records_are_deleted(folder, shared_data):
    shutil.copytree(shared_data / "tiny_v1", folder / "tub")
    (folder / "tub").chmod(0o755)
    (folder / "tub" / "exclude.json").write_text("[1, 2]")
    assert [record["_index"] for record in TubReader(folder / "tub")] == [0, 3, 4, 5]


def test_a_damaged_v1_record_is_passed_over(folder):
    (folder / "record_1.json").write_text('{"x": 1}')
    (folder / "record_2.json").write_text('{"x": ')
    (folder / "record_3.json").write_text("[]")
    tub = TubReader(folder)
    assert [record["x"] for record in tub] == [1]
    assert [skipped.where for skipped in tub.skipped] == [
        "meta.json",
        "record_2.json",
        "record_3.json",
    ]


# Damage.


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda line: b"\0" * (len(line) - 1) + b"\n", "nothing but zero bytes"),
        (lambda line: line[:40] + b"\n", "not JSON"),
        (lambda line: b"\n", "blank"),
        (lambda line: line.replace(b"user", b"\xff\xfe"), "not JSON in UTF-8"),
        (lambda line: b"[1, 2]\n", "not a JSON object"),
        (lambda line: line.replace(b'"_index": 2', b'"_index": -2'), "no usable _index"),
        (lambda line: line.replace(b'"_index": 2', b'"_index": "2"'), "no usable _index"),
        (lambda line: line.replace(b'"_index": 2', b'"_index": 1e3'), "no usable _index"),
        (lambda line: line.replace(b'"_index": 2', b'"_index": ' + b"9" * 40), "no usable"),
        (lambda line: line.replace(b'"_index"', b'"index"'), "no usable _index"),
        (lambda line: b"[" * 100_000 + b"\n", "not JSON"),
        (lambda line: b'"' + b"x" * (1 << 20) + b'"\n', "longer than"),
    ],
    ids=[
        "zeros", "truncated", "blank", "invalid UTF-8", "list", "negative", "text", "float",
        "huge", "missing", "deep", "long",
    ],
)  # fmt: skip
def test_a_damaged_line_costs_one_record(tub, change, reason):
    change_line(tub, 2, change)
    assert angles(tub) == [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    (skipped,) = reasons(tub)
    assert skipped.startswith("catalog_0.catalog line 3: ")
    assert reason in skipped


def test_a_torn_last_line_is_passed_over(tub):
    change_line(tub, 1, lambda line: line[:30], catalog=2)
    assert angles(tub) == list(range(11))
    assert len(reasons(tub)) == 1


def test_a_last_line_that_only_lacks_its_newline_counts(tub):
    change_line(tub, 1, lambda line: line[:-1], catalog=2)
    assert angles(tub) == list(range(12))


@pytest.mark.parametrize(
    "change",
    [lambda line: b"\xef\xbb\xbf" + line, lambda line: line[:-1] + b"\r\n"],
    ids=["byte order mark", "Windows line end"],
)
def test_what_an_editor_adds_is_harmless(tub, change):
    change_line(tub, 0, change)
    assert angles(tub) == list(range(12))


def test_a_tub_is_read_without_its_manifest(tub):
    (tub / "manifest.json").unlink()
    assert angles(tub) == list(range(12))
    assert reasons(tub) == ["manifest.json: missing"]


@pytest.mark.parametrize("number_of_lines", range(5))
def test_a_tub_is_read_with_part_of_its_manifest(tub, number_of_lines):
    lines = (tub / "manifest.json").read_bytes().splitlines(keepends=True)
    (tub / "manifest.json").write_bytes(b"".join(lines[:number_of_lines]))
    assert angles(tub) == list(range(12))
    assert len(reasons(tub)) == 5 - number_of_lines


def test_a_listed_catalog_that_is_missing_is_told(tub):
    (tub / "catalog_1.catalog").unlink()
    assert angles(tub) == [0, 1, 2, 3, 4, 10, 11]
    assert reasons(tub) == ["catalog_1.catalog: listed in manifest.json, but missing"]


def test_an_empty_catalog_is_told(tub):
    (tub / "catalog_1.catalog").write_bytes(b"")
    assert angles(tub) == [0, 1, 2, 3, 4, 10, 11]
    assert reasons(tub) == ["catalog_1.catalog: empty"]


def test_a_catalog_that_is_not_listed_yet_is_read(tub):
    lines = (tub / "manifest.json").read_text().splitlines()
    lines[4] = '{"paths": ["catalog_0.catalog"], "current_index": 5, "max_len": 5}'
    (tub / "manifest.json").write_text("\n".join(lines))
    assert angles(tub) == list(range(12))


def test_catalogs_are_ordered_by_number(folder, make_tub):
    path = make_tub(60)
    assert (path / "catalog_11.catalog").exists()
    assert angles(path) == list(range(60))


def test_stray_files_are_ignored(tub):
    (tub / "._catalog_0.catalog").write_bytes(b"\0\5\x16\7Mac OS X")
    (tub / ".catalog_3.catalog.tmp").write_bytes(b"{")
    assert angles(tub) == list(range(12))
    assert reasons(tub) == []


def test_of_two_records_with_one_index_the_later_counts(tub):
    # donkeycar 5 wrote its image over the earlier one's.
    change_line(tub, 0, lambda line: line.replace(b'"_index": 10', b'"_index": 3'), catalog=2)
    assert angles(tub) == [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11]
    assert "replaces an earlier 3" in reasons(tub)[0]


def test_copies_of_earlier_lines_keep_the_place_of_the_first(tub):
    """What used to happen: after a power cut the records came as 1, 0, 2 or the like."""
    catalog = tub / "catalog_0.catalog"
    lines = catalog.read_bytes().splitlines(keepends=True)
    catalog.write_bytes(b"".join([*lines, lines[2], lines[0]]))
    assert angles(tub) == list(range(12))
    assert [reason.split("repeats")[1] for reason in reasons(tub)] == [
        " an earlier 2", " an earlier 0",
    ]  # fmt: skip


def test_every_record_deleted_is_an_empty_tub(tub):
    lines = (tub / "manifest.json").read_text().splitlines()
    line = json.loads(lines[4])
    line["deleted_indexes"] = list(range(12))
    (tub / "manifest.json").write_text("\n".join([*lines[:4], json.dumps(line)]))
    tub = TubReader(tub)
    assert len(tub) == 0
    assert len(tub.records(include_deleted=True)) == 12


def test_indexes_need_not_begin_at_zero(tub):
    (tub / "catalog_0.catalog").unlink()
    assert [record["_index"] for record in TubReader(tub)] == list(range(5, 12))


def test_values_come_as_they_were_stored(tub):
    def change(line):
        record = {**json.loads(line), "user/angle": None, "user/throttle": 5, "pilot/angle": 15.5}
        return json.dumps(record).encode() + b"\n"

    change_line(tub, 0, change)
    first = next(iter(TubReader(tub)))
    assert (first["user/angle"], first["user/throttle"], first["pilot/angle"]) == (None, 5, 15.5)
    assert type(first["user/throttle"]) is int


# Images.


def damaged_png(size):
    buffer = io.BytesIO()
    Image.new("L", (1, 1)).save(buffer, "PNG")
    data = bytearray(buffer.getvalue())
    data[16:24] = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8", b"GIF89a" + bytes(50), damaged_png((65535, 65535)), damaged_png((9, 9))],
    ids=["empty", "torn", "another format", "gigantic", "wrong size"],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_damaged_image_is_refused(tub, data):
    (tub / "images" / "0_cam_image_array_.jpg").write_bytes(data)
    reader = TubReader(tub)
    with pytest.raises(TubError, match="0_cam_image_array_.jpg"):
        reader.image(reader.records()[0])


def test_a_missing_image_is_refused(tub):
    (tub / "images" / "0_cam_image_array_.jpg").unlink()
    reader = TubReader(tub)
    with pytest.raises(TubError, match="cannot be read as an image"):
        reader.image(reader.records()[0])


def test_a_record_without_an_image_says_so(tub):
    reader = TubReader(tub)
    with pytest.raises(TubError, match="Record 4 has no cam/image_array"):
        reader.image({"_index": 4})


def test_a_grey_picture_is_read_as_rgb(tub):
    Image.new("L", (6, 4), 80).save(tub / "images" / "0_cam_image_array_.jpg")
    reader = TubReader(tub)
    image = reader.image(reader.records()[0])
    assert image.shape == (4, 6, 3)
    assert (image == 80).all()


# Tubs that mean harm.


@pytest.mark.parametrize(
    "name",
    [
        "../../../../etc/hostname", "/etc/hostname", "catalog_0.catalog/../x", "catalog_.catalog",
        "catalog_-1.catalog", "catalog_0.catalog\n", "CATALOG_0.catalog", "catalog_00.catalog",
        "catalog_٣.catalog", 7, None, ["catalog_0.catalog"], {}, "",
    ],
)  # fmt: skip
def test_a_listed_name_that_is_no_catalogs_is_not_opened(tub, name):
    lines = (tub / "manifest.json").read_text().splitlines()
    line = json.loads(lines[4])
    line["paths"].append(name)
    (tub / "manifest.json").write_text("\n".join([*lines[:4], json.dumps(line)]))
    assert angles(tub) == list(range(12))
    assert len(reasons(tub)) == 1
    assert "not the name of a catalog" in reasons(tub)[0]


@pytest.mark.parametrize(
    "name",
    [
        "../manifest.json", "../images/0_cam_image_array_.jpg", "/etc/passwd", "a/b.jpg", "x.jpg\n",
        "a\\b.jpg", "x.gif", "x.jpg\0", "", 7, None, ["x.jpg"],
    ],
)  # fmt: skip
def test_an_image_name_that_is_none_is_not_opened(tub, name):
    reader = TubReader(tub)
    with pytest.raises(TubError, match="must look like"):
        reader.image({"_index": 0, "cam/image_array": name})


@pytest.mark.parametrize("before", ["images/", "./images/", "images\\"])
def test_an_image_named_with_its_folder_is_found(tub, before):
    """The reader refused such a name, and a check said to copy images that were there."""
    for number in range(3):
        catalog = tub / f"catalog_{number}.catalog"
        if catalog.exists():
            records = [json.loads(line) for line in catalog.read_text().splitlines()]
            for record in records:
                record["cam/image_array"] = before + record["cam/image_array"]
            catalog.write_text("".join(json.dumps(record) + "\n" for record in records))
    reader = TubReader(tub)
    assert [reader.image(record).ndim for record in reader] == [3] * 12
    report = check(tub)
    assert (report.bad_images, report.orphan_images) == ([], [])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_not_waited_for(tub):
    (tub / "catalog_1.catalog").unlink()
    os.mkfifo(tub / "catalog_1.catalog")
    (tub / "images" / "0_cam_image_array_.jpg").unlink()
    os.mkfifo(tub / "images" / "0_cam_image_array_.jpg")
    reader = TubReader(tub)
    assert [str(skipped.where) for skipped in reader.skipped] == ["catalog_1.catalog"]
    with pytest.raises(TubError, match="ordinary file"):
        reader.image(reader.records()[0])


def test_an_image_linked_from_outside_is_refused(tub, folder):
    secret = folder / "secret.jpg"
    Image.new("RGB", (2, 2)).save(secret)
    (tub / "images" / "0_cam_image_array_.jpg").unlink()
    (tub / "images" / "0_cam_image_array_.jpg").symlink_to(secret)
    reader = TubReader(tub)
    with pytest.raises(TubError, match="a link to outside"):
        reader.image(reader.records()[0])


def test_images_linked_from_outside_are_refused(tub, folder):
    (tub / "images").rename(folder / "elsewhere")
    (tub / "images").symlink_to(folder / "elsewhere")
    with pytest.raises(TubError, match="inside the tub"):
        TubReader(tub)
    with pytest.raises(TubError, match="inside the tub"):
        TubWriter(tub, ["x"], ["float"])


@pytest.mark.parametrize(
    "line",
    [
        '{"paths": 7}', '{"paths": null, "deleted_indexes": 3, "max_len": "x"}', "[]", "null",
        '{"deleted_indexes": [-1, 2.5, "3", null, 99999999999999999999]}', "[" * 10_000,
    ],
)  # fmt: skip
def test_a_nonsensical_catalog_line_costs_no_record(tub, line):
    lines = (tub / "manifest.json").read_text().splitlines()
    (tub / "manifest.json").write_text("\n".join([*lines[:4], line]))
    assert angles(tub) == list(range(12))


# No tub at all.


def test_a_missing_folder_is_refused(folder):
    with pytest.raises(TubError, match="no tub at"):
        open_tub(folder / "nowhere")


def test_an_empty_folder_is_refused(folder):
    with pytest.raises(TubError, match="holds no records"):
        open_tub(folder)


def test_a_recording_of_another_program_is_told_how_to_import_it(folder, tmp_path):
    """What used to happen: it held no records, and nothing said that it can be imported."""
    (folder / "driving_log.csv").write_text("center,steering\n")
    with pytest.raises(TubError, match="donkey tub import"):
        open_tub(folder)
    archive = tmp_path / "drive.zip"
    archive.write_bytes(b"PK")
    with pytest.raises(TubError, match="donkey tub import"):
        open_tub(archive)


def test_a_folder_of_tubs_says_so(tub):
    with pytest.raises(TubError, match=r"contains tubs, but is not one itself.*e\.g\. tub"):
        open_tub(tub.parent)


@pytest.mark.parametrize("name", ["manifest.json", "catalog_0.catalog", "images"])
def test_a_file_of_a_tub_is_no_tub_but_its_folder_is_named(make_tub, name):
    tub = make_tub(2)
    with pytest.raises(TubError, match=f"name the folder of the tub: {tub}$"):
        TubReader(tub / name)
