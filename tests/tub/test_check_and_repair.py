"""`check` and `repair` have one list of faults: what is advised helps, and is not said again."""

import json
import math
import os
import random
import re
import shutil

import pytest

from benchmarks.tub.tub_faults import INPUTS, TYPES
from donkeycar import commands
from donkeycar.errors import DeviceError, TubError
from donkeycar.management.cli import main
from donkeycar.tub import TubReader, TubWriter, check, repair, restore, undo_repair
from tests.tub.content import content

SECRET = b"a private file: " + b"user/angle" * 20
IMAGE = "images/{}_cam_image_array_.jpg"


def edit(path, number, change):
    """Change a line of a manifest, as a value."""
    assert (path / "manifest.json").is_file()
    lines = (path / "manifest.json").read_bytes().splitlines()
    value = json.loads(lines[number])
    lines[number] = json.dumps(change(value) or value).encode()
    (path / "manifest.json").write_bytes(b"\n".join(lines) + b"\n")


def append(name, data):
    def damage(tub, outside, rng):
        assert (tub / name).is_file() and not (tub / name).is_symlink()
        with (tub / name).open("ab") as file:
            file.write(data)

    return damage


def write(name, data):
    def damage(tub, outside, rng):
        assert (
            not os.path.lexists(tub / name) or (tub / name).lstat().st_mode & 0o170000 == 0o100000
        )
        (tub / name).write_bytes(data)

    return damage


def remove(name):
    def damage(tub, outside, rng):
        shutil.rmtree(tub / name) if (tub / name).is_dir() else (tub / name).unlink()

    return damage


def link(name, target="secret"):
    def damage(tub, outside, rng):
        there = tub / name
        if there.is_dir():
            there.rename(outside / "moved")
        there.unlink(missing_ok=True)
        there.symlink_to(outside / target if target != "itself" else there.name)

    return damage


def flip(name):
    def damage(tub, outside, rng):
        assert (tub / name).is_file() and not (tub / name).is_symlink()
        data = bytearray((tub / name).read_bytes())
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        (tub / name).write_bytes(data)

    return damage


def pipe(name):
    def damage(tub, outside, rng):
        (tub / name).unlink(missing_ok=True)
        os.mkfifo(tub / name)

    return damage


def folder_named(name):
    def damage(tub, outside, rng):
        (tub / name).unlink(missing_ok=True)
        (tub / name).mkdir()

    return damage


def manifest_line(number, change):
    return lambda tub, outside, rng: edit(tub, number, change)


def repeated_line(tub, outside, rng):
    assert (tub / "catalog_0.catalog").is_file()
    lines = (tub / "catalog_0.catalog").read_bytes()
    append("catalog_2.catalog", lines[: lines.index(b"\n") + 1])(tub, outside, rng)


def number(text):
    """Put it in the place of the angle of record 6."""

    def damage(tub, outside, rng):
        catalog = tub / "catalog_1.catalog"
        data = catalog.read_bytes()
        assert data.count(b'"user/angle": 0.06') == 1
        catalog.write_bytes(data.replace(b'"user/angle": 0.06', f'"user/angle": {text}'.encode()))

    return damage


