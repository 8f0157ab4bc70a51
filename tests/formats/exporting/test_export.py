"""`export_tubs` and `donkey tub export`: what is chosen, what is refused, what is left behind."""

import csv
import json
import shutil
import subprocess
import sys
import threading

import pytest

from donkeycar.errors import ConfigError, DeviceError, TubError
from donkeycar.formats.exporting.export import export_tubs
from donkeycar.formats.exporting.pipe import piped
from donkeycar.formats.exporting.table import FORMATS, OPTIONS
from donkeycar.management.cli import main
from donkeycar.tub import TubReader, TubWriter
from donkeycar.tub.selection import parse_indexes


def lines(path):
    return path.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def tub(cut):
    return cut("renault_office_v2", 5)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out" / "drive.csv"


def test_deleted_records_are_left_out_unless_told(every_type, out):
    assert export_tubs([every_type], "csv", out).num_records == 10
    told = export_tubs([every_type], "csv", out, include_deleted=True, overwrite=True)
    assert told.num_records == 12
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["_index"] for row in rows if row["_deleted"] == "true"] == ["4", "5"]


def test_a_range_and_a_session(every_type, out):
    with TubWriter(every_type, ["user/angle"], ["float"]) as writer:
        writer.append({"user/angle": 0.5})
    first, second = TubReader(every_type).sessions
    assert export_tubs([every_type], "csv", out, sessions=[second]).num_records == 1
    again = {"overwrite": True, "sessions": [first]}
    assert (
        export_tubs([every_type], "csv", out, indexes=parse_indexes(["2-7"]), **again).num_records
        == 4
    )
    with pytest.raises(TubError, match="A session must be one of the tubs. Received: lap. They"):
        export_tubs([every_type], "csv", out, sessions=["lap"], overwrite=True)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (
            ["90-"],
            "There must be records to export. Received: none with such an index; there are 0",
        ),
        (["4-5"], "such an index; there are 0 to 11"),  # which are deleted
    ],
)
def test_an_empty_choice_is_refused(every_type, out, chosen, sentence):
    with pytest.raises(TubError, match=sentence):
        export_tubs([every_type], "csv", out, indexes=parse_indexes(chosen))
    assert not out.parent.exists()


def test_several_tubs_have_a_column_that_tells_them_apart(tmp_path, out):
    for folder in ("may/tub_1", "june/tub_1"):
        with TubWriter(tmp_path / folder, ["user/angle"], ["float"]) as writer:
            writer.append({"user/angle": 0.5})
    exported = export_tubs([tmp_path / "may/tub_1", tmp_path / "june/tub_1"], "csv", out)
    assert list(exported.tubs) == ["may/tub_1", "june/tub_1"]
    assert [line.split(",")[0] for line in lines(out)] == ["_origin", "may/tub_1", "june/tub_1"]


def test_a_column_of_two_types_is_refused(tmp_path, out):
    for name, kind, value in (("a", "float", 0.5), ("b", "str", "left")):
        with TubWriter(tmp_path / name, ["my/turn"], [kind]) as writer:
            writer.append({"my/turn": value})
    with pytest.raises(TubError, match="'my/turn', float in a and str in b. Next step: export"):
        export_tubs([tmp_path / "a", tmp_path / "b"], "csv", out)


