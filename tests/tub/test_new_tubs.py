"""`split`, `merge`, `copy`: new tubs of others, which stay as they are."""

import json
import os
import re
import shutil

import numpy as np
import pytest

from benchmarks.tub.tub_faults import INPUTS, TYPES
from donkeycar.errors import TubError
from donkeycar.management.cli import main
from donkeycar.tub import TubReader, TubWriter, check, copy, merge, repair, split
from donkeycar.tub.selection import Selection, parse_indexes
from tests.tub.content import content, same_records


def test_a_merge_keeps_every_value_image_and_deletion(make_tub, folder, record):
    a, b = make_tub(12, path=folder / "a"), make_tub(7, path=folder / "b")
    with TubWriter(a, INPUTS, TYPES, metadata={"track": "oval", "wheel": "wide"}) as writer:
        writer.delete([3])
    with TubWriter(b, INPUTS, TYPES, metadata={"track": "oval", "wheel": "thin"}) as writer:
        writer.append(record(99), timestamp_ms=1)
    before = content(a), content(b)
    built = merge([a, b], folder / "m")
    assert (content(a), content(b)) == before
    new = TubReader(folder / "m")
    assert [r["_index"] for r in new.records(include_deleted=True)] == list(range(20))
    assert new.manifest.deleted_indexes == {3}
    assert (built.num_records, built.num_deleted, built.num_images) == (20, 1, 20)
    everything = new.records(include_deleted=True)
    same_records(TubReader(a), TubReader(a).records(include_deleted=True), new, everything[:12])
    same_records(TubReader(b), TubReader(b).records(include_deleted=True), new, everything[12:])
    assert new.manifest.metadata["track"] == "oval"
    assert new.manifest.metadata["origin"] == [
        {"tub": "a", "first_index": 0, "num_records": 12,
         "metadata": {"track": "oval", "wheel": "wide"}},
        {"tub": "b", "first_index": 12, "num_records": 8,
         "metadata": {"track": "oval", "wheel": "thin"}},
    ]  # fmt: skip
    assert any("wheel" in note for note in built.notes)
    assert any("counts as one now" in note for note in built.notes), "both are of today"
    assert check(folder / "m").problems == []
    assert not [fault for fault in check(folder / "m").faults if fault.name == "clock"][1:]


def test_columns_that_differ_are_explained_and_none_is_dropped(folder, record):
    for name, extra in (("a", {"imu/x": "float", "gear": "int"}), ("b", {"gear": "float"})):
        with TubWriter(folder / name, [*INPUTS, *extra], [*TYPES, *extra.values()]) as writer:
            writer.append(record(1, **dict.fromkeys(extra, 3)))
    built = merge([folder / "a", folder / "b"], folder / "m")
    assert "imu/x is in 1 of 2 tubs: the records of b go on without it" in built.notes
    assert "gear is int and float: it is float now" in built.notes
    assert TubReader(folder / "m").manifest.input_types["imu/x"] == "float"
    assert [("imu/x" in r) for r in TubReader(folder / "m")] == [True, False]
    with TubWriter(folder / "c", [*INPUTS, "gear"], [*TYPES, "str"]) as writer:
        writer.append(record(1, gear="high"))
    with pytest.raises(TubError, match=r"'gear', which is int in a and str in c. .*--drop gear"):
        merge([folder / "a", folder / "c"], folder / "n")
    assert not (folder / "n").exists()
    built = merge([folder / "a", folder / "c"], folder / "n", drop=["gear"])
    assert "gear is left out, as you said" in built.notes
    assert all("gear" not in r for r in TubReader(folder / "n"))
    with pytest.raises(TubError, match="`--drop` must name columns of the tubs"):
        merge([folder / "a"], folder / "o", drop=["geer"])


def test_images_of_another_size_are_said(make_tub, folder, record):
    make_tub(2, path=folder / "a")
    with TubWriter(folder / "b", INPUTS, TYPES) as writer:
        writer.append(record(1, **{"cam/image_array": np.zeros((24, 32, 3), np.uint8)}))
    built = merge([folder / "a", folder / "b"], folder / "m")
    sentence = "cam/image_array has images of 16x12 in a, 32x24 in b: each keeps its size"
    assert any(note.startswith(sentence) for note in built.notes)
    assert check(folder / "m").problems == []


