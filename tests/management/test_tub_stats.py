"""`donkey tub stats`: statistics of what was recorded."""

import io
import json
import time

import numpy as np
import pytest
from PIL import Image

from donkeycar.management.cli import main
from donkeycar.tub import TubReader, TubWriter

INPUTS = ["user/angle", "user/throttle", "user/mode", "on"]
TYPES = ["float", "float", "str", "boolean"]
TOLD = """\
117 records in 3 tubs

               records  missing     mean      std      min       q1   median       q3      max
on                 117        0   0.5128    0.502        0        0        1        1        1
user/angle         117        0    -0.05   0.5652       -1    -0.55    -0.05     0.45      0.9
user/throttle       87       30      0.1  0.08212        0        0      0.1      0.2      0.2
user/mode          117        0   2 values, mostly user (77 %)
"""


@pytest.fixture
def fleet(tmp_path):
    """Three tubs of two cars."""
    for number, place in enumerate(("blue/data/tub_1", "blue/data/tub_2", "red/data/tub_1")):
        with TubWriter(tmp_path / "fleet" / place, INPUTS, TYPES) as tub:
            for n in range(40):
                values = {"user/angle": (n - 20) / 20, "on": n % 2 == 0}
                if n % 4:
                    values["user/throttle"] = number / 10
                tub.append({**values, "user/mode": "user" if n < 30 else "local"})
            tub.delete([39])
    return tmp_path / "fleet"


def stats(capsys, *words):
    code = main(["tub", "stats", *map(str, words)])
    caught = capsys.readouterr()
    return code, caught.out, caught.err


def test_it_says_what_was_recorded(fleet, capsys):
    code, out, err = stats(capsys, fleet)
    assert code == 0
    assert out == TOLD
    assert "all of it is used" in err


def test_groups_come_in_order_with_their_names(fleet, capsys):
    _, out, _ = stats(capsys, fleet, "--by", "car,user/mode", "--columns", "user/throttle")
    headings = [line for line in out.splitlines() if " = " in line]
    assert headings == [
        f"car = {car}, user/mode = {mode}" for car in ("blue", "red") for mode in ("local", "user")
    ]


def test_json_is_one_document_and_agrees_with_the_records(fleet, capsys):
    code, out, _ = stats(capsys, fleet, "--by", "tub", "--columns", "user/angle", "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["records"], told["unreadable"], told["by"]) == (117, 0, ["tub"])
    for one in told["groups"]:
        angles = [record["user/angle"] for record in TubReader(one["group"]["tub"])]
        found = one["columns"]["user/angle"]
        assert found["mean"] == pytest.approx(np.mean(angles))
        assert found["histogram"]["counts"] == np.histogram(angles, 21)[0].tolist()


def test_deleted_records_count_if_told(fleet, capsys):
    assert stats(capsys, fleet, "--deleted")[1].startswith("120 records in 3 tubs\n")


def test_unreadable_lines_are_counted_and_break_nothing(fleet, capsys):
    with (fleet / "red/data/tub_1/catalog_0.catalog").open("ab") as file:
        file.write(b"\0\0\0\n{torn")
    code, out, _ = stats(capsys, fleet)
    assert code == 0
    assert out.splitlines()[:4] == [
        "117 records in 3 tubs",
        "2 lines could not be read. Next: donkey tub check names them",
        f"  not used: {fleet}/red/data/tub_1/catalog_0.catalog line 41: nothing but zero bytes",
        f"  not used: {fleet}/red/data/tub_1/catalog_0.catalog line 42: not JSON in UTF-8",
    ]


@pytest.mark.parametrize("by", [[], ["--by", "user/angle"]])
def test_a_plot_is_a_picture_with_something_in_it(fleet, tmp_path, capsys, by):
    out = tmp_path / "new" / "plot.png"
    code, said, _ = stats(capsys, fleet, *by, "--plot", out)
    assert (code, said.splitlines()[-1]) == (0, f"wrote {out}")
    picture = np.asarray(Image.open(io.BytesIO(out.read_bytes())).convert("RGB"))
    assert picture.shape[1] == 1430
    # Three columns and a scatter plot: each row of the picture holds something coloured.
    for part in np.array_split(picture.astype(int), 4):
        assert (part.max(axis=2) - part.min(axis=2) > 60).sum() > 500


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--columns", "user/angel"], "A column must be one of tub, car, session"),
        (["--by", "driver"], "Received: 'driver'"),
        (["--columns", "user/mode", "--plot", "x.png"], "A plot needs a column of numbers"),
        (["--plot", "x.jpg"], "`--plot` must end in .png. Received: --plot x.jpg"),
        (["--columns", ","], "At least one column must be named. Received: none"),
    ],
)
def test_a_mistake_is_one_sentence(fleet, monkeypatch, tmp_path, capsys, words, sentence):
    monkeypatch.chdir(tmp_path)
    code, out, err = stats(capsys, fleet, *words)
    assert (code, out) == (1, "")
    assert sentence in err.splitlines()[-1]
    assert not (tmp_path / "x.png").exists()


def test_too_many_groups_are_cut_off_with_a_note(tmp_path, capsys):
    lines = "".join(f'{{"_index": {n}, "x": {n}}}\n' for n in range(1100))
    (tmp_path / "catalog_0.catalog").write_text(lines)
    code, out, err = stats(capsys, tmp_path, "--by", "index", "--json")
    assert (code, len(json.loads(out)["groups"])) == (0, 1000)
    assert err == (
        "note: only the first 1000 groups are told. Columns with fewer values make fewer groups\n"
    )


def test_no_tub_is_one_sentence(tmp_path, capsys):
    assert stats(capsys, tmp_path / "gone") == (
        1, "", f"donkey: error: There is no tub at {tmp_path}/gone. Next step: check the path\n",
    )  # fmt: skip


def test_each_statistics_command_says_what_the_other_is_for(capsys):
    for command, other in ((["tub", "stats"], "donkey stats"), (["stats"], "donkey tub stats")):
        with pytest.raises(SystemExit):
            main([*command, "--help"])
        assert other in " ".join(capsys.readouterr().out.split())


def test_thousands_of_declared_columns_do_not_take_minutes(tmp_path, capsys):
    """2,000 columns took 190 s."""
    names = [f"c{number}" for number in range(2000)] + ["user/angle"]
    with TubWriter(tmp_path / "tub", names, ["float"] * len(names)) as tub:
        for number in range(10):
            tub.append({"c0": 1.0, "user/angle": number / 10})
    begin_s = time.monotonic()
    assert main(["tub", "stats", str(tmp_path / "tub")]) == 0
    assert time.monotonic() - begin_s < 60
    said = capsys.readouterr().out
    assert "not used: 1901 of 2001 columns" in said
    assert "user/angle" in said