DAMAGES = {
    "no number": number("NaN"),
    "beyond all numbers": number("1e999"),
    "torn line": append("catalog_2.catalog", b'{"_index": 12, "cam'),
    "zeros": append("catalog_1.catalog", bytes(200)),
    "repeated index": repeated_line,
    "empty catalog": write("catalog_1.catalog", b""),
    "empty newest catalog": write("catalog_2.catalog", b""),
    "no newest catalog": remove("catalog_2.catalog"),
    "no first catalog": remove("catalog_0.catalog"),
    "catalog is a link": link("catalog_1.catalog"),
    "catalog is a link to itself": link("catalog_1.catalog", "itself"),
    "catalog is a pipe": pipe("catalog_2.catalog"),
    "catalog is a folder": folder_named("catalog_0.catalog"),
    "catalog of zeros": write("catalog_2.catalog", bytes(300)),
    "more catalogs": write("catalog_3.catalog", b""),
    "no manifest": remove("manifest.json"),
    "empty manifest": write("manifest.json", b""),
    "manifest is a link": link("manifest.json"),
    "manifest is a pipe": pipe("manifest.json"),
    "manifest is a folder": folder_named("manifest.json"),
    "flipped bit in the manifest": flip("manifest.json"),
    "flipped bit in a catalog": flip("catalog_1.catalog"),
    "flipped bit in an image": flip(IMAGE.format(3)),
    "unknown type": manifest_line(1, lambda types: ["image_array", "flnat", "float", "str"]),
    "types do not fit": manifest_line(1, lambda types: types[1:]),
    "strange paths": manifest_line(4, lambda line: line["paths"].append("../catalog_0.catalog")),
    "all deleted": manifest_line(4, lambda line: line.update(deleted_indexes=list(range(12)))),
    "strange marks": manifest_line(3, lambda own: own.update(marked_for_their_image={"x": [[1]]})),
    "catalog manifest is a folder": folder_named("catalog_0.catalog_manifest"),
    "catalog manifest is a link": link("catalog_0.catalog_manifest"),
    "recovered is a link": link("recovered", "."),
    "recovered is a file": write("recovered", b"x"),
    "left behind": link(".manifest.json.tmp"),
    "no image": remove(IMAGE.format(4)),
    "empty image": write(IMAGE.format(5), b""),
    "image is a link": link(IMAGE.format(6)),
    "image is a link to itself": link(IMAGE.format(7), "itself"),
    "image without a record": write(IMAGE.format(99), b"x"),
    "no images": remove("images"),
    "images is a link": link("images", "moved"),
    "images is a link to itself": link("images", "itself"),
}


def readable(tub):
    """Records that can be learnt from: with their image, and an angle."""
    try:
        reader = TubReader(tub)
    except TubError:
        return set()
    whole = set()
    for record in reader:
        try:
            reader.image(record)
            if math.isfinite(record["user/angle"]):
                whole.add(record["_index"])
        except TubError:
            pass
    return whole


def look(tub):
    try:
        return check(tub)
    except TubError:
        return None  # one sentence: the tub leads out of itself


def follow_the_advice(tub):
    """Do as `check` says, and return what it says then."""
    before, whole = content(tub), readable(tub)
    report = look(tub)
    assert content(tub) == before, "check changes nothing"
    advised = report is not None and report.next_steps == [commands.donkey("tub", "repair", tub)]
    try:
        notes = repair(tub)
    except (TubError, DeviceError) as error:
        assert not advised, f"{report.problems}: {error}"
        assert content(tub) == before, "a repair that is refused changes nothing"
        assert report is None or report.next_steps or TubReader(tub).version == 1
        return report
    assert bool(notes) == (content(tub) != before), "what is said is what is done"
    assert notes or not advised, "an advised repair changes something"
    assert whole <= readable(tub), "no record is lost"
    after = look(tub)
    assert commands.donkey("tub", "repair", tub) not in after.next_steps, after.problems
    repaired = content(tub)
    assert repair(tub) == [], "the second repair finds nothing"
    assert content(tub) == repaired, "and changes nothing"
    if notes:
        undo_repair(tub)
        assert content(tub) == before, "undone, every file is what it was"
        repair(tub)
        assert readable(tub) >= whole
    assert not any(SECRET in data for data in content(tub).values() if isinstance(data, bytes))
    return after


@pytest.fixture
def outside(folder):
    (folder / "outside").mkdir()
    (folder / "outside" / "secret").write_bytes(SECRET)
    yield folder / "outside"
    assert {file.name for file in (folder / "outside").iterdir()} <= {"secret", "moved"}
    assert (folder / "outside" / "secret").read_bytes() == SECRET


