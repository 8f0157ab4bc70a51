"""Every row of the table of faults: found, named, and mended as the row says."""

import io
import json
import os
import shutil

import pytest
from PIL import Image

from benchmarks.tub.tub_faults import INPUTS, TYPES
from donkeycar.errors import DeviceError, TubError
from donkeycar.management.cli import main
from donkeycar.tub import TubReader, TubWriter, check, repair, undo_repair
from donkeycar.tub.faults import KINDS, Mend
from tests.tub.content import content

IMAGE = "images/{}_cam_image_array_.jpg"


def change_lines(tub, change, *, name="*.catalog"):
    for file in sorted(tub.glob(name)):
        records = [json.loads(line) for line in file.read_text().splitlines()]
        lines = [json.dumps(change(record) or record) + "\n" for record in records]
        file.write_text("".join(lines))


def change_manifest(tub, number, change):
    lines = [json.loads(line) for line in (tub / "manifest.json").read_text().splitlines()]
    lines[number] = change(lines[number]) or lines[number]
    (tub / "manifest.json").write_text("".join(json.dumps(line) + "\n" for line in lines))


def every(**values):
    named = {name.replace("__", "/"): value for name, value in values.items()}
    return lambda tub: change_lines(tub, lambda record: record.update(named))


def one(**values):
    named = {name.replace("__", "/"): value for name, value in values.items()}

    def change(record):
        return {**record, **named} if record["_index"] == 6 else record

    return lambda tub: change_lines(tub, change)


def named_in(folder):
    """Name every image by a folder, as some programs do."""

    def change(record):
        record["cam/image_array"] = folder + record["cam/image_array"]

    return lambda tub: change_lines(tub, change)


def append(name, data):
    def make(tub):
        with (tub / name).open("ab") as file:
            file.write(data)

    return make


def listed_and_empty(tub):
    (tub / "catalog_3.catalog").write_bytes(b"")
    change_manifest(tub, 4, lambda line: line["paths"].append("catalog_3.catalog"))


def no_line_end(tub):
    file = tub / "catalog_2.catalog"
    file.write_bytes(file.read_bytes()[:-1])


def in_place_of(name, make):
    def damage(tub):
        (tub / name).unlink(missing_ok=True)
        make(tub / name)

    return damage


def marked(tub):
    (tub / IMAGE.format(3)).rename(tub / "later")
    repair(tub)
    shutil.rmtree(tub / "recovered")


def image_is_back(tub):
    marked(tub)
    (tub / "later").rename(tub / IMAGE.format(3))


def number_is_back(tub):
    one(user__angle=float("nan"))(tub)
    repair(tub)
    shutil.rmtree(tub / "recovered")
    one(user__angle=0.5)(tub)


def pointers_of_git_lfs(tub):
    for image in (tub / "images").iterdir():
        image.write_text("version https://git-lfs.github.com/spec/v1\n")


def picture(size=(16, 12), mode="RGB"):
    data = io.BytesIO()
    Image.new(mode, size).save(data, "JPEG")
    return data.getvalue()


def write(name, data):
    return lambda tub: (tub / name).write_bytes(data)


def rename_label(tub):
    def change(record):
        record["pilot/angle"] = record.pop("user/angle")

    change_lines(tub, change)


