"""A short form of `scripts/bench drive_files`: counts, and time beside reading the tub alone."""

import time

import pytest

from benchmarks.tub.drive_files import ENDINGS, counts, lacking, make_tub, read_alone
from donkeycar.formats.exporting.export import export_tubs

NUM_RECORDS = 600
# The benchmark's limit is 4 for 10,000 records; so few records leave what is done once.
MOST_TIMES = 12


@pytest.fixture(scope="module")
def tub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drive") / "tub"
    make_tub(folder, NUM_RECORDS)
    return folder


def used_s(work):
    began_s = time.process_time()
    work()
    return time.process_time() - began_s


@pytest.mark.parametrize("to", ENDINGS)
def test_pictures_are_copied_and_all_records_are_there(tub, tmp_path, to):
    out = tmp_path / f"drive{ENDINGS[to]}"
    export_tubs([tub], to, out)  # loads the library
    exports = [used_s(lambda: export_tubs([tub], to, out, overwrite=True)) for _ in range(3)]
    assert min(exports) < MOST_TIMES * min(used_s(lambda: read_alone(tub)) for _ in range(3))
    assert lacking(counts(out), NUM_RECORDS) == []