@pytest.mark.parametrize("name", DAMAGES)
def test_advised_repair_helps_and_is_not_advised_again(make_tub, outside, name):
    tub = make_tub(12)
    DAMAGES[name](tub, outside, random.Random(name))
    follow_the_advice(tub)


@pytest.mark.parametrize("seed", range(40))
def test_any_damage_at_once_is_repaired_or_said_to_be_the_owners(make_tub, outside, seed):
    rng = random.Random(seed)
    tub = make_tub(12)
    for name in rng.sample(sorted(DAMAGES), 4):
        try:
            DAMAGES[name](tub, outside, rng)
        except (OSError, ValueError, IndexError, AssertionError):
            continue  # the damage before took what this one would have hit
    follow_the_advice(tub)


@pytest.mark.parametrize("name", DAMAGES)
def test_a_recorder_writes_inside_and_loses_nothing(make_tub, outside, record, name):
    tub = make_tub(12)
    DAMAGES[name](tub, outside, random.Random(name))
    whole = readable(tub)
    try:
        with TubWriter(tub, INPUTS, TYPES) as writer:
            index = writer.append(record())
    except TubError:
        return  # it leads out of itself: refused, in a sentence
    assert whole | {index} <= readable(tub)
    assert not any(SECRET in data for data in content(tub).values() if isinstance(data, bytes))


REMARKS = {
    "first index": "from record 100 on, donkeycar 5 would delete other records",
    "clock": "the clock was set back 1 time while",
    "sizes": "cam/image_array has 10 images of 16x12, 1 image of 8x8",
    "orphan": "1 image belongs to no record",
    "letters": 'imu/accel has text instead of numbers in 10 records, e.g. ["x", "y", "z"]: donkey',
    "empty": "catalog_2.catalog is empty: nothing was recorded into it",
}


@pytest.fixture
def odd(folder, make_tub, record):
    """Tubs that are odd, and whole."""

    def make(name):
        tub = make_tub(10)
        if name == "first index":
            for number in range(2):
                file = tub / f"catalog_{number}.catalog"
                lines = [json.loads(line) for line in file.read_text().splitlines()]
                lines = [{**line, "_index": line["_index"] + 100} for line in lines]
                file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        elif name in ("clock", "sizes"):
            shape = (8, 8, 3) if name == "sizes" else (12, 16, 3)
            image = record()["cam/image_array"][: shape[0], : shape[1]]
            with TubWriter(tub, INPUTS, TYPES) as writer:
                stamp = {"timestamp_ms": 5} if name == "clock" else {}
                writer.append(record(**{"cam/image_array": image}), **stamp)
        elif name == "letters":  # as donkeycar 5.4 records an MPU6050
            edit(tub, 0, lambda line: line.append("imu/accel"))
            edit(tub, 1, lambda line: line.append("vector"))
            for file in tub.glob("*.catalog"):
                lines = [json.loads(line) for line in file.read_text().splitlines()]
                lines = [{**line, "imu/accel": ["x", "y", "z"]} for line in lines]
                file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        elif name == "orphan":
            (tub / IMAGE.format(99)).write_bytes(b"x")
        else:
            (tub / "catalog_2.catalog").write_bytes(b"")
            edit(tub, 4, lambda line: line["paths"].append("catalog_2.catalog"))
        return tub

    return make


@pytest.mark.parametrize("name", REMARKS)
def test_what_is_only_odd_is_a_remark_and_no_damage(odd, name, capsys):
    """It used to be damage, with a repair advised that repaired nothing, for ever."""
    tub = odd(name)
    assert main(["tub", "check", str(tub)]) == 0
    said = capsys.readouterr().out
    assert f"  remark: {REMARKS[name]}" in said
    assert "Next" not in said


def test_a_tub_into_which_nothing_was_recorded_is_whole(make_tub):
    tub = make_tub(1)
    (tub / "catalog_0.catalog").write_bytes(b"")
    shutil.rmtree(tub / "images")
    edit(tub, 4, lambda line: line.update(current_index=0))
    assert follow_the_advice(tub).problems == []