# Kind of fault -> ways to make it; the words that `check` says of the first.
FAULTS = {
    "manifest": [
        lambda tub: (tub / "manifest.json").unlink(),
        write("manifest.json", b""), write("manifest.json", b"{}\n[]\n"),
        lambda tub: change_manifest(tub, 4, lambda line: line["paths"].append("../x")),
        in_place_of("manifest.json", os.mkfifo), in_place_of("manifest.json", os.mkdir),
    ],
    "not an ordinary file": [
        in_place_of("catalog_1.catalog", os.mkfifo), in_place_of("catalog_1.catalog", os.mkdir),
        in_place_of("catalog_1.catalog", lambda path: path.symlink_to("/etc/passwd")),
        in_place_of("catalog_1.catalog", lambda path: path.symlink_to(path.name)),
        # 300 MB that take no room on the disk.
        lambda tub: os.truncate(tub / "catalog_1.catalog", 300 << 20),
    ],
    "unreadable line": [
        append("catalog_1.catalog", bytes(200) + b"\n"),
        append("catalog_2.catalog", b'{"_index": 12, "user/an'),
        append("catalog_0.catalog", b"\n"), append("catalog_0.catalog", b"[1]\n"),
        append("catalog_0.catalog", b'{"_index": -1}\n'), append("catalog_0.catalog", b"\xff\n"),
        append("catalog_0.catalog", b'{"_index": 5, "x": "' + b"y" * (1 << 20) + b'"}\n'),
    ],
    "no line end": [no_line_end],
    "bad image": [
        write(IMAGE.format(3), b""), lambda tub: (tub / IMAGE.format(3)).unlink(),
        write(IMAGE.format(3), picture()[:300]), write(IMAGE.format(3), b"GIF89a"),
        in_place_of(IMAGE.format(3), os.mkfifo),
        in_place_of(IMAGE.format(3), lambda path: path.symlink_to("/etc/passwd")),
        one(**{"cam__image_array": "../manifest.json"}),
    ],
    "image of another name": [
        named_in("/home/pi/mycar/data/images/"), named_in("C:\\Users\\me\\"), named_in("../"),
        lambda tub: (tub / IMAGE.format(3)).rename((tub / IMAGE.format(3)).with_suffix(".JPG")),
        lambda tub: (tub / IMAGE.format(3)).rename((tub / IMAGE.format(3)).with_suffix(".jpeg")),
    ],
    "image is back": [image_is_back],
    "no number": [one(user__angle=float("nan")), one(user__throttle=float("inf"))],
    "number is back": [number_is_back],
    "absent catalog": [
        lambda tub: (tub / "catalog_1.catalog").unlink(), write("catalog_1.catalog", b""),
    ],
    "images absent": [lambda tub: shutil.rmtree(tub / "images")],
    "images unreadable": [pointers_of_git_lfs],
    "numbers absent": [every(user__angle=float("nan"))],
    "recovered is not a folder": [
        write("recovered", b"x"), lambda tub: (tub / "recovered").symlink_to("/tmp"),
    ],
    "unknown type": [
        lambda tub: change_manifest(tub, 1, lambda types: [types[0], "flnat", *types[2:]]),
    ],
    "file beside a catalog": [write("catalog_0.catalog_manifest", b"{}")],
    "empty catalog": [listed_and_empty],
    "catalog of another name": [
        write("catalog_generated.catalog", b'{"_index": 50}\n'), write("catalog_01.catalog", b"x"),
    ],
    "shared index": [lambda tub: change_lines(
        tub, lambda record: {**record, "_index": 0} if record["_index"] == 1 else record,
    )],
    "marked": [marked],
    "all deleted": [
        lambda tub: change_manifest(tub, 4, lambda line: line.update(deleted_indexes=[*range(12)])),
    ],
    "orphan images": [write(IMAGE.format(99), picture())],
    "several sizes": [write(IMAGE.format(3), picture((32, 24)))],
    "several kinds": [write(IMAGE.format(3), picture(mode="L"))],
    "clock": [one(_timestamp_ms=5)],
    "vectors": [lambda tub: (
        change_manifest(tub, 0, lambda names: names.append("imu/accel")),
        change_manifest(tub, 1, lambda types: types.append("vector")),
        every(imu__accel=["x", "y", "z"])(tub),
    )],
    "values of another type": [
        one(user__angle="0.5"), one(user__mode=3), one(user__throttle=True),
    ],
    "nulls": [one(user__angle=None), every(user__throttle=None)],
    "out of range": [one(user__angle=15), one(user__throttle=-5.6)],
    "undeclared column": [every(imu__acl_x=0.5)],
    "other labels": [rename_label],
    "out of place": [lambda tub: change_lines(
        tub, lambda record: {**record, "_index": record["_index"] + 100},
    )],
}  # fmt: skip
CASES = [(kind, number) for kind, ways in FAULTS.items() for number in range(len(ways))]
# Made of a tub of format v1; and as another user.
ELSEWHERE = {"file of format v1", "no meta.json", "unreadable file"}


def test_every_kind_is_made_here():
    assert FAULTS.keys() | ELSEWHERE == KINDS.keys()


@pytest.mark.parametrize(("kind", "number"), CASES)
def test_it_is_named_and_mended_as_its_row_says(make_tub, kind, number, capsys):
    tub = make_tub(12)
    FAULTS[kind][number](tub)
    before = content(tub)
    report = check(tub)
    assert kind in {fault.name for fault in report.faults}, report.faults
    assert content(tub) == before
    mend = KINDS[kind].mend
    damaged = [fault for fault in report.faults if fault.kind.is_damage]
    assert bool(damaged) == (mend is not Mend.NOBODY)
    assert main(["tub", "check", str(tub)]) == bool(damaged)
    assert all(fault.what in capsys.readouterr().out for fault in damaged[:1])
    if mend is Mend.OWNER:
        assert report.next_steps
        with pytest.raises(TubError, match="must be whole before it is repaired"):
            repair(tub)
        assert content(tub) == before
        return
    notes = repair(tub)
    assert notes if mend is Mend.REPAIR else True
    after = check(tub)
    assert after.problems == []
    assert repair(tub) == []
    assert kind not in {fault.name for fault in after.faults if fault.kind.is_damage}
    if notes:
        undo_repair(tub)
        assert content(tub) == before


def test_a_catalog_that_may_not_be_read_is_its_owners_affair(make_tub, folder):
    tub = make_tub(12)
    folder.chmod(0o755)
    (tub / "catalog_1.catalog").chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)  # root may read everything
    try:
        report = check(tub)
        with pytest.raises((TubError, DeviceError)):
            repair(tub)
    finally:
        os.seteuid(user)
    assert "unreadable file" in {fault.name for fault in report.faults}
    assert f"check the disk, and who may read {tub}" in report.next_steps


