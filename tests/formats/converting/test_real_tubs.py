"""Every shared tub becomes a new one, which is read here by `json` alone."""

import json
from pathlib import Path

import pytest

from donkeycar.management.cli import main
from donkeycar.tub import check

OURS = ("_index", "_session_id", "_timestamp_ms")


def v1_by_hand(tub):
    """Index, values and bytes of the image, of every record of a tub of format v1."""
    excluded = json.loads(path.read_text()) if (path := tub / "exclude.json").exists() else []
    for path in sorted(tub.glob("record_*.json"), key=lambda path: int(path.stem[7:])):
        values = json.loads(path.read_text())
        image = (tub / Path(values.pop("cam/image_array")).name).read_bytes()
        yield values, image, int(path.stem[7:]) in excluded


def v2_by_hand(tub):
    """The same of a tub of format v2, with everything that its lines hold."""
    catalogs = json.loads((tub / "manifest.json").read_text().splitlines()[4])
    for name in catalogs["paths"]:
        for line in (tub / name).read_text().splitlines():
            values = json.loads(line)
            image = (tub / "images" / values.pop("cam/image_array")).read_bytes()
            yield values, image, values.pop("_index") in catalogs["deleted_indexes"]


# `scripts/bench imports` does the same with all of them.
TUBS = {
    "tiny_v1": v1_by_hand,
    "sim_usi_v1": v1_by_hand,
    "donkey_testtub_v2": v2_by_hand,
    "usi_track2_v2": v2_by_hand,
    "renault_office_b_v2": v2_by_hand,
}


@pytest.mark.parametrize("name", TUBS)
def test_a_real_tub_is_read_back_equal(name, shared_data, tmp_path):
    before = sorted((f, f.stat().st_mtime_ns) for f in (shared_data / name).rglob("*"))
    assert main(["tub", "convert", str(shared_data / name), "--out", str(tmp_path / "new")]) == 0
    assert sorted((f, f.stat().st_mtime_ns) for f in (shared_data / name).rglob("*")) == before
    new = list(v2_by_hand(tmp_path / "new"))
    if TUBS[name] is v1_by_hand:
        for values, _, _ in new:
            assert values.pop("_session_id")
            values.pop("_timestamp_ms", None)
    assert new == list(TUBS[name](shared_data / name))
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    if len(new) <= 1000:
        assert check(tmp_path / "new").problems == []


def test_a_folder_of_tubs_becomes_one_of_new_tubs(shared_data, tmp_path, capsys):
    words = [str(shared_data / name) for name in ("tiny_v1", "sim_usi_v1")]
    assert main(["tub", "convert", *words, "--out", str(tmp_path / "all"), "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)
    assert [(Path(one["path"]).name, one["num_records"]) for one in answers] == [
        ("tiny_v1", 6), ("sim_usi_v1", 120),
    ]  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["sim_usi_v1", "tiny_v1"]