def test_a_whole_tub_is_looked_at_once(make_tub):
    """What used to happen: each image was decoded twice, though nothing was to be repaired."""
    tub = make_tub(8)
    repair(tub)
    seen = []
    assert repair(tub, progress=lambda done, total: seen.append((done, total))) == []
    assert seen.count((8, 8)) == 1
    (tub / IMAGE.format(3)).write_bytes(b"no image")
    seen.clear()
    assert repair(tub, progress=lambda done, total: seen.append((done, total)))
    assert seen.count((8, 8)) == 2


def test_shapes_are_counted_for_each_column(folder, record):
    import numpy as np

    inputs, types = [*INPUTS, "cam/depth_array"], [*TYPES, "gray16_array"]
    with TubWriter(folder / "tub", inputs, types) as writer:
        for _ in range(3):
            writer.append(record(**{"cam/depth_array": np.zeros((12, 16), np.uint16)}))
    report = check(folder / "tub")
    assert report.faults == []
    assert report.image_shapes == {
        "cam/image_array": {(12, 16, 3): 3},
        "cam/depth_array": {(12, 16): 3},
    }


@pytest.mark.parametrize("shape", [(12, 16), (12, 16, 3)])
def test_depth_of_8_bits_is_not_taken_for_millimetres(folder, record, shape):
    """It was called healthy, and a reader got 0 to 255 in three channels for millimetres."""
    import numpy as np
    from PIL import Image

    inputs, types = [*INPUTS, "cam/depth_array"], [*TYPES, "gray16_array"]
    with TubWriter(folder / "tub", inputs, types) as writer:
        for _ in range(5):
            writer.append(record(**{"cam/depth_array": np.full((12, 16), 900, np.uint16)}))
    tub = TubReader(folder / "tub")
    path = tub.image_path(tub.records()[2], "cam/depth_array")
    Image.fromarray(np.full(shape, 90, np.uint8)).save(path)
    with pytest.raises(TubError, match="must be a PNG of 16-bit grey"):
        tub.image(tub.records()[2], "cam/depth_array")
    assert [str(bad) for bad in check(folder / "tub").bad_images] == [
        f"record 2: {path.name} must be a PNG of 16-bit grey, because its column is a "
        "gray16_array. Received: another kind of picture"
    ]
    repair(folder / "tub")
    assert len(TubReader(folder / "tub")) == 4


def test_a_column_that_came_later_is_no_damage(make_tub, record):
    import numpy as np

    tub = make_tub(3)
    with TubWriter(tub, [*INPUTS, "cam/depth_array"], [*TYPES, "gray16_array"]) as writer:
        writer.append(record(**{"cam/depth_array": np.zeros((12, 16), np.uint16)}))
    assert check(tub).faults == []


def test_v1_says_what_its_owner_can_do(folder, shared_data, capsys):
    tub = folder / "v1"
    shutil.copytree(shared_data / "tiny_v1", tub)
    tub.chmod(0o755)
    for file in tub.iterdir():
        file.chmod(0o644)
    (tub / "meta.json").write_bytes(b"<html>")
    assert main(["tub", "check", str(tub)]) == 1
    said = capsys.readouterr().out
    assert "  meta.json: not JSON\n" in said
    assert f"Next: copy it into {tub} again, or remove it" in said
    assert main(["tub", "repair", str(tub)]) == 1
    (tub / "meta.json").unlink()
    assert main(["tub", "check", str(tub)]) == 0
    assert "remark: meta.json: missing" in capsys.readouterr().out


# What is absent may come yet.