def test_files_of_format_v1_are_named(shared_data, folder):
    tub = folder / "v1"
    shutil.copytree(shared_data / "tiny_v1", tub, copy_function=shutil.copyfile)
    tub.chmod(0o755)
    (tub / "meta.json").unlink(missing_ok=True)
    (tub / "record_2.json").write_text("{torn")
    next(tub.glob("3_*.jpg")).write_bytes(b"")
    report = check(tub)
    assert {fault.name for fault in report.faults} >= {"no meta.json", "file of format v1"}
    assert len(report.problems) == 2
    with pytest.raises(TubError, match="format v1, which is only read. Nothing was changed"):
        repair(tub)


def test_without_decoding_what_needs_none_is_found_as_well(make_tub):
    for kind, ways in FAULTS.items():
        if kind in ("images unreadable", "several sizes", "several kinds"):
            continue  # only decoding says that
        tub = make_tub(12)
        ways[0](tub)
        assert kind in {fault.name for fault in check(tub, decode=False).faults}, kind
        shutil.rmtree(tub)


FOLDERS = {
    "renault_office_v2": 3541, "renault_office_b_v2": 1808, "renault_office_c_v2": 2182,
    "usi_track2_v2": 4000, "donkey_testtub_v2": 1000, "sim_usi_v1": 120, "tiny_v1": 6,
}  # fmt: skip


@pytest.mark.parametrize("name", FOLDERS)
def test_every_shared_tub_is_whole(shared_data, name):
    # All images of the large ones are decoded in benchmarks/tub.
    report = check(shared_data / name, decode=FOLDERS[name] < 1500)
    assert report.num_records == FOLDERS[name]
    assert report.problems == []
    assert [fault.what for fault in report.faults if fault.name not in ("no meta.json",)] == []


def test_every_folder_of_the_shared_data_is_a_tub_or_no_tub(shared_data):
    others = {"models", "udacity_sim_csv"}
    folders = {path.name for path in shared_data.iterdir() if path.is_dir()}
    assert folders == FOLDERS.keys() | others
    for name in others:
        with pytest.raises(TubError, match="holds no records"):
            check(shared_data / name)


# Undo.


def test_an_undo_that_would_lose_what_came_later_is_refused(make_tub, record):
    tub = make_tub(12)
    (tub / IMAGE.format(3)).write_bytes(b"")
    assert repair(tub)
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.append(record())
    before = content(tub)
    with pytest.raises(TubError, match=r"manifest.json of .*, which was changed since"):
        undo_repair(tub)
    assert content(tub) == before
    assert len(TubReader(tub)) == 12


def test_repairs_are_undone_one_after_the_other(make_tub, capsys):
    tub = make_tub(12)
    (tub / IMAGE.format(3)).write_bytes(b"")
    first = content(tub)
    repair(tub)
    append("catalog_1.catalog", b"{torn")(tub)
    second = content(tub)
    assert main(["tub", "repair", str(tub)]) == 0
    assert "To undo this: " in capsys.readouterr().out
    assert main(["tub", "repair", "--undo", str(tub)]) == 0
    assert content(tub) == second
    (tub / "catalog_1.catalog").write_bytes(first["catalog_1.catalog"])
    undo_repair(tub)
    assert content(tub) == first
    assert main(["tub", "repair", "--undo", str(tub)]) == 1
    assert "No repair of" in capsys.readouterr().err


# What people reported.


def test_what_was_deleted_is_known_also_when_its_line_is_no_json(make_tub):
    """A comma was lost in manifest.json (#653 of donkeycar 5): all deleted records came back."""
    tub = make_tub(12)
    change_manifest(tub, 4, lambda line: line.update(deleted_indexes=[1, 4, 11]))
    text = (tub / "manifest.json").read_text()
    for broken in (text.replace('], "current_index"', '] "current_index"'), text[:-2]):
        (tub / "manifest.json").write_text(broken)
        assert "manifest" in {fault.name for fault in check(tub).faults}
        assert repair(tub)
        assert TubReader(tub).manifest.deleted_indexes == {1, 4, 11}
    # Of a list that is cut off, the last number may be a part of one.
    (tub / "manifest.json").write_text(text[: text.index("11]") + 1])
    assert TubReader(tub).manifest.deleted_indexes == {1, 4}


def test_an_empty_image_is_called_empty(make_tub):
    """#952 of donkeycar 5: training crashed at images of 0 bytes. It said "not a JPEG or PNG"."""
    tub = make_tub(12)
    (tub / IMAGE.format(3)).write_bytes(b"")
    assert "record 3: 3_cam_image_array_.jpg cannot be read as an image: it is empty" in (
        check(tub, decode=False).problems
    )


def test_an_empty_catalog_at_the_end_is_taken_off_the_list(make_tub):
    """#815 of donkeycar 5: "cannot mmap an empty file" when it trains."""
    tub = make_tub(12)
    listed_and_empty(tub)
    assert "donkeycar 5 cannot train with that" in check(tub).remarks[0]
    assert repair(tub)
    assert TubReader(tub).manifest.paths == [f"catalog_{number}.catalog" for number in range(3)]