def test_depth_and_what_a_repair_marked_go_along(folder, record):
    inputs, types = [*INPUTS, "cam/depth_array"], [*TYPES, "gray16_array"]
    with TubWriter(folder / "a", inputs, types) as writer:
        for number in range(6):
            depth = np.full((12, 16), 100 * number, np.uint16)
            writer.append(record(number, **{"cam/depth_array": depth}))
    (folder / "a/images/2_cam_image_array_.jpg").write_bytes(b"")
    repair(folder / "a")
    built = merge([folder / "a", folder / "a"], folder / "m")
    assert check(folder / "m").problems == []
    new = TubReader(folder / "m")
    assert new.manifest.marked == {2: "unreadable", 8: "unreadable"}
    assert built.num_images == 24
    assert new.image(new.records()[-1], "cam/depth_array").max() == 500


def test_a_damaged_tub_is_not_merged_but_named(make_tub, folder):
    tub = make_tub(6)
    (tub / "images" / "4_cam_image_array_.jpg").unlink()
    with pytest.raises(TubError, match="record 4 of .*tub, whose image .* is not there. Next step"):
        merge([tub], folder / "m")
    assert not (folder / "m").exists()
    repair(tub)
    built = merge([tub], folder / "m")
    assert built.notes[0] == "1 deleted record of tub had no image file, and has none here"
    assert check(folder / "m").problems == []


@pytest.mark.parametrize(
    ("options", "numbers"),
    [({}, [5, 4]), ({"max_records": 4}, [4, 4, 1]), ({"gap_s": 2.0}, [3, 2, 4]),
     ({"max_records": 100}, [9]), ({"live_only": True}, [4, 4])],
)  # fmt: skip
def test_a_tub_is_split(folder, record, options, numbers):
    times = [0, 50, 100, 9000, 9050, 9100, 9150, 5, 55]
    for session in (times[:5], times[5:]):
        with TubWriter(folder / "t", INPUTS, TYPES) as writer:
            for time_ms in session:
                writer.append(record(time_ms % 7), timestamp_ms=time_ms)
    if options == {"gap_s": 2.0}:
        numbers = [3, 4, 2]
    with TubWriter(folder / "t", INPUTS, TYPES) as writer:
        writer.delete([1])
    before = content(folder / "t")
    built = split(folder / "t", folder / "parts", **options)
    assert content(folder / "t") == before
    assert [one.num_records for one in built] == numbers
    assert sorted(p.name for p in (folder / "parts").iterdir()) == [
        f"t_{number}" for number in range(1, len(numbers) + 1)
    ]
    whole = TubReader(folder / "t")
    old = whole.records(include_deleted=not options.get("live_only"))
    for one in built:
        part = TubReader(one.path)
        new = part.records(include_deleted=True)
        same_records(whole, old[: len(new)], part, new)
        assert part.manifest.metadata["origin"][0]["from_index"] == old[0]["_index"]
        old = old[len(new) :]
    assert old == []


def test_a_merged_tub_is_split_into_what_it_was(make_tub, folder):
    a, b = make_tub(4, path=folder / "a"), make_tub(3, path=folder / "b")
    merge([a, b], folder / "m")
    assert [one.num_records for one in split(folder / "m", folder / "parts")] == [4, 3]


@pytest.mark.parametrize("name", ["catalog_0.catalog", "manifest.json"])
def test_a_tub_whose_lists_are_links_out_is_not_copied_as_an_empty_one(make_tub, folder, name):
    # The copy had no records, or none of the marks, and the exit code was 0.
    tub = make_tub(4)
    (tub / name).rename(folder / name)
    (tub / name).symlink_to(folder / name)
    with pytest.raises(TubError, match=f"must hold its own {name}"):
        copy(tub, folder / "copy")
    assert not (folder / "copy").exists()


def test_a_copy_of_a_whole_tub_is_byte_for_byte_that_tub(make_tub, folder):
    tub = make_tub(12)
    (tub / "catalog_2.catalog").write_bytes(b"{torn")
    (tub / "images" / "same.jpg").symlink_to("0_cam_image_array_.jpg")
    (folder / "secret").write_text("private")
    (tub / "notes.txt").symlink_to(folder / "secret")
    os.mkfifo(tub / "pipe")
    make_tub(2, path=tub / "tub_inside")
    built = copy(tub, folder / "copy")
    left = {"notes.txt", "pipe"}
    inside = {name for name in content(tub) if name.startswith("tub_inside")}
    new = content(folder / "copy")
    assert new.pop("images/same.jpg") == (tub / "images/0_cam_image_array_.jpg").read_bytes()
    old = {name: data for name, data in content(tub).items() if name not in left | inside}
    old.pop("images/same.jpg")
    assert new == old
    assert built.notes == ["2 things are no file of the tub, and not copied: notes.txt, pipe"]