def test_a_tub_without_its_images_is_not_repaired_but_completed(make_tub, folder, capsys):
    """All records used to be marked as deleted, and no command took them back."""
    tub = make_tub(12)
    (tub / "images").rename(folder / "later")
    assert main(["tub", "check", str(tub)]) == 1
    said = capsys.readouterr().out
    assert "the images of 12 of 12 records are not there" in said
    assert f"Next: copy images/ into {tub}" in said
    assert main(["tub", "repair", str(tub)]) == 1
    assert "must be whole before it is repaired" in capsys.readouterr().err
    (folder / "later").rename(tub / "images")
    assert check(tub).faults == []
    assert len(TubReader(tub)) == 12


def test_git_lfs_pointers_are_images_that_are_not_there_yet(make_tub):
    tub = make_tub(12)
    for image in (tub / "images").iterdir():
        image.write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(TubError, match="copy images/ into .* again"):
        repair(tub)
    assert len(TubReader(tub)) == 12


def test_records_are_restored_once_their_images_are_there(make_tub, folder):
    tub = make_tub(12)
    later = [tub / IMAGE.format(index) for index in (2, 3)]
    for image in later:
        image.rename(folder / image.name)
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.delete([7])
    (tub / IMAGE.format(5)).write_bytes(b"")
    assert repair(tub) == ["3 records with unreadable images marked as deleted"]
    own = json.loads((tub / "manifest.json").read_text().splitlines()[3])
    assert own["marked_for_their_image"] == {"absent": [2, 3], "unreadable": [5]}
    report = check(tub)
    assert report.problems == []
    assert len(report.remarks) == 1
    for image in later:
        (folder / image.name).rename(image)
    assert check(tub).problems == ["2 records are marked as deleted for an image that is there now"]
    assert repair(tub) == ["2 records are no longer marked as deleted: their images are there"]
    assert TubReader(tub).manifest.deleted_indexes == {5, 7}, "what a driver deleted stays so"


def test_loss_may_be_accepted_and_is_still_no_end(make_tub, folder, capsys):
    tub = make_tub(12)
    (tub / "images").rename(folder / "later")
    assert main(["tub", "repair", "--accept-loss", str(tub)]) == 0
    assert len(TubReader(tub)) == 0
    assert main(["tub", "check", str(tub)]) == 0
    assert main(["tub", "restore", str(tub)]) == 1
    assert "12 records stay deleted" in capsys.readouterr().out
    (tub / "images").exists() and shutil.rmtree(tub / "images")
    (folder / "later").rename(tub / "images")
    assert repair(tub)
    assert len(TubReader(tub)) == 12


def test_records_that_anything_deleted_are_restored(make_tub, capsys):
    tub = make_tub(12)
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.erase_last(3)
    edit(tub, 4, lambda line: line["deleted_indexes"].append(0))  # as donkeycar 5 does
    assert main(["tub", "restore", str(tub), "--start", "5", "--end", "11"]) == 0
    assert "2 records restored, 9 to 10" in capsys.readouterr().out
    assert restore(tub).indexes == [0, 11]
    assert main(["tub", "restore", str(tub)]) == 0
    assert "no record is deleted there" in capsys.readouterr().out
    assert len(TubReader(tub)) == 12


def test_a_tub_of_deleted_records_says_how_to_get_them_back(make_tub):
    tub = make_tub(3)
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.delete([0, 1, 2])
    assert check(tub).remarks == [
        "all records are deleted; this takes them back: " + commands.donkey("tub", "restore", tub)
    ]


def test_a_record_erased_by_hand_is_not_brought_back_by_its_image(make_tub, folder):
    tub = make_tub(12)
    (tub / IMAGE.format(2)).rename(folder / "later")
    repair(tub)
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.delete([2])
    (folder / "later").rename(tub / IMAGE.format(2))
    assert repair(tub) == []
    assert 2 not in {record["_index"] for record in TubReader(tub)}


def test_nobody_restores_in_a_tub_that_is_recorded_into(make_tub):
    tub = make_tub(3)
    with TubWriter(tub, INPUTS, TYPES), pytest.raises(TubError, match="Another program"):
        restore(tub)


