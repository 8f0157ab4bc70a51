"""Which tubs a command means by a folder: its own records, and those of the tubs inside."""

from pathlib import Path

import numpy as np
import pytest

from donkeycar.errors import ConfigError
from donkeycar.management.cli import main
from donkeycar.management.tub.paths import one_tub, tub_paths, tubs_in
from donkeycar.tub import TubWriter

INPUTS = ["cam/image_array", "user/angle", "user/throttle"]
TYPES = ["image_array", "float", "float"]


def record(path, count=6, angle=0.5):
    with TubWriter(path, INPUTS, TYPES) as tub:
        for number in range(count):
            frame = np.full((16, 24, 3), number, np.uint8)
            values = dict(zip(INPUTS, (frame, angle, 0.3), strict=True))
            tub.append(values, timestamp_ms=1_700_000_000_000 + 50 * number)
    return path


@pytest.fixture
def both(tmp_path):
    """A tub that holds tubs: AUTO_CREATE_NEW_TUB was switched on later."""
    outer = record(tmp_path / "data", 2)
    record(outer / "tub_1_26-11-01")
    record(outer / "tub_2_26-11-02")
    return outer


def test_a_tub_that_holds_tubs_stands_for_all_of_them(both, capsys):
    """The inner ones used to be left out without a word."""
    inner = [both / "tub_1_26-11-01", both / "tub_2_26-11-02"]
    assert tub_paths([both]) == [both, *inner]
    assert capsys.readouterr().err == (
        f"note: {both} is a tub and holds 2 tubs (tub_1_26-11-01, tub_2_26-11-02): all of it is "
        "used\n"
    )


