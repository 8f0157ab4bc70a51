"""Recordings of Udacity's simulator."""

import csv

import pytest

from donkeycar.tub import TubReader, check


def by_hand(folder):
    with (folder / "driving_log.csv").open(newline="") as file:
        return [[field.strip() for field in row] for row in csv.reader(file)]


def test_a_real_recording_is_read_back_equal(imported, shared_data, tmp_path):
    source = shared_data / "udacity_sim_csv"
    rows = by_hand(source)
    records = imported(source)
    assert len(records) == len(rows) == 70
    for record, row in zip(records, rows, strict=True):
        assert record["user/angle"] == float(row[3])
        assert record["user/throttle"] == float(row[4])
        assert record["udacity/brake"] == float(row[5])
        assert record["udacity/speed_mph"] == float(row[6])
        theirs = source / "IMG" / row[0].rsplit("/", 1)[1]
        ours = tmp_path / "out" / "images" / record["cam/image_array"]
        assert ours.read_bytes() == theirs.read_bytes()
    assert records[0]["_timestamp_ms"] == 1591591549590  # 2020-06-08 04:45:49.590
    report = check(tmp_path / "out")
    assert (report.problems, report.num_records, len(report.sessions)) == ([], 70, 1)


def test_side_cameras_need_a_correction_and_get_it(imported, refused, shared_data, tmp_path):
    source = shared_data / "udacity_sim_csv"
    assert "--steering-correction" in refused(source, "--cameras", "all")
    records = imported(source, "--cameras", "all", "--steering-correction", "0.25")
    rows = by_hand(source)
    assert len(records) == 210
    for number, correction in enumerate((0, 0.25, -0.25)):
        part = records[70 * number : 70 * (number + 1)]
        assert [r["user/angle"] for r in part] == [
            min(max(float(row[3]) + correction, -1), 1) for row in rows
        ]
        assert len({r["_session_id"] for r in part}) == 1
    assert len(TubReader(tmp_path / "out").sessions) == 3


def test_nothing_known_is_one_sentence_with_the_list(refused, tmp_path):
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "notes.txt").write_text("sunny")
    assert "udacity" in refused(tmp_path / "holiday")


@pytest.mark.parametrize("word", ["--steering-correction", "--recorded-rate-hz"])
def test_the_source_is_not_written_into(refused, shared_data, word, tmp_path):
    source = tmp_path / "mine"
    source.mkdir()
    assert "outside" in refused(source, word, "1", out="mine/tub")


PATHS = {
    "absolute": "/home/me/data/IMG/{camera}_2017_03_21_08_18_1{n}_228.jpg",
    "relative with a space": " IMG/{camera}_2017_03_21_08_18_1{n}_228.jpg",
    "of Windows": "C:\\Users\\Me\\sim\\IMG\\{camera}_2017_03_21_08_18_1{n}_228.jpg",
}
HEADER = "center,left,right,steering,throttle,brake,speed"
NUMBERS = {
    0: (0, 0.1286689, 0, 12.1822),
    1: (-0.08581576, 1, 0, 9.254003e-07),
    2: (0.5, 0.25, 1, 3),
}


@pytest.fixture
def recording(tmp_path, picture):
    """Makes three rows and their pictures."""

    def make(*, path=PATHS["absolute"], header="", between=",", point=".", encoding="utf-8"):
        folder = tmp_path / "sim"
        (folder / "IMG").mkdir(parents=True)
        lines = [header] if header else []
        for n, numbers in NUMBERS.items():
            names = [path.format(camera=camera, n=n) for camera in ("center", "left", "right")]
            for camera in ("center", "left", "right"):
                name = f"{camera}_2017_03_21_08_18_1{n}_228.jpg"
                (folder / "IMG" / name).write_bytes(picture(n))
            texts = [f"{number:.7G}".replace(".", point) for number in numbers]
            lines.append(between.join([*names, *texts]))
        (folder / "driving_log.csv").write_bytes("\r\n".join(lines).encode(encoding))
        return folder

    return make


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("header", ["", HEADER, HEADER.title()])
def test_paths_and_headers_of_other_computers(recording, imported, path, header):
    records = imported(recording(path=PATHS[path], header=header))
    assert [record["user/angle"] for record in records] == [0, -0.08581576, 0.5]
    assert [record["udacity/speed_mph"] for record in records] == [12.1822, 9.254003e-07, 3]
    # A second apart: one session.
    assert [record["_timestamp_ms"] % 100_000 for record in records] == [90228, 91228, 92228]