@pytest.mark.parametrize("accept", [False, True])
def test_a_catalog_that_comes_later_finds_its_place_free(make_tub, folder, record, accept):
    """Its name, its indexes and its images used to be taken by the next recording."""
    tub = make_tub(15)
    (tub / "catalog_2.catalog").rename(folder / "later")
    with pytest.raises(TubError, match=r"copy it into .*--accept-loss"):
        repair(tub)
    if accept:
        repair(tub, accept_loss=True)
        assert check(tub).problems == []
        return
    for _ in range(2):
        with TubWriter(tub, INPUTS, TYPES) as writer:
            writer.append(record(99))
    (folder / "later").rename(tub / "catalog_2.catalog")
    assert [r["_index"] for r in TubReader(tub)] == list(range(17))
    assert check(tub).problems == []


def name_images(tub, change):
    for file in tub.glob("*.catalog"):
        records = [json.loads(line) for line in file.read_text().splitlines()]
        for record in records:
            record["cam/image_array"] = change(record)
        file.write_text("".join(json.dumps(record) + "\n" for record in records))


def test_images_of_another_computers_folder_are_found_and_never_followed(make_tub, folder, capsys):
    """Check advised to accept a loss, and each export to copy images that were there."""
    tub = make_tub()
    elsewhere = folder / "elsewhere"
    shutil.copytree(tub / "images", elsewhere)
    name_images(tub, lambda record: f"{elsewhere}/{record['cam/image_array']}")
    command = commands.donkey("tub", "repair", tub)
    report = check(tub)
    assert [fault.name for fault in report.faults] == ["image of another name"]
    assert report.next_steps == [command]
    reader = TubReader(tub)
    with pytest.raises(TubError, match=re.escape(command)):
        reader.image(next(iter(reader)))
    out = str(folder / "table.csv")
    assert main(["tub", "export", str(tub), "--to", "csv", "--out", out]) == 1
    assert command in capsys.readouterr().err
    assert repair(tub) == ["12 records now name the file in images/"]
    assert len(readable(tub)) == 12


def test_one_file_is_not_given_to_records_of_two_folders(make_tub):
    """One of them would get the image of the other."""
    tub = make_tub()
    name = IMAGE.format(0).removeprefix("images/")
    name_images(tub, lambda record: f"/{'ab'[record['_index'] % 2]}/{name}")
    with pytest.raises(TubError, match="copy images/ into"):
        repair(tub)


def test_images_that_were_not_copied_are_not_taken_for_damaged_ones(make_tub):
    tub = make_tub()
    name_images(tub, lambda record: f"/home/pi/{record['cam/image_array']}")
    shutil.move(tub / "images", tub.parent / "images")
    assert [fault.name for fault in check(tub).faults] == ["images absent"]


def test_a_catalog_of_bad_lines_is_told_in_a_thousand_sentences(make_tub):
    """Each of ten million lines had a sentence: gigabytes."""
    tub = make_tub(12)
    with (tub / "catalog_1.catalog").open("ab") as file:
        file.write(b'{"a":1}\n' * 3000)
    told = [fault.what for fault in check(tub).faults if fault.name == "unreadable line"]
    assert len(told) == 1001
    assert told[-1] == "catalog_1.catalog: 2000 more unreadable lines"
    assert repair(tub)[0].startswith("3000 unreadable lines of catalog_1.catalog")
    assert check(tub).problems == []


def test_absent_catalogs_get_one_advice(make_tub):
    """It was made for each of 200,000 names, and thrown away: half a minute."""
    tub = make_tub(3)
    lines = (tub / "manifest.json").read_text().splitlines()
    catalogs = json.loads(lines[4])
    catalogs["paths"] += [f"catalog_{number}.catalog" for number in range(5, 2005)]
    (tub / "manifest.json").write_text("\n".join([*lines[:4], json.dumps(catalogs)]) + "\n")
    report = check(tub)
    assert len(report.problems) == 2000
    assert len(report.next_steps) == 1