def test_tubs_of_one_name_are_told_apart(tmp_path, capsys):
    """What used to be told: "fleet holds 3 tubs (tub_1, tub_2, tub_1)"."""
    for name in ("blue/tub_1", "blue/tub_2", "red/tub_1"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        record(tmp_path / name)
    assert len(tub_paths([tmp_path])) == 3
    assert "holds 3 tubs (blue/tub_1, tub_2, red/tub_1): all" in capsys.readouterr().err
    # They were numbered, and nothing said which was which.
    out = tmp_path.parent / "imported"
    assert main(["tub", "import", str(tmp_path), "--out", str(out)]) == 0
    said = capsys.readouterr().out.splitlines()
    (second,) = (line for line in said if line.startswith(f"wrote {out / 'tub_1_2'}:"))
    assert second.endswith(f"made of {tmp_path / 'red' / 'tub_1'}")


@pytest.mark.parametrize("emptiness", ["no catalog", "empty catalog", "no records"])
def test_an_empty_outer_tub_does_not_count(tmp_path, capsys, emptiness):
    inner = record(tmp_path / "data" / "tub_1")
    (tmp_path / "data" / "manifest.json").write_text("[]\n[]\n{}\n{}\n{}\n")
    if emptiness == "empty catalog":
        (tmp_path / "data" / "catalog_0.catalog").write_bytes(b"")
    elif emptiness == "no records":
        (tmp_path / "data" / "images").mkdir()
    assert tub_paths([str(tmp_path / "data")]) == [inner]
    assert "holds 1 tub (tub_1): all of it is used" in capsys.readouterr().err


def test_a_folder_of_tubs_and_single_tubs_as_ever(both, tmp_path, capsys):
    record(tmp_path / "more" / "b")
    record(tmp_path / "more" / "a")
    paths = tub_paths([f"{tmp_path / 'more'},{both / 'tub_1_26-11-01'}"])
    assert [path.name for path in paths] == ["a", "b", "tub_1_26-11-01"]
    assert tub_paths([tmp_path / "nowhere"]) == [tmp_path / "nowhere"]
    assert tub_paths([both / "tub_1_26-11-01"] * 2) == [both / "tub_1_26-11-01"]


def test_a_tub_whose_manifest_is_lost_is_found(tmp_path):
    (record(tmp_path / "data" / "tub_1") / "manifest.json").unlink()
    assert tub_paths([tmp_path / "data"]) == [tmp_path / "data" / "tub_1"]


# What used to happen: "There is no tub at data/*", for a shell expands no --tub=data/*.
@pytest.mark.parametrize(
    "word", ["more/*", "more/[ab]", r"more\*", "more/a, more/b", r"more\a,more\b"]
)
def test_wildcards_spaces_and_backslashes_mean_what_they_did(tmp_path, monkeypatch, word):
    monkeypatch.chdir(tmp_path)
    for name in "ba":
        record(Path("more") / name)
    Path("more/notes.txt").write_text("lap 3")
    assert tub_paths([word]) == [Path("more/a"), Path("more/b")]


def test_wildcards_that_fit_nothing_are_named_as_they_stand(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["tub", "report", "more/*"]) == 1
    assert "There is no tub at more/*" in capsys.readouterr().err


def test_a_tub_with_wildcards_in_its_name_is_that_tub(tmp_path):
    tub = record(tmp_path / "tub_[1]")
    assert tub_paths([f"{tub},{tub}"]) == [tub]


def test_a_name_may_have_a_comma(tmp_path):
    tub = record(tmp_path / "monday, wet")
    assert tub_paths([str(tub)]) == [tub]


def test_an_owner_links_to_another_disk_and_a_strange_tub_does_not(both, tmp_path, capsys):
    disk = record(tmp_path / "ssd" / "tub_9")
    (tmp_path / "garage").mkdir()
    (tmp_path / "garage" / "tub_9").symlink_to(disk)
    assert tub_paths([tmp_path / "garage"]) == [tmp_path / "garage" / "tub_9"]
    (both / "tub_9").symlink_to(disk)
    assert both / "tub_9" not in tub_paths([both])
    assert "tub_9 is a link that leads out of its tub, so it is not used" in capsys.readouterr().err


def test_one_tub_is_the_folder_itself_or_the_only_one_in_it(both, tmp_path, capsys):
    assert one_tub(str(both)) == both
    assert "alone is shown; it also holds 2 tubs" in capsys.readouterr().err
    inner = record(tmp_path / "garage" / "tub_1")
    assert one_tub(str(tmp_path / "garage")) == inner
    record(tmp_path / "garage" / "tub_2")
    with pytest.raises(ConfigError, match=r"must name one tub. Received: 2 in .*\(tub_1, tub_2\)"):
        one_tub(str(tmp_path / "garage"))


@pytest.mark.parametrize("command", [("tub", "report"), ("tub", "check"), ("tubhist", "--tub")])
def test_every_command_takes_all_of_it(both, tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    assert main([*command, str(both)]) == 0
    said = capsys.readouterr().out
    expected = {
        "report": "14 records of 3 tubs",
        "check": "tub_2_26-11-02: 6 records",
        "--tub": "user/angle: 14 records",
    }
    assert expected[command[-1]] in said


def test_one_damaged_tub_does_not_keep_the_others_from_their_turn(both, tmp_path, capsys):
    (both / "tub_1_26-11-01" / "images").rename(tmp_path / "later")
    with (both / "tub_2_26-11-02" / "catalog_0.catalog").open("ab") as file:
        file.write(b"{torn")
    assert main(["tub", "repair", str(both)]) == 1
    said = capsys.readouterr()
    assert "must be whole before it is repaired" in said.err
    assert "1 unreadable line of catalog_0.catalog" in said.out


def test_a_tub_that_several_links_lead_to_counts_once(tmp_path, capsys):
    """A link to the folder itself made three tubs of one, which then weighed three times."""
    tub = record(tmp_path / "data" / "tub_1")
    (tmp_path / "data" / "again").symlink_to(tub)
    (tmp_path / "data" / "loop").symlink_to(".")
    (tmp_path / "data" / "a_way_round").symlink_to(tmp_path)
    assert tub_paths([tmp_path / "data"]) == [tub]
    assert "holds 1 tub (tub_1): all of it is used" in capsys.readouterr().err


@pytest.mark.parametrize("depth", ["", "inner"])
def test_a_link_upwards_does_not_reach_what_is_beside_the_folder(tmp_path, depth):
    """With a link `loop -> ..` in it, a car that was taken over got the tubs of every other car."""
    mine = record(tmp_path / "car" / "data" / "mine")
    record(tmp_path / "other_car" / "data")
    (tmp_path / "car" / depth).mkdir(exist_ok=True)
    (tmp_path / "car" / depth / "loop").symlink_to(tmp_path)
    assert tubs_in(tmp_path / "car") == [mine]


def test_a_tub_named_by_two_ways_counts_once(tmp_path):
    first, second = record(tmp_path / "a"), record(tmp_path / "b")
    (tmp_path / "c").symlink_to(first)
    assert tub_paths([first, second, tmp_path / "c", tmp_path / "b" / ".." / "b"]) == [
        first,
        second,
    ]
    assert tub_paths([tmp_path / "c", first]) == [tmp_path / "c"]


def test_what_is_not_used_is_said(tmp_path, monkeypatch, capsys):
    """Empty tubs, folders without tubs and files of a pattern used to be left out in silence."""
    monkeypatch.chdir(tmp_path)
    tub = record(Path("garage/tub_1"))
    Path("garage/notes").mkdir()
    Path("garage/tub_2").mkdir()
    Path("garage/tub_2/manifest.json").write_text("[]\n[]\n{}\n{}\n{}\n")
    assert tub_paths(["garage"]) == [tub]
    assert "note: garage: not used: notes (no tub), tub_2 (no records)\n" in capsys.readouterr().err
    Path("garage/lap.txt").write_text("3")
    assert tub_paths(["garage/[lt]*1*", "garage/*t*1"]) == [tub]
    assert tub_paths(["garage/*"])[0] != Path("garage/lap.txt")
    assert "note: garage/*: not used: lap.txt, no folder\n" in capsys.readouterr().err
    Path("again").symlink_to(tub)
    assert tub_paths([tub, "again"]) == [tub]
    assert "note: again is garage/tub_1 again: used once\n" in capsys.readouterr().err
    assert tub_paths([tub, str(tub)]) == [tub]
    said = "note: garage/tub_1 is named several times: used once\n"
    assert said in capsys.readouterr().err, "it used to be dropped in silence"


def test_a_tub_with_a_line_end_in_its_name_is_one_tub_of_many(tmp_path, capsys):
    for name in ("a", "b\nc", "d"):
        record(tmp_path / "tubs" / name)
    for words in (["tub", "check"], ["tub", "info"], ["tub", "repair"], ["stats"]):
        assert main([*words, str(tmp_path / "tubs")]) == 0
        said = capsys.readouterr()
        assert said.out.count("/tubs/") == 3
        assert "b\\nc" in said.out
        assert len(said.err.splitlines()) == 1
    assert main(["tub", "copy", str(tmp_path / "tubs"), "--out", str(tmp_path / "new")]) == 0
    assert sorted(tub.name for tub in (tmp_path / "new").iterdir()) == ["a", "b\nc", "d"]


def test_each_tub_becomes_a_movie_of_its_own(both, tmp_path, monkeypatch, capsys):
    """Of a tub that holds tubs, only its own records used to be shown."""
    monkeypatch.chdir(tmp_path)
    assert main(["makemovie", "--tub", "data", "--out", "lap.mp4", "--scale", "1"]) == 0
    assert sorted(path.name for path in tmp_path.glob("*.mp4")) == [
        "lap_data.mp4", "lap_tub_1_26-11-01.mp4", "lap_tub_2_26-11-02.mp4",
    ]  # fmt: skip
    assert "wrote lap_tub_1_26-11-01.mp4: 6 pictures" in capsys.readouterr().out
    assert main(["makemovie", "--tub", "data/tub_1*", "--out", "one.mp4", "--scale", "1"]) == 0
    assert Path("one.mp4").is_file()