@pytest.mark.parametrize(
    ("selection", "indexes"),
    [(Selection(live_only=True), [0, 1, 2, 4, 5, 6]),
     (Selection(parse_indexes(["5-", "0"])), [0, 5, 6]),
     (Selection(parse_indexes(["2-4"]), live_only=True), [2, 4])],
)  # fmt: skip
def test_a_copy_of_some_records(make_tub, folder, selection, indexes):
    tub = make_tub(7)
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.delete([3])
    copy(tub, folder / "some", selection=selection)
    old, new = TubReader(tub), TubReader(folder / "some")
    chosen = [r for r in old.records(include_deleted=True) if r["_index"] in indexes]
    same_records(old, chosen, new, new.records(include_deleted=True))
    assert check(folder / "some").faults == []


def test_a_session_is_copied_by_its_name(make_tub, folder, record):
    tub = make_tub(3)
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.append(record(9))
    second = TubReader(tub).sessions[1]
    assert copy(tub, folder / "s", selection=Selection(sessions=(second,))).sessions == [second]
    with pytest.raises(TubError, match="A session must be one of the tub: .*_0, .*_1. Received"):
        copy(tub, folder / "n", selection=Selection(sessions=("monday",)))


def test_an_output_is_never_overwritten_and_never_inside_its_source(make_tub, folder, capsys):
    tub = make_tub(3)
    (folder / "mine").mkdir()
    for action in ("merge", "split", "copy"):
        assert main(["tub", action, str(tub), "--out", str(folder / "mine")]) == 1
        assert "A new folder must not exist before" in capsys.readouterr().err
        assert main(["tub", action, str(tub), "--out", str(tub / "new")]) == 1
        assert "must lie outside of the tubs that are read" in capsys.readouterr().err
    assert list((folder / "mine").iterdir()) == []
    assert sorted(p.name for p in folder.iterdir()) == ["mine", "tub"]


def test_nothing_half_made_is_left(make_tub, folder, monkeypatch):
    tub = make_tub(6)

    def progress(done, total):
        if done:
            raise KeyboardInterrupt

    for make in (merge, split, copy):
        words = [tub] if make is merge else tub
        with pytest.raises(KeyboardInterrupt):
            make(words, folder / "deep" / "new", progress=progress)
        assert sorted(p.name for p in folder.iterdir()) == ["tub"]


def test_a_disk_that_is_full_is_one_sentence(make_tub, folder, capsys):
    tub = make_tub(3)
    (folder / "file").write_text("mine")
    for action in ("merge", "split", "copy"):
        assert main(["tub", action, str(tub), "--out", str(folder / "file" / "new")]) == 1
        assert capsys.readouterr().err.count("\n") == 1


def test_a_tub_that_is_recorded_into_is_not_read_half(make_tub, folder):
    tub = make_tub(3)
    with TubWriter(tub, INPUTS, TYPES):
        for make in (merge, split, copy):
            with pytest.raises(TubError, match="Another program"):
                make([tub] if make is merge else tub, folder / "new")


def test_v1_says_what_to_do_and_is_copied_whole(folder, shared_data, capsys):
    for action in ("merge", "split"):
        out = str(folder / "new")
        assert main(["tub", action, str(shared_data / "tiny_v1"), "--out", out]) == 1
        assert "donkey tub convert" in capsys.readouterr().err
    assert copy(shared_data / "tiny_v1", folder / "copy").num_records == 6
    assert len(TubReader(folder / "copy")) == 6


