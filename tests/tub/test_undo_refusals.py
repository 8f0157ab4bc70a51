"""What an undo puts back is checked before anything is changed, whoever wrote its notes."""

import json
import os
import shutil

import pytest

from benchmarks.tub.tub_faults import INPUTS, TYPES
from donkeycar.errors import TubError
from donkeycar.management.cli import main
from donkeycar.tub import TubWriter, check, delete, repair, undo_repair
from donkeycar.tub.keeping import state_of
from donkeycar.tub.repair_notes import sealed
from donkeycar.tub.selection import parse_indexes
from tests.tub.content import content

NOTES = "recovered/repair-0/steps.jsonl"
KEPT = "recovered/repair-0/before"


@pytest.fixture
def repaired(make_tub):
    """A tub of which a repair replaced a catalog and the manifest."""
    tub = make_tub(30)
    with (tub / "catalog_1.catalog").open("ab") as file:
        file.write(b"junk\n")
    (tub / "images" / "3_cam_image_array_.jpg").write_bytes(b"")
    assert repair(tub)
    return tub


def steps_of(tub):
    lines = [json.loads(line) for line in (tub / NOTES).read_text().splitlines()]
    return [line for line in lines if line["do"] not in ("begin", "end", "undone")]


def as_an_earlier_version_noted(tub):
    """Notes without a beginning, an end, and checksums of what was kept."""
    steps = [{k: v for k, v in step.items() if k != "before"} for step in steps_of(tub)]
    (tub / NOTES).write_text("".join(json.dumps(step) + "\n" for step in steps))


def kept_of(tub, path):
    return (
        tub / KEPT / next(s["kept"] for s in steps_of(tub) if s.get("path") == path and "kept" in s)
    )


def in_place_of_kept(make):
    def damage(tub):
        place = kept_of(tub, "catalog_1.catalog")
        place.unlink()
        make(place)

    return damage


def without(path):
    return lambda tub: kept_of(tub, path).unlink()


def notes_are(data):
    return lambda tub: (tub / NOTES).write_bytes(data)


def cut(tub):
    (tub / NOTES).write_bytes(b"".join((tub / NOTES).read_bytes().splitlines(True)[:3]))


def without_line(number):
    def damage(tub):
        lines = (tub / NOTES).read_bytes().splitlines(True)
        del lines[number]
        (tub / NOTES).write_bytes(b"".join(lines))

    return damage


def forged(*steps, kept=()):
    """A list with right checksums, in the tub of a stranger."""

    def damage(tub):
        shutil.rmtree(tub / "recovered")
        (tub / KEPT).mkdir(parents=True)
        for name, data in kept:
            (tub / KEPT / name).write_bytes(data)
        whole = []
        for step in steps:
            more = {}
            if step["do"] in ("make", "replace"):
                more["sha256"] = state_of(tub / step["path"])
            if "kept" in step:
                more["before"] = state_of(tub / KEPT / step["kept"])
            if "to" in step:
                more["before"] = state_of(tub / step["to"])
            whole.append(step | more)
        (tub / NOTES).write_bytes(sealed(whole))

    return damage


def forged_move(tub):
    data = (tub / "catalog_0.catalog").read_bytes().replace(b'"user/throttle": 0.5', b'"x": 9')
    (tub / "recovered" / "9").mkdir()
    (tub / "recovered" / "9" / "catalog_9.catalog").write_bytes(data)
    step = {"do": "move", "path": "catalog_9.catalog", "to": "recovered/9/catalog_9.catalog"}
    step["before"] = state_of(tub / step["to"])
    shutil.rmtree(tub / "recovered" / "repair-0")
    (tub / KEPT).mkdir(parents=True)
    (tub / NOTES).write_bytes(sealed([step]))


def forged_lines(tub):
    shutil.rmtree(tub / "recovered")
    (tub / KEPT).mkdir(parents=True)
    (tub / "recovered" / "0").mkdir()
    lines = "recovered/0/catalog_1.catalog.lines"
    (tub / lines).write_bytes(b"what a crash left\n")
    (tub / NOTES).write_bytes(
        sealed([{"do": "make", "path": lines, "sha256": state_of(tub / lines)}])
    )