def test_a_record_without_its_image_is_left_out_and_counted(tub, out):
    images = tub / "images"
    (images / "1_cam_image_array_.jpg").unlink()
    whole = (images / "2_cam_image_array_.jpg").read_bytes()
    (images / "2_cam_image_array_.jpg").write_bytes(whole[: len(whole) // 2])
    exported = export_tubs([tub], "csv", out)
    assert exported.num_records == 3
    assert exported.left_out == {"image missing": 1, "image cannot be read": 1}
    assert exported.notes == [
        "left out: 1 with image missing",
        "left out: 1 with image cannot be read",
    ]


def test_a_value_that_does_not_fit_its_column_is_left_out_and_counted(tub, out):
    catalog = tub / "catalog_0.catalog"
    text = catalog.read_text().replace('"user/angle": 0.0', '"user/angle": "left"', 1)
    text = text.replace('"user/throttle": ', '"user/throttle": NaN, "x": ', 1)
    catalog.write_text(text)
    exported = export_tubs([tub], "csv", out)
    assert exported.num_records == 5
    assert "left out: 1 values of user/angle that are no float" in exported.notes
    assert "left out: 1 values of user/throttle that are no float" in exported.notes


def test_a_tub_whose_images_were_not_copied_yet_is_refused(tub, out):
    for image in sorted((tub / "images").iterdir())[:3]:
        image.unlink()
    with pytest.raises(TubError, match="Received: 3 of 5 without .* Next step: copy the images"):
        export_tubs([tub], "csv", out)
    assert not out.parent.exists()


def test_nothing_is_overwritten_without_a_word(tub, out):
    export_tubs([tub], "csv", out)
    before = out.read_bytes()
    with pytest.raises(ConfigError, match="which is there. Choose another name, or add --overwr"):
        export_tubs([tub], "csv", out, indexes=parse_indexes(["3-"]))
    assert out.read_bytes() == before
    export_tubs([tub], "csv", out, indexes=parse_indexes(["3-"]), overwrite=True)
    assert len(lines(out)) == 3


def test_a_folder_with_something_else_is_never_replaced(tub, tmp_path):
    target = tmp_path / "mine"
    export_tubs([tub], "csv", target, options={"images": True})
    last = parse_indexes(["4"])
    export_tubs([tub], "csv", target, options={"images": True}, overwrite=True, indexes=last)
    assert len(list((target / "images").rglob("*.jpg"))) == 1
    (target / "thesis.txt").write_text("three years")
    with pytest.raises(ConfigError, match="which holds thesis.txt. Choose another name"):
        export_tubs([tub], "csv", target, options={"images": True}, overwrite=True)
    assert (target / "thesis.txt").read_text() == "three years"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine"]


@pytest.mark.parametrize("place", ["", "export.csv", "images/export.csv"])
def test_an_export_never_writes_into_a_tub(tub, place):
    before = sorted(tub.rglob("*"))
    with pytest.raises(ConfigError, match="apart from the tubs|end in .csv"):
        export_tubs([tub], "csv", tub / place, overwrite=True)
    assert sorted(tub.rglob("*")) == before


@pytest.mark.parametrize("to", FORMATS)
def test_a_failure_leaves_nothing_half_made(tub, tmp_path, to):
    row = FORMATS[to]
    target = tmp_path / "new" / f"export{row.ending}"

    def interrupted(done, total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_tubs([tub], to, target, progress=interrupted)
    assert list(tmp_path.iterdir()) == []


LITTLE_ROOM = """
import resource, sys
from donkeycar.management.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40))
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("share", [0.0, 0.6])
@pytest.mark.parametrize("to", FORMATS)
def test_a_disk_that_takes_no_more_leaves_nothing(tub, tmp_path, to, share):
    """What used to happen: a traceback for MCAP; for MP4 the program was gone (signal 11), and its
    draft stayed; for Rerun it said that all was well, or waited for ever."""
    out = tmp_path / "here" / f"x{FORMATS[to].ending}"
    words = ["tub", "export", str(tub), "--to", to, "--out", str(out)]
    done = export_tubs([tub], to, tmp_path / f"whole{FORMATS[to].ending}").path
    largest = max(file.stat().st_size for file in [done, *done.rglob("*")] if file.is_file())
    size = max(40, int(share * largest))
    ended = subprocess.run(
        [sys.executable, "-c", LITTLE_ROOM.replace("40", str(size)), *words],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert ended.returncode == 1, ended
    *_, line = ended.stderr.splitlines()
    assert line.startswith("donkey: error: "), ended.stderr
    assert "written" in line
    assert "Traceback" not in ended.stderr
    assert not out.parent.exists()


@pytest.mark.parametrize("end", [b"the end", b"the en"])
def test_a_file_of_a_library_without_its_end_is_none(tmp_path, end):
    """What used to happen: on a full disk rerun-sdk logs a line, and the command said "wrote"."""
    out = tmp_path / "x.rrd"

    def write():
        with piped(out, end=b"the end") as pipe, pipe.path.open("wb") as file:
            pipe.start()
            file.write(b"x" * 3_000_000 + end)

    if end == b"the end":
        write()
        assert out.stat().st_size == 3_000_007
    else:
        with pytest.raises(OSError, match="the disk took only a part"):
            write()
    assert [path.name for path in tmp_path.iterdir()] == ["x.rrd"]


def test_a_missing_library_is_one_sentence_with_the_extra(tub, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DeviceError, match=r"--to parquet needs pyarrow. Next: .*\[formats\]"):
        export_tubs([tub], "parquet", tmp_path / "a.parquet")


def test_an_option_of_another_format_is_refused(tub, tmp_path):
    with pytest.raises(ConfigError, match="`--images` belongs to --to csv. Received: --to parqu"):
        export_tubs([tub], "parquet", tmp_path / "a.parquet", options={"images": True})


def test_every_option_belongs_to_a_format():
    taken = {name for row in FORMATS.values() for name in row.options}
    assert taken == set(OPTIONS)


def test_the_command_prints_a_sentence(tub, out, capsys):
    assert main(["tub", "export", str(tub), "--to", "csv", "--out", str(out)]) == 0
    assert f"wrote {out}: 5 records of 1 tub" in capsys.readouterr().out


def test_the_command_prints_one_document_of_json(tub, out, capsys):
    words = ["tub", "export", str(tub), "--to", "csv", "--out", str(out), "--json"]
    assert main(words) == 0
    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert told["num_records"] == 5
    assert told["path"] == str(out)
    assert told["tubs"] == {"renault_office_v2": str(tub)}
    assert told["columns"]["user/angle"] == "float"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--to", "xls", "--out", "a.xls"], "`--to` must be one of parquet,"),
        (["--to", "csv", "--out", "a.parquet"], "must end in .csv. Received: --out a.parquet. Use"),
        (["--to", "csv", "--out", "a.csv", "--records", "9-3"], "Next step: say 3-9"),
    ],
)
def test_a_mistake_is_one_line(tub, tmp_path, monkeypatch, capsys, words, sentence):
    monkeypatch.chdir(tmp_path)
    assert main(["tub", "export", str(tub), *words]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert sentence in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("to", [word for word, row in FORMATS.items() if row.copies_pictures])
def test_room_is_asked_for_before_anything_is_written(tub, tmp_path, monkeypatch, to):
    """`copy`, `merge` and `convert` asked; an export found out when the disk was full."""
    row = FORMATS[to]
    options = {row.folder_with: True} if row.folder_with else {}
    out = tmp_path / f"exported{'' if row.folder_with else row.ending}"
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(DeviceError, match=r"needs .* MB of room. Received: .* Nothing was written"):
        export_tubs([tub], to, out, options=options)
    assert not out.exists()


def test_a_library_that_stops_in_the_middle_does_not_hang(tmp_path):
    """Rerun's writer that died for another reason than a full disk was waited for, for ever."""
    out = tmp_path / "drive.rrd"
    never = threading.Event()
    with pytest.raises(OSError, match="the library that writes it stopped in the middle"):  # noqa: SIM117
        with piped(out, end=b"the end", quiet_s=0.3) as pipe:
            file = pipe.path.open("wb")
            pipe.start()
            file.write(b"the beginning")
            file.flush()
            pipe.finish(never.wait)
    never.set()
    file.close()
    assert [path.name for path in tmp_path.iterdir()] == ["drive.rrd"]