@pytest.mark.parametrize("name", ["donkey_testtub_v2", "usi_track2_v2"])
def test_real_tubs_are_merged_split_and_copied_and_read_back_equal(shared_data, folder, name):
    tub = TubReader(shared_data / name)
    some = Selection(parse_indexes(["0-199"]))
    copy(tub.path, folder / "some", selection=some)
    merge([folder / "some"], folder / "m")
    split(folder / "m", folder / "parts", max_records=150)
    old = tub.records(include_deleted=True)[:200]
    for place in (folder / "some", folder / "m"):
        new = TubReader(place)
        same_records(tub, old, new, new.records(include_deleted=True))
        deleted = {i for i in tub.manifest.deleted_indexes if i < 200}
        assert new.manifest.deleted_indexes == deleted
    parts = [TubReader(place) for place in sorted((folder / "parts").iterdir())]
    assert [len(part.records(include_deleted=True)) for part in parts] == [150, 50]


def test_json_is_one_document(make_tub, folder, capsys):
    make_tub(3, path=folder / "tubs" / "a")
    make_tub(4, path=folder / "tubs" / "b")
    tubs, out = str(folder / "tubs"), folder / "out"
    said = {}
    for words in (
        ["info", tubs], ["check", tubs], ["check", "--fast", tubs], ["repair", tubs],
        ["delete", tubs, "--records", "1"], ["restore", tubs],
        ["copy", tubs, "--out", str(out / "c")],
        ["split", tubs, "--out", str(out / "s"), "--every", "2"],
        ["merge", tubs, "--out", str(out / "m")],
    ):  # fmt: skip
        assert main(["tub", *words, "--json"]) == 0
        said[words[0]] = json.loads(capsys.readouterr().out)
    assert [one["num_records"] for one in said["info"]["tubs"]] == [3, 4]
    assert said["delete"]["tubs"][1]["deleted"] == [1]
    assert said["restore"]["tubs"][0]["restored"] == [1]
    assert said["merge"]["made"]["num_records"] == 7
    assert [len(one["made"]) for one in said["split"]["tubs"]] == [2, 2]
    shutil.rmtree(folder / "tubs" / "a" / "images")
    assert main(["tub", "repair", tubs, "--json"]) == 1
    first, second = json.loads(capsys.readouterr().out)["tubs"]
    assert "must be whole before it is repaired" in first["error"]
    assert second["done"] == []


def test_holes_of_files_stay_holes(make_tub, folder):
    """A copy used to write them out, so that it did not fit on the same disk."""
    tub = make_tub(3)
    with (tub / "notes.bin").open("wb") as file:
        file.write(b"begin")
        file.truncate(40_000_000)
    copy(tub, folder / "copy")
    new = folder / "copy" / "notes.bin"
    assert new.read_bytes() == (tub / "notes.bin").read_bytes()
    assert 512 * new.stat().st_blocks < 5_000_000


@pytest.mark.parametrize(
    ("words", "needs"),
    [
        ("copy {tub} --out {out}", 0.4),
        ("copy {tub} --out {out} --records 0-9", 0.2),
        ("merge {tub} --out {out}", 0.4),
        ("split {tub} --out {out} --every 5", 0.4),
        ("import {tub} --out {out}", 0.32),
        ("convert {tub} --out {out}", 0.32),
    ],
)
def test_too_little_room_is_said_before_anything_is_written(
    make_tub, folder, monkeypatch, capsys, words, needs
):
    """It used to show when the disk was full, with no word about the room that was needed."""
    tub = make_tub(20)
    for image in (tub / "images").iterdir():
        image.write_bytes(image.read_bytes().ljust(20_000, b"\0"))
    before = sorted(folder.iterdir())
    usage = shutil.disk_usage(folder)._replace(free=100_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert main(["tub", *words.format(tub=tub, out=folder / "new").split()]) == 1
    said = capsys.readouterr().err
    found = re.search(rf"{folder}/new needs (\d\.\d\d) MB of room. Received: 0.10 MB free", said)
    assert found, said
    assert abs(float(found[1]) - needs) < 0.02
    assert "Nothing was written" in said
    assert sorted(folder.iterdir()) == before


def test_what_differs_from_what_was_read_is_not_kept(make_tub, folder):
    """Another program, or a worn card, changes an image while the copy is made."""
    tub = make_tub(101)

    def spoil(done, total):
        if done == 100:
            (draft,) = folder.glob(".m.new-*")
            (draft / "images" / "0_cam_image_array_.jpg").write_bytes(b"else")

    with pytest.raises(TubError, match="0_cam_image_array_.jpg of .* differs. Nothing was kept"):
        merge([tub], folder / "m", progress=spoil)
    assert [path.name for path in folder.iterdir()] == ["tub"]