@pytest.mark.parametrize(
    "shape",
    [
        {"point": ",", "between": ", "},
        {"point": ",", "between": ";"},
        {"point": ",", "between": ";", "header": HEADER.replace(",", ";")},
        {"point": ",", "between": ", ", "header": HEADER},
        {"point": ",", "between": ","},
        {"point": ",", "between": ",", "header": HEADER},
        {"encoding": "utf-8-sig", "header": HEADER},
        {"encoding": "utf-16", "header": HEADER},
        {"between": "\t"},
    ],
    ids=str,
)
def test_numbers_of_other_languages(recording, imported, shape):
    records = imported(recording(**shape))
    assert [record["user/angle"] for record in records] == [0, -0.08581576, 0.5]
    assert [record["user/throttle"] for record in records] == [0.1286689, 1, 0.25]
    assert [record["udacity/speed_mph"] for record in records] == [12.1822, 9.254003e-07, 3]


def test_a_row_that_can_be_read_in_two_ways_is_left_out(recording, imported, capsys):
    folder = recording(point=",")
    with (folder / "driving_log.csv").open("a") as log:
        name = PATHS["absolute"].format(camera="center", n=2)
        log.write(f"\r\n{name},{name},{name},0,0,1,0,5\r\n")
    assert len(imported(folder)) == 3
    assert "0,0,1,0,5 can be read in 2 ways" in capsys.readouterr().err


def test_missing_pictures_and_torn_rows_are_left_out(recording, imported, refused, capsys):
    folder = recording()
    (folder / "IMG" / "center_2017_03_21_08_18_11_228.jpg").unlink()
    assert [record["user/angle"] for record in imported(folder)] == [0, 0.5]
    assert "1 left out, without a picture; the first: row 2" in capsys.readouterr().err
    for file in (folder / "IMG").iterdir():
        file.unlink()
    assert "3 of 3 left out" in refused(folder)


def test_a_stray_quotation_mark_costs_its_own_row(recording, imported, capsys):
    """It took all the rows up to the next one with it: 5 of 20 were left, and no word of that."""
    folder = recording()
    log = folder / "driving_log.csv"
    first, second, third = log.read_text().splitlines()
    log.write_text("\n".join([first, '"' + second, *[third] * 8]))
    assert [record["user/angle"] for record in imported(folder)] == [0] + [0.5] * 8
    assert "1 left out, too short; the first: row 2 with 1 field" in capsys.readouterr().err


def test_more_columns_than_usual(recording, imported):
    folder = recording()
    log = folder / "driving_log.csv"
    log.write_text("\n".join(f"{line},1.5,2.5,0.1" for line in log.read_text().splitlines()))
    assert [record["user/angle"] for record in imported(folder)] == [0, -0.08581576, 0.5]


def test_a_link_out_of_the_recording_is_not_followed(recording, imported, tmp_path, picture):
    folder = recording()
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(picture())
    name = folder / "IMG" / "center_2017_03_21_08_18_11_228.jpg"
    name.unlink()
    name.symlink_to(secret)
    assert [record["user/angle"] for record in imported(folder)] == [0, 0.5]


def test_a_pause_begins_a_session(recording, imported):
    folder = recording()
    log = folder / "driving_log.csv"
    log.write_text(log.read_text().replace("08_18_12_228", "08_18_14_228"))
    for camera in ("center", "left", "right"):
        (folder / "IMG" / f"{camera}_2017_03_21_08_18_12_228.jpg").rename(
            folder / "IMG" / f"{camera}_2017_03_21_08_18_14_228.jpg"
        )
    ids = [record["_session_id"] for record in imported(folder)]
    assert ids == ["17-03-21_0", "17-03-21_0", "17-03-21_1"]