DAMAGES = {
    "a kept file is another": in_place_of_kept(lambda place: place.write_bytes(b"hi\n")),
    "a kept file is a link": in_place_of_kept(lambda place: place.symlink_to("/etc/passwd")),
    "a kept file is a link inside": in_place_of_kept(
        lambda place: place.symlink_to("catalog_0.catalog")
    ),
    "a kept file is a pipe": in_place_of_kept(os.mkfifo),
    "a kept file is a folder": in_place_of_kept(os.mkdir),
    "a kept catalog is missing": without("catalog_1.catalog"),
    "the kept manifest is missing": without("manifest.json"),
    "nothing is kept": lambda tub: shutil.rmtree(tub / KEPT),
    "the notes are empty": notes_are(b""),
    "the notes are brackets": notes_are(b"[" * 100_000),
    "the notes are brackets and a line end": notes_are(b"[" * 100_000 + b"\n"),
    "the notes are missing": lambda tub: (tub / NOTES).unlink(),
    "the notes are a pipe": lambda tub: ((tub / NOTES).unlink(), os.mkfifo(tub / NOTES)),
    "the notes are cut": cut,
    "the notes lack a line": without_line(3),
    "the notes lack their first line": without_line(0),
    "another file lies in it": lambda tub: (tub / KEPT / "99").write_bytes(b"x"),
    "a catalog is gone since": lambda tub: (tub / "catalog_1.catalog").unlink(),
    "a list that removes the manifest": forged({"do": "make", "path": "manifest.json"}),
    "a list that removes a catalog": forged({"do": "make", "path": "catalog_2.catalog"}),
    "a list that replaces a catalog": forged(
        {"do": "replace", "path": "catalog_2.catalog", "kept": "1"}, kept=[("1", b"")]
    ),
    "a list that replaces the manifest": forged(
        {"do": "replace", "path": "manifest.json", "kept": "1"},
        kept=[("1", b'["a"]\n["float"]\n{}\n{}\n{"paths": []}\n')],
    ),
    "a list that adds a catalog": forged_move,
    "a list that removes lines": forged_lines,
}  # fmt: skip
# What the notes of an earlier version do not show.
NEW = {"the notes lack their first line", "the notes are missing", "the notes lack a line"}


@pytest.mark.parametrize("name", DAMAGES)
@pytest.mark.parametrize("is_old", [False, True])
def test_an_undo_that_cannot_be_right_changes_nothing(repaired, name, is_old, capsys):
    """It said "is as it was before the repair", and nine records were gone for good."""
    if is_old:
        if name in NEW:
            pytest.skip("an earlier version noted less")
        as_an_earlier_version_noted(repaired)
    DAMAGES[name](repaired)
    before = content(repaired)
    assert main(["tub", "repair", "--undo", str(repaired)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert all(word in said.err for word in ("Received: ", "Nothing was changed", "Next step: "))
    assert content(repaired) == before


def test_the_notes_of_an_earlier_version_are_undone_if_records_stay_the_same(make_tub):
    tub = make_tub(12)
    with (tub / "catalog_1.catalog").open("ab") as file:
        file.write(b"junk\n")
    (tub / "images" / "3_cam_image_array_.jpg").write_bytes(b"")
    before = content(tub)
    repair(tub)
    as_an_earlier_version_noted(tub)
    assert "catalog_1.catalog is as it was before the repair" in undo_repair(tub)
    assert content(tub) == before


@pytest.mark.parametrize("change", ["record", "delete"])
def test_what_came_after_the_repair_is_never_lost(repaired, record, change):
    if change == "record":
        with TubWriter(repaired, INPUTS, TYPES, max_len=5) as writer:
            writer.append(record())
    else:
        delete(repaired, parse_indexes(["7"]))
    before = content(repaired)
    with pytest.raises(TubError, match=r"manifest.json of .*, which was changed since"):
        undo_repair(repaired)
    assert content(repaired) == before


def test_a_repair_of_a_lost_manifest_is_undone(make_tub):
    tub = make_tub(12)
    (tub / "manifest.json").unlink()
    before = content(tub)
    repair(tub)
    assert undo_repair(tub) == ["everything is as it was before the repair"]
    assert content(tub) == before
    assert check(tub).problems


def test_a_bad_line_before_a_last_record_without_an_end_is_put_back(make_tub):
    """The end of the bad line counted as a line that was nowhere else."""
    tub = make_tub(12)
    catalog = tub / "catalog_2.catalog"
    catalog.write_bytes(b"junk\n" + catalog.read_bytes().removesuffix(b"\n"))
    before = content(tub)
    repair(tub)
    undo_repair(tub)
    assert content(tub) == before
